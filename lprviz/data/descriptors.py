"""Features of atomic environments: the SOAP power spectrum of featomic, folded, scaled, with species columns.

This is the only module that speaks to featomic, and it imports it only when something is computed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.data.hypers import SoapHypers
from lprviz.data.periodicity import fully_periodic
from lprviz.data.structures import StructureSet
from lprviz.errors import DescriptorError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from metatensor import Labels, TensorMap


def _half_of_memory() -> int:
    """Half of the machine's memory in bytes, or 4 GB where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 4 * 1024**3


CHUNK = 1000
"""Atoms per call of featomic: a call per small molecule costs five to seven times more, and a cancel waits for one."""

MEMORY_LIMIT = _half_of_memory()
"""Bytes that the features may take."""


@dataclass(frozen=True)
class Features:
    """Features of every environment of a data set, divided by the scale that is frozen for this set and hypers.

    Attributes
    ----------
    values : ndarray, shape (n_environments, n_features)
        Scaled so that the mean of \\|x\\|² over all environments is 1.
    scale : float
        What the raw power spectrum was divided by, before species columns: sqrt(mean \\|soap\\|²).
    n_soap : int
        How many of the columns are power spectrum; the rest are species columns.
    has_species_columns : bool
        Whether one column per species follows, 1 for the centre's own, weighing as much as the whole spectrum.
    """

    values: NDArray[np.float64]
    scale: float
    n_soap: int
    has_species_columns: bool

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.values.shape[1]

    @property
    def divisor(self) -> float:
        """What the raw power spectrum was divided by in all: the scale, and sqrt(2) beside species columns."""
        return self.scale * (np.sqrt(2.0) if self.has_species_columns else 1.0)

    def structure_means(self, offsets: NDArray[np.int64]) -> NDArray[np.float64]:
        """Mean features of each structure, shape (n_structures, n_features), for environments cut at ``offsets``."""
        sums = np.add.reduceat(self.values, offsets[:-1], axis=0)
        return sums / np.diff(offsets)[:, None]


def compute_features(
    structures: StructureSet, hypers: SoapHypers, *, species_columns: bool | None = None, tick: Tick = no_tick
) -> Features:
    r"""Compute the features of every environment.

    The power spectrum p^{ab}_{n n' l} is symmetric under exchange of (a, n) with (b, n'). featomic gives each pair of
    species once, with the square root of two that makes up for it; for a pair of equal species the same is done here
    for n < n'. This folding leaves every inner product as it was and almost halves the columns.

    With s = sqrt(mean \|soap\|²), the features are soap / s, or [soap / s, onehot] / sqrt(2) with species columns.

    Parameters
    ----------
    structures : StructureSet
        The whole data set: the scale is frozen over it.
    hypers : SoapHypers
        The descriptor.
    species_columns : bool, optional
        Add one column per species; by default where there are several species. Without them isolated atoms of
        different species differ in nothing.
    tick : Tick
        Called with (environments done, environments) after every thousand or so.

    Returns
    -------
    Features
        Weights are shared by all centre species; columns run through the pairs of neighbour species.

    Raises
    ------
    DescriptorError
        If featomic refuses the structures, or the features would not fit into memory.
    """
    if species_columns is None:
        species_columns = len(structures.species) > 1
    n_soap = hypers.n_features(len(structures.species))
    n_features = n_soap + (len(structures.species) if species_columns else 0)
    require_memory(structures.n_environments, n_features)
    values = np.zeros((structures.n_environments, n_features))
    soap = PowerSpectrum(hypers, structures.species)
    for begin, end in _chunks(structures):
        rows = slice(int(structures.offsets[begin]), int(structures.offsets[end]))
        soap.fill(values[rows, :n_soap], structures, begin, end)
        tick(rows.stop, structures.n_environments)
    scale = _scale(values[:, :n_soap])
    values /= scale
    if species_columns:
        own = np.searchsorted([atomic_numbers[symbol] for symbol in structures.species], structures.numbers)
        values[np.arange(len(values)), n_soap + own] = 1.0
        values /= np.sqrt(2.0)
    values.flags.writeable = False
    return Features(values, scale, n_soap, species_columns)


class PowerSpectrum:
    """One calculator with fixed species: the columns never depend on which structures are in a call."""

    def __init__(self, hypers: SoapHypers, species: tuple[str, ...]) -> None:
        from featomic import SoapPowerSpectrum
        from metatensor import Labels

        numbers = [atomic_numbers[symbol] for symbol in species]
        pairs = list(combinations_with_replacement(numbers, 2))
        keys = np.array([(centre, *pair) for centre in numbers for pair in pairs], dtype=np.int32)
        self._keys = Labels(["center_type", "neighbor_1_type", "neighbor_2_type"], keys)
        self._properties, columns = _folded_properties(self._keys, hypers)
        starts = np.concatenate([[0], np.cumsum([columns[a == b] for a, b in pairs])])
        self._columns = {pair: slice(int(starts[i]), int(starts[i + 1])) for i, pair in enumerate(pairs)}
        self.n_features = int(starts[-1])
        self._calculator = SoapPowerSpectrum(**hypers.to_featomic())

    def fill(self, out: NDArray[np.float64], structures: StructureSet, begin: int, end: int) -> None:
        """Write the folded spectrum of structures ``begin`` to ``end`` into ``out`` (their environments, n_soap)."""
        starts = structures.offsets[begin:end] - structures.offsets[begin]
        for key, block in self.compute(structures, begin, end).items():
            if len(block.samples) == 0:
                continue
            system, atom = np.asarray(block.samples.values).T
            columns, weights = self.columns(key, block)
            out[starts[system] + atom, columns] = np.asarray(block.values) * weights

    def compute(self, structures: StructureSet, begin: int, end: int, **options: Any) -> TensorMap:
        """What featomic says of structures ``begin`` to ``end``; options are those of its own ``compute``."""
        systems: list[Any] = [_as_featomic_wants(each) for each in structures.atoms[begin:end]]
        try:
            return self._calculator.compute(
                systems, selected_keys=self._keys, selected_properties=self._properties, **options
            )
        except Exception as error:  # featomic has one error type, Python's own come with it, and all mean the same
            raise _explained(error, begin, end) from error

    def columns(self, key: Any, block: Any) -> tuple[slice, NDArray[np.float64] | float]:
        """Where the properties of a block belong among the features, and what they are multiplied by.

        The kept half of a block of equal species is weighed so that inner products stay what they were.
        """
        pair = (int(key["neighbor_1_type"]), int(key["neighbor_2_type"]))
        if pair[0] != pair[1]:
            return self._columns[pair], 1.0
        _, n_1, n_2 = np.asarray(block.properties.values).T
        return self._columns[pair], np.where(n_1 == n_2, 1.0, np.sqrt(2.0))


def _as_featomic_wants(atoms: Atoms) -> Atoms:
    """Return an equivalent structure that featomic takes: it refuses slabs, and warns of cells that are idle."""
    return fully_periodic(atoms) if atoms.pbc.any() else Atoms(atoms.numbers, atoms.positions)


def _folded_properties(keys: Labels, hypers: SoapHypers) -> tuple[TensorMap, dict[bool, int]]:
    """Columns to ask featomic for: n_1 <= n_2 between equal species, all between different ones."""
    from metatensor import Labels, TensorBlock, TensorMap

    degree, n_1, n_2 = np.indices((hypers.max_angular + 1, hypers.max_radial + 1, hypers.max_radial + 1)).reshape(3, -1)
    every = np.stack([degree, n_1, n_2], axis=1).astype(np.int32)
    chosen = {True: every[n_1 <= n_2], False: every}
    blocks = [
        TensorBlock(
            values=np.zeros((1, len(chosen[bool(a == b)]))),
            samples=Labels.single(),
            components=[],
            properties=Labels(["l", "n_1", "n_2"], chosen[bool(a == b)]),
        )
        for _, a, b in np.asarray(keys.values)
    ]
    return TensorMap(keys, blocks), {same: len(rows) for same, rows in chosen.items()}


def _chunks(structures: StructureSet) -> list[tuple[int, int]]:
    """Ranges of structures of about `CHUNK` environments each."""
    ranges, begin = [], 0
    for end in range(1, structures.n_structures + 1):
        if structures.offsets[end] - structures.offsets[begin] >= CHUNK or end == structures.n_structures:
            ranges.append((begin, end))
            begin = end
    return ranges


def _scale(soap: NDArray[np.float64]) -> float:
    """sqrt(mean \\|soap\\|²) over the environments."""
    mean = float(np.einsum("ij,ij->", soap, soap)) / len(soap)
    if not np.isfinite(mean) or mean <= 0:
        raise DescriptorError(
            "The power spectrum of these structures is zero or not finite.", "Check positions and cutoff."
        )
    return mean**0.5


def require_memory(n_environments: int, n_features: int) -> None:
    """Raise DescriptorError where features of this size would take more than `MEMORY_LIMIT`."""
    size = 8 * n_environments * n_features
    if size > MEMORY_LIMIT:
        raise DescriptorError(
            f"{n_environments} environments with {n_features} features each need {size / 2**30:.1f} GB, "
            f"and {MEMORY_LIMIT / 2**30:.1f} GB is the limit.",
            "Lower max_radial or max_angular, or use fewer structures.",
        )


def _explained(error: Exception, begin: int, end: int) -> DescriptorError:
    """Say which structures were at hand, and quote featomic."""
    said = " ".join(str(error).split())[:160]
    return DescriptorError(
        f"The descriptor cannot be computed for structures {begin} to {end - 1}: {said}.",
        "Check these structures and the hypers.",
    )
