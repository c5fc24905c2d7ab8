"""Cross-validation from one decomposition against refits, scikit-learn and the definition of GCV."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case
from sklearn.linear_model import RidgeCV

from lprviz.core import ridge_fit
from lprviz.core.alpha_choice import alpha_curve
from lprviz.core.training_rows import TrainingRows
from lprviz.errors import ModelError
from lprviz.progress import Cancelled

ALPHAS = np.array([1e-6, 1e-3, 1e-1, 10.0])


def _refitted_errors(rows, targets, weights, alpha):
    """Error on each row of a fit to all others, done the slow way."""
    errors, root = np.empty(len(rows)), np.sqrt(weights)
    for left_out in range(len(rows)):
        kept = np.arange(len(rows)) != left_out
        fit = ridge_fit(rows[kept] * root[kept, None], targets[kept] * root[kept], alpha)
        errors[left_out] = targets[left_out] - rows[left_out] @ fit
    return errors


def _gcv(rows, targets, alpha):
    hat = rows @ np.linalg.solve(rows.T @ rows + alpha * np.eye(rows.shape[1]), rows.T)
    rest = np.eye(len(rows)) - hat
    return np.sqrt(len(rows) * np.sum((rest @ targets) ** 2)) / np.trace(rest), np.trace(hat)


@law(cases(), st.booleans())
def test_leaving_one_out_equals_refits(case: Case, weighted: bool):
    if case.n_structures < 2:
        return
    weights = case.rng.uniform(0.2, 5.0, case.n_structures) if weighted else np.ones(case.n_structures)
    curve = alpha_curve(TrainingRows.of(case.means, case.targets, weights), ALPHAS)
    for alpha, found in zip(ALPHAS, curve.loo_rmse, strict=True):
        errors = _refitted_errors(case.means, case.targets, weights, alpha)
        assert found == pytest.approx(np.sqrt(np.average(errors**2, weights=weights)), rel=1e-6)


@pytest.mark.parametrize(("n", "n_features"), [(40, 6), (12, 30), (15, 15)])
def test_generalised_cross_validation_is_its_definition(n, n_features):
    case = random_case(n, n, n_features)
    curve = alpha_curve(TrainingRows.of(case.means, case.targets), ALPHAS)
    for number, alpha in enumerate(ALPHAS):
        gcv, trace = _gcv(case.means, case.targets, alpha)
        assert curve.gcv[number] == pytest.approx(gcv, rel=1e-5)
        assert curve.effective_parameters[number] == pytest.approx(trace, rel=1e-5)


@pytest.mark.parametrize(("n", "n_features", "duplicates"), [(60, 8, 0), (60, 8, 25), (20, 50, 0), (20, 50, 6)])
def test_scikit_learn_agrees(n, n_features, duplicates):
    case = random_case(n + n_features, n, n_features, duplicates=duplicates)
    curve = alpha_curve(TrainingRows.of(case.means, case.targets), ALPHAS)
    peer = RidgeCV(ALPHAS, fit_intercept=False, store_cv_results=True).fit(case.means, case.targets)
    np.testing.assert_allclose(curve.loo_rmse, np.sqrt(peer.cv_results_.mean(axis=0)), rtol=1e-5)
    assert curve.best_loo == peer.alpha_


def test_digits_survive_leverages_close_to_one():
    """More features than rows at a tiny alpha: 1 - h is 1e-13, and the difference itself would hold no digit."""
    rng = np.random.default_rng(8)
    rows, targets = rng.standard_normal((9, 30)), rng.standard_normal(9)
    inverse = np.linalg.inv(rows @ rows.T)  # the limit alpha -> 0: e = [K^-1 y]_c / [K^-1]_cc
    limit = np.sqrt(np.mean((inverse @ targets / np.diag(inverse)) ** 2))
    curve = alpha_curve(TrainingRows.of(rows, targets), [1e-13, 1e-12])
    np.testing.assert_allclose(curve.loo_rmse, limit, rtol=1e-8)


@pytest.mark.parametrize("noise", [1.0, 10.0])
def test_the_best_alpha_is_noise_over_prior_where_the_targets_come_from_the_model(noise):
    """Weights drawn from N(0, 1): the regulariser of least expected error is the variance of the noise."""
    rng = np.random.default_rng(2)
    best = []
    for _ in range(25):
        rows = rng.standard_normal((90, 60))
        targets = rows @ rng.standard_normal(60) + noise * rng.standard_normal(90)
        curve = alpha_curve(TrainingRows.of(rows, targets), np.geomspace(1e-4, 1e6, 81))
        assert curve.is_bracketed
        best.append([curve.best_loo, curve.best_gcv])
    np.testing.assert_allclose(np.median(np.log10(best), axis=0), 2 * np.log10(noise), atol=0.25)


@pytest.mark.parametrize(("n_structures", "n_features"), [(7, 5), (6, 60)])
def test_structures_with_several_rows_are_left_out_whole(n_structures, n_features):
    """As with forces: the error is that of the first row, its block gone with it."""
    rng = np.random.default_rng(n_features)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 6, n_structures))])
    rows, targets = rng.standard_normal((offsets[-1], n_features)), rng.standard_normal(offsets[-1])
    weights = rng.uniform(0.5, 2.0, offsets[-1])
    curve = alpha_curve(TrainingRows.of(rows, targets, weights, offsets), ALPHAS)
    root = np.sqrt(weights)
    for alpha, found in zip(ALPHAS, curve.loo_rmse, strict=True):
        errors = []
        for start, stop in itertools.pairwise(offsets):
            kept = np.r_[0:start, stop : offsets[-1]]
            fit = ridge_fit(rows[kept] * root[kept, None], targets[kept] * root[kept], alpha)
            errors.append(targets[start] - rows[start] @ fit)
        expected = np.sqrt(np.average(np.square(errors), weights=weights[offsets[:-1]]))
        assert found == pytest.approx(expected, rel=1e-6)
    assert curve.n_train == n_structures
    with pytest.raises(ModelError, match="do not cut"):
        TrainingRows.of(rows, targets, weights, offsets[:-1])


def test_a_curve_is_sorted_read_only_and_says_when_it_ends_too_early():
    case = random_case(3, 10, 4)
    curve = alpha_curve(TrainingRows.of(case.means, case.targets), [1.0, 1e-3, 1.0])
    np.testing.assert_array_equal(curve.alphas, [1e-3, 1.0])
    for values in (curve.alphas, curve.loo_rmse, curve.gcv, curve.effective_parameters):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0.0
    assert not curve.is_bracketed
    assert "at the end of the range" in repr(curve)
    assert curve.effective_parameters[0] > curve.effective_parameters[1]


def test_what_cannot_be_validated_is_refused():
    with pytest.raises(ModelError, match="at least two"):
        alpha_curve(TrainingRows.of([[1.0, 2.0]], [0.5]), [1.0])
    two = TrainingRows.of([[1.0, 2.0], [0.0, 1.0]], [0.5, 0.1])
    with pytest.raises(ModelError, match="positive"):
        alpha_curve(two, [1.0, 0.0])
    with pytest.raises(ModelError, match="no regulariser"):
        alpha_curve(two, [])
    with pytest.raises(ModelError, match="2 finite numbers"):
        TrainingRows.of([[1.0], [2.0]], [0.5, np.nan])
    with pytest.raises(ModelError, match="not positive"):
        TrainingRows.of([[1.0], [2.0]], [0.5, 0.1], [1.0, 0.0])


def test_the_curve_can_be_cancelled():
    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        alpha_curve(TrainingRows.of([[1.0], [2.0]], [0.5, 0.1]), [1.0], tick=stop)
