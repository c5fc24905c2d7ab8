"""What cannot be used is an error that names the structure; what looks doubtful is a warning."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule
from ase.neighborlist import neighbor_list
from shared_data import shared_data

from lprviz.data.nearest import nearest_neighbours
from lprviz.data.reading import read_structures, structures_from_atoms
from lprviz.errors import DataError
from lprviz.progress import Cancelled


def refused(*structures: Atoms) -> str:
    with pytest.raises(DataError) as caught:
        structures_from_atoms(structures)
    assert caught.value.hint
    return caught.value.message


def warned(*structures: Atoms) -> str:
    return " ".join(structures_from_atoms(structures).warnings)


def test_a_structure_without_atoms_is_named():
    assert refused(bulk("Si"), Atoms()) == "Structure 1 has no atoms."


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e9])
def test_a_position_that_is_none_is_named(value):
    wrong = molecule("H2O")
    wrong.positions[2, 1] = value
    assert refused(bulk("Si"), wrong).startswith("Atom 2 of structure 1 is at")


def test_dummy_atoms_are_refused():
    assert "Atom 1 of structure 0 has no chemical element" in refused(Atoms("HX", positions=[[0, 0, 0], [1, 0, 0]]))


def test_overlapping_atoms_are_named_with_their_distance():
    wrong = Atoms("H3", positions=[[0, 0, 0], [3, 0, 0], [3, 0.21, 0]])
    assert refused(molecule("H2O"), wrong) == "Atoms 1 and 2 of structure 1 are 0.21 Å apart."


def test_overlap_across_the_cell_is_seen():
    wrong = Atoms("Si2", positions=[[0.05, 1, 1], [4.95, 1, 1]], cell=[5, 5, 5], pbc=True)
    assert "Atoms 0 and 1 of structure 0 are 0.10 Å apart" in refused(wrong)


def test_atoms_in_one_place_are_refused():
    assert "0.00 Å apart" in refused(Atoms("Si2", positions=[[1, 1, 1], [1, 1, 1]]))


def test_fractional_positions_are_guessed_in_the_hint():
    wrong = Atoms("Si2", positions=[[0, 0, 0], [0.25, 0.25, 0.25]], cell=[5, 5, 5], pbc=True)
    wrong.positions[1] = 0.2
    with pytest.raises(DataError) as caught:
        structures_from_atoms([wrong])
    assert "fractional" in caught.value.hint


@pytest.mark.parametrize(
    "cell",
    [
        [[5, 0, 0], [0, 5, 0], [0, 0, 0]],
        [[5, 0, 0], [10, 0, 0], [0, 0, 5]],
        [[5, 0, 0], [5, 0.01, 0], [0, 0, 5]],
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
    ],
)
def test_a_singular_cell_is_refused(cell):
    assert "structure 1" in refused(bulk("Si"), Atoms("Si", cell=cell, pbc=True))


def test_a_cell_that_is_not_periodic_may_be_anything():
    assert structures_from_atoms([Atoms("Si", cell=np.zeros((3, 3)))]).n_environments == 1


def test_one_structure_is_remarked():
    assert "only one structure" in warned(bulk("Si"))


def test_mixed_and_partial_periodicity_are_remarked():
    slab = fcc111("Al", (1, 1, 3), vacuum=5.0)
    text = warned(slab, molecule("H2O"))
    assert "periodic in one or two directions" in text
    assert "1 of 2 structures are periodic" in text


def test_positions_in_bohr_are_suspected():
    structures = read_structures(f"{shared_data('trap_bohr_methane_sulfonic_150/methane_sulfonic_150.xyz.gz')}@:3")
    assert any("Bohr" in note for note in structures.warnings)


@pytest.mark.parametrize("name", ["mlearn_Si/test.xyz.gz", "3BPA/train_300K.xyz.gz", "MoS2_NEP_finetune/train.xyz.gz"])
def test_sound_data_brings_no_warning(name):
    assert read_structures(f"{shared_data(name)}@:20").warnings == ()


@pytest.mark.parametrize("element", ["Si", "W", "Na", "Cs", "Al", "C", "Pb", "Ar"])
def test_crystals_in_angstrom_are_not_suspected(element):
    assert "Bohr" not in warned(bulk(element))


def test_energies_in_another_unit_are_suspected():
    structures = read_structures(shared_data("metatrain_reduced_100/ethanol_reduced_100.xyz.gz"))
    assert any("kcal/mol" in note for note in structures.warnings)


def test_mixed_codes_bring_warnings_and_fractional_positions_an_error():
    path = shared_data("trap_mixed_codes_AlNiCu_NOMAD/dataset_AlNiCu.extxyz.gz")
    text = " ".join(read_structures(f"{path}@:1016").warnings)
    for part in ("1 of 1016 structures have no energy", "wildly off", "Several keys"):
        assert part in text
    with pytest.raises(DataError, match=r"structure 1017 are 0\.26 Å apart"):
        read_structures(path)


def labelled_crystals(count: int) -> list[Atoms]:
    crystals = []
    for number in range(count):
        crystal = bulk("Si", a=5.43 + 0.001 * number, cubic=True)
        crystal.info["energy"] = -40.0 - 0.01 * number
        crystals.append(crystal)
    return crystals


def test_wild_outliers_are_named():
    crystals = labelled_crystals(30)
    crystals[7].info["energy"] = -4000.0
    assert "structure 7" in warned(*crystals)
    assert "wildly" not in warned(*labelled_crystals(30))


def test_missing_energies_are_counted():
    crystals = labelled_crystals(4)
    del crystals[1].info["energy"]
    assert "1 of 4 structures have no energy" in warned(*crystals)


def test_nearest_neighbours_agree_with_ase():
    rng = np.random.default_rng(5)
    for _ in range(20):
        cell = np.diag(rng.uniform(3.0, 9.0, 3)) + rng.uniform(-1.0, 1.0, (3, 3))
        atoms = Atoms(f"Si{rng.integers(1, 12)}", cell=cell, pbc=rng.random(3) < 0.7)
        atoms.set_scaled_positions(rng.uniform(-1.0, 2.0, (len(atoms), 3)))
        distances, neighbours = nearest_neighbours(atoms)
        first, second, all_distances = neighbor_list("ijd", atoms, 20.0)
        for atom, distance in enumerate(distances):
            mine = first == atom
            if distance < 2.5:
                assert distance == pytest.approx(all_distances[mine].min(), abs=1e-9)
                assert neighbours[atom] in second[mine]


def test_checking_can_be_cancelled():
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        structures_from_atoms([bulk("Si"), bulk("C")], tick=stop)


def test_isolated_atoms_are_no_outliers():
    lone = Atoms("Si")
    lone.info["energy"] = 60.0
    assert "wildly" not in warned(*labelled_crystals(30), lone)
