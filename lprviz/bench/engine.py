"""The engine against skmatter (same work, same features) and against memory (reading the projected matrix once)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lprviz.bench.entries import Entry, Samples, costs, faster_than
from lprviz.bench.timing import faster_of, take_turns
from lprviz.bench.workloads import PUBLISHED_ALPHA, Workload, public_sets, silicon
from lprviz.core import PoolSpace, RigidityEngine
from lprviz.core.scaling import training_scale
from lprviz.data.descriptors import compute_features
from lprviz.errors import LprvizError

FloatArray = np.ndarray

_PEER_ROUNDS = 3
_ROUNDS = 60


def measure(data: Path | None = None) -> Iterator[Entry]:
    """Measure on the silicon set of the published size, and on real sets where `data` holds them."""
    yield from measure_workload(silicon())
    if data is not None:
        for workload in public_sets(data):
            yield from measure_workload(workload)


def measure_workload(workload: Workload, *, rounds: int = _ROUNDS, peer_rounds: int = _PEER_ROUNDS) -> Iterator[Entry]:
    """All entries for one workload."""
    features = compute_features(workload.structures, workload.hypers)
    offsets = workload.structures.offsets
    pool = PoolSpace.from_features(features.values, features.structure_means(offsets))
    engine = RigidityEngine.from_pool(pool, alpha=PUBLISHED_ALPHA, members=workload.members)
    work = {
        "set": workload.name,
        "n_structures": pool.n_structures,
        "n_environments": pool.n_environments,
        "n_features": pool.n_features,
        "rank": pool.rank,
        "n_train": len(workload.members),
        "alpha": PUBLISHED_ALPHA,
    }
    skmatter, peer_lpr = _skmatter(features.values, workload, peer_rounds)
    yield _deviation(pool, features.values, workload, peer_lpr, work)
    yield from _toggles(engine, skmatter, work, rounds)
    yield from _others(engine, work, max(rounds // 4, 3))


def _skmatter(features: FloatArray, workload: Workload, rounds: int) -> tuple[Samples, FloatArray]:
    """Time of one skmatter call for the whole set, and what it says."""
    try:
        from skmatter.metrics import local_prediction_rigidity
    except ImportError as error:
        raise LprvizError("The engine benchmark compares with skmatter, which is missing.",
                          "Install the extra: pip install lprviz[test].") from error  # fmt: skip
    per_structure = np.split(features, workload.structures.offsets[1:-1])
    train = [per_structure[j] for j in workload.members]
    answers: list[FloatArray] = []

    def call() -> None:
        lpr, _ = local_prediction_rigidity(train, per_structure, PUBLISHED_ALPHA)
        answers[:] = [np.concatenate(lpr)]

    samples = take_turns({"skmatter": call}, rounds, warm_up=0)["skmatter"]
    return samples, answers[0]


def _deviation(
    pool: PoolSpace, features: FloatArray, workload: Workload, expected: FloatArray, work: dict[str, Any]
) -> Entry:
    """Largest relative deviation from skmatter, with its scale over the training atoms."""
    square_norms = np.einsum("ij,ij->i", features, features)
    scale = training_scale(square_norms, workload.structures.offsets, workload.members)
    lpr = RigidityEngine.from_pool(pool, alpha=PUBLISHED_ALPHA * scale**2, members=workload.members).lpr
    return Entry(
        "LPR: largest relative deviation from skmatter", work,
        value=float(np.max(np.abs(lpr / expected - 1.0))), bound="<= 1e-6",
    )  # fmt: skip


def _toggles(engine: RigidityEngine, skmatter: Samples, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    """Adding and removing one structure, each giving the LPR of every environment."""
    outside = sorted(set(range(engine.n_structures)) - set(engine.members))
    turn = iter(range(10**9))
    matrix = engine.pool.environments
    vector = np.ones(matrix.shape[1])

    def add() -> None:
        _ = engine.add(outside[next(turn) % len(outside)]).lpr

    def remove() -> None:
        _ = engine.remove(engine.members[next(turn) % len(engine.members)]).lpr

    def preview() -> None:
        engine.preview(outside[next(turn) % len(outside)])

    timed = take_turns(
        {
            "reading A by a matrix-vector product": lambda: matrix @ vector,
            "reading A by a sum": matrix.sum,
            "add": add,
            "remove": remove,
            "preview": preview,
        },
        rounds,
        warm_up=3,
    )
    reading = faster_of(timed["reading A by a matrix-vector product"], timed["reading A by a sum"])
    both = Samples("toggle", timed["add"].milliseconds + timed["remove"].milliseconds)
    yield faster_than("toggle against a skmatter call", both, skmatter, work, ">= 1000")
    yield costs("toggle against reading A once", both, reading, work, "<= 1.5")
    yield costs("  add against reading A once", timed["add"], reading, work)
    yield costs("  remove against reading A once", timed["remove"], reading, work)
    yield costs("preview against reading A once", timed["preview"], reading, work, "<= 1.5")


def _others(engine: RigidityEngine, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    """Gains of all candidates, alpha ticks, and the same state from scratch."""
    outside = sorted(set(range(engine.n_structures)) - set(engine.members))
    moved = engine.with_alpha(2.0 * PUBLISHED_ALPHA)
    steps = iter(range(10**9))
    timed = take_turns(
        {
            "one candidate really added": lambda: engine.add(outside[0]).lpr,
            "gains of all candidates": lambda: engine.gains(goal="mean-log"),
            "alpha, next tick": lambda: moved.with_alpha(PUBLISHED_ALPHA * 1.01 ** (next(steps) % 50)).lpr,
            "the same state from scratch": lambda: engine.refactored().lpr,
        },
        rounds,
    )
    work_of_gains = {**work, "n_candidates": len(outside)}
    one_by_one = Samples(
        "all candidates really added", tuple(len(outside) * t for t in timed["one candidate really added"].milliseconds)
    )
    yield faster_than("gains of all candidates", timed["gains of all candidates"], one_by_one, work_of_gains)
    scratch = timed["the same state from scratch"]
    yield faster_than("alpha, next tick", timed["alpha, next tick"], scratch, work)
    yield Entry("the same state from scratch", work, scratch)
    fresh = take_turns({"alpha, first tick": lambda: _unshared(engine).with_alpha(2e-4).lpr}, 3, warm_up=0)
    yield Entry("alpha, first tick (with its fresh state)", work, fresh["alpha, first tick"])


def _unshared(engine: RigidityEngine) -> RigidityEngine:
    """The same state without what earlier alpha ticks have left behind."""
    return RigidityEngine.from_pool(engine.pool, alpha=engine.alpha, members=engine.members)
