"""What each column of the features stands for: which neighbour species, which radial functions, which degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.data.hypers import SoapHypers

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FeatureColumns:
    """The columns of `lprviz.data.descriptors.Features`, one by one.

    Attributes
    ----------
    neighbours : ndarray of int, shape (n_columns, 2)
        Atomic numbers (a, b) of the pair of neighbour densities, a <= b; (0, 0) for a species column.
    degree : ndarray of int, shape (n_columns,)
        Degree l of the spherical harmonics; -1 for a species column.
    radial : ndarray of int, shape (n_columns, 2)
        Radial functions (n_1 of a, n_2 of b), counted from 0; n_1 <= n_2 where a = b; (-1, -1) for a species column.
    constant : ndarray of int, shape (n_columns,)
        Atomic number of the centre a species column belongs to; 0 for the power spectrum.
    """

    neighbours: IntArray
    degree: IntArray
    radial: IntArray
    constant: IntArray

    def __post_init__(self) -> None:
        for name in ("neighbours", "degree", "radial", "constant"):
            array = np.asarray(getattr(self, name), dtype=np.int64).view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.degree)


def feature_columns(hypers: SoapHypers, species: Sequence[str], *, species_columns: bool) -> FeatureColumns:
    """Name the columns that `lprviz.data.descriptors.compute_features` gives; nothing is computed.

    Parameters
    ----------
    hypers : SoapHypers
        The descriptor.
    species : sequence of str
        Chemical symbols of the data set by rising atomic number, as in ``StructureSet.species``.
    species_columns : bool
        Whether one column per species follows the power spectrum.
    """
    numbers = [atomic_numbers[symbol] for symbol in species]
    shape = (hypers.max_angular + 1, hypers.max_radial + 1, hypers.max_radial + 1)
    every = np.indices(shape).reshape(3, -1)
    _, n_1, n_2 = every
    blocks = []
    for a, b in combinations_with_replacement(numbers, 2):
        kept = every[:, n_1 <= n_2] if a == b else every
        blocks.append(np.vstack([np.full((2, kept.shape[1]), [[a], [b]]), kept, np.zeros((1, kept.shape[1]))]))
    if species_columns:
        blocks += [np.array([[0], [0], [-1], [-1], [-1], [number]]) for number in numbers]
    table = np.hstack(blocks).astype(np.int64)
    return FeatureColumns(table[:2].T, table[2], table[3:5].T, table[5])
