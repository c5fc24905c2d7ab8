"""What is drawn of a structure: spheres, half-bonds, cell edges."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene, molecule

from lprviz.data.scene import BOND_FACTOR, build_scene
from lprviz.errors import DataError


def silicon(repeat: int = 2) -> Atoms:
    return bulk("Si", cubic=True) * (repeat, repeat, repeat)


def test_a_crystal_has_four_half_bonds_at_each_atom_and_twelve_edges():
    scene = build_scene(silicon())
    assert scene.n_atoms == 64
    assert scene.positions.shape == (64, 3)
    assert np.bincount(scene.bond_parent, minlength=64).tolist() == [4] * 64
    assert scene.cell_lines.shape == (12, 2, 3)
    assert scene.centre == pytest.approx(np.full(3, 5.43), abs=1e-5)
    assert scene.periodic


def test_every_half_bond_starts_at_its_atom_and_ends_halfway_to_a_neighbour():
    atoms = silicon()
    atoms.rattle(0.05, seed=1)
    scene = build_scene(atoms)
    owners = scene.positions[scene.bond_parent]
    assert np.abs(scene.bond_starts - owners).max() < 1e-5
    lengths = 2 * np.linalg.norm(scene.bond_ends - scene.bond_starts, axis=1)
    assert lengths.max() <= BOND_FACTOR * 2 * 1.11 + 1e-5
    assert lengths.max() < 0.5 * atoms.cell.lengths().min(), "a bond crosses the cell"


def test_the_two_halves_of_a_bond_inside_the_cell_meet():
    scene = build_scene(molecule("H2O"))
    ends = np.round(scene.bond_ends, 4)
    assert len(ends) == 4
    assert len(np.unique(ends, axis=0)) == 2
    assert sorted(scene.bond_parent.tolist()) == [0, 0, 1, 2]


def test_bonds_through_the_faces_are_stubs_at_both_ends():
    dimer = Atoms("Si2", positions=[[0.4, 3, 3], [7.6, 3, 3]], cell=[8, 6, 6], pbc=True)
    scene = build_scene(dimer)
    assert sorted(scene.bond_ends[:, 0].tolist()) == pytest.approx([0.0, 8.0], abs=1e-5)
    dimer.pbc = [False, True, True]
    assert len(build_scene(dimer).bond_parent) == 0


def test_supercell_images_stand_for_their_atoms():
    atoms = silicon(1)
    scene = build_scene(atoms, repeat=(2, 3, 1))
    assert scene.n_atoms == 8
    assert scene.parent.tolist() == list(range(8)) * 6
    assert scene.positions[:8] == pytest.approx(atoms.get_positions(), abs=1e-5)
    shifts = scene.positions.reshape(6, 8, 3) - scene.positions[:8]
    assert np.ptp(shifts, axis=1).max() < 1e-4, "images are copies moved as a whole"
    assert np.bincount(scene.bond_parent).tolist() == [24] * 8
    assert len(scene.cell_lines) == 4 * 2 + 3 * 2 + 3 * 4


def test_atoms_are_wrapped_only_along_periodic_vectors_and_only_if_wanted():
    atoms = Atoms("He", positions=[[11.0, -1.0, 12.0]], cell=[10, 10, 10], pbc=[True, True, False])
    assert build_scene(atoms).positions[0].tolist() == pytest.approx([1, 9, 12])
    assert build_scene(atoms, wrap=False).positions[0].tolist() == pytest.approx([11, -1, 12])


def test_molecules_have_no_cell_and_look_at_the_onlooker_broadside():
    scene = build_scene(molecule("C6H6"))
    assert scene.cell_lines.shape == (0, 2, 3)
    assert not scene.periodic
    assert scene.axes.tolist() == np.eye(3).tolist()
    assert np.abs((scene.positions - scene.positions.mean(axis=0)) @ scene.view[2]).max() < 1e-4
    assert np.linalg.det(scene.view) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "cell", [np.zeros((3, 3)), [[5, 0, 0], [5, 0, 0], [0, 0, 5]], [[5, 0, 0], [0, 5, 0], [0, 0, 0]]]
)
def test_cells_without_volume_are_drawn_without_edges(cell):
    atoms = Atoms("CO", positions=[[0, 0, 0], [1.1, 0, 0]], cell=cell, pbc=True)
    scene = build_scene(atoms, repeat=(1, 1, 2) if np.any(np.asarray(cell)[2]) else (1, 1, 1))
    assert len(scene.cell_lines) == 0
    assert np.isfinite(scene.positions).all()
    assert len(scene.bond_parent) >= 2


def test_a_sheet_repeats_in_its_plane_only():
    scene = build_scene(graphene(vacuum=None), repeat=(2, 2, 5))
    assert len(scene.positions) == 8
    assert np.bincount(scene.bond_parent).tolist() == [12, 12]


def test_everything_lies_within_the_radius():
    atoms = silicon()
    atoms.positions += 0.3
    scene = build_scene(atoms, repeat=(2, 1, 1), wrap=False)
    for points in (scene.positions, scene.bond_ends, scene.cell_lines.reshape(-1, 3)):
        assert np.linalg.norm(points - scene.centre, axis=1).max() <= scene.radius + 0.5


def test_bonds_can_be_left_out():
    assert len(build_scene(silicon(1), bonds=False).bond_parent) == 0


def test_arrays_are_read_only_and_of_the_types_the_picture_takes():
    scene = build_scene(silicon(1))
    for name in ("positions", "radii", "bond_starts", "bond_ends", "cell_lines", "centre"):
        assert getattr(scene, name).dtype == np.float32
        assert not getattr(scene, name).flags.writeable
    assert scene.parent.dtype == scene.bond_parent.dtype == np.int32


@pytest.mark.parametrize(
    ("atoms", "repeat", "words"),
    [
        (Atoms(), (1, 1, 1), "no atoms"),
        (Atoms("H", positions=[[0, 0, np.nan]]), (1, 1, 1), "Atom 0"),
        (Atoms("H"), (1, 0, 1), "supercell"),
    ],
)
def test_what_cannot_be_drawn_is_refused(atoms, repeat, words):
    with pytest.raises(DataError, match=words) as refusal:
        build_scene(atoms, repeat=repeat)
    assert refusal.value.hint
