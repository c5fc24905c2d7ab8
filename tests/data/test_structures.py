"""StructureSet: indices, identity, selection, energies and labels."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator

from lprviz.data.structures import StructureSet
from lprviz.errors import DataError


def small_set() -> StructureSet:
    silicon, carbide, water = bulk("Si"), bulk("SiC", "zincblende", a=4.4, cubic=True), molecule("H2O")
    for number, atoms in enumerate((silicon, carbide, water)):
        atoms.info.update(energy=-float(number), group=f"g{number}")
        atoms.arrays["local_energy"] = np.full(len(atoms), 0.5 * number)
    return StructureSet.from_atoms([silicon, carbide, water], name="three", source="here")


def test_counts_and_indices_agree_with_the_atoms():
    structures = small_set()
    assert structures.n_structures == len(structures) == 3
    assert structures.n_environments == 2 + 8 + 3
    assert structures.species == ("H", "C", "O", "Si")
    assert structures.offsets.tolist() == [0, 2, 10, 13]
    assert structures.structure_of.tolist() == [0] * 2 + [1] * 8 + [2] * 3
    for environment in range(structures.n_environments):
        structure, atom = structures.of(environment)
        assert structures.environment_index(structure, atom) == environment
        assert structures[structure].numbers[atom] == structures.numbers[environment]


@pytest.mark.parametrize("index", [(3, 0), (-1, 0), (0, 2), (0, -1)])
def test_an_index_out_of_range_says_how_many_there_are(index):
    with pytest.raises(DataError, match="There is no"):
        small_set().environment_index(*index)


@pytest.mark.parametrize("environment", [-1, 13])
def test_an_environment_out_of_range_is_refused(environment):
    with pytest.raises(DataError, match="13, counted from 0"):
        small_set().of(environment)


def test_arrays_and_atoms_cannot_be_written_to():
    structures = small_set()
    for array in (structures.offsets, structures.energies, structures.local_energies, structures.numbers):
        assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        structures[0].positions[0, 0] = 1.0


def test_later_changes_to_the_originals_do_not_reach_the_set():
    original = bulk("Si")
    structures = StructureSet.from_atoms([original])
    before = structures.content_hash
    original.positions += 1.0
    assert np.array_equal(structures[0].positions, bulk("Si").positions)
    assert StructureSet.from_atoms([original]).content_hash != before


def test_selection_carries_energies_groups_and_local_energies():
    structures = small_set()
    picked = structures.select([2, 0])
    assert picked.groups == ("g2", "g0")
    assert picked.energies.tolist() == [-2.0, 0.0]
    assert picked.local_energies.tolist() == [1.0] * 3 + [0.0] * 2
    assert structures[1:].groups == ("g1", "g2")
    assert isinstance(structures[1], Atoms)
    with pytest.raises(DataError, match="no structure"):
        structures.select([])


def test_concatenation_is_one_after_the_other():
    structures = small_set()
    both = structures.concatenate(structures[:1])
    assert both.n_environments == 15
    assert both.groups == ("g0", "g1", "g2", "g0")
    assert both.local_energies.shape == (15,)
    assert both.content_hash == StructureSet.from_atoms([*structures, structures[0]]).content_hash


def test_concatenation_of_different_keys_is_remarked():
    other = bulk("Si")
    other.info["QM_energy"] = -3.0
    both = small_set().concatenate(StructureSet.from_atoms([other]))
    assert any("different keys" in note for note in both.warnings)


@pytest.mark.parametrize("change", ["positions", "cell", "pbc", "numbers", "order"])
def test_the_content_hash_sees_what_descriptors_see(change):
    first, second = bulk("Si", cubic=True), molecule("H2O")
    before = StructureSet.from_atoms([first, second]).content_hash
    if change == "positions":
        first.positions[0, 0] += 1e-12
    elif change == "cell":
        first.cell[0, 0] += 1e-9
    elif change == "pbc":
        first.pbc = [True, True, False]
    elif change == "numbers":
        first.numbers[0] = 6
    else:
        first, second = second, first
    assert StructureSet.from_atoms([first, second]).content_hash != before


def test_the_content_hash_ignores_energies_and_names():
    bare = bulk("Si")
    labelled = bulk("Si")
    labelled.info["energy"] = -1.0
    assert StructureSet.from_atoms([bare]).content_hash == StructureSet.from_atoms([labelled], name="x").content_hash


def test_repr_explains_the_set():
    text = repr(small_set())
    for part in ("three", "3 structures", "13 environments", "H C O Si", "'energy' (3 of 3)", "1 not periodic"):
        assert part in text


def test_results_of_a_calculator_survive():
    atoms = bulk("Si")
    atoms.calc = SinglePointCalculator(atoms, energy=-7.0, energies=np.array([-3.0, -4.0]))
    structures = StructureSet.from_atoms([atoms])
    assert structures.energies.tolist() == [-7.0]
    assert structures.local_energies.tolist() == [-3.0, -4.0]


def test_local_energies_need_every_structure():
    with_local, without = bulk("Si"), bulk("Si")
    with_local.arrays["local_energy"] = np.zeros(2)
    assert StructureSet.from_atoms([with_local, without]).local_energies is None


def test_an_empty_list_is_refused():
    with pytest.raises(DataError, match="no structure"):
        StructureSet.from_atoms([])
