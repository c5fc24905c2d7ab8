"""Which key is the energy, over real files and made-up ones."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from shared_data import shared_data

from lprviz.data.energy_keys import choose_energies, find_energy_keys
from lprviz.data.reading import read_structures
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError


def with_info(**info: object) -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.info.update(info)
    return atoms


@pytest.mark.parametrize(
    ("file", "key", "labelled"),
    [
        ("3BPA/iso_atoms.xyz.gz", "energy", 4),
        ("mlearn_Si/test.xyz.gz", "energy", 25),
        ("MoS2_NEP_finetune/train.xyz.gz", "Energy", 104),
        ("graphene_oxide_GO-MACE-23/test-5pct.xyz.gz", "QM_energy", 40),
        ("small_molecules_985/small_molecules-1000.xyz.gz@:50", "dft_formation_energy_per_atom_in_eV", 50),
        ("metatrain_reduced_100/carbon_reduced_100.xyz.gz", "energy", 100),
        ("metatrain_reduced_100/ethanol_reduced_100.xyz.gz", "energy", 100),
        ("metatrain_reduced_100/qm9_reduced_100.xyz.gz", "U0", 100),
        ("metatrain_reduced_100/qm7x_reduced_100.xyz.gz", None, 0),
        ("ethanol_methanol/isolated_atoms.xyz.gz", "energy", 4),
        ("BaTiO3/batio3_500.xyz.gz@:20", "energy", 20),
        ("InP_FitSNAP_full/data.xyz.gz@:20", "energy", 20),
        ("MoNbTaW_HEA/test.xyz.gz@:20", "energy", 20),
        ("water_deepmd/data.xyz.gz@:5", "energy", 5),
        ("trap_malformed_extxyz_Si_SW/data.xyz.gz@:5", "energy", 5),
        ("trap_mixed_codes_AlNiCu_NOMAD/dataset_AlNiCu.extxyz.gz@:1016", "nomad_total_energy", 1015),
    ],
)
def test_the_energy_key_of_real_files_is_found(file, key, labelled):
    path, _, index = file.partition("@")
    structures = read_structures(f"{shared_data(path)}@{index or ':'}")
    assert structures.energy_key == key
    assert np.isfinite(structures.energies).sum() == labelled


def test_reference_values_come_before_the_predictions_of_models():
    keys = find_energy_keys([with_info(MACE_energy=-1.0, QM_energy=-2.0, FF_energy=-3.0)])
    assert keys[0] == "QM_energy"
    assert set(keys) == {"QM_energy", "MACE_energy", "FF_energy"}


@pytest.mark.parametrize(
    "key", ["cut_off_energy", "elec_energy_tol", "fermi_energy", "kinetic_energy", "energy_weight", "energy_std", "zpe"]
)
def test_other_numbers_are_not_taken_for_the_energy(key):
    assert find_energy_keys([with_info(**{key: -1.0})]) == ()


@pytest.mark.parametrize("value", ["-1.0", True, np.nan, np.inf, [1.0, 2.0], None, "<b>"])
def test_only_finite_numbers_are_energies(value):
    assert find_energy_keys([with_info(energy=value)]) == ()


def test_a_rare_key_does_not_come_before_a_common_one():
    structures = [with_info(QM_energy=-1.0) for _ in range(9)] + [with_info(energy=-2.0)]
    choice = choose_energies(structures)
    assert choice.key == "QM_energy"
    assert choice.candidates == ("energy",)


def test_energies_per_atom_become_totals_with_a_remark():
    structures = StructureSet.from_atoms([with_info(energy_per_atom=-5.0)])
    assert structures.energies.tolist() == [-40.0]
    assert any("per atom" in note for note in structures.warnings)


def test_results_of_a_calculator_count_unless_the_atoms_moved():
    atoms = bulk("Si")
    atoms.calc = SinglePointCalculator(atoms, energy=-3.0)
    assert choose_energies([atoms]).energies.tolist() == [-3.0]
    atoms.positions[0] += 0.1
    assert choose_energies([atoms]).key is None


def test_keys_in_conflict_are_remarked_and_another_can_be_chosen():
    structures = StructureSet.from_atoms([with_info(energy=-1.0, dft_energy=-2.0) for _ in range(3)])
    assert structures.energy_key == "energy"
    assert structures.energy_candidates == ("dft_energy",)
    assert any("Several keys" in note for note in structures.warnings)
    chosen = structures.with_energy_key("dft_energy")
    assert chosen.energies.tolist() == [-2.0] * 3
    assert chosen.content_hash == structures.content_hash


def test_equal_values_under_two_keys_are_no_conflict():
    structures = StructureSet.from_atoms([with_info(energy=-1.0, free_energy=-1.0)])
    assert not any("Several keys" in note for note in structures.warnings)


def test_choosing_another_key_renews_the_remarks_about_energies_only():
    structures = StructureSet.from_atoms(
        [with_info(energy_per_atom=-1.0, QM_energy=-8.0)], energy_key="energy_per_atom", warnings=["About the file."]
    )
    chosen = structures.with_energy_key("QM_energy")
    assert "About the file." in chosen.warnings
    assert not any("multiplied" in note for note in chosen.warnings)


def test_an_unknown_key_names_those_found():
    with pytest.raises(DataError, match=r"'nothing'.*energy"):
        StructureSet.from_atoms([with_info(energy=-1.0)]).with_energy_key("nothing")
