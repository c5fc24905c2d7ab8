"""Committees: those that must tend to the analytic spread do, and a bootstrap is blind where nothing was seen."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import random_case

from lprviz.core import PoolSpace, RigidityEngine, ridge_fit
from lprviz.core.committee import COMMITTEE_KINDS, committee_spread, committee_weights
from lprviz.core.training_rows import TrainingRows
from lprviz.errors import ModelError
from lprviz.progress import Cancelled

NOISE, ALPHA, MANY = 0.3, 1e-2, 4000
FIVE_SIGMA = 5.0 / np.sqrt(2 * MANY)
"""Five standard errors of a standard deviation taken over MANY members."""


@pytest.fixture
def blind_case():
    """A pool whose structures span 8 of 12 features, and a training set that spans 5 of those 8."""
    case = random_case(17, 14, 12, rank=8, alpha=ALPHA)
    members = [0, 2, 3, 5, 9]
    rng = np.random.default_rng(1)
    strangers = rng.standard_normal((3, 12)) / np.sqrt(12)  # atoms of no structure, with a part outside pool space
    pool = PoolSpace.from_features(np.vstack([case.atoms, strangers]), case.means)
    engine = RigidityEngine.from_pool(pool, alpha=ALPHA, members=members, targets=case.targets)
    return engine, TrainingRows.of(pool.structures[members], case.targets[members])


def _spread(engine, training, kind, n, seed=0, alpha=ALPHA):
    rng = np.random.default_rng(seed)
    weights = committee_weights(kind, training, alpha, NOISE, n, rng)
    prior = 0.0 if kind == "bootstrap" else NOISE / np.sqrt(alpha)
    return weights, committee_spread(engine.pool, weights, prior, rng)


@pytest.mark.parametrize("kind", ["randomised-prior", "posterior"])
def test_honest_committees_tend_to_the_analytic_spread(blind_case, kind):
    engine, training = blind_case
    weights, spread = _spread(engine, training, kind, MANY)
    assert (engine.pool.residuals[-3:] > 1e-2).all()
    np.testing.assert_allclose(spread, NOISE * np.sqrt(engine.variance), rtol=FIVE_SIGMA)
    structures = (engine.pool.structures @ weights).std(axis=1, ddof=1)
    np.testing.assert_allclose(structures, NOISE * np.sqrt(engine.leverage), rtol=FIVE_SIGMA)
    centre = engine.pool.environments @ weights.mean(axis=1)
    error = NOISE * np.sqrt(engine.variance / MANY)
    assert (np.abs(centre - engine.local_targets) < 5 * error + 1e-9).all()


@pytest.mark.parametrize("kind", ["randomised-prior", "posterior"])
def test_members_covary_as_the_posterior(blind_case, kind):
    engine, training = blind_case
    weights, _ = _spread(engine, training, kind, MANY)
    expected = NOISE**2 * engine.root @ engine.root.T
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(np.cov(weights) - expected) < 5 * np.sqrt(2 / MANY) * scale).all()


def test_a_randomised_prior_member_is_the_fit_it_claims_to_be(blind_case):
    """The minimum of |F w - (y + e)|^2 + alpha |w - w0|^2, found densely with the same draws."""
    _, training = blind_case
    weights = committee_weights("randomised-prior", training, ALPHA, NOISE, 3, np.random.default_rng(4))
    rng = np.random.default_rng(4)
    noisy = training.targets[:, None] + NOISE * rng.standard_normal((len(training), 3))
    start = NOISE / np.sqrt(ALPHA) * rng.standard_normal((training.rows.shape[1], 3))
    for member in range(3):
        shift = ridge_fit(training.rows, noisy[:, member] - training.rows @ start[:, member], ALPHA)
        np.testing.assert_allclose(weights[:, member], start[:, member] + shift, rtol=1e-9, atol=1e-10)


def test_a_bootstrap_is_blind_to_what_no_member_has(blind_case):
    engine, training = blind_case
    unseen = np.linalg.svd(training.rows, full_matrices=True)[2][len(training) :]
    weights, _ = _spread(engine, training, "bootstrap", 64)
    assert np.abs(unseen @ weights).max() < 1e-12
    lost = PoolSpace(
        unseen, np.zeros(len(unseen)), engine.pool.structures, engine.pool.basis, np.zeros(len(unseen)), 1e-10, 1e-12
    )
    analytic = NOISE * np.sqrt(RigidityEngine.from_pool(lost, alpha=ALPHA, members=engine.members).variance)
    np.testing.assert_allclose(analytic, NOISE / np.sqrt(ALPHA))  # LPR = alpha: pure prior
    assert committee_spread(lost, weights, 0.0, np.random.default_rng(0)).max() < 1e-12
    honest = committee_weights("posterior", training, ALPHA, NOISE, MANY, np.random.default_rng(0))
    np.testing.assert_allclose(committee_spread(lost, honest, 0.0, np.random.default_rng(0)), analytic, rtol=FIVE_SIGMA)


def test_a_bootstrap_is_right_where_labels_abound():
    rng = np.random.default_rng(6)
    rows = rng.standard_normal((500, 4))
    targets = rows @ rng.standard_normal(4) + NOISE * rng.standard_normal(500)
    atoms = rng.standard_normal((20, 4))
    engine = RigidityEngine(atoms, rows, alpha=1e-6, members=range(500), targets=targets)
    training = TrainingRows.of(engine.pool.structures, targets)
    _, spread = _spread(engine, training, "bootstrap", 600, alpha=1e-6)
    np.testing.assert_allclose(spread, NOISE * np.sqrt(engine.variance), rtol=0.25)
    assert training.evidence_noise(1e-6) == pytest.approx(NOISE, rel=0.1)


def test_bootstrap_members_are_fits_to_resampled_rows():
    """Each member must be the full-space ridge fit of the very rows drawn; repeats count as often as they came."""
    case = random_case(5, 8, 12)
    training = TrainingRows.of(case.means, case.targets)
    weights = committee_weights("bootstrap", training, ALPHA, NOISE, 4, np.random.default_rng(9))
    rng = np.random.default_rng(9)
    for member in range(4):
        drawn = rng.integers(0, 8, 8)
        expected = ridge_fit(case.means[drawn], case.targets[drawn], ALPHA)
        np.testing.assert_allclose(weights[:, member], expected, rtol=1e-8, atol=1e-10)


def test_bootstrap_members_take_the_rows_of_a_structure_together():
    rng = np.random.default_rng(3)
    offsets = np.array([0, 3, 4, 9])
    rows, targets = rng.standard_normal((9, 6)), rng.standard_normal(9)
    training = TrainingRows.of(rows, targets, offsets=offsets)
    weights = committee_weights("bootstrap", training, ALPHA, NOISE, 3, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    for member in range(3):
        drawn = np.concatenate([np.arange(offsets[c], offsets[c + 1]) for c in rng.integers(0, 3, 3)])
        np.testing.assert_allclose(weights[:, member], ridge_fit(rows[drawn], targets[drawn], ALPHA), rtol=1e-8)


@pytest.mark.parametrize(("n", "n_features"), [(12, 5), (5, 12)])
def test_the_noise_is_the_one_of_highest_likelihood(n, n_features):
    from scipy.optimize import minimize_scalar
    from scipy.stats import multivariate_normal

    case = random_case(n, n, n_features)
    kernel = case.means @ case.means.T / ALPHA + np.eye(n)

    def unlikely(log_noise):
        return -multivariate_normal(np.zeros(n), np.exp(2 * log_noise) * kernel).logpdf(case.targets)

    best = np.exp(minimize_scalar(unlikely, bounds=(-8.0, 5.0), method="bounded", options={"xatol": 1e-9}).x)
    assert TrainingRows.of(case.means, case.targets).evidence_noise(ALPHA) == pytest.approx(best, rel=1e-5)


@pytest.mark.parametrize("kind", COMMITTEE_KINDS)
def test_a_seed_repeats_and_another_differs(blind_case, kind):
    engine, training = blind_case
    first, again, other = (_spread(engine, training, kind, 5, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_what_cannot_be_a_committee_is_refused(blind_case):
    _, training = blind_case
    rng = np.random.default_rng(0)
    with pytest.raises(ModelError, match="1 members cannot disagree"):
        committee_weights("posterior", training, ALPHA, NOISE, 1, rng)
    with pytest.raises(ModelError, match="no committee of kind 'jury'"):
        committee_weights("jury", training, ALPHA, NOISE, 4, rng)
    with pytest.raises(ModelError, match="at least two structures"):
        committee_weights("bootstrap", TrainingRows.of([[1.0, 2.0]], [1.0]), ALPHA, NOISE, 4, rng)


def test_a_bootstrap_can_be_cancelled(blind_case):
    def stop(done, total):
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        committee_weights("bootstrap", blind_case[1], ALPHA, NOISE, 9, np.random.default_rng(0), tick=stop)
