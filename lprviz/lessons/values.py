"""The frozen values a lesson is made of, as read from its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lprviz.lessons.grammar import Comparison, Expression, Selector


@dataclass(frozen=True)
class Action:
    """One thing to do to the session, in the words of the file.

    Attributes
    ----------
    name : str
        Key of `lprviz.lessons.actions.ACTIONS`.
    value : object
        What that action's parser made of the text behind the colon.
    line : int
        Where it stands in the file.
    """

    name: str
    value: object
    line: int = 0


@dataclass(frozen=True)
class NumberPrediction:
    """A number to be picked on a logarithmic axis from ``low`` to ``high``; ``factor`` is what counts as right."""

    question: str
    low: float
    high: float
    factor: float = 3.0


@dataclass(frozen=True)
class ChoicePrediction:
    """One of several sentences; ``answer`` counts from 1."""

    question: str
    options: tuple[str, ...]
    answer: int


@dataclass(frozen=True)
class MarksPrediction:
    """Atoms to be marked among ``among``; ``answer`` names the right ones, asked after the reveal."""

    question: str
    among: Selector
    answer: Selector


@dataclass(frozen=True)
class StructuresPrediction:
    """So many structures to be chosen out of ``among``; the reveal trains on them and ``goal`` is the score.

    ``greedy`` names the goal of the greedy choice that the learner's is set against.
    """

    question: str
    count: int
    among: Selector
    target: Selector
    goal: Expression
    greedy: str = "mean-log"


Prediction = NumberPrediction | ChoicePrediction | MarksPrediction | StructuresPrediction


@dataclass(frozen=True)
class Shown:
    """A reading to be shown, and its caption."""

    expression: Expression
    caption: str


@dataclass(frozen=True)
class Reveal:
    """What happens once the prediction is made.

    Attributes
    ----------
    actions : tuple of Action
    shown : tuple of Shown
        Readings to be shown.
    compare : Expression or None
        What a predicted number is set against.
    """

    actions: tuple[Action, ...] = ()
    shown: tuple[Shown, ...] = ()
    compare: Expression | None = None


@dataclass(frozen=True)
class Check:
    """What has to hold for a step to be done; the hint is for whom it does not, the explanation for whom it does."""

    expected: tuple[Comparison, ...]
    hint: str
    explanation: str


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    title, text : str
        Text is Markdown, and stands alone.
    setup : tuple of Action
    figures : tuple of str
        What to draw beside the text; see `lprviz.lessons.actions.FIGURES`.
    hidden, locked : tuple of str
        Controls to hide or to lock; see `lprviz.lessons.actions.CONTROLS`.
    prediction : Prediction or None
    reveal : Reveal or None
    check : Check or None
    solution : tuple of Action
        Where the learner has to do something: one way to do it, for the teacher and for tests.
    note : str
        For the teacher.
    line : int
    """

    title: str
    text: str
    setup: tuple[Action, ...] = ()
    figures: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    prediction: Prediction | None = None
    reveal: Reveal | None = None
    check: Check | None = None
    solution: tuple[Action, ...] = ()
    note: str = ""
    line: int = 0


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes
    ----------
    id, title, summary, level : str
    order : int
        Place among the lessons.
    minutes : int
    seed : int
        Decides the random draws of its toys, unless a link says otherwise.
    phenomena : tuple of int
        Which of the fourteen it shows.
    steps : tuple of Step
    timing, misconceptions : str
        For the teacher, Markdown.
    sources : tuple of str
        What it cites.
    path : Path or None
        The file.
    """

    id: str
    title: str
    summary: str
    level: str
    order: int
    minutes: int
    steps: tuple[Step, ...]
    seed: int = 0
    phenomena: tuple[int, ...] = ()
    timing: str = ""
    misconceptions: str = ""
    sources: tuple[str, ...] = ()
    path: Path | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Lesson({self.id!r}: {len(self.steps)} steps, {self.minutes} minutes)"
