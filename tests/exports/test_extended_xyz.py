"""What is written as extended xyz reads back equal, to the last bit."""

import io

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read
from shared_data import shared_data

import lprviz
from lprviz.data.force_labels import find_forces
from lprviz.data.structures import StructureSet
from lprviz.data.upload import read_upload
from lprviz.exports import extended_xyz
from lprviz.exports.atom_numbers import atom_arrays
from lprviz.gallery.toys import as_structures
from lprviz.gallery.toys.named import TOYS

PUBLIC = [
    "3BPA/train_300K.xyz.gz",
    "mlearn_Si/test.xyz.gz",
    "small_molecules_985/small_molecules-1000.xyz.gz",
    "MoS2_NEP_finetune/train.xyz.gz",
    "graphene_oxide_GO-MACE-23/test-5pct.xyz.gz",
    "ethanol_methanol/isolated_atoms.xyz.gz",
]


def again(structures):
    found = read_upload("again.xyz", extended_xyz(structures.atoms))
    key = structures.energy_key
    return found.with_energy_key(key) if key and found.energy_key != key else found


def assert_equal(found, structures):
    assert found.content_hash == structures.content_hash
    np.testing.assert_array_equal(found.energies, structures.energies)
    assert found.groups == structures.groups
    assert (found.local_energies is None) == (structures.local_energies is None)
    if structures.local_energies is not None:
        np.testing.assert_array_equal(found.local_energies, structures.local_energies)
    mine, theirs = find_forces(found), find_forces(structures)
    assert (mine is None) == (theirs is None)
    if theirs is not None:
        np.testing.assert_array_equal(mine.values, theirs.values)


@pytest.mark.parametrize("name", ["carbon", "silicon-carbide", "molecules"])
def test_bundled_sets_read_back_equal(name):
    structures = lprviz.load_dataset(name).select(range(0, 150, 6))
    assert_equal(again(structures), structures)


@pytest.mark.parametrize("name", TOYS)
def test_toys_read_back_equal(name):
    structures = as_structures(TOYS[name].make(1)).select(range(0, 7))
    assert_equal(again(structures), structures)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_sets_read_back_equal(name):
    folder, file = name.split("/")
    structures = lprviz.read_structures(f"{shared_data(folder) / file}@:20")
    assert_equal(again(structures), structures)


def test_numbers_of_a_fit_stand_beside_what_the_file_brought(fit):
    structures = fit.analysis.structures
    text = extended_xyz(structures.atoms, atom_arrays(fit), chosen=[2, 5])
    frames = read(io.StringIO(text), ":", format="extxyz")
    assert len(frames) == 2
    for frame, index in zip(frames, (2, 5), strict=True):
        rows = slice(structures.offsets[index], structures.offsets[index + 1])
        np.testing.assert_array_equal(frame.arrays["lpr"], fit.lpr[rows])
        np.testing.assert_array_equal(frame.arrays["lpr_regulariser_share"], fit.regulariser_share[rows])
        np.testing.assert_array_equal(frame.arrays["local_energy"], fit.local_energies()[rows])
        np.testing.assert_array_equal(frame.arrays["sigma"], fit.calibrate().atom_sigma[rows])


def test_a_local_energy_of_the_file_is_kept_under_another_name():
    atoms = Atoms("H2", positions=[[0, 0, 0], [0, 0, 1.0]])
    atoms.set_array("local_energy", np.array([1.0, 2.0]))
    frame = read(io.StringIO(extended_xyz([atoms], {"local_energy": np.array([3.0, 4.0])})), format="extxyz")
    assert frame.arrays["local_energy"].tolist() == [3.0, 4.0]
    assert frame.arrays["local_energy_reference"].tolist() == [1.0, 2.0]


def test_hostile_names_and_values_stay_values():
    atoms = Atoms("HO", positions=np.random.default_rng(0).normal(size=(2, 3)) * 1e5, pbc=[True, False, True])
    atoms.info.update(
        {
            "name": 'x" Properties=species:S:1:pos:R:3 y="\n2\nfake\nH 0 0 0\nH 1 1 1\n',
            "bad key = 1": 3,
            "back": "slash\\",
            "matrix": np.eye(3),
            "flag": True,
            "tiny": 1e-300,
            "thing": object(),
        }
    )
    atoms.set_array("words", np.array(["a b", "c"]))
    atoms.set_array("mark", np.array([True, False]))
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0 / 3.0, forces=np.full((2, 3), 1.0 / 7.0))
    text = extended_xyz([atoms, atoms])
    assert len(text.splitlines()) == 8
    frames = read(io.StringIO(text), ":", format="extxyz")
    for frame in frames:
        np.testing.assert_array_equal(frame.positions, atoms.positions)
        assert frame.pbc.tolist() == [True, False, True]
        assert frame.get_potential_energy() == -1.0 / 3.0
        np.testing.assert_array_equal(frame.get_forces(), atoms.get_forces())
        assert frame.info["tiny"] == 1e-300
        assert frame.info["flag"]
        assert frame.arrays["mark"].tolist() == [True, False]
        assert "words" not in frame.arrays


def test_numbers_of_a_stale_calculator_are_not_written():
    atoms = Atoms("H", positions=[[0, 0, 0]])
    atoms.calc = SinglePointCalculator(atoms.copy(), energy=1.0)
    atoms.positions += 1.0
    assert "energy" not in extended_xyz([atoms])


def test_a_set_of_one_survives():
    structures = StructureSet.from_atoms([Atoms("He", positions=[[0.1, 0.2, 0.3]])])
    assert again(structures).content_hash == structures.content_hash
