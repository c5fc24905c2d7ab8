"""The factor between rigidity and standard deviation: three estimators, their errors, and the calibration plot."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, norm

from lprviz.core.calibration import (
    ESTIMATORS,
    calibration_factor,
    gaussian_crps,
    normal_multiples,
    reliability_bins,
)
from lprviz.errors import ModelError


def _normal_residuals(n, factor, seed=0):
    rng = np.random.default_rng(seed)
    variances = 10.0 ** rng.uniform(-3, 1, n)
    return factor * np.sqrt(variances) * rng.standard_normal(n), variances


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_estimator_finds_the_factor_of_normal_errors(estimator):
    residuals, variances = _normal_residuals(20_000, 0.37)
    assert calibration_factor(residuals, variances, estimator).value == pytest.approx(0.37, rel=0.03)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_factor_scales_with_residuals_and_against_variances(estimator):
    residuals, variances = _normal_residuals(40, 1.0, seed=5)
    plain = calibration_factor(residuals, variances, estimator)
    louder = calibration_factor(-7.0 * residuals, variances, estimator)
    assert louder.value == pytest.approx(7.0 * plain.value, rel=1e-9)
    assert louder.relative_error == pytest.approx(plain.relative_error, rel=1e-9)
    assert calibration_factor(residuals, 4.0 * variances, estimator).value == pytest.approx(plain.value / 2, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_estimators_are_their_definitions(seed):
    residuals, variances = _normal_residuals(12, 2.0, seed)
    spreads = np.sqrt(variances)

    def likelihood(factor):
        return -norm.logpdf(residuals, scale=factor * spreads).sum()

    best = minimize_scalar(likelihood, bounds=(1e-3, 1e2), method="bounded", options={"xatol": 1e-10}).x
    assert calibration_factor(residuals, variances, "rms").value == pytest.approx(best, rel=1e-6)
    mean = np.sqrt(np.pi / 2) * np.mean(np.abs(residuals) / spreads)
    assert calibration_factor(residuals, variances, "mean-absolute").value == pytest.approx(mean, rel=1e-12)

    def score(factor):
        return gaussian_crps(residuals, factor * spreads).sum()

    best = minimize_scalar(score, bounds=(1e-3, 1e2), method="bounded", options={"xatol": 1e-10}).x
    assert calibration_factor(residuals, variances, "crps").value == pytest.approx(best, rel=1e-5)


def test_the_score_is_the_integral_that_defines_it():
    grid = np.linspace(-60.0, 60.0, 400_001)
    for residual, sigma in ((0.0, 1.0), (0.7, 0.4), (-5.0, 2.0)):
        # distance between the predicted distribution N(0, sigma) and the step at the residual
        integrand = (norm.cdf(grid, scale=sigma) - (grid >= residual)) ** 2
        expected = np.trapezoid(integrand, grid)
        assert gaussian_crps(np.array([residual]), np.array([sigma]))[0] == pytest.approx(expected, abs=2e-4)


def test_an_outlier_moves_the_robust_estimators_less():
    residuals, variances = _normal_residuals(200, 1.0, seed=3)
    wild = residuals.copy()
    wild[7] = 50.0 * np.sqrt(variances[7])
    moved = {
        each: calibration_factor(wild, variances, each).value / calibration_factor(residuals, variances, each).value
        for each in ESTIMATORS
    }
    assert moved["rms"] > 2.5 > 1.5 > moved["mean-absolute"] > 1.1
    assert moved["crps"] < moved["mean-absolute"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_stated_error_is_the_scatter_over_repeated_samples(estimator):
    found = [calibration_factor(*_normal_residuals(300, 1.0, seed), estimator) for seed in range(150)]
    scatter = np.std([each.value for each in found], ddof=1) / np.mean([each.value for each in found])
    assert np.mean([each.relative_error for each in found]) == pytest.approx(scatter, rel=0.25)


def test_bins_hold_equal_counts_in_rising_order_and_cover_the_truth():
    covered = []
    for seed in range(40):
        residuals, variances = _normal_residuals(103, 0.5, seed)
        bins = reliability_bins(residuals, 0.5 * np.sqrt(variances), 10)
        assert bins.counts.sum() == 103
        assert np.ptp(bins.counts) <= 1
        assert (np.diff(bins.predicted) > 0).all()
        assert (bins.lower < bins.empirical).all()
        assert (bins.empirical < bins.upper).all()
        covered.append((bins.lower <= bins.predicted) & (bins.predicted <= bins.upper))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)  # 400 bins: a standard error of 0.011


def test_a_single_bin_is_the_chi_square_interval():
    residuals = np.array([1.0, -2.0, 0.5, 3.0])
    bins = reliability_bins(residuals, np.ones(4), 1)
    assert bins.empirical[0] == pytest.approx(np.sqrt(np.mean(residuals**2)))
    assert bins.lower[0] == pytest.approx(np.sqrt(np.sum(residuals**2) / chi2.ppf(0.975, 4)))
    assert bins.upper[0] == pytest.approx(np.sqrt(np.sum(residuals**2) / chi2.ppf(0.025, 4)))
    with pytest.raises(ValueError, match="read-only"):
        bins.predicted[0] = 0.0


def test_lines_of_equal_probability_are_normal_quantiles():
    np.testing.assert_allclose(normal_multiples([0.6826894921, 0.9544997361]), [1.0, 2.0], rtol=1e-8)
    with pytest.raises(ModelError, match="between 0 and 1"):
        normal_multiples([0.5, 1.0])


def test_what_cannot_be_calibrated_is_refused():
    residuals, variances = _normal_residuals(8, 1.0)
    with pytest.raises(ModelError, match="at least 5 held-out structures with energies, not 4"):
        calibration_factor(residuals[:4], variances[:4])
    with pytest.raises(ModelError, match="no estimator 'median'"):
        calibration_factor(residuals, variances, "median")
    with pytest.raises(ModelError, match="Every residual is zero"):
        calibration_factor(np.zeros(8), variances)
    with pytest.raises(ModelError, match="no positive variance"):
        calibration_factor(residuals, variances * (np.arange(8) > 0))
    with pytest.raises(ModelError, match="8 residuals but 7 variances"):
        calibration_factor(residuals, variances[1:])
    with pytest.raises(ModelError, match="Most residuals are zero"):
        calibration_factor([1.0] + [0.0] * 9, np.ones(10), "crps")
    with pytest.raises(ModelError, match="into 9 bins"):
        reliability_bins(residuals, variances, 9)
