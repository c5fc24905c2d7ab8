"""Energies per species: free atoms where they are free, clear refusals where they are not there."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from shared_data import shared_data

from lprviz.analysis.model_spec import BASELINE_KINDS
from lprviz.data import read_structures
from lprviz.data.baseline import composition_baseline
from lprviz.data.species_baseline import BASELINES, isolated_atom_baseline, isolated_atom_energies, species_baseline
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError


def _set(*pairs):
    for atoms, energy in pairs:
        if energy is not None:
            atoms.info["energy"] = energy
    return StructureSet.from_atoms([atoms for atoms, _ in pairs])


def test_free_atoms_give_atomisation_energies():
    structures = _set((Atoms("H"), -13.0), (Atoms("O", cell=[9, 9, 9], pbc=True), -430.0), (molecule("H2O"), -466.0))
    baseline = isolated_atom_baseline(structures)
    assert baseline.per_species == {"H": -13.0, "O": -430.0}
    np.testing.assert_allclose(baseline.targets(structures), [0.0, 0.0, -10.0 / 3])


def test_a_crystal_of_one_atom_is_no_free_atom():
    skewed = Atoms("C", cell=[[9, 0, 0], [8.5, 2, 0], [0, 0, 9]], pbc=True)  # long vectors, yet an image at 2.06 Å
    structures = _set((bulk("Al"), -3.7), (skewed, -8.0), (Atoms("Si"), None), (Atoms("Cu"), -1.0))
    assert isolated_atom_energies(structures) == {"Cu": [-1.0]}
    with pytest.raises(ModelError, match="no isolated atom with an energy for C, Al, Si") as caught:
        isolated_atom_baseline(structures)
    assert "least-squares" in caught.value.hint


def test_contradictory_free_atoms_are_refused_and_equal_ones_averaged():
    near = _set((Atoms("H"), -13.0), (Atoms("H"), -13.004))
    assert isolated_atom_baseline(near).per_species["H"] == pytest.approx(-13.002)
    with pytest.raises(ModelError, match=r"Isolated atoms of H have energies from -13\.6000 to -13\.0000 eV"):
        isolated_atom_baseline(_set((Atoms("H"), -13.0), (Atoms("H"), -13.6)))


def test_every_kind_has_a_name():
    structures = _set((Atoms("H"), -13.0), (molecule("H2"), -31.0))
    assert tuple(BASELINES) == BASELINE_KINDS
    assert species_baseline(structures).per_species == composition_baseline(structures).per_species
    assert species_baseline(structures, "none").targets(structures) == pytest.approx([-13.0, -15.5])
    with pytest.raises(ModelError, match="no energy baseline 'guess'"):
        species_baseline(structures, "guess")


def test_real_molecules_with_their_free_atoms():
    folder = shared_data("3BPA")
    structures = read_structures([folder / "iso_atoms.xyz.gz", f"{folder / 'train_300K.xyz.gz'}@0:5"])
    targets = isolated_atom_baseline(structures).targets(structures)
    free = structures.sizes == 1
    np.testing.assert_allclose(targets[free], 0.0, atol=1e-9)
    assert ((targets[~free] > -8.0) & (targets[~free] < -3.0)).all()  # eV of binding per atom of an organic molecule
