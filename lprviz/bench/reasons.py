"""What it costs to understand and to suggest, against brute force: really adding or removing, and recomputing.

Brute force is counted rather than waited for: one recomputation from scratch is timed in the same turns, and multiplied
by how many the question would take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from lprviz.analysis import FittedLPR, LPRAnalysis
from lprviz.bench.entries import Entry, Samples, costs, faster_than
from lprviz.bench.timing import take_turns
from lprviz.bench.workloads import PUBLISHED_ALPHA, Workload, silicon
from lprviz.core import PoolSpace, RigidityEngine

SIZES = (50, 313)
"""Structures of 64 atoms: 3 200 and 20 032 environments."""

PREVIEW_LIMIT = Samples("30 ms", (30.0,))
"""What a preview may take at 20 000 atoms, so that it follows the pointer."""

_ROUNDS = 5
_N_BUDGET = 3
_N_SEEDS = 5


@dataclass(frozen=True)
class _Question:
    """Something that is asked, and how many recomputations from scratch would answer it."""

    name: str
    ask: Callable[[], object]
    recomputations: int


def measure_reasons(
    sizes: tuple[int, ...] = SIZES, *, rounds: int = _ROUNDS, limit: Samples | None = PREVIEW_LIMIT
) -> Iterator[Entry]:
    """Every question at every size; ``limit`` bounds previews."""
    for size in sizes:
        yield from measure_questions(silicon(size), rounds=rounds, limit=limit)
    yield from measure_force_previews(silicon(sizes[0]), sizes, rounds=rounds, limit=limit)


def measure_questions(workload: Workload, *, rounds: int = _ROUNDS, limit: Samples | None = None) -> Iterator[Entry]:
    """Every question to one fit."""
    analysis = LPRAnalysis(workload.structures, hypers=workload.hypers, alpha=PUBLISHED_ALPHA).prepare()
    fitted = analysis.fit(workload.members)
    work = _sizes(fitted.engine, workload.name)
    for question in _questions(fitted):
        timed = take_turns(
            {"ours": question.ask, "recomputing": lambda: fitted.engine.refactored().lpr},
            rounds if question.recomputations == 1 else max(rounds // 2, 1),
        )
        brute = Samples(
            f"{question.recomputations} x recomputing",
            tuple(question.recomputations * t for t in timed["recomputing"].milliseconds),
        )
        yield faster_than(question.name, timed["ours"], brute, work)
        if limit is not None and question.name == "preview":
            yield costs("  preview against its limit", timed["ours"], limit, work, "<= 1")


def measure_force_previews(
    workload: Workload, sizes: tuple[int, ...], *, rounds: int = _ROUNDS, limit: Samples | None = None
) -> Iterator[Entry]:
    """Previews where structures bring forces; larger sizes repeat the environments, which alone set the cost."""
    structures = _with_forces(workload)
    analysis = LPRAnalysis(structures, hypers=workload.hypers, alpha=PUBLISHED_ALPHA, forces=True)
    pool = analysis.representation.pool
    for size in sizes:
        larger = _repeated(pool, size * pool.n_environments // pool.n_structures)
        engine = RigidityEngine.from_pool(larger, alpha=PUBLISHED_ALPHA, members=workload.members)
        outside, turn = sorted(set(range(engine.n_structures)) - set(engine.members)), count()
        both = [*outside, *engine.members[: len(outside)]]
        timed = take_turns(
            {
                "ours": lambda e=engine, b=both, t=turn: e.preview(b[next(t) % len(b)]),
                "recomputing": lambda e=engine: e.refactored().lpr,
            },
            rounds,
        )
        work = _sizes(engine, f"{workload.name}, with forces")
        yield faster_than("preview, with forces", timed["ours"], timed["recomputing"], work)
        if limit is not None:
            yield costs("  preview, with forces, against its limit", timed["ours"], limit, work, "<= 1")


def _questions(fitted: FittedLPR) -> Iterator[_Question]:
    members = fitted.members
    outside = sorted(set(range(fitted.engine.n_structures)) - set(members))
    n_members, n_outside = len(members), len(outside)
    atom, turn = int(np.argmin(fitted.lpr)), count()
    group = np.argsort(fitted.lpr)[:100]
    n_pairs = n_members * (n_members - 1) // 2
    n_walked = _N_BUDGET * n_outside + _N_SEEDS * _N_BUDGET

    def seen() -> float:
        preview = fitted.preview(outside[next(turn) % n_outside])
        return preview.mean_change + preview.worst_after[1] + preview.covered()[1]

    yield _Question("preview", seen, 1)
    yield _Question("who holds an atom", lambda: fitted.influence(atom), n_members)
    yield _Question("who holds a group of 100 atoms", lambda: fitted.group_influence(group), n_members)
    yield _Question("what every structure holds", lambda: fitted.group_influence(slice(None)), n_members)
    yield _Question("who leans on a structure", lambda: fitted.leaning(members[0]), 1)
    yield _Question("irreplaceable and redundant members", fitted.redundancy, n_members + n_pairs)
    yield _Question("why an atom is low, the first", lambda: _asked_afresh(fitted).explain(atom), n_outside)
    yield _Question("why an atom is low, the next", lambda: fitted.explain(atom), n_outside)
    yield _Question("the next structure to add", lambda: fitted.suggest(1), n_outside)
    yield _Question("the next structure to remove", lambda: fitted.dispensable(1), n_members)
    yield _Question(
        f"budget of {_N_BUDGET}, {_N_SEEDS} random orders",
        lambda: fitted.budget_curve(_N_BUDGET, n_seeds=_N_SEEDS),
        n_walked,
    )


def _asked_afresh(fitted: FittedLPR) -> FittedLPR:
    """The same fit without what earlier questions have left behind."""
    return FittedLPR(fitted.analysis, fitted.engine, fitted.alpha)


def _with_forces(workload: Workload) -> Any:
    """The structures with random forces: what they are does not matter to any rigidity."""
    from ase.calculators.singlepoint import SinglePointCalculator

    from lprviz.data import StructureSet

    generator, labelled = np.random.default_rng(0), []
    for atoms in workload.structures:
        copy = atoms.copy()
        copy.calc = SinglePointCalculator(copy, energy=0.0, forces=generator.normal(size=(len(copy), 3)))
        labelled.append(copy)
    return StructureSet.from_atoms(labelled, name=workload.name)


def _repeated(pool: PoolSpace, n_environments: int) -> PoolSpace:
    """The same structures judging more environments: those of the pool, again and again."""
    rows = np.resize(np.arange(pool.n_environments), n_environments)
    return replace(
        pool,
        environments=pool.environments[rows],
        residuals=pool.residuals[rows],
        ties=pool.ties[rows],
        features=None,
    )


def _sizes(engine: RigidityEngine, name: str) -> dict[str, Any]:
    return {
        "set": name,
        "n_structures": engine.n_structures,
        "n_environments": engine.n_environments,
        "rank": engine.pool.rank,
        "n_train": len(engine.members),
        "alpha": engine.alpha,
    }
