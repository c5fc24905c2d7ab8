r"""Derivatives of the features with respect to positions, summed over each structure: what forces are linear in.

A linear model predicts the energy of a structure as the sum of its features times weights, so it predicts the force on
atom j along axis x as

.. math:: F_{jx} = -\frac{\partial E}{\partial r_{jx}}
              = \left( -\frac{\partial}{\partial r_{jx}} \sum_i x_i \right) \cdot w .

The bracket is one row, 3 for each atom. The derivatives of single environments, a hundred times more numbers, are
summed as soon as featomic has them, a few dozen centres at a time, and never held together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.data import descriptors
from lprviz.data.descriptors import PowerSpectrum
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.errors import DescriptorError
from lprviz.progress import Tick, no_tick

FloatArray = NDArray[np.float64]

CENTRES = 64
"""Environments per call of featomic: their derivatives by all neighbours are what is held at once."""


class _Call(NamedTuple):
    """Structures ``begin`` to ``end``, or the centres ``first`` to ``last`` of a single one."""

    begin: int
    end: int
    first: int
    last: int


def force_rows(
    structures: StructureSet,
    hypers: SoapHypers,
    *,
    divisor: float,
    n_features: int,
    chosen: Sequence[int] | None = None,
    per_centre_species: bool = False,
    tick: Tick = no_tick,
) -> FloatArray:
    """Minus the derivatives of the summed features of some structures.

    Parameters
    ----------
    structures : StructureSet
        The data set: its species decide the columns, as in `lprviz.data.descriptors.compute_features`.
    hypers : SoapHypers
        The descriptor.
    divisor : float
        What the raw power spectrum is divided by in the features.
    n_features : int
        Number of columns; those after the power spectrum are constants, whose derivatives are zero.
    chosen : sequence of int, optional
        Structures, in the order of their rows; all by default.
    per_centre_species : bool
        Whether the features have one block of columns per species of the centre.
    tick : Tick
        Called with (centres done, centres) after every few dozen.

    Returns
    -------
    ndarray, shape (3 * atoms of the chosen structures, n_features)
        Per Å, row 3 j + x for atom j and axis x, structure after structure.

    Raises
    ------
    DescriptorError
        If featomic refuses the structures, or the rows would not fit into memory beside the features.
    """
    wanted = list(range(structures.n_structures)) if chosen is None else [int(index) for index in chosen]
    subset = structures if chosen is None else structures.select(wanted) if wanted else None
    if subset is None:
        return np.zeros((0, n_features))
    require_memory_for_forces(structures.n_environments, subset.n_environments, n_features)
    rows = np.zeros((subset.n_environments, 3, n_features))
    gradients = _Gradients(hypers, structures.species, per_centre_species=per_centre_species)
    for call in _calls(subset):
        gradients.subtract_from(rows, subset, call)
        tick(int(subset.offsets[call.begin]) + call.last, subset.n_environments)
    rows /= divisor
    return rows.reshape(-1, n_features)


def require_memory_for_forces(n_environments: int, n_with_forces: int, n_features: int) -> None:
    """Raise DescriptorError where features and force rows would not fit: every atom with forces weighs as four."""
    size = 8 * (n_environments + 3 * n_with_forces) * n_features
    if size > descriptors.MEMORY_LIMIT:
        raise DescriptorError(
            f"The forces on {n_with_forces} atoms and the features of {n_environments}, {n_features} each, need "
            f"{size / 2**30:.1f} GB, and {descriptors.MEMORY_LIMIT / 2**30:.1f} GB is the limit.",
            "Train without forces, lower max_radial or max_angular, or use fewer structures.",
        )


class _Gradients:
    """The power spectrum of one set of species with its derivatives by positions."""

    def __init__(self, hypers: SoapHypers, species: tuple[str, ...], *, per_centre_species: bool) -> None:
        self._soap = PowerSpectrum(hypers, species)
        numbers = [atomic_numbers[symbol] for symbol in species]
        stride = self._soap.n_features if per_centre_species else 0
        self._shift = {number: index * stride for index, number in enumerate(numbers)}

    def subtract_from(self, rows: FloatArray, structures: StructureSet, call: _Call) -> None:
        """Take the derivatives of a call's centres off ``rows`` (n_environments, 3, n_features)."""
        options = {} if call.end > call.begin + 1 else {"selected_samples": _centres(call)}
        spectrum = self._soap.compute(structures, call.begin, call.end, gradients=["positions"], **options)
        first, last = structures.offsets[call.begin], structures.offsets[call.end]
        starts = structures.offsets[call.begin : call.end] - first
        for key, block in spectrum.items():
            gradient = block.gradient("positions")
            if len(gradient.samples) == 0:
                continue
            moved = starts[np.asarray(gradient.samples.column("system"))] + np.asarray(gradient.samples.column("atom"))
            columns, weights = self._soap.columns(key, block)
            shift = self._shift[int(key["center_type"])]
            place = slice(columns.start + shift, columns.stop + shift)
            rows[first:last, :, place] -= _summed(np.asarray(gradient.values), moved, int(last - first)) * weights


def _summed(values: FloatArray, moved: NDArray[np.integer], n_atoms: int) -> FloatArray:
    """Sum derivatives (n_pairs, 3, n) over the centres of each moved atom -> (n_atoms, 3, n)."""
    import scipy.sparse

    n_pairs = len(moved)
    gather = scipy.sparse.csr_matrix((np.ones(n_pairs), (moved, np.arange(n_pairs))), shape=(n_atoms, n_pairs))
    return np.asarray(gather @ values.reshape(n_pairs, -1)).reshape(n_atoms, *values.shape[1:])


def _calls(structures: StructureSet) -> Iterator[_Call]:
    """Small structures together, large ones a part of their centres at a time, in order."""
    begin = 0
    for end in range(1, structures.n_structures + 1):
        size = int(structures.sizes[end - 1])
        if size > CENTRES:
            for first in range(0, size, CENTRES):
                yield _Call(end - 1, end, first, min(first + CENTRES, size))
            begin = end
            continue
        gathered = int(structures.offsets[end] - structures.offsets[begin])
        follows = int(structures.sizes[end]) if end < structures.n_structures else 2 * CENTRES
        if gathered + follows > CENTRES:
            yield _Call(begin, end, 0, gathered)
            begin = end


def _centres(call: _Call) -> object:
    """featomic's way of naming some atoms of the only system in a call."""
    from metatensor import Labels

    atoms = np.arange(call.first, call.last, dtype=np.int32)
    return Labels(["system", "atom"], np.column_stack([np.zeros_like(atoms), atoms]))
