"""Force rows are minus the derivatives of the summed features: against finite differences, and however work is cut."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule

from lprviz.data import descriptors, gradients
from lprviz.data.descriptors import compute_features
from lprviz.data.gradients import force_rows
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.errors import DescriptorError
from lprviz.progress import Cancelled

SMALL = SoapHypers(cutoff=3.0, max_radial=2, max_angular=2, width=0.5, smoothing=0.5)
STEP = 1e-4


def rattled(atoms: Atoms, seed: int) -> Atoms:
    atoms.positions += np.random.default_rng(seed).normal(scale=0.05, size=atoms.positions.shape)
    return atoms


def slab() -> Atoms:
    made = fcc111("Al", (1, 1, 2), vacuum=None)
    made.pbc = [True, True, False]
    return made


def varied_set() -> StructureSet:
    """A molecule, a cell smaller than the cutoff, several species, a slab, one atom alone."""
    made = [molecule("CH3OH"), bulk("SiC", "zincblende", a=4.4), slab(), Atoms("H"), molecule("N2")]
    return StructureSet.from_atoms([rattled(atoms, seed) for seed, atoms in enumerate(made)])


def rows_of(structures: StructureSet, **options) -> np.ndarray:
    features = compute_features(structures, SMALL)
    return force_rows(structures, SMALL, divisor=features.divisor, n_features=features.n_features, **options)


def summed(structures: StructureSet, structure: int, atom: int, axis: int, step: float) -> np.ndarray:
    """Summed raw power spectrum of one structure with one atom moved, in the columns of the whole set."""
    moved = [atoms.copy() for atoms in structures]
    moved[structure].positions[atom, axis] += step
    features = compute_features(StructureSet.from_atoms(moved), SMALL)
    part = slice(*structures.offsets[structure : structure + 2])
    return (features.values[part, : features.n_soap] * features.divisor).sum(axis=0)


@pytest.mark.parametrize(("structure", "atom"), [(0, 0), (0, 3), (1, 1), (2, 0), (3, 0), (4, 1)])
def test_rows_are_minus_finite_differences(structure, atom):
    structures = varied_set()
    features = compute_features(structures, SMALL)
    rows = rows_of(structures).reshape(-1, 3, features.n_features)[structures.offsets[structure] + atom]
    for axis in range(3):
        beyond, before = (summed(structures, structure, atom, axis, step) for step in (STEP, -STEP))
        expected = -(beyond - before) / (2 * STEP) / features.divisor
        assert np.abs(rows[axis, : features.n_soap] - expected).max() < 2e-6


def test_species_columns_and_isolated_atoms_feel_no_force():
    structures = varied_set()
    rows, features = rows_of(structures), compute_features(structures, SMALL)
    assert features.has_species_columns
    assert not rows[:, features.n_soap :].any()
    lone = 3 * structures.offsets[3]
    assert not rows[lone : lone + 3].any()
    assert np.abs(rows).max() > 0.1


def test_rows_of_a_structure_sum_to_zero_as_nothing_moves_by_moving_together():
    structures = varied_set()
    rows = rows_of(structures).reshape(structures.n_environments, 3, -1)
    assert np.abs(np.add.reduceat(rows, structures.offsets[:-1])).max() < 1e-10


@pytest.mark.parametrize("centres", [1, 5, 1000])
def test_rows_do_not_depend_on_how_the_work_is_cut(monkeypatch, centres):
    whole = rows_of(varied_set())
    monkeypatch.setattr(gradients, "CENTRES", centres)
    assert np.abs(rows_of(varied_set()) - whole).max() < 1e-12


def test_some_structures_in_any_order_keep_the_columns_of_the_set():
    structures = varied_set()
    rows = rows_of(structures)
    parts = [rows[3 * structures.offsets[index] : 3 * structures.offsets[index + 1]] for index in (4, 1)]
    assert np.abs(rows_of(structures, chosen=[4, 1]) - np.concatenate(parts)).max() < 1e-12
    assert rows_of(structures, chosen=[]).shape == (0, rows.shape[1])


def test_weights_per_centre_species_share_the_same_rows_out():
    structures = varied_set()
    features = compute_features(structures, SMALL, species_columns=False)
    whole = force_rows(structures, SMALL, divisor=features.divisor, n_features=features.n_soap)
    n_species = len(structures.species)
    by_species = force_rows(
        structures, SMALL, divisor=features.divisor, n_features=n_species * features.n_soap, per_centre_species=True
    )
    assert np.abs(by_species.reshape(len(whole), n_species, -1).sum(axis=1) - whole).max() < 1e-12
    own = [structures.species.index(symbol) for symbol in ("C", "Si")]
    carbide = by_species.reshape(len(whole), n_species, -1)[3 * structures.offsets[1] : 3 * structures.offsets[2]]
    assert {index for index in range(n_species) if carbide[:, index].any()} == set(own)


def test_cancel_stops_after_one_call():
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise Cancelled

    with pytest.raises(Cancelled):
        rows_of(StructureSet.from_atoms([rattled(bulk("Si", cubic=True).repeat(2), 0)] * 3), tick=stop)
    assert seen == [(64, 192)]


def test_too_many_rows_are_refused_with_numbers(monkeypatch):
    monkeypatch.setattr(descriptors, "MEMORY_LIMIT", 8 * 2 * 30)
    structures = StructureSet.from_atoms([bulk("Si")])
    with pytest.raises(DescriptorError, match="forces on 2 atoms") as caught:
        force_rows(structures, SMALL, divisor=1.0, n_features=18)
    assert "without forces" in caught.value.hint
