"""The engine against skmatter (same work, same features) and against memory (reading the projected matrix once)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from lprviz.bench.entries import Entry, Samples, costs, faster_than
from lprviz.bench.reasons import measure_reasons
from lprviz.bench.timing import faster_of, merged, take_turns
from lprviz.bench.workloads import PUBLISHED_ALPHA, Workload, public_sets, silicon
from lprviz.core import PoolSpace, RigidityEngine
from lprviz.core.scaling import training_scale
from lprviz.data.descriptors import compute_features
from lprviz.data.pools import ACCURACY, ALPHA_MIN
from lprviz.errors import LprvizError

FloatArray = np.ndarray

_PEER_ROUNDS = 3
_ROUNDS = 60


def measure(data: Path | None = None) -> Iterator[Entry]:
    """Measure on the silicon set of the published size, questions at two sizes, and real sets where `data` has them."""
    yield from measure_workload(silicon())
    yield from measure_reasons()
    if data is not None:
        for workload in public_sets(data):
            yield from measure_workload(workload)


def measure_workload(workload: Workload, *, rounds: int = _ROUNDS, peer_rounds: int = _PEER_ROUNDS) -> Iterator[Entry]:
    """All entries for one workload."""
    features = compute_features(workload.structures, workload.hypers)
    offsets = workload.structures.offsets
    means = features.structure_means(offsets)
    pool = PoolSpace.from_features(features.values, means, alpha_min=ALPHA_MIN, accuracy=ACCURACY)
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
    peer = _Skmatter(features.values, workload)
    toggles = _Toggles(engine)
    blocks = []
    for _ in range(peer_rounds):  # a slow call, then a block of quick ones, so that both meet the same moments
        blocks.append(take_turns({"skmatter": peer.call}, 1, warm_up=0))
        blocks.append(toggles.measure(max(rounds // peer_rounds, 1)))
    yield _deviation(pool, features.values, workload, peer.lpr, work)
    yield from _toggle_entries(merged(blocks), work)
    yield from _others(engine, work, max(rounds // 4, 3))


class _Skmatter:
    """One skmatter call for the whole set, and what it says."""

    def __init__(self, features: FloatArray, workload: Workload) -> None:
        self._per_structure = np.split(features, workload.structures.offsets[1:-1])
        self._train = [self._per_structure[j] for j in workload.members]
        self.lpr = np.empty(0)

    def call(self) -> None:
        try:
            from skmatter.metrics import local_prediction_rigidity
        except ImportError as error:
            raise LprvizError(
                "The engine benchmark compares with skmatter, which is missing.", "pip install lprviz[test]"
            ) from error
        lpr, _ = local_prediction_rigidity(self._train, self._per_structure, PUBLISHED_ALPHA)
        self.lpr = np.concatenate(lpr)


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


class _Toggles:
    """Adding, removing and previewing one structure, each giving the LPR of every environment; and reading A."""

    def __init__(self, engine: RigidityEngine) -> None:
        targets = np.random.default_rng(0).normal(size=engine.n_structures)  # the cost does not depend on the values
        self._engine = engine
        self._fitted = RigidityEngine.from_pool(
            engine.pool, alpha=engine.alpha, members=engine.members, targets=targets
        )
        self._outside = sorted(set(range(engine.n_structures)) - set(engine.members))
        self._turn = count()

    def measure(self, rounds: int) -> dict[str, Samples]:
        """Take turns between the edits and two ways to read the projected matrix once."""
        matrix = self._engine.pool.environments
        vector = np.ones(matrix.shape[1])
        return take_turns(
            {
                "reading A by a matrix-vector product": lambda: matrix @ vector,
                "reading A by a sum": matrix.sum,
                "add": lambda: self._engine.add(self._candidate()).lpr,
                "remove": lambda: self._engine.remove(self._member()).lpr,
                "add with energies": lambda: self._fitted.add(self._candidate()).local_targets,
                "preview": lambda: self._engine.preview(self._candidate()),
            },
            rounds,
            warm_up=3,
        )

    def _candidate(self) -> int:
        return self._outside[next(self._turn) % len(self._outside)]

    def _member(self) -> int:
        return self._engine.members[next(self._turn) % len(self._engine.members)]


def _toggle_entries(timed: Mapping[str, Samples], work: dict[str, Any]) -> Iterator[Entry]:
    reading = faster_of(timed["reading A by a matrix-vector product"], timed["reading A by a sum"])
    both = Samples("toggle", timed["add"].milliseconds + timed["remove"].milliseconds)
    yield faster_than("toggle against a skmatter call", both, timed["skmatter"], work, ">= 1000")
    yield costs("toggle against reading A once", both, reading, work, "<= 1.5")
    yield costs("  add against reading A once", timed["add"], reading, work)
    yield costs("  remove against reading A once", timed["remove"], reading, work)
    yield costs("  add, local energies following, against reading A", timed["add with energies"], reading, work)
    yield costs("preview against reading A once", timed["preview"], reading, work, "<= 1.5")


def _others(engine: RigidityEngine, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    """Gains of all candidates, alpha ticks, and the same state from scratch."""
    outside = sorted(set(range(engine.n_structures)) - set(engine.members))
    moved = engine.with_alpha(2.0 * PUBLISHED_ALPHA)
    steps = count()
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
