"""Random pools of atoms and structures of every awkward kind, for the property tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lprviz.core import RigidityEngine


@dataclass(frozen=True, eq=False)
class Case:
    """Atoms with features, gathered into structures; features and targets are random, sizes are anything."""

    atoms: np.ndarray
    offsets: np.ndarray
    targets: np.ndarray
    alpha: float
    rng: np.random.Generator

    @property
    def means(self) -> np.ndarray:
        return np.add.reduceat(self.atoms, self.offsets[:-1]) / np.diff(self.offsets)[:, None]

    @property
    def n_structures(self) -> int:
        return len(self.offsets) - 1

    def per_structure(self, members) -> list[np.ndarray]:
        return [self.atoms[self.offsets[c] : self.offsets[c + 1]] for c in members]

    def some_members(self) -> list[int]:
        count = self.rng.integers(0, self.n_structures + 1)
        return sorted(int(c) for c in self.rng.choice(self.n_structures, count, replace=False))

    def engine(self, members=(), **changes) -> RigidityEngine:
        arguments = {"alpha": self.alpha, "targets": self.targets} | changes
        return RigidityEngine(self.atoms, self.means, members=members, **arguments)


def random_case(
    seed: int,
    n_structures: int,
    n_features: int,
    rank: int | None = None,
    duplicates: int = 0,
    alpha: float = 1e-4,
) -> Case:
    """A case of given sizes; ``rank`` limits the features' rank, ``duplicates`` repeats that many structures."""
    rng = np.random.default_rng(seed)
    blocks = [rng.standard_normal((rng.integers(1, 5), n_features)) for _ in range(n_structures)]
    if rank is not None:
        mixing = rng.standard_normal((rank, n_features))
        blocks = [rng.standard_normal((len(block), rank)) @ mixing / np.sqrt(rank) for block in blocks]
    for _ in range(min(duplicates, n_structures - 1)):
        blocks[rng.integers(n_structures)] = blocks[rng.integers(n_structures)].copy()
    offsets = np.cumsum([0] + [len(block) for block in blocks])
    atoms = np.vstack(blocks) / np.sqrt(n_features)
    return Case(atoms, offsets, rng.standard_normal(n_structures), alpha, rng)


def cases(smallest_exponent: float = -6.0) -> st.SearchStrategy[Case]:
    """Fewer structures than features and more, deficient ranks, repeated structures, a single one, small alphas."""
    return st.builds(
        random_case,
        seed=st.integers(0, 2**32 - 1),
        n_structures=st.integers(1, 14),
        n_features=st.integers(1, 18),
        rank=st.one_of(st.none(), st.integers(1, 5)),
        duplicates=st.integers(0, 3),
        alpha=st.floats(smallest_exponent, 1.0).map(lambda exponent: 10.0**exponent),
    )


def law(*strategies: st.SearchStrategy, **named: st.SearchStrategy) -> Callable[[Callable], Callable]:
    """A property that holds for everything drawn; a busy machine is no counterexample, so there is no deadline."""

    def decorate(test: Callable) -> Callable:
        return settings(deadline=None)(given(*strategies, **named)(test))

    return decorate


def relative_difference(values: np.ndarray, expected: np.ndarray) -> float:
    """Largest relative difference; infinite where one is finite and the other is not."""
    values, expected = np.asarray(values), np.asarray(expected)
    assert values.shape == expected.shape
    equal = values == expected
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.where(equal, 0.0, np.abs(values - expected) / np.abs(expected)).max(initial=0.0))
