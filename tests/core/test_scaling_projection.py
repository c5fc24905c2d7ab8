"""Scales of features, and the map of environments."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import random_case

from lprviz.core import PoolSpace, feature_scale, principal_components, training_scale
from lprviz.errors import ModelError


def test_the_scale_is_the_root_mean_square_norm():
    case = random_case(0, 7, 5)
    squares = (case.atoms**2).sum(axis=1)
    assert feature_scale(case.atoms) == pytest.approx(np.sqrt(squares.mean()))
    assert training_scale(squares, case.offsets, range(7)) == pytest.approx(feature_scale(case.atoms))
    chosen = np.vstack(case.per_structure([2, 5]))
    assert training_scale(squares, case.offsets, [2, 5]) == pytest.approx(feature_scale(chosen))


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ModelError, match="no features"):
        training_scale(np.ones(3), [0, 1, 3], [])
    with pytest.raises(ModelError, match="no features"):
        feature_scale(np.zeros((3, 2)))
    with pytest.raises(ModelError, match="do not cut"):
        training_scale(np.ones(3), [0, 1, 4], [0])


def test_components_are_those_of_a_singular_value_decomposition():
    case = random_case(1, 40, 6)
    pool = PoolSpace.from_features(case.atoms, case.means)
    coordinates, ratios = principal_components(pool, 3)
    _, singular, axes = np.linalg.svd(case.atoms - case.atoms.mean(axis=0), full_matrices=False)
    expected = (case.atoms - case.atoms.mean(axis=0)) @ axes[:3].T
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates, expected * signs, atol=1e-10)
    np.testing.assert_allclose(ratios, singular[:3] ** 2 / (singular**2).sum(), rtol=1e-10)


def test_the_map_is_the_same_each_time_and_never_short_of_axes():
    case = random_case(2, 1, 4)
    pool = PoolSpace.from_features(case.atoms, case.means)
    coordinates, ratios = principal_components(pool)
    assert coordinates.shape == (len(case.atoms), 2)
    np.testing.assert_array_equal(coordinates[:, 1], 0.0)
    assert ratios.tolist() == [pytest.approx(1.0), 0.0]
    np.testing.assert_array_equal(coordinates, principal_components(pool).coordinates)
