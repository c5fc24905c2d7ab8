"""Everything wrong in a lesson's file: what cannot be read, and what does not come out as the lesson says."""

from __future__ import annotations

from pathlib import Path

from lprviz.lessons.blocks import Problem
from lprviz.lessons.catalogue import lesson_text
from lprviz.lessons.learner import Followed, follow
from lprviz.lessons.parsing import read_lesson
from lprviz.lessons.values import Lesson
from lprviz.progress import Tick, no_tick


def check_file(path: str | Path, *, play: bool = True, seed: int | None = None, tick: Tick = no_tick
               ) -> list[Problem]:  # fmt: skip
    """Look for everything wrong in a file.

    Parameters
    ----------
    path : str or Path
    play : bool
        Whether to go through the lesson as well, where it can be read.
    seed : int, optional
        Play it with this seed instead of the lesson's.

    Raises
    ------
    LessonError
        If there is no such file.
    """
    made = read_lesson(lesson_text(Path(path)), Path(path))
    if made.lesson is None or not play:
        return made.problems
    return [problem for each in follow(made.lesson, seed=seed, tick=tick) for problem in _found(made.lesson, each)]


def _found(lesson: Lesson, step: Followed) -> list[Problem]:
    title = lesson.steps[step.step].title
    if step.problem:
        return [Problem(step.line, f"The step {title!r} cannot be done: {step.problem}", "Mend its blocks.")]
    if step.held is False:
        return [Problem(step.line, f"In the step {title!r}, what is expected does not come out.",
                        "Correct the expectation, its tolerance, or what the step does.")]  # fmt: skip
    if step.held_before:
        return [Problem(step.line, f"The step {title!r} is solved before the learner does anything.",
                        "Ask for more, or let the set-up start further away.")]  # fmt: skip
    return []
