"""The generator's parts: force field, dynamics, networks, labels, and bytes that repeat."""

from __future__ import annotations

import gzip
import subprocess
import sys
import warnings
from io import StringIO
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from lprviz.data.bundled import dataset_path
from lprviz.data.generate.bond_switching import Network, random_network
from lprviz.data.generate.crystals import at_density, strained, without
from lprviz.data.generate.dynamics import Ramp, langevin, minimise
from lprviz.data.generate.labels import label_with_tersoff, tersoff_calculator, xtb_local_energies_and_forces
from lprviz.data.generate.tersoff import TersoffField
from lprviz.data.generate.writing import Recipe, closest_approach, write_set


def rattled(symbol: str, lattice: float, seed: int, size: float = 0.25) -> Atoms:
    cell = bulk(symbol, "zincblende" if symbol == "SiC" else "diamond", a=lattice, cubic=True) * (2, 2, 1)
    cell.rattle(size, seed=seed)
    return cell


def some_frames(name: str, count: int) -> list[Atoms]:
    text = gzip.decompress(dataset_path(name).read_bytes()).decode("ascii")
    frames = ase.io.read(StringIO(text), ":", format="extxyz")
    return [frames[int(index)] for index in np.linspace(0, len(frames) - 1, count)]


def test_the_fast_field_is_matscipys_potential():
    cells = [rattled("Si", 5.43, 1), rattled("C", 3.57, 2), rattled("SiC", 4.32, 3), rattled("SiC", 4.9, 4)]
    energies, forces = TersoffField(cells)(np.concatenate([cell.positions for cell in cells]))
    first = 0
    for cell in cells:
        atoms = slice(first, first + len(cell))
        cell.calc = tersoff_calculator()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'where' used without 'out'")
            np.testing.assert_allclose(energies[atoms], cell.get_potential_energies(), atol=1e-10)
            np.testing.assert_allclose(forces[atoms], cell.get_forces(), atol=1e-10)
        first += len(cell)


def test_the_neighbour_list_is_renewed_when_atoms_have_moved():
    cell = rattled("Si", 5.43, 5)
    field = TersoffField([cell])
    moved = cell.positions.copy()
    for step in range(8):
        moved = moved + np.random.default_rng(step).normal(0.0, 0.15, moved.shape)
        kept = field(moved)
    fresh = TersoffField([cell])(moved)
    np.testing.assert_allclose(kept[0], fresh[0], atol=1e-10)
    np.testing.assert_allclose(kept[1], fresh[1], atol=1e-10)


@pytest.mark.parametrize("name", ["silicon", "carbon", "silicon-carbide"])
def test_the_labels_of_the_solids_can_be_recomputed(name: str):
    for frame in some_frames(name, 3):
        again = label_with_tersoff([frame], frame.info["group"])[0]
        np.testing.assert_allclose(again.info["energy"], frame.get_potential_energy(), atol=1e-4)
        np.testing.assert_allclose(again.arrays["local_energy"], frame.arrays["local_energy"], atol=2e-6)
        np.testing.assert_allclose(again.arrays["forces"], frame.get_forces(), atol=2e-5)


def test_the_labels_of_the_molecules_can_be_recomputed():
    for frame in (frame for frame in some_frames("molecules", 4) if len(frame) > 1):
        local, forces = xtb_local_energies_and_forces(frame)
        np.testing.assert_allclose(local, frame.arrays["local_energy"], atol=1e-4)
        np.testing.assert_allclose(forces, frame.get_forces(), atol=1e-3)


class Springs:
    """Independent harmonic wells of 2 eV/angstrom^2 around the places where the atoms start."""

    def __init__(self, structures: list[Atoms]) -> None:
        self._home = np.concatenate([atoms.positions for atoms in structures])

    def __call__(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        away = positions - self._home
        return (away**2).sum(axis=1), -2.0 * away


def test_dynamics_reaches_the_temperature_asked_for():
    atoms = Atoms("Ar64", np.zeros((64, 3)), cell=[50.0] * 3)
    ramp = [Ramp(1500, 400.0, 400.0)]
    ends = langevin([atoms] * 8, [ramp] * 8, Springs, np.random.default_rng(1), timestep=2.0)
    measured = np.concatenate([end.positions for end in ends])
    # Equipartition: k <x^2> = k_B T for each coordinate, here 1536 of them.
    assert 2.0 * (measured**2).mean() == pytest.approx(8.617e-5 * 400.0, rel=0.12)


def test_atoms_tagged_minus_one_are_held():
    cell = rattled("Si", 5.43, 6)
    cell.set_tags([-1] * 10 + [0] * (len(cell) - 10))
    cell.wrap()
    end = langevin([cell], [[Ramp(20, 900.0, 900.0)]], TersoffField, np.random.default_rng(2))[0]
    np.testing.assert_allclose(end.positions[:10], cell.positions[:10], atol=1e-12)
    assert np.abs(end.positions[10:] - cell.positions[10:]).max() > 0.01


def test_minimising_brings_the_crystal_back():
    perfect = bulk("Si", "diamond", a=5.432, cubic=True)
    shaken = perfect.copy()
    shaken.rattle(0.1, seed=7)
    energies, forces = TersoffField([perfect])(minimise([shaken], TersoffField, tolerance=0.005)[0].positions)
    assert energies.sum() / len(perfect) == pytest.approx(-4.63, abs=0.01)
    assert np.abs(forces).max() < 0.02


def test_keating_forces_are_the_slope_of_the_energy():
    rng = np.random.default_rng(8)
    network = random_network(rng, side=10.95, sweeps=1)
    positions = network.positions + rng.normal(0.0, 0.1, network.positions.shape)
    network = Network(positions, network.bonded, network.side)
    forces = network.energy_and_forces(positions)[1]
    for atom, axis in ((0, 0), (17, 1), (63, 2)):
        step = np.zeros_like(positions)
        step[atom, axis] = 1e-5
        ahead, behind = (network.energy_and_forces(positions + sign * step)[0] for sign in (1.0, -1.0))
        assert forces[atom, axis] == pytest.approx((behind - ahead) / 2e-5, abs=1e-4)


def test_a_network_keeps_four_distinct_mutual_bonds():
    bonded = random_network(np.random.default_rng(9), side=10.95, sweeps=2).bonded
    assert all(len(set(row)) == 4 and atom not in row for atom, row in enumerate(bonded))
    assert all(atom in bonded[other] for atom, row in enumerate(bonded) for other in row)


def test_cells_are_scaled_strained_and_emptied_as_asked():
    cell = bulk("C", "diamond", a=3.566, cubic=True)
    dense = at_density(cell, 2.0)
    assert dense.get_masses().sum() * 1.66053907 / dense.get_volume() == pytest.approx(2.0)
    assert len(without(cell, [3, 3, 5])) == len(cell) - 2
    stretched = strained(cell, np.random.default_rng(10), 0.02)
    assert 0.0 < np.abs(stretched.cell - cell.cell).max() < 0.02 * 3.566
    np.testing.assert_allclose(stretched.get_scaled_positions(), cell.get_scaled_positions(), atol=1e-12)


def tiny_recipe() -> Recipe:
    return Recipe(
        name="tiny", title="t", summary="s", made="m", potential="p", local_energy="l", citations=["c"], seed=1,
        packages=("numpy",), hypers={"cutoff": 3.0}, training={"crystal": "all"}, story="s",
    )  # fmt: skip


def test_equal_frames_give_equal_bytes_that_read_back(tmp_path: Path):
    frames = label_with_tersoff([rattled("Si", 5.43, 11, 0.05), rattled("SiC", 4.32, 12, 0.05)], "crystal")
    first, _ = write_set(tiny_recipe(), frames, tmp_path / "one")
    second, _ = write_set(tiny_recipe(), frames, tmp_path / "two")
    assert first.read_bytes() == second.read_bytes()
    back = ase.io.read(StringIO(gzip.decompress(first.read_bytes()).decode()), ":", format="extxyz")
    for frame, read in zip(frames, back, strict=True):
        np.testing.assert_array_equal(read.positions, frame.positions)
        np.testing.assert_array_equal(read.get_forces(), frame.arrays["forces"])
        np.testing.assert_array_equal(read.arrays["local_energy"], frame.arrays["local_energy"])
        assert read.get_potential_energy() == frame.info["energy"]
        assert read.info["group"] == "crystal"


def test_an_unphysical_frame_is_refused(tmp_path: Path):
    cell = bulk("Si", "diamond", a=5.43, cubic=True)
    cell.positions[1] = cell.positions[0] + 0.6
    with pytest.raises(RuntimeError, match="of a bond length"):
        write_set(tiny_recipe(), label_with_tersoff([cell], "crystal"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_closest_approach_is_one_in_a_crystal():
    assert closest_approach(bulk("C", "diamond", a=3.566)) == pytest.approx(1.0, abs=0.03)
    assert closest_approach(Atoms("H")) == float("inf")


def test_the_command_refuses_an_unknown_set(tmp_path: Path):
    command = [sys.executable, "-m", "lprviz.data.generate", "unobtainium", "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unobtainium" in done.stderr
    assert "silicon-carbide" in done.stderr
