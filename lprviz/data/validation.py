"""Check structures before anything is computed: what cannot be used is an error, what looks doubtful a warning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lprviz.data.geometry_checks import check_structure
from lprviz.data.periodicity import is_partly_periodic
from lprviz.data.structures import StructureSet
from lprviz.progress import Tick, no_tick

_BOHR_LIKE = 1.5
"""Nearest neighbours this many times farther than covalent radii say are more likely in Bohr (1.89) than real."""

_NOBLE = (2, 10, 18, 36, 54, 86)


def validate(structures: StructureSet, *, tick: Tick = no_tick) -> StructureSet:
    """Check every structure of a set.

    Parameters
    ----------
    structures : StructureSet
        The set to check.
    tick : Tick
        Called with (structures checked, n_structures).

    Returns
    -------
    StructureSet
        The same set with warnings added: one structure only, mixed or partial periodicity, positions that may be in
        Bohr. Warnings about energies are there already.

    Raises
    ------
    DataError
        For a structure without atoms or elements, with positions that are not finite, a singular cell, or
        overlapping atoms; the message names the structure and the atoms.
    """
    ratios = []
    for number, atoms in enumerate(structures):
        ratios.append(check_structure(atoms, number))
        tick(number + 1, structures.n_structures)
    found = (_single(structures), *_periodicity(structures), _units(structures, np.concatenate(ratios)))
    return structures.with_warnings(note for note in found if note)


def _single(structures: StructureSet) -> str:
    if structures.n_structures > 1:
        return ""
    return "There is only one structure; rigidity becomes telling with several to switch on and off."


def _periodicity(structures: StructureSet) -> list[str]:
    notes = []
    partly = [number for number, atoms in enumerate(structures) if is_partly_periodic(atoms)]
    if partly:
        notes.append(
            f"{len(partly)} structures (the first is {partly[0]}) are periodic in one or two directions only; their "
            "environments are computed with enough vacuum in the others."
        )
    periodic = sum(bool(atoms.pbc.any()) for atoms in structures)
    if 0 < periodic < structures.n_structures:
        total = structures.n_structures
        notes.append(f"Periodicity is mixed: {periodic} of {total} structures are periodic, the others are not.")
    return notes


def _units(structures: StructureSet, ratios: NDArray[np.float64]) -> str:
    """Compare the distances to nearest neighbours with what covalent radii allow."""
    counted = ratios[np.isfinite(ratios) & ~np.isin(structures.numbers, _NOBLE)]
    if len(counted) == 0 or np.median(counted) < _BOHR_LIKE:
        return ""
    return (
        f"Nearest neighbours are about {np.median(counted):.1f} times farther apart than chemical bonds; "
        "the positions may be in Bohr, and they were taken as Å."
    )
