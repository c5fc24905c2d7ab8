"""The names of the columns against featomic's own, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.data import atomic_numbers

from lprviz.data.descriptors import compute_features
from lprviz.data.feature_columns import feature_columns
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet

HYPERS = SoapHypers(cutoff=3.0, max_radial=2, max_angular=3, width=0.4, smoothing=0.5)


@pytest.fixture(scope="module")
def structures() -> StructureSet:
    rng = np.random.default_rng(0)
    given = [molecule("CH3OH"), bulk("SiC", "zincblende", a=4.4, cubic=True)]
    for atoms in given:
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
    return StructureSet.from_atoms(given)


def test_each_column_is_what_featomic_says_it_is(structures):
    """Every named column, unfolded and unscaled, is featomic's value for that very property."""
    from featomic import SoapPowerSpectrum

    features = compute_features(structures, HYPERS)
    columns = feature_columns(HYPERS, structures.species, species_columns=True)
    assert len(columns) == features.n_features
    theirs = SoapPowerSpectrum(**HYPERS.to_featomic()).compute(list(structures))
    checked = 0
    for key, block in theirs.items():
        pair = (int(key["neighbor_1_type"]), int(key["neighbor_2_type"]))
        rows = structures.offsets[np.asarray(block.samples.column("system"))] + np.asarray(block.samples.column("atom"))
        for number, (degree, n_1, n_2) in enumerate(np.asarray(block.properties.values)):
            if pair[0] == pair[1] and n_1 > n_2:
                continue  # folded into its mirror image
            named = (columns.neighbours == pair).all(axis=1) & (columns.radial == (n_1, n_2)).all(axis=1)
            (column,) = np.flatnonzero(named & (columns.degree == degree))
            weight = np.sqrt(2.0) if pair[0] == pair[1] and n_1 != n_2 else 1.0
            expected = np.asarray(block.values)[:, number] * weight / (features.scale * np.sqrt(2.0))
            np.testing.assert_allclose(features.values[rows, column], expected, atol=1e-14)
            checked += 1
    assert checked > features.n_soap


def test_species_columns_come_last_and_name_their_centre(structures):
    features = compute_features(structures, HYPERS)
    columns = feature_columns(HYPERS, structures.species, species_columns=True)
    own = columns.degree < 0
    assert np.flatnonzero(own).tolist() == list(range(features.n_soap, features.n_features))
    assert columns.centre[own].tolist() == [atomic_numbers[symbol] for symbol in structures.species]
    filled = features.values[:, own] > 0
    assert np.array_equal(filled, structures.numbers[:, None] == columns.centre[own])
    for values in (columns.neighbours[own], columns.radial[own] + 1, columns.centre[~own]):
        assert not values.any()


def test_blocks_of_centres_and_the_intercept_stand_around_the_spectrum():
    shared = feature_columns(HYPERS, ("C", "Si"), species_columns=False)
    columns = feature_columns(HYPERS, ("C", "Si"), species_columns=True, per_centre_species=True, intercept=True)
    n = len(shared)
    assert columns.centre.tolist() == [6] * n + [14] * n + [6, 14, 0]
    assert columns.degree.tolist() == [*shared.degree, *shared.degree, -1, -1, -1]
    assert np.array_equal(columns.radial[n : 2 * n], shared.radial)
    assert np.array_equal(columns.neighbours[:n], shared.neighbours)


@pytest.mark.parametrize("species", [("Si",), ("C", "Si"), ("H", "C", "N", "O")])
def test_there_are_as_many_columns_as_features_and_none_twice(species):
    columns = feature_columns(HYPERS, species, species_columns=False)
    assert len(columns) == HYPERS.n_features(len(species))
    table = np.column_stack([columns.neighbours, columns.degree, columns.radial])
    assert len(np.unique(table, axis=0)) == len(table)
    with pytest.raises(ValueError, match="read-only"):
        columns.degree[0] = 1
