"""Readings that several entries share: structures by group, environments by species, typical values and ratios."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import ArrayLike, NDArray

from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet

Members = tuple[int, ...]
Mask = NDArray[np.bool_]


def in_groups(structures: StructureSet, *groups: str) -> Members:
    """Structures of some groups, in the order of the file."""
    return tuple(index for index, each in enumerate(structures.groups) if each in groups)


def atoms_in(structures: StructureSet, chosen: Iterable[int]) -> Mask:
    """True for the environments of some structures, shape (n_environments,)."""
    return np.isin(structures.structure_of, list(chosen))


def of_species(structures: StructureSet, symbol: str) -> Mask:
    """True for the environments of one species, shape (n_environments,)."""
    return structures.numbers == atomic_numbers[symbol]


def typical(values: ArrayLike) -> float:
    """Geometric mean."""
    return float(np.exp(np.mean(np.log(np.asarray(values)))))


def median_ratio(after: NDArray[np.float64], before: NDArray[np.float64], where: Mask) -> float:
    """Median over some environments of after/before, atom by atom."""
    return float(np.median(after[where] / before[where]))


def card_hypers(name: str) -> SoapHypers:
    """The descriptor that a bundled set's card recommends."""
    from lprviz.data.bundled import dataset_card

    return SoapHypers.from_mapping(dict(dataset_card(name).hypers))


def spread_out(members: Members, count: int) -> Members:
    """So many structures, evenly through a group, whose neighbours in the file are often snapshots of one network."""
    return tuple(members[int(index)] for index in np.linspace(0, len(members) - 1, count).round())
