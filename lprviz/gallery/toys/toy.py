"""`Toy`: a small data set whose environments are numbers, and whose local truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.engine import RigidityEngine
from lprviz.errors import DataError

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Toy:
    """Structures made of environments that are rows of numbers. A pool: training sets are indices into it.

    Attributes
    ----------
    title : str
    features : ndarray of shape (n_environments, n_features)
        As the model sees them; not scaled, which is part of the toy's definition.
    offsets : ndarray of shape (n_structures + 1,)
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    species : ndarray of shape (n_environments,)
        0 for A, 1 for B.
    coordinates : ndarray of shape (n_environments,) or None
        The number that each environment is made from, where one number makes it: t in [0, 1], or x.
    local_targets : ndarray of shape (n_environments,)
        The truth that training never sees: what each environment contributes.
    targets : ndarray of shape (n_structures,)
        What training sees: the mean over the structure's environments, plus label noise.
    groups : tuple of str
        Group of each structure.
    alpha : float
        The regulariser of this toy.
    """

    title: str
    features: FloatArray
    offsets: IntArray
    species: IntArray
    coordinates: FloatArray | None
    local_targets: FloatArray
    targets: FloatArray
    groups: tuple[str, ...]
    alpha: float

    @classmethod
    def build(
        cls,
        title: str,
        structures: Sequence[FloatArray],
        *,
        local_targets: ArrayLike,
        noise: ArrayLike,
        groups: Sequence[str],
        alpha: float,
        species: ArrayLike | None = None,
        coordinates: ArrayLike | None = None,
    ) -> Toy:
        """Join the features of each structure, (n_atoms, n_features) each; ``noise`` (n_structures,) is on the labels.

        Raises
        ------
        DataError
            If there is no structure, or one without environments.
        """
        if not structures or min(map(len, structures)) == 0:
            raise DataError("A toy needs structures with at least one environment each.", "Ask for at least one.")
        features = np.concatenate(structures)
        offsets = np.concatenate([[0], np.cumsum([len(each) for each in structures])]).astype(np.intp)
        local = np.asarray(local_targets, dtype=np.float64)
        kinds = np.zeros(len(features), dtype=np.intp) if species is None else np.array(species, dtype=np.intp)
        for array in (offsets, kinds):
            array.flags.writeable = False
        return cls(
            title,
            frozen(features),
            offsets,
            kinds,
            None if coordinates is None else frozen(coordinates),
            frozen(local),
            frozen(structure_means(local[:, None], offsets)[:, 0] + np.asarray(noise, dtype=np.float64)),
            tuple(groups),
            float(alpha),
        )

    # -- sizes and indices --------------------------------------------------------------------------------------------

    @property
    def n_structures(self) -> int:
        """Number of structures."""
        return len(self.offsets) - 1

    @property
    def n_environments(self) -> int:
        """Number of environments in all structures together."""
        return len(self.features)

    @cached_property
    def means(self) -> FloatArray:
        """Mean features of every structure, shape (n_structures, n_features)."""
        return frozen(structure_means(self.features, self.offsets))

    def members(self, group: str, count: int | None = None) -> tuple[int, ...]:
        """Structures of a group, the first ``count`` of them where given.

        Raises
        ------
        DataError
            If the group has fewer, or there is no such group.
        """
        found = tuple(index for index, each in enumerate(self.groups) if each == group)
        if not found or (count is not None and count > len(found)):
            known = ", ".join(dict.fromkeys(self.groups))
            raise DataError(f"This toy has {len(found)} structures in the group {group!r}.", f"Groups: {known}.")
        return found[:count]

    def environments_of(self, structures: Iterable[int]) -> IntArray:
        """Environments of some structures, one structure after another."""
        ranges = [np.arange(self.offsets[s], self.offsets[s + 1]) for s in structures]
        return np.concatenate(ranges) if ranges else np.arange(0)

    # -- the model ----------------------------------------------------------------------------------------------------

    def engine(self, members: Iterable[int], *, alpha: float | None = None) -> RigidityEngine:
        """Train on some structures: every reading of `lprviz.RigidityEngine`, live under edits."""
        chosen = self.alpha if alpha is None else alpha
        return RigidityEngine(self.features, self.means, alpha=chosen, members=members, targets=self.targets)

    def __repr__(self) -> str:
        counts = {group: self.groups.count(group) for group in dict.fromkeys(self.groups)}
        listed = ", ".join(f"{group} {count}" for group, count in counts.items())
        return f"Toy({self.title!r}: {self.n_environments} environments, structures: {listed}; alpha {self.alpha:g})"


def structure_means(rows: FloatArray, offsets: IntArray) -> FloatArray:
    """Means over consecutive blocks of rows (n_environments, k) -> (n_structures, k)."""
    return np.add.reduceat(rows, offsets[:-1], axis=0) / np.diff(offsets)[:, None]


def geometric_mean(values: ArrayLike) -> float:
    """exp of the mean logarithm: the typical size of numbers that run over decades."""
    return float(np.exp(np.mean(np.log(np.asarray(values)))))
