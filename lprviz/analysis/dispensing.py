"""Which training structures can go with the least loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.orders import information_step, seen_by
from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.analysis.suggestion import METRICS, goal_metric, require_goal
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


@dataclass(frozen=True, eq=False, repr=False)
class Dispensable:
    """Members that can go, one after another, each the least loss given those gone before it.

    Attributes
    ----------
    order : tuple of int
        Structures in the order they go.
    losses : (len(order),) array
        What each was to cost when it was chosen, in the unit of `curve`.
    curve : (len(order) + 1,) array
        The goal's own metric before the first removal and after each one.
    goal : str
    metric : str
        What `curve` counts, in words.
    """

    order: tuple[int, ...]
    losses: FloatArray
    curve: FloatArray
    goal: str
    metric: str

    def __len__(self) -> int:
        return len(self.order)

    def __repr__(self) -> str:
        first = ", ".join(str(j) for j in self.order[:10]) + (", ..." if len(self.order) > 10 else "")
        return f"Dispensable({self.goal}: [{first}]; {self.metric} {self.curve[0]:.4g} -> {self.curve[-1]:.4g})"


def dispensable(
    fitted: FittedLPR,
    n: int,
    *,
    goal: str,
    target: IntArray,
    members: Iterable[int] | None = None,
    threshold: float = 1.0,
    tick: Tick = no_tick,
) -> Dispensable:
    """Remove the member of least loss, `n` times, each time given those gone before.

    Ties go to the lowest index. Under the training scale losses are taken at the scale before each removal, and one
    member is kept.
    """
    require_goal(goal, n, "remove")
    left = _offered(fitted, members)
    most = len(left) if fitted.scale == "frozen" else min(len(left), len(fitted.members) - 1)
    watched = seen_by(fitted, target)
    order: list[int] = []
    losses: list[float] = []
    curve = [goal_metric(watched.lpr, goal, threshold)]
    for done in range(min(n, most)):
        tick(done, n)
        offered = watched.engine.losses(goal, members=left, threshold=threshold)
        least = int(np.argmin(offered))
        losses.append(float(offered[least]))
        order.append(left.pop(least))
        step = information_step(watched, order[-1]) if goal == "d-optimal" else 0.0
        watched = watched.remove(order[-1])
        curve.append(curve[-1] + step if goal == "d-optimal" else goal_metric(watched.lpr, goal, threshold))
    tick(n, n)
    return Dispensable(tuple(order), read_only(np.array(losses)), read_only(np.array(curve)), goal, METRICS[goal])


def _offered(fitted: FittedLPR, members: Iterable[int] | None) -> list[int]:
    """Members that may go, in rising order; all by default."""
    present = set(fitted.members)
    chosen = sorted(present if members is None else {int(j) for j in members})
    wrong = next((j for j in chosen if j not in present), None)
    if wrong is not None:
        raise ModelError(f"Structure {wrong} cannot go: it is not in training.", "Offer members of the training set.")
    return chosen
