"""Composition baseline: what the energy of a structure would be if each atom had a fixed energy per species.

Models learn what is left. The baseline is fitted once per data set and frozen, so that changing the training set
never moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.data.structures import StructureSet


@dataclass(frozen=True)
class CompositionBaseline:
    """One energy per species, applied to structures and environments.

    Attributes
    ----------
    per_species : mapping of str to float
        Energy of one atom of each species in eV. Species that no labelled structure has count as zero.
    """

    per_species: Mapping[str, float]

    def of_environments(self, structures: StructureSet) -> NDArray[np.float64]:
        """Return the energy of the species of each environment in eV, shape (n_environments,)."""
        table = np.zeros(119)
        for symbol, energy in self.per_species.items():
            table[atomic_numbers[symbol]] = energy
        return table[structures.numbers]

    def of_structures(self, structures: StructureSet) -> NDArray[np.float64]:
        """Return the sum over the atoms of each structure in eV, shape (n_structures,)."""
        return np.add.reduceat(self.of_environments(structures), structures.offsets[:-1])

    def targets(self, structures: StructureSet) -> NDArray[np.float64]:
        """Return what a model learns, (energy - baseline) / n_atoms in eV, shape (n_structures,); nan where missing."""
        return (structures.energies - self.of_structures(structures)) / structures.sizes


def composition_baseline(structures: StructureSet) -> CompositionBaseline:
    """Fit one energy per species to all labelled structures by least squares.

    Each structure counts with its energy per atom. Where compositions do not determine the split between species, as
    at fixed stoichiometry, the solution of least norm is taken.

    Returns
    -------
    CompositionBaseline
        All zeros when no structure has an energy.
    """
    labelled = np.isfinite(structures.energies)
    counts = species_counts(structures)[labelled]
    if not labelled.any():
        return CompositionBaseline(dict.fromkeys(structures.species, 0.0))
    sizes = structures.sizes[labelled]
    fitted, *_ = np.linalg.lstsq(counts / sizes[:, None], structures.energies[labelled] / sizes, rcond=1e-10)
    return CompositionBaseline(dict(zip(structures.species, fitted.tolist(), strict=True)))


def species_counts(structures: StructureSet) -> NDArray[np.float64]:
    """Count the atoms of each species in each structure, shape (n_structures, n_species)."""
    own = np.searchsorted([atomic_numbers[symbol] for symbol in structures.species], structures.numbers)
    counts = np.zeros((structures.n_structures, len(structures.species)))
    np.add.at(counts, (structures.structure_of, own), 1.0)
    return counts
