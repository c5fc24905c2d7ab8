"""Toys as structures that a viewer can draw: every environment a bead on a square grid."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.gallery.toys.toy import Toy

SPACING = 3.8
"""Distance of neighbouring beads in angstrom: wide enough that no viewer takes them for bonded."""

BEADS = ("Ar", "Kr")
"""Symbols that stand for A and B: noble gases, which bond to nothing."""


def bead_positions(count: int) -> np.ndarray:
    """Positions (count, 3) in angstrom on the smallest square grid that holds so many, filled row by row."""
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    return np.stack([column, -row, np.zeros(count)], axis=1) * SPACING


def as_structures(toy: Toy) -> StructureSet:
    """The toy as a data set: beads in the order of its environments, with energies, local truth and groups.

    Energies count in the toy's own unit, written as eV: the mean target times the number of beads. ``coordinate``
    holds t where there is one.
    """
    structures = []
    for index in range(toy.n_structures):
        rows = slice(toy.offsets[index], toy.offsets[index + 1])
        symbols = [BEADS[kind] for kind in toy.species[rows]]
        atoms = Atoms(symbols, positions=bead_positions(len(symbols)))
        atoms.info.update(group=toy.groups[index], energy=float(toy.targets[index] * len(symbols)))
        atoms.set_array("local_energy", toy.local_targets[rows].copy())
        if toy.coordinates is not None:
            atoms.set_array("coordinate", toy.coordinates[rows].copy())
        structures.append(atoms)
    return StructureSet.from_atoms(structures, name=toy.title, source="a toy made by lprviz", copy=False)


def as_analysis(toy: Toy) -> LPRAnalysis:
    """The toy behind the facade that the dashboard uses: the same rigidities, atom by atom, as `Toy.engine`.

    Imported features are divided by a frozen scale s; with the regulariser divided by s^2, nothing changes.
    """
    structures = as_structures(toy)
    table = FeatureTable.of(structures, toy.features, title=toy.title)
    square = float(np.mean(np.einsum("ij,ij->i", toy.features, toy.features)))
    return LPRAnalysis(structures, model=ModelSpec.imported(table, baseline="none"), alpha=toy.alpha / square)
