"""Walking through an order of structures, switching one after another, and the metric of a goal along the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.analysis.suggestion import goal_metric
from lprviz.core.engine import RigidityEngine
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


def seen_by(fitted: FittedLPR, target: IntArray) -> FittedLPR:
    """The same training set judging the environments of `target` alone, in this order: edits then cost only those.

    For LPR and nothing else: energies are left out, and environments have other numbers than in the data set.
    """
    engine = fitted.engine
    pool = engine.pool
    judged = replace(
        pool,
        environments=pool.environments[target],
        residuals=pool.residuals[target],
        ties=pool.ties[target],
        features=None,
    )
    fewer = RigidityEngine.from_pool(judged, alpha=engine.alpha, members=engine.members)
    return type(fitted)(fitted.analysis, fewer, fitted.alpha)


def walk(
    watched: FittedLPR,
    order: Sequence[int],
    goal: str,
    threshold: float = 1.0,
    *,
    tick: Tick = no_tick,
) -> FloatArray:
    """The metric of a goal before and after each switch of an order, (len(order) + 1,).

    Structures outside training are added, members are removed. ``watched`` comes from `seen_by`: all of its
    environments are the target.
    """
    curve = [goal_metric(watched.lpr, goal, threshold)]
    for done, structure in enumerate(order):
        tick(done, len(order))
        joins = structure not in watched.members
        step = information_step(watched, structure) if goal == "d-optimal" else 0.0
        watched = watched.add(structure) if joins else watched.remove(structure)
        curve.append(curve[-1] + step if goal == "d-optimal" else goal_metric(watched.lpr, goal, threshold))
    tick(len(order), len(order))
    return read_only(np.array(curve))


def information_step(fitted: FittedLPR, structure: int) -> float:
    """By how much the log det of the Hessian rises or falls when one structure is switched."""
    if structure in fitted.members:
        return -float(fitted.engine.losses("d-optimal", members=[structure])[0])
    return float(fitted.engine.gains("d-optimal", candidates=[structure])[0])


def checked_order(fitted: FittedLPR, order: Iterable[int]) -> tuple[int, ...]:
    """An order of additions as a user gave it: each structure once, none in training."""
    chosen, members = tuple(int(j) for j in order), set(fitted.members)
    n_structures = fitted.engine.n_structures
    wrong = next((j for j in chosen if not 0 <= j < n_structures or j in members), None)
    if wrong is not None or len(set(chosen)) < len(chosen):
        what = "names a structure twice" if wrong is None else f"names structure {wrong}"
        raise ModelError(
            f"The order {what}, which cannot be added.", "Name structures outside training, each of them once."
        )
    return chosen
