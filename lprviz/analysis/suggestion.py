"""Greedy choice of what to train on next, and the metric each goal climbs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lprviz.analysis.results import FloatArray, IntArray, Suggestion, read_only
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.data.structures import StructureSet

_METRICS: dict[str, str] = {
    "mean-log": "mean ln LPR",
    "worst": "ln of the lowest LPR",
    "d-optimal": "ln det information gained",
    "v-optimal": "minus summed variance",
    "coverage": "share of atoms at or above the threshold",
}
"""What the curve of each goal counts."""


def goals() -> tuple[str, ...]:
    """Names of the goals that `greedy_suggestion` knows."""
    return tuple(_METRICS)


def target_environments(
    structures: StructureSet, target: Any = None, target_structures: Iterable[int] | None = None
) -> IntArray:
    """Environments that matter, as sorted unique indices: those of `target`, of `target_structures`, or all."""
    everything = np.arange(structures.n_environments)
    if target is not None and target_structures is not None:
        raise ModelError("The target is given twice.", "Give either target or target_structures.")
    if target_structures is not None:
        chosen = [everything[structures.offsets[s] : structures.offsets[s + 1]] for s in target_structures]
        environments = np.concatenate(chosen) if chosen else everything[:0]
    elif target is None:
        environments = everything
    else:
        environments = _pick(everything, target)
    if not len(environments):
        raise ModelError("The target holds no environment.", "Name at least one environment or structure.")
    return np.unique(environments)


def greedy_suggestion(
    fitted: FittedLPR,
    n: int,
    *,
    goal: str,
    target: IntArray,
    candidates: Iterable[int] | None = None,
    threshold: float = 1.0,
    tick: Tick = no_tick,
) -> Suggestion:
    """Add the candidate of highest gain, `n` times, each time given those added before.

    For ``"d-optimal"`` the gain ``ln(1 + f^T P f)`` is submodular, so greedy is within ``1 - 1/e`` of the best set.
    Ties go to the lowest index. Under the training scale gains are taken at the scale before each addition.
    """
    _require_goal(goal, n)
    left = _candidate_list(fitted, candidates)
    options: dict[str, Any] = {"threshold": threshold} if goal == "coverage" else {}
    order: list[int] = []
    gains: list[float] = []
    curve = [goal_metric(fitted.lpr[target], goal, threshold)]
    for done in range(min(n, len(left))):
        tick(done, n)
        offered = np.asarray(fitted.engine.gains(goal=goal, target=target, candidates=left, **options))
        best = int(np.argmax(offered))
        gains.append(float(offered[best]))
        order.append(left.pop(best))
        fitted = fitted.add(order[-1])
        step = gains[-1] + curve[-1] if goal == "d-optimal" else goal_metric(fitted.lpr[target], goal, threshold)
        curve.append(step)
    tick(n, n)
    return Suggestion(
        order=tuple(order),
        gains=read_only(np.array(gains)),
        curve=read_only(np.array(curve)),
        goal=goal,
        metric=_METRICS[goal],
    )


def goal_metric(lpr: FloatArray, goal: str, threshold: float = 1.0) -> float:
    """The quantity that `goal` raises, for the LPR of the target environments; 0 for ``"d-optimal"``.

    ``"d-optimal"`` counts information about structures from where it starts, so it has no value of its own here.
    """
    if goal == "mean-log":
        return float(np.mean(np.log(lpr[np.isfinite(lpr)])))
    if goal == "worst":
        return float(np.log(np.min(lpr)))
    if goal == "v-optimal":
        return -float(np.sum(1.0 / lpr))
    if goal == "coverage":
        return float(np.mean(lpr >= threshold))
    return 0.0


def _require_goal(goal: str, n: int) -> None:
    if goal not in _METRICS:
        raise ModelError(f"There is no goal {goal!r}.", f"Choose one of {', '.join(_METRICS)}.")
    if n < 1:
        raise ModelError(f"Cannot suggest {n} structures.", "Ask for at least one.")


def _candidate_list(fitted: FittedLPR, candidates: Iterable[int] | None) -> list[int]:
    """Candidates in rising order; all that are not in training by default."""
    members = set(fitted.members)
    n_structures = fitted.analysis.structures.n_structures
    if candidates is None:
        return [j for j in range(n_structures) if j not in members]
    chosen = sorted({int(j) for j in candidates})
    wrong = next((j for j in chosen if not 0 <= j < n_structures or j in members), None)
    if wrong is not None:
        why = "is in training already" if wrong in members else f"does not exist: there are {n_structures}"
        raise ModelError(f"Candidate structure {wrong} {why}.", "Give structures that are not in training.")
    return chosen


def _pick(everything: IntArray, target: Any) -> IntArray:
    selector = target if isinstance(target, slice) else np.asarray(target)
    try:
        return everything[selector]
    except IndexError as error:
        raise ModelError(
            f"The target names an environment outside the {len(everything)} there are.",
            "Give indices, a slice or a mask of environments; for structures use target_structures.",
        ) from error
