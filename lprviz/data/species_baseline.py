"""The ways to take an energy per species off the totals before a model learns the rest.

``"least-squares"``
    fitted to every labelled structure, see `lprviz.data.baseline`.
``"isolated-atoms"``
    the energies of free atoms that the set itself holds: what is left is the atomisation energy.
``"none"``
    nothing: the model learns total energies.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ase import Atoms

from lprviz.data.baseline import CompositionBaseline, composition_baseline
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

ISOLATED_DISTANCE = 7.0
"""Å between an atom and its nearest periodic image from which a cell of one atom counts as a free atom."""

_AGREEMENT = 0.01
"""eV by which several free atoms of one species may differ; their mean is taken."""


def species_baseline(structures: StructureSet, kind: str = "least-squares") -> CompositionBaseline:
    """Energy per species by one of `BASELINES`.

    Raises
    ------
    ModelError
        For an unknown kind, and where free atoms are asked for but missing, or contradict each other.
    """
    if kind not in BASELINES:
        raise ModelError(f"There is no energy baseline {kind!r}.", f"Choose one of {', '.join(BASELINES)}.")
    return BASELINES[kind](structures)


def isolated_atom_baseline(structures: StructureSet) -> CompositionBaseline:
    """Energies of the free atoms in the set: labelled structures of one atom far from its periodic images.

    Raises
    ------
    ModelError
        Where a species of the set has no free atom, or several whose energies differ by more than 0.01 eV.
    """
    found = isolated_atom_energies(structures)
    missing = [symbol for symbol in structures.species if symbol not in found]
    if missing:
        raise ModelError(
            f"The set holds no isolated atom with an energy for {', '.join(missing)}.",
            "Add structures of one free atom each, or take the least-squares baseline.",
        )
    for symbol, energies in found.items():
        if np.ptp(energies) > _AGREEMENT:
            raise ModelError(
                f"Isolated atoms of {symbol} have energies from {min(energies):.4f} to {max(energies):.4f} eV.",
                "Keep the one that belongs to the other energies, or take the least-squares baseline.",
            )
    return CompositionBaseline({symbol: float(np.mean(energies)) for symbol, energies in found.items()})


def isolated_atom_energies(structures: StructureSet) -> dict[str, list[float]]:
    """Energies in eV of the free atoms in the set, by chemical symbol, in the order of `StructureSet.species`."""
    found: dict[str, list[float]] = {symbol: [] for symbol in structures.species}
    for index in np.flatnonzero((structures.sizes == 1) & np.isfinite(structures.energies)):
        atoms = structures.atoms[index]
        if _is_free(atoms):
            found[atoms.get_chemical_symbols()[0]].append(float(structures.energies[index]))
    return {symbol: energies for symbol, energies in found.items() if energies}


def _zero_baseline(structures: StructureSet) -> CompositionBaseline:
    return CompositionBaseline(dict.fromkeys(structures.species, 0.0))


BASELINES: dict[str, Callable[[StructureSet], CompositionBaseline]] = {
    "least-squares": composition_baseline,
    "isolated-atoms": isolated_atom_baseline,
    "none": _zero_baseline,
}
"""Kinds of baseline by name."""


def _is_free(atoms: Atoms) -> bool:
    """Whether the only atom of a structure is farther than `ISOLATED_DISTANCE` from its periodic images."""
    from ase.geometry import minkowski_reduce

    if not atoms.pbc.any():
        return True
    reduced, _ = minkowski_reduce(atoms.cell, pbc=atoms.pbc)  # pyright: ignore[reportArgumentType]
    shortest = np.asarray(reduced)[atoms.pbc]  # of a reduced cell, periodic vectors are the shortest ones there are
    return bool((np.linalg.norm(shortest, axis=1) >= ISOLATED_DISTANCE).all())
