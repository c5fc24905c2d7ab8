"""The whitened kernel features are a feature map: ridge on them is the Gaussian process, exactly."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from lprviz.core.kernels import SparseKernel, farthest_points, normalised_rows, polynomial_kernel
from lprviz.errors import ModelError

SIZES = [(12, 5, 12), (30, 6, 10), (25, 40, 25), (40, 3, 8)]


def _means(phi, n_structures):
    return phi.reshape(n_structures, -1, phi.shape[1]).mean(axis=1)


def _ridge_variance(phi, means, alpha):
    stacked = np.vstack([means, np.sqrt(alpha) * np.eye(phi.shape[1])])
    upper = np.linalg.qr(stacked, mode="r")
    return np.sum(scipy.linalg.solve_triangular(upper.T, phi.T, lower=True) ** 2, axis=0)


def _gaussian_process_variance(kernel, groups, alpha):
    """Posterior variance, in units of alpha, of a GP with this (N, N) kernel that saw the means of groups of rows."""
    average = np.kron(np.eye(groups), np.full((1, len(kernel) // groups), groups / len(kernel)))
    seen = average @ kernel @ average.T + alpha * np.eye(groups)
    cross = kernel @ average.T
    return (np.diag(kernel) - np.sum(cross * np.linalg.solve(seen, cross.T).T, axis=1)) / alpha


@pytest.mark.parametrize(("n", "n_features", "n_sparse"), SIZES)
def test_ridge_on_whitened_features_is_the_subset_of_regressors_gp(n, n_features, n_sparse):
    rows = normalised_rows(np.random.default_rng(n).normal(size=(n, n_features)))
    sparse = SparseKernel.from_features(rows, n_sparse)
    phi = sparse.transform(rows)
    cross = polynomial_kernel(rows, sparse.points)
    gram = polynomial_kernel(sparse.points, sparse.points) + sparse.jitter * np.eye(sparse.n_sparse)
    approximate = cross @ np.linalg.solve(gram, cross.T)
    expected = _gaussian_process_variance(approximate, n // 2 if n % 2 == 0 else n, 1e-3)
    groups = n // 2 if n % 2 == 0 else n
    np.testing.assert_allclose(_ridge_variance(phi, _means(phi, groups), 1e-3), expected, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 10), st.integers(1, 3))
def test_with_every_environment_sparse_it_is_the_full_gp(seed, n_structures, per_structure):
    n = n_structures * per_structure
    rows = normalised_rows(np.random.default_rng(seed).normal(size=(n, n + 10)))
    phi = SparseKernel.from_points(rows, jitter=1e-12).transform(rows)
    np.testing.assert_allclose(phi @ phi.T, polynomial_kernel(rows, rows), atol=1e-9)
    expected = _gaussian_process_variance(polynomial_kernel(rows, rows), n_structures, 1e-2)
    np.testing.assert_allclose(_ridge_variance(phi, _means(phi, n_structures), 1e-2), expected, rtol=1e-6)


def test_farthest_points_are_deterministic_distinct_and_spread():
    rng = np.random.default_rng(3)
    centres = np.eye(6)
    rows = normalised_rows(np.repeat(centres, 20, axis=0) + 0.01 * rng.normal(size=(120, 6)))
    chosen = farthest_points(rows, 6)
    assert sorted(chosen // 20) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(chosen, farthest_points(rows, 6))


def test_repeated_environments_give_fewer_sparse_points_and_a_sound_factor():
    rows = np.repeat(np.random.default_rng(5).normal(size=(4, 7)), 10, axis=0)
    sparse = SparseKernel.from_features(rows, 30)
    assert sparse.n_sparse == 4
    assert np.isfinite(sparse.transform(rows)).all()


def test_an_environment_without_neighbours_stays_finite():
    rows = np.vstack([np.zeros(4), np.random.default_rng(0).normal(size=(5, 4))])
    phi = SparseKernel.from_features(rows[1:], 5).transform(rows)
    np.testing.assert_array_equal(phi[0], 0.0)
    np.testing.assert_allclose(np.sum(phi[1:] ** 2, axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize(("n_sparse", "zeta"), [(0, 2), (3, 0)])
def test_impossible_kernels_are_refused(n_sparse, zeta):
    with pytest.raises(ModelError, match="at least one sparse point"):
        SparseKernel.from_features(np.ones((4, 2)), n_sparse, zeta=zeta)


def test_ticks_cover_the_work_and_can_stop_it():
    rows = np.random.default_rng(1).normal(size=(30, 8))
    seen = []
    sparse = SparseKernel.from_features(rows, 8, tick=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == list(range(1, 8))

    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        sparse.transform(rows, tick=stop)
