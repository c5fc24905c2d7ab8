"""Features: folding is exact, columns and scale do not depend on how the work is cut, physics is respected."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule

from lprviz.data import descriptors
from lprviz.data.descriptors import compute_features
from lprviz.data.hypers import SoapHypers
from lprviz.data.periodicity import with_full_periodicity
from lprviz.data.structures import StructureSet
from lprviz.errors import DescriptorError
from lprviz.progress import Cancelled

SMALL = SoapHypers(cutoff=3.0, max_radial=3, max_angular=3, width=0.4, smoothing=0.5)


def varied_set() -> StructureSet:
    rng = np.random.default_rng(0)
    structures = [
        molecule("CH3OH"),
        Atoms("H"),
        bulk("SiC", "zincblende", a=4.4, cubic=True),
        molecule("N2"),
        bulk("C"),
    ]
    for atoms in structures:
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
    return StructureSet.from_atoms(structures)


def raw_spectrum(structures: StructureSet, hypers: SoapHypers) -> np.ndarray:
    """The full power spectrum as featomic gives it, rows in the order of the environments."""
    from featomic import SoapPowerSpectrum

    spectrum = SoapPowerSpectrum(**hypers.to_featomic()).compute(list(structures))
    block = spectrum.keys_to_samples("center_type").keys_to_properties(["neighbor_1_type", "neighbor_2_type"]).block()
    rows = structures.offsets[np.asarray(block.samples.column("system"))] + np.asarray(block.samples.column("atom"))
    ordered = np.empty_like(np.asarray(block.values))
    ordered[rows] = block.values
    return ordered


@pytest.mark.parametrize("structures", [varied_set(), StructureSet.from_atoms([bulk("Si").repeat(2)])])
def test_folding_keeps_every_inner_product(structures):
    full = raw_spectrum(structures, SMALL)
    features = compute_features(structures, SMALL, species_columns=False)
    folded = features.values * features.scale
    reference = full @ full.T
    assert np.abs(folded @ folded.T - reference).max() <= 1e-12 * np.abs(reference).max()


def test_folding_almost_halves_the_columns():
    structures = StructureSet.from_atoms([bulk("Si")])
    assert raw_spectrum(structures, SMALL).shape[1] == 64
    assert compute_features(structures, SMALL).n_features == 40


def test_columns_do_not_depend_on_which_structures_are_in_a_call(monkeypatch):
    structures = varied_set()
    whole = compute_features(structures, SMALL)
    monkeypatch.setattr(descriptors, "CHUNK", 1)
    one_by_one = compute_features(structures, SMALL)
    assert np.array_equal(whole.values, one_by_one.values)


def test_the_scale_is_one_on_average_and_halves_are_equal():
    features = compute_features(varied_set(), SMALL)
    squares = np.square(features.values)
    assert features.has_species_columns
    assert squares.sum(axis=1).mean() == pytest.approx(1.0, rel=1e-12)
    assert squares[:, : features.n_soap].sum(axis=1).mean() == pytest.approx(0.5, rel=1e-12)
    assert np.array_equal(squares[:, features.n_soap :].sum(axis=1), np.full(len(squares), squares[0, -5:].max()))
    bare = compute_features(varied_set(), SMALL, species_columns=False)
    assert np.square(bare.values).sum(axis=1).mean() == pytest.approx(1.0, rel=1e-12)


def test_species_columns_mark_the_own_species_and_are_off_for_one():
    structures = varied_set()
    features = compute_features(structures, SMALL)
    own = features.values[:, features.n_soap :].argmax(axis=1)
    assert [structures.species[column] for column in own] == [
        symbol for atoms in structures for symbol in atoms.get_chemical_symbols()
    ]
    assert not compute_features(StructureSet.from_atoms([bulk("Si")]), SMALL).has_species_columns


def test_structure_means_are_means():
    structures = varied_set()
    features = compute_features(structures, SMALL)
    means = features.structure_means(structures.offsets)
    for number, (begin, end) in enumerate(zip(structures.offsets[:-1], structures.offsets[1:], strict=True)):
        assert np.allclose(means[number], features.values[begin:end].mean(axis=0), rtol=1e-13)


def test_features_do_not_feel_translation_rotation_or_order():
    molecule_, rng = molecule("CH3CH2OH"), np.random.default_rng(1)
    moved = molecule_.copy()
    moved.rotate(37.0, (1.0, 2.0, 3.0))
    moved.translate((3.0, -2.0, 7.0))
    order = rng.permutation(len(moved))
    features = compute_features(StructureSet.from_atoms([molecule_, moved[order]]), SMALL).values
    first, second = features[: len(order)], features[len(order) :]
    assert np.allclose(first[order], second, atol=1e-8)


def test_wrapping_and_repeating_a_crystal_changes_nothing():
    crystal = bulk("SiC", "zincblende", a=4.4, cubic=True)
    crystal.rattle(0.1, seed=3)
    moved = crystal.copy()
    moved.positions += 3.0
    moved.wrap()
    repeated = crystal.repeat((2, 1, 1))
    values = compute_features(StructureSet.from_atoms([crystal, moved, repeated]), SMALL).values
    for other in (values[8:16], values[16:24], values[24:32]):
        assert np.allclose(values[:8], other, atol=1e-8)


def test_a_cutoff_longer_than_the_cell_counts_images():
    hypers = SoapHypers(6.0, 3, 2, 0.5)
    primitive, large = bulk("Si"), bulk("Si", cubic=True).repeat(2)
    values = compute_features(StructureSet.from_atoms([primitive, large]), hypers).values
    assert np.allclose(values[0], values[2:], atol=1e-8)


def test_isolated_atoms_are_finite_and_told_apart_by_species_columns():
    lone = StructureSet.from_atoms([Atoms("H"), Atoms("C"), molecule("CH4")])
    values = compute_features(lone, SMALL).values
    assert np.isfinite(values).all()
    assert not np.allclose(values[0], values[1])


def test_slabs_are_computed_as_if_with_vacuum():
    slab = fcc111("Al", (2, 2, 3), vacuum=None)
    slab.pbc = [True, True, False]
    structures = StructureSet.from_atoms([slab, bulk("Al")])
    explicit = with_full_periodicity(structures)
    assert all(atoms.pbc.all() for atoms in explicit)
    padded = slab.copy()
    padded.center(vacuum=15.0, axis=2)
    padded.pbc = True
    reference = compute_features(StructureSet.from_atoms([padded, bulk("Al")]), SMALL).values
    assert np.allclose(compute_features(structures, SMALL).values, reference, atol=1e-9)
    assert np.allclose(compute_features(explicit, SMALL).values, reference, atol=1e-9)


@pytest.mark.parametrize("pbc", [(True, False, False), (False, True, True)])
def test_wires_and_slanted_slabs_keep_their_environments(pbc):
    atoms = Atoms("SiC", positions=[[0, 0, 0], [1.2, 1.1, 0.3]], cell=[[3, 0, 0], [1, 4, 0], [2, 1, 3.5]], pbc=pbc)
    reference = atoms.copy()
    reference.pbc = False
    repeats = tuple(7 if periodic else 1 for periodic in pbc)
    cluster = reference.repeat(repeats)
    middle = len(cluster) // 2 - 1
    pair = [middle, middle + 1]
    values = compute_features(StructureSet.from_atoms([atoms, cluster]), SMALL, species_columns=False).values
    assert np.allclose(values[:2], values[2:][pair], atol=1e-8)


def test_cancel_stops_after_one_chunk(monkeypatch):
    monkeypatch.setattr(descriptors, "CHUNK", 10)
    seen = []

    def stop_soon(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 2:
            raise Cancelled

    structures = StructureSet.from_atoms([bulk("Si", cubic=True)] * 10)
    with pytest.raises(Cancelled):
        compute_features(structures, SMALL, tick=stop_soon)
    assert seen == [(16, 80), (32, 80)]


def test_too_many_features_are_refused_with_numbers(monkeypatch):
    monkeypatch.setattr(descriptors, "MEMORY_LIMIT", 600)
    with pytest.raises(DescriptorError, match="2 environments with 40 features") as caught:
        compute_features(StructureSet.from_atoms([bulk("Si")]), SMALL)
    assert "max_radial" in caught.value.hint


def test_what_featomic_refuses_is_explained():
    flat = Atoms("Si", cell=[[5, 0, 0], [5, 0, 0], [0, 0, 5]], pbc=True)
    with pytest.raises(DescriptorError, match="structures 0 to 0"):
        compute_features(StructureSet.from_atoms([flat]), SMALL)
