"""`LessonRun`: one learner in one lesson. It drives a session by the same intents as the buttons.

A step goes from ``settling`` (its set-up is being done) to ``asking``, with `reveal` to ``revealing`` and ``revealed``.
Loading may take the session's worker a while: actions wait their turn and go on when the session is idle again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import param

from lprviz.errors import LessonError
from lprviz.lessons.actions import LOADING, perform
from lprviz.lessons.outcomes import outcome_of, training_of_answer
from lprviz.lessons.predictions import accept
from lprviz.lessons.progress import Outcome, Progress
from lprviz.lessons.readings import holds, value_of
from lprviz.lessons.subject import Subject, subject_of
from lprviz.lessons.values import Action, Lesson, Step, StructuresPrediction
from lprviz.session import Session
from lprviz.session.values import Problem

SETTLING, ASKING, REVEALING, REVEALED = "settling", "asking", "revealing", "revealed"


@dataclass(frozen=True)
class RunState:
    """What a screen shows of a run.

    Attributes
    ----------
    progress : Progress
    phase : str
        ``"settling"``, ``"asking"``, ``"revealing"`` or ``"revealed"``.
    shown : tuple of (str, float)
        Captions and values of the readings revealed.
    problem : Problem or None
        Why an action could not be done.
    """

    progress: Progress
    phase: str = SETTLING
    shown: tuple[tuple[str, float], ...] = ()
    problem: Problem | None = None


class LessonRun(param.Parameterized):
    """One learner in one lesson.

    Parameters
    ----------
    session : Session
        Driven by its intents; may be one with a worker.
    lesson : Lesson
    seed : int, optional
        Instead of the lesson's.
    progress : Progress, optional
        Where to go on; the session is brought to where that step needs it.
    """

    state = cast(RunState, param.Parameter(doc="What a screen shows; replaced whole."))

    def __init__(
        self, session: Session, lesson: Lesson, *, seed: int | None = None, progress: Progress | None = None
    ) -> None:
        super().__init__()
        self.session, self.lesson = session, lesson
        self._waiting: list[tuple[Action, ...] | Callable[[], None]] = []
        self._working = False
        start = progress if progress is not None else Progress(lesson.id, lesson.seed if seed is None else seed)
        if start.lesson != lesson.id:
            raise LessonError(f"This is progress in the lesson {start.lesson!r}.", f"Start {lesson.id!r} afresh.")
        self.state = RunState(start.at(min(start.step, len(lesson.steps) - 1)))
        self._watcher = session.param.watch(lambda event: self.advance(), "activity")
        self._enter()

    # -- what a screen reads ------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step:
        """The present step."""
        return self.lesson.steps[self.state.progress.step]

    @property
    def outcome(self) -> Outcome | None:
        """What came out of the present step so far."""
        return self.state.progress.outcomes.get(self.state.progress.step)

    @property
    def answer(self) -> Any:
        """The prediction made in the present step, or None."""
        return self.state.progress.answers.get(self.state.progress.step)

    @property
    def subject(self) -> Subject:
        """The present state, with prediction and score, for readings."""
        progress, outcome = self.state.progress, self.outcome
        predicted = float(self.answer) if isinstance(self.answer, int | float) else float("nan")
        score = float("nan") if outcome is None or outcome.score is None else outcome.score
        return replace(subject_of(self.session, progress.seed), predicted=predicted, score=score)

    @property
    def at_end(self) -> bool:
        """Whether this is the last step."""
        return self.state.progress.step == len(self.lesson.steps) - 1

    # -- what a learner does ------------------------------------------------------------------------------------------

    def predict(self, answer: Any) -> None:
        """Keep a prediction; it may be changed until the reveal.

        Raises
        ------
        LessonError
            If this step asks for none, is not ready or revealed already, or the answer is none.
        """
        if self.step.prediction is None:
            raise LessonError("This step asks for no prediction.", "Read on.")
        if self.state.phase != ASKING:
            raise LessonError("A prediction cannot be made now.", "Make it before the reveal, once the step is ready.")
        kept = accept(self.step.prediction, answer, self.subject)
        self._replace(progress=self.state.progress.answering(kept))

    def reveal(self) -> None:
        """Do the experiment, show its readings and set the prediction beside them.

        Raises
        ------
        LessonError
            If there is nothing to reveal, or a prediction is still to be made.
        """
        if self.step.reveal is None:
            raise LessonError("This step has nothing to reveal.", "Go on to the next.")
        if self.state.phase != ASKING:
            raise LessonError("This step cannot be revealed now.", "Wait until it is ready, or go on.")
        if self.step.prediction is not None and self.answer is None:
            raise LessonError("Predict first.", "A guess is welcome: it is kept and drawn beside the outcome.")
        self._replace(phase=REVEALING)
        self._waiting += [self._train_on_answer, self.step.reveal.actions, self._finish_reveal]
        self.advance()

    def check(self) -> bool:
        """Whether what the step asks for holds now; kept in the outcome. True where it asks for nothing.

        Raises
        ------
        LessonError
            If the step is still being set up, or a reading cannot be had in this state.
        """
        if self.state.phase in (SETTLING, REVEALING):
            raise LessonError("This step is not ready yet.", "Wait a moment.")
        if self.step.check is None:
            return True
        subject = self.subject
        held = all(holds(each, subject) for each in self.step.check.expected)
        self._replace(progress=self.state.progress.with_outcome(replace(self.outcome or Outcome(), held=held)))
        return held

    def next(self) -> None:
        """Go to the next step; at the last one, stay."""
        self.go_to(self.state.progress.step + 1)

    def back(self) -> None:
        """Go to the step before; at the first one, stay."""
        self.go_to(self.state.progress.step - 1)

    def go_to(self, step: int) -> None:
        """Go to a step, counted from 0; the session is brought to where that step starts."""
        bounded = min(max(step, 0), len(self.lesson.steps) - 1)
        if bounded != self.state.progress.step:
            self._replace(progress=self.state.progress.at(bounded))
            self._enter()

    def again(self) -> None:
        """Forget the present step's prediction and outcome, and begin it anew."""
        self._replace(progress=self.state.progress.forgetting())
        self._enter()

    def solve(self) -> None:
        """Do what the step's solution says: for the teacher, and for tests."""
        self._waiting.append(self.step.solution)
        self.advance()

    def close(self) -> None:
        """Let go of the session, which stays open."""
        self._waiting = []
        self.session.param.unwatch(self._watcher)

    # -- inside -------------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Go on with what waits, as far as the session lets; called again whenever it has become idle."""
        if self._working:
            return
        self._working = True
        try:
            while self._waiting and self.session.activity is None and self.session.problem is None:
                self._do_next()
            if self.session.problem is not None and self._waiting:
                self._stop(self.session.problem)
        except LessonError as error:
            self._stop(Problem(error.message, error.hint))
        finally:
            self._working = False

    def _do_next(self) -> None:
        first = self._waiting.pop(0)
        if callable(first):
            first()
        elif first:
            self._waiting.insert(0, first[1:])
            perform(first[0], self.session, self.state.progress.seed)

    def _stop(self, problem: Problem) -> None:
        self._waiting = []
        self._replace(phase=ASKING, problem=problem)

    def _enter(self) -> None:
        """Bring the session to where the present step starts: all steps' actions since something was loaded last."""
        place = self.state.progress.step
        self._replace(phase=SETTLING, shown=(), problem=None)
        self.session.dismiss_problem()
        start = next((i for i in range(place, -1, -1) if _loads(self.lesson.steps[i])), 0)
        self._waiting = []
        for step in self.lesson.steps[start:place]:
            self._waiting += [step.setup, step.reveal.actions if step.reveal is not None else ()]
        self._waiting += [self.step.setup, self._settle]
        self.advance()

    def _settle(self) -> None:
        known = self.outcome
        if known is None or (self.step.reveal is not None and self.step.prediction is not None and self.answer is None):
            self._replace(phase=ASKING)
        elif self.step.reveal is not None:  # it was revealed before: show it again
            self._waiting += [self._train_on_answer, self.step.reveal.actions, self._finish_reveal]
            self._replace(phase=REVEALING)
        else:
            self._replace(phase=ASKING)

    def _train_on_answer(self) -> None:
        if isinstance(self.step.prediction, StructuresPrediction) and isinstance(self.answer, tuple):
            self.session.set_members(*training_of_answer(self.session, self.answer))

    def _finish_reveal(self) -> None:
        reveal = self.step.reveal
        assert reveal is not None
        made = outcome_of(self.step, self.answer, self.subject, self._before_answer())
        progress = self.state.progress.with_outcome(replace(made, held=None))
        self._replace(progress=progress)
        subject = self.subject
        shown = tuple((each.caption, value_of(each.expression, subject)) for each in reveal.shown)
        self._replace(phase=REVEALED, shown=shown)
        if self.step.check is not None and not self.step.solution:
            self.check()

    def _before_answer(self) -> tuple[int, ...]:
        """Members before chosen structures were added."""
        members, answer = self.session.members, self.answer
        return tuple(sorted(set(members) - set(answer))) if isinstance(answer, tuple) else members

    def _replace(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)


def _loads(step: Step) -> bool:
    return any(action.name in LOADING for action in step.setup)
