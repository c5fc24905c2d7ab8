"""Groups, differences and covariances on real descriptors, against the inverse itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lprviz.analysis import LPRAnalysis
from lprviz.data.descriptors import compute_features
from lprviz.errors import DataError, ModelError

MEMBERS = [0, 1, 4, 6]


@pytest.fixture(scope="module")
def features(carbide, hypers):
    return compute_features(carbide, hypers).values


@pytest.fixture(scope="module")
def inverse(carbide, features):
    """P from the singular values of the training rows."""
    rows = np.array([features[carbide.offsets[j] : carbide.offsets[j + 1]].mean(axis=0) for j in MEMBERS])
    _, singular, directions = np.linalg.svd(rows, full_matrices=True)
    squares = np.zeros(rows.shape[1])
    squares[: len(singular)] = singular**2
    return (directions.T / (squares + 1e-4)) @ directions


@pytest.fixture(scope="module", params=[False, True], ids=["without features", "with features"])
def fitted(carbide, hypers, request):
    return LPRAnalysis(carbide, hypers=hypers, alpha=1e-4, keep_features=request.param).fit(MEMBERS)


def test_groups_equal_their_definition(fitted, features, inverse):
    chosen = [3, 17, 18, 40, 62]
    weights = np.array([0.5, -2.0, 1.0, 0.0, 3.0])
    for given, row in [("mean", np.full(5, 0.2)), ("sum", np.ones(5)), (weights, weights)]:
        g = row @ features[chosen]
        assert fitted.group_rigidity(chosen, given) == pytest.approx(1 / (g @ inverse @ g), rel=1e-7)
    assert fitted.group_rigidity(chosen) == pytest.approx(25 * fitted.group_rigidity(chosen, "sum"), rel=1e-12)


def test_one_atom_is_lpr_and_all_atoms_of_a_structure_are_its_rigidity(fitted, carbide):
    for environment in (0, 33):
        assert fitted.group_rigidity([environment]) == pytest.approx(fitted.lpr[environment], rel=1e-8)
    rigidity = fitted.structure_rigidity()
    assert (rigidity[MEMBERS] >= 1).all()
    for structure in range(len(carbide)):
        atoms = slice(carbide.offsets[structure], carbide.offsets[structure + 1])
        assert fitted.group_rigidity(atoms) == pytest.approx(rigidity[structure], rel=1e-7)


def test_a_group_may_be_named_in_any_way(fitted, carbide):
    expected = fitted.group_rigidity([8, 9, 10])
    mask = np.zeros(carbide.n_environments, dtype=bool)
    mask[8:11] = True
    for group in (
        (8, 9, 10),
        np.array([10, 8, 9]),
        range(8, 11),
        slice(8, 11),
        mask,
        [(1, 0), (1, 1), (1, 2)],
        {8, 9, 10},
    ):
        assert fitted.group_rigidity(group) == pytest.approx(expected, rel=1e-12)


def test_differences_equal_their_definition(fitted, features, inverse):
    g = features[0] - features[5]
    expected = 1 / (g @ inverse @ g)
    for a, b in [(0, 5), ((0, 0), (0, 5)), ([0], [5]), (np.int64(5), 0)]:
        assert fitted.difference_rigidity(a, b) == pytest.approx(expected, rel=1e-7)
    g = features[[0, 1, 2]].mean(axis=0) - features[[2, 9]].mean(axis=0)
    assert fitted.difference_rigidity([0, 1, 2], [2, 9]) == pytest.approx(1 / (g @ inverse @ g), rel=1e-7)
    assert fitted.difference_rigidity(3, 3) == math.inf
    assert fitted.difference_rigidity([3, 4], [4, 3]) == math.inf


def test_the_variance_of_a_difference_is_made_of_covariances(fitted):
    covariance = fitted.covariance((1, 3))
    expected = fitted.variance[11] + fitted.variance[40] - 2 * covariance[40]
    assert 1 / fitted.difference_rigidity((1, 3), 40) == pytest.approx(expected, rel=1e-6)


def test_covariances_and_correlations_equal_their_definition(fitted, features, inverse):
    exact = features @ inverse @ features.T
    spread = np.sqrt(np.diag(exact))
    for environment in (0, 20):
        found = fitted.covariance(environment)
        assert (np.abs(found - exact[environment]) <= 1e-7 * spread * spread[environment]).all()
        assert found[environment] == fitted.variance[environment]
        correlation = exact[environment] / (spread * spread[environment])
        np.testing.assert_allclose(fitted.correlation(environment), correlation, atol=1e-7)
    chosen = [20, 3, 7]
    matrix = fitted.covariance_matrix(chosen)
    assert (np.abs(matrix - exact[np.ix_(chosen, chosen)]) <= 1e-7 * np.outer(spread[chosen], spread[chosen])).all()
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1.0


def test_a_total_is_rigid_where_its_parts_float(carbide_analysis):
    """Only 1:1 in training: Si less C floats, the two together do not (SCIENCE.md, phenomenon 1)."""
    fitted = carbide_analysis.fit(range(6))
    numbers = carbide_analysis.structures.numbers[:8]
    silicon, carbon = np.flatnonzero(numbers == 14), np.flatnonzero(numbers == 6)
    assert fitted.group_rigidity(range(8)) > 1.0
    assert fitted.difference_rigidity(silicon, carbon) < 1e-3
    assert fitted.add(6).difference_rigidity(silicon, carbon) > fitted.difference_rigidity(silicon, carbon)


@pytest.mark.parametrize(
    ("group", "error", "message"),
    [
        ([], ModelError, "no environment"),
        (slice(5, 5), ModelError, "no environment"),
        ([1, 1], ModelError, "twice"),
        ([(0, 1), (0, 1)], ModelError, "twice"),
        ([0.5], ModelError, "cannot be read"),
        ([True, False], ModelError, "cannot be read"),
        ([(0, 1), 5], ModelError, "cannot be read"),
        (7, ModelError, "cannot be read"),
        ("si", ModelError, "cannot be read"),
        ([10**6], DataError, "no environment 1000000"),
        ([-1, 3], DataError, "no environment -1"),
        ([(0, 99)], DataError, "no atom 99"),
    ],
)
def test_groups_that_mean_nothing_are_refused(carbide_analysis, group, error, message):
    with pytest.raises(error, match=message):
        carbide_analysis.fit(MEMBERS).group_rigidity(group)


@pytest.mark.parametrize("weights", ["median", [1.0], [1.0, np.nan]])
def test_weights_that_do_not_fit_are_refused(carbide_analysis, weights):
    with pytest.raises(ModelError, match="eights"):
        carbide_analysis.fit(MEMBERS).group_rigidity([0, 1], weights)


def test_a_matrix_too_large_to_look_at_is_refused(carbide_analysis, monkeypatch):
    monkeypatch.setattr("lprviz.analysis.rigidities._LARGEST_MATRIX", 3)
    with pytest.raises(ModelError, match="4 environments is too large"):
        carbide_analysis.fit(MEMBERS).covariance_matrix(range(4))
