"""What each column of the features stands for: which neighbour species, which radial functions, which degree.

The layout is that of `lprviz.data.descriptors`, and of what models put around it: the power spectrum, or one block of
it for each centre species; then one column per species; then one for all.
"""

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
    """The columns of the features, one by one. Those of degree -1 are constants, the others power spectrum.

    Attributes
    ----------
    neighbours : ndarray of int, shape (n_columns, 2)
        Atomic numbers (a, b) of the pair of neighbour densities, a <= b; (0, 0) for a constant.
    degree : ndarray of int, shape (n_columns,)
        Degree l of the spherical harmonics; -1 for a constant.
    radial : ndarray of int, shape (n_columns, 2)
        Radial functions (n_1 of a, n_2 of b), counted from 0; n_1 <= n_2 where a = b; (-1, -1) for a constant.
    centre : ndarray of int, shape (n_columns,)
        Atomic number of the centres that alone have this column, as species columns do; 0 where all have it.
    """

    neighbours: IntArray
    degree: IntArray
    radial: IntArray
    centre: IntArray

    def __post_init__(self) -> None:
        for name in ("neighbours", "degree", "radial", "centre"):
            array = np.asarray(getattr(self, name), dtype=np.int64).view()
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.degree)


def feature_columns(
    hypers: SoapHypers,
    species: Sequence[str],
    *,
    species_columns: bool,
    per_centre_species: bool = False,
    intercept: bool = False,
) -> FeatureColumns:
    """Name the columns of the features; nothing is computed.

    Parameters
    ----------
    hypers : SoapHypers
        The descriptor.
    species : sequence of str
        Chemical symbols of the data set by rising atomic number, as in ``StructureSet.species``.
    species_columns : bool
        Whether one column per species follows the power spectrum.
    per_centre_species : bool
        Whether each centre species has a power spectrum of its own.
    intercept : bool
        Whether one constant column for all atoms comes last.
    """
    numbers = [atomic_numbers[symbol] for symbol in species]
    spectrum = _power_spectrum(hypers, numbers)
    blocks = [_of_centre(spectrum, number) for number in numbers] if per_centre_species else [spectrum]
    if species_columns:
        blocks += [_of_centre(_CONSTANT, number) for number in numbers]
    if intercept:
        blocks.append(_CONSTANT)
    table = np.hstack(blocks)
    return FeatureColumns(table[:2].T, table[2], table[3:5].T, table[5])


_CONSTANT = np.array([[0], [0], [-1], [-1], [-1], [0]], dtype=np.int64)
"""One constant for all centres, as a table of six rows: a, b, l, n_1, n_2, centre."""


def _power_spectrum(hypers: SoapHypers, numbers: Sequence[int]) -> IntArray:
    """The power spectrum shared by all centres, as such a table."""
    shape = (hypers.max_angular + 1, hypers.max_radial + 1, hypers.max_radial + 1)
    every = np.indices(shape).reshape(3, -1)
    _, n_1, n_2 = every
    blocks = []
    for a, b in combinations_with_replacement(numbers, 2):
        kept = every[:, n_1 <= n_2] if a == b else every
        pair = np.broadcast_to([[a], [b]], (2, kept.shape[1]))
        blocks.append(np.vstack([pair, kept, np.zeros_like(kept[:1])]))
    return np.hstack(blocks)


def _of_centre(table: IntArray, number: int) -> IntArray:
    """The same columns for the centres of one species only."""
    return np.vstack([table[:-1], np.full_like(table[-1:], number)])
