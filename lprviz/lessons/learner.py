"""A learner that follows a script: every step is predicted, revealed, solved and checked, without a screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lprviz.errors import LessonError
from lprviz.lessons.predictions import Answer
from lprviz.lessons.run import ASKING, LessonRun
from lprviz.lessons.subject import structures_of
from lprviz.lessons.values import ChoicePrediction, Lesson, MarksPrediction, NumberPrediction, Prediction
from lprviz.progress import Tick, no_tick
from lprviz.session import Session


@dataclass(frozen=True)
class Followed:
    """What became of one step.

    Attributes
    ----------
    step : int
        Counted from 0.
    line : int
        Where the step stands in the file.
    held : bool or None
        Whether its check held; None where it has none.
    held_before : bool or None
        Whether it held before the solution was carried out; None where there is none.
    score : float or None
    problem : str
        What went wrong, or "".
    """

    step: int
    line: int
    held: bool | None = None
    held_before: bool | None = None
    score: float | None = None
    problem: str = ""


def follow(lesson: Lesson, *, seed: int | None = None, session: Session | None = None, tick: Tick = no_tick
           ) -> tuple[Followed, ...]:  # fmt: skip
    """Go through a lesson from its first step to its last, in a session of its own unless one is given.

    The session must work inline. Predictions are the middle of an axis, the right option, all atoms, or the first
    structures that may be chosen.
    """
    run = LessonRun(session if session is not None else Session(), lesson, seed=seed)
    done = []
    for step in range(len(lesson.steps)):
        run.go_to(step)
        try:
            done.append(_one_step(run))
        except LessonError as error:
            done.append(Followed(step, run.step.line, problem=str(error)))
        tick(step + 1, len(lesson.steps))
    run.close()
    return tuple(done)


def guess(prediction: Prediction, run: LessonRun) -> Answer:
    """An answer that anybody could give."""
    if isinstance(prediction, NumberPrediction):
        return math.sqrt(prediction.low * prediction.high)
    if isinstance(prediction, ChoicePrediction):
        return prediction.answer
    if isinstance(prediction, MarksPrediction):
        return ()
    return tuple(structures_of(prediction.among, run.subject).tolist()[: prediction.count])


def _one_step(run: LessonRun) -> Followed:
    step, place = run.step, run.state.progress.step
    _require_fine(run)
    before = None
    if step.prediction is not None:
        run.predict(guess(step.prediction, run))
    if step.reveal is not None and run.state.phase == ASKING:
        run.reveal()
    if step.solution:
        before = run.check()
        run.solve()
    _require_fine(run)
    held = run.check() if step.check is not None else None
    score = None if run.outcome is None else run.outcome.score
    return Followed(place, step.line, held, before, score)


def _require_fine(run: LessonRun) -> None:
    if run.state.problem is not None:
        raise LessonError(run.state.problem.message, run.state.problem.hint)
