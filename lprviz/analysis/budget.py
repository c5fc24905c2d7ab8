"""The budget curve: what n additions buy, chosen greedily, at random, or in an order of the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.orders import checked_order, seen_by, walk
from lprviz.analysis.results import FloatArray, IntArray, Suggestion, read_only
from lprviz.analysis.suggestion import candidate_list, greedy_suggestion
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

BAND = (0.1, 0.9)
"""Quantiles of the random orders between which the band lies."""


@dataclass(frozen=True, eq=False, repr=False)
class BudgetCurve:
    """A goal's metric after 0, 1, ..., n additions, for three ways to choose them.

    Attributes
    ----------
    greedy : Suggestion
        The greedy choice; its `curve` has shape (n + 1,).
    random : (n_seeds, n + 1) array
        The metric along random orders of the same candidates.
    random_orders : (n_seeds, n) array of int
    own_order : tuple of int
        The user's own order; empty where none was given.
    own : (len(own_order) + 1,) array
    threshold : float
        LPR that counts as covered, for ``"coverage"``.
    """

    greedy: Suggestion
    random: FloatArray
    random_orders: IntArray
    own_order: tuple[int, ...]
    own: FloatArray
    threshold: float

    @property
    def goal(self) -> str:
        """The goal of the greedy choice, whose metric all curves count."""
        return self.greedy.goal

    @property
    def metric(self) -> str:
        """What the curves count, in words."""
        return self.greedy.metric

    @property
    def random_median(self) -> FloatArray:
        """Median over the random orders, (n + 1,)."""
        return np.median(self.random, axis=0)

    @property
    def random_band(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper end of the band that holds four of five random orders, each (n + 1,)."""
        low, high = np.quantile(self.random, BAND, axis=0)
        return low, high

    def __repr__(self) -> str:
        own = f", own order {self.own[-1]:.4g}" if self.own_order else ""
        return (
            f"BudgetCurve({self.metric}: {self.greedy.curve[0]:.4g} now; after {len(self.greedy)} additions greedy "
            f"{self.greedy.curve[-1]:.4g}, random {self.random_median[-1]:.4g} in the median{own})"
        )


def budget_curve(
    fitted: FittedLPR,
    n: int,
    *,
    goal: str,
    target: IntArray,
    candidates: Iterable[int] | None = None,
    own_order: Iterable[int] | None = None,
    n_seeds: int = 20,
    seed: int = 0,
    threshold: float = 1.0,
    tick: Tick = no_tick,
) -> BudgetCurve:
    """Compare ways to spend a budget of `n` additions; see `FittedLPR.budget_curve`."""
    if n_seeds < 1:
        raise ModelError(f"A curve of {n_seeds} random orders shows nothing.", "Ask for at least one.")
    left = candidate_list(fitted, candidates)
    own = checked_order(fitted, own_order or ())
    watched = seen_by(fitted, target)
    everything = np.arange(len(target))
    greedy = greedy_suggestion(
        watched, n, goal=goal, target=everything, candidates=left, threshold=threshold, tick=phase(tick, 0.0, 0.5)
    )
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(left)[: len(greedy)] for _ in range(n_seeds)]
    curves = []
    for number, order in enumerate(orders):
        part = phase(tick, 0.5 + 0.45 * number / n_seeds, 0.5 + 0.45 * (number + 1) / n_seeds)
        curves.append(walk(watched, order.tolist(), goal, threshold, tick=part))
    return BudgetCurve(
        greedy=greedy,
        random=read_only(np.array(curves)),
        random_orders=np.array(orders, dtype=np.intp),
        own_order=own,
        own=walk(watched, own, goal, threshold, tick=phase(tick, 0.95, 1.0)),
        threshold=float(threshold),
    )
