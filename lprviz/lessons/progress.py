"""Where a learner is in a lesson, what they predicted and how it came out: frozen, and written as plain JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from lprviz.errors import LessonError
from lprviz.lessons.predictions import Answer

FORMAT = 1
LONGEST = 200_000


@dataclass(frozen=True)
class Outcome:
    """How one step came out.

    Attributes
    ----------
    held : bool or None
        Whether the check held; None where there is none or it was not made yet.
    score : float or None
        How good the prediction was, from 0 to 1; None without one.
    value : float or None
        The number that a prediction is set against, where it is one: the outcome, or the score of chosen structures.
    reference : float or None
        What the greedy choice scores, for chosen structures.
    truth : tuple of int
        The right atoms, the right option, or greedy's structures.
    """

    held: bool | None = None
    score: float | None = None
    value: float | None = None
    reference: float | None = None
    truth: tuple[int, ...] = ()


def _frozen(mapping: Mapping[int, Any]) -> Mapping[int, Any]:
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True)
class Progress:
    """Where a learner is.

    Attributes
    ----------
    lesson : str
        Id of the lesson.
    seed : int
    step : int
        Counted from 0.
    answers : mapping of int to Answer
        Predictions, by step.
    outcomes : mapping of int to Outcome
        What came out of steps that were revealed or checked.
    """

    lesson: str
    seed: int = 0
    step: int = 0
    answers: Mapping[int, Answer] = field(default_factory=lambda: _frozen({}))
    outcomes: Mapping[int, Outcome] = field(default_factory=lambda: _frozen({}))

    @property
    def score(self) -> float:
        """Sum of the scores of all predictions made."""
        return sum(each.score for each in self.outcomes.values() if each.score is not None)

    def at(self, step: int) -> Progress:
        """The same at another step."""
        return replace(self, step=step)

    def answering(self, answer: Answer) -> Progress:
        """With a prediction for the present step."""
        return replace(self, answers=_frozen({**self.answers, self.step: answer}))

    def with_outcome(self, outcome: Outcome) -> Progress:
        """With an outcome of the present step."""
        return replace(self, outcomes=_frozen({**self.outcomes, self.step: outcome}))

    def forgetting(self) -> Progress:
        """Without prediction and outcome of the present step."""
        answers = {key: value for key, value in self.answers.items() if key != self.step}
        outcomes = {key: value for key, value in self.outcomes.items() if key != self.step}
        return replace(self, answers=_frozen(answers), outcomes=_frozen(outcomes))

    def to_json(self) -> str:
        """As text, for a file or the browser's own storage."""
        return json.dumps(
            {
                "format": FORMAT,
                "lesson": self.lesson,
                "seed": self.seed,
                "step": self.step,
                "answers": {str(key): value for key, value in self.answers.items()},
                "outcomes": {str(key): asdict(value) for key, value in self.outcomes.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """Read what `to_json` wrote; hostile until read.

        Raises
        ------
        LessonError
            If it is not that.
        """
        try:
            if len(text) > LONGEST:
                raise ValueError("too long")
            raw = json.loads(text)
            if raw["format"] != FORMAT or not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", raw["lesson"]):
                raise ValueError("another format")
            answers = {_count(key): _answer(value) for key, value in raw["answers"].items()}
            outcomes = {_count(key): _outcome(value) for key, value in raw["outcomes"].items()}
            made = cls(raw["lesson"], _count(raw["seed"]), _count(raw["step"]), _frozen(answers), _frozen(outcomes))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise LessonError("This is no progress of a lesson.", "Start the lesson again.") from error
        return made


def _count(value: Any) -> int:
    number = int(value)
    if isinstance(value, bool | float) or not 0 <= number < 2**32:
        raise ValueError("no count")
    return number


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    return float(value)


def _answer(value: Any) -> Answer:
    if isinstance(value, list):
        return tuple(_count(each) for each in value)
    number = _finite(value)
    if not math.isfinite(number):
        raise ValueError("no answer")
    return value


def _outcome(raw: Any) -> Outcome:
    held = raw["held"]
    if held not in (True, False, None):
        raise TypeError("neither held nor not")
    numbers = {key: None if raw[key] is None else _finite(raw[key]) for key in ("score", "value", "reference")}
    return Outcome(held=held, truth=tuple(_count(each) for each in raw["truth"]), **numbers)
