"""Greedy choice of what to train on next, and the metric each goal climbs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.analysis.groups import environments_of
from lprviz.analysis.results import FloatArray, IntArray, Suggestion, atoms_of, read_only
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.data.structures import StructureSet

METRICS: dict[str, str] = {
    "mean-log": "mean ln LPR",
    "worst": "ln of the lowest LPR",
    "d-optimal": "ln det information gained",
    "v-optimal": "minus summed variance",
    "coverage": "share of atoms at or above the threshold",
}
"""What the curve of each goal counts."""


def goals() -> tuple[str, ...]:
    """Names of the goals that `greedy_suggestion` knows."""
    return tuple(METRICS)


def target_environments(
    structures: StructureSet,
    target: Any = None,
    target_structures: Iterable[int] | None = None,
    target_species: str | Iterable[str] | None = None,
) -> IntArray:
    """Environments that matter, as sorted unique indices: those of `target`, of `target_structures`, or all.

    With `target_species` only those of these chemical symbols.
    """
    everything = np.arange(structures.n_environments)
    if target is not None and target_structures is not None:
        raise ModelError("The target is given twice.", "Give either target or target_structures.")
    if target_structures is not None:
        chosen = [everything[atoms_of(structures.offsets, s)] for s in target_structures]
        environments = np.concatenate(chosen) if chosen else everything[:0]
    elif target is None:
        environments = everything
    else:
        environments = _pick(structures, target)
    if target_species is not None:
        environments = environments[_of_species(structures, target_species)[environments]]
    if not len(environments):
        raise ModelError("The target holds no environment.", "Name at least one environment, structure or species.")
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
    require_goal(goal, n)
    left = candidate_list(fitted, candidates)
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
        metric=METRICS[goal],
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


def require_goal(goal: str, n: int, verb: str = "suggest") -> None:
    """Refuse a goal that is none, and fewer than one structure."""
    if goal not in METRICS:
        raise ModelError(f"There is no goal {goal!r}.", f"Choose one of {', '.join(METRICS)}.")
    if n < 1:
        raise ModelError(f"Cannot {verb} {n} structures.", "Ask for at least one.")


def candidate_list(fitted: FittedLPR, candidates: Iterable[int] | None) -> list[int]:
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


def _of_species(structures: StructureSet, symbols: str | Iterable[str]) -> NDArray[np.bool_]:
    """Which environments are of these species; one symbol or several."""
    wanted = [symbols] if isinstance(symbols, str) else list(symbols)
    unknown = next((each for each in wanted if each not in structures.species), None)
    if unknown is not None:
        raise ModelError(f"There is no {unknown!r} in this data set.", f"Species: {', '.join(structures.species)}.")
    return np.isin(structures.numbers, [atomic_numbers[each] for each in wanted])


def _pick(structures: StructureSet, target: Any) -> IntArray:
    selector = target if isinstance(target, slice) else np.asarray(target)
    if isinstance(selector, np.ndarray) and selector.ndim == 2:
        return environments_of(structures, selector)  # (structure, atom) pairs
    try:
        return np.arange(structures.n_environments)[selector]
    except IndexError as error:
        raise ModelError(
            f"The target names an environment outside the {structures.n_environments} there are.",
            "Give indices, a slice, a mask of environments or (structure, atom) pairs; for structures use "
            "target_structures.",
        ) from error
