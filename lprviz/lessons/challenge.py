"""The challenge: the best worst-atom LPR with ten structures; the score of a choice, and greedy's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lprviz.core.engine import RigidityEngine
from lprviz.errors import LessonError
from lprviz.gallery.toys import Toy, choice_toy

CHOSEN = 10
"""How many structures may be added."""

GOALS = ("worst", "mean-log")
"""Greedy's goals that a choice is set against."""


@dataclass(frozen=True)
class Score:
    """What a choice is worth.

    Attributes
    ----------
    worst : float
        Lowest LPR over the targets: the score.
    covered : float
        Share of the targets with an LPR of 0.1 or more.
    structures : tuple of int
        The choice.
    """

    worst: float
    covered: float
    structures: tuple[int, ...]


class Challenge:
    """One challenge, the same for a whole class: its seed decides the toy.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int = 0) -> None:
        self.toy: Toy = choice_toy(seed)
        self.candidates = self.toy.members("candidate")
        self._start = self.toy.engine(self.toy.members("base"))
        self._target = self.toy.environments_of(self.toy.members("target"))

    def score(self, structures: Iterable[int]) -> Score:
        """Score a choice; computed here and never taken from a browser.

        Raises
        ------
        LessonError
            If it is not ten different candidates.
        """
        chosen = tuple(sorted({int(each) for each in structures}))
        if len(chosen) != CHOSEN or not set(chosen) <= set(self.candidates):
            raise LessonError(f"{len(chosen)} candidates are chosen.", f"Choose {CHOSEN} different candidates.")
        engine = self._start
        for each in chosen:
            engine = engine.add(each)
        return self._scored(engine, chosen)

    def greedy(self, goal: str = "worst") -> Score:
        """What greedy reaches with one of its goals."""
        engine, left, chosen = self._start, list(self.candidates), []
        for _ in range(CHOSEN):
            gains = engine.gains(goal=goal, target=self._target, candidates=left)
            chosen.append(left.pop(int(np.argmax(gains))))
            engine = engine.add(chosen[-1])
        return self._scored(engine, tuple(chosen))

    def _scored(self, engine: RigidityEngine, chosen: tuple[int, ...]) -> Score:
        lpr = engine.lpr[self._target]
        return Score(float(lpr.min()), float(np.mean(lpr >= 0.1)), chosen)
