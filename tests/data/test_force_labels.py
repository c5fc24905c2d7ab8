"""Which array holds the reference forces: the energy's companion first, models never, calculators only as they are."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from shared_data import shared_data

from lprviz.data import StructureSet, load_dataset, read_structures
from lprviz.data.force_labels import find_forces


def pair(**arrays) -> Atoms:
    atoms = Atoms("H2", positions=[[0, 0, 0], [0, 0, 0.8]])
    for name, value in arrays.items():
        atoms.arrays[name] = np.full((2, 3), float(value))
    return atoms


def with_info(atoms: Atoms, **info) -> Atoms:
    atoms.info.update(info)
    return atoms


def test_the_companion_of_the_energy_comes_first():
    atoms = with_info(pair(forces=1.0, QM_forces=2.0, MACE_forces=3.0), QM_energy=-1.0)
    found = find_forces(StructureSet.from_atoms([atoms, atoms]))
    assert found is not None
    assert (found.key, found.structures) == ("QM_forces", (0, 1))
    assert (found.values == 2.0).all()
    assert found.values.shape == (12,)


@pytest.mark.parametrize("name", ["forces", "force", "Forces", "dft_forces"])
def test_usual_names_are_found(name):
    found = find_forces(StructureSet.from_atoms([pair(**{name: 0.5})]))
    assert found is not None
    assert found.key == name


def test_predictions_of_models_and_other_vectors_are_passed_over():
    assert find_forces(StructureSet.from_atoms([pair(MACE_forces=1.0, momenta=2.0)])) is None


def test_structures_without_finite_forces_have_none():
    broken = pair(forces=1.0)
    broken.arrays["forces"][1, 2] = np.nan
    structures = StructureSet.from_atoms([pair(forces=1.0), broken, pair(), pair(forces=2.0)])
    found = find_forces(structures)
    assert found is not None
    assert found.structures == (0, 3)
    assert found.offsets.tolist() == [0, 6, 6, 6, 12]
    assert found.of(1) is None
    assert (found.of(3) == 2.0).all()


def test_a_calculator_counts_while_its_positions_are_those_of_the_structure():
    atoms = pair()
    atoms.calc = SinglePointCalculator(atoms, forces=np.ones((2, 3)))
    found = find_forces(StructureSet.from_atoms([atoms]))
    assert found is not None
    assert found.key == "forces"
    moved = atoms.copy()
    moved.calc = atoms.calc
    moved.positions += 0.1
    assert find_forces(StructureSet.from_atoms([moved])) is None


def test_bundled_sets_have_forces_for_every_structure():
    structures = load_dataset("silicon")
    found = find_forces(structures)
    assert found is not None
    assert len(found.structures) == structures.n_structures
    assert found.values.shape == (3 * structures.n_environments,)
    assert "forces" in repr(found)


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("mlearn_Si/test.xyz.gz", "forces"),
        ("MoS2_NEP_finetune/train.xyz.gz", "force"),
        ("graphene_oxide_GO-MACE-23/test-5pct.xyz.gz", "QM_forces"),
    ],
)
def test_public_sets_under_their_own_names(file, key):
    structures = read_structures(shared_data(file))
    found = find_forces(structures)
    assert found is not None
    assert found.key == key
    assert len(found.structures) == structures.n_structures
