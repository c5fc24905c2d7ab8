"""Sparse points: as scikit-matter chooses them, spread, repeatable, never one twice."""

import numpy as np
import pytest
from skmatter.sample_selection import CUR, FPS

from lprviz.core.engine import RigidityEngine
from lprviz.core.kernels import SparseKernel, normalised_rows, polynomial_kernel
from lprviz.core.sampling import cur_points, farthest_points, sampled_points
from lprviz.errors import ModelError


def _decaying_rows(n, n_features, seed):
    """Unit rows with a spectrum that falls, as descriptors have; equal eigenvalues would leave the choice open."""
    rng = np.random.default_rng(seed)
    return normalised_rows(rng.normal(size=(n, n_features)) * 0.9 ** np.arange(n_features) + 0.3)


@pytest.mark.parametrize(("n", "n_features"), [(60, 12), (200, 30), (150, 60)])
def test_cur_chooses_what_scikit_matter_chooses(n, n_features):
    rows = _decaying_rows(n, n_features, n)
    expected = CUR(n_to_select=n_features - 2, k=1).fit(rows).selected_idx_
    np.testing.assert_array_equal(cur_points(rows, n_features - 2), expected)


def test_farthest_points_choose_what_scikit_matter_chooses():
    rows = _decaying_rows(120, 20, 3)
    first = int(farthest_points(rows, 1)[0])
    expected = FPS(n_to_select=40, initialize=first).fit(rows).selected_idx_
    np.testing.assert_array_equal(farthest_points(rows, 40), expected)


def test_beyond_the_rank_cur_starts_another_round_and_never_repeats():
    rows = _decaying_rows(50, 5, 1)
    chosen = cur_points(rows, 18)
    assert len(chosen) == len(set(chosen.tolist())) == 18
    np.testing.assert_array_equal(chosen[:5], cur_points(rows, 5))
    # A quadratic kernel of five features has fifteen dimensions, which five points cannot span.
    gram = polynomial_kernel(rows[chosen], rows[chosen])
    assert np.linalg.matrix_rank(gram, tol=1e-9) > 5


@pytest.mark.parametrize("choose", [cur_points, farthest_points])
def test_repeated_rows_are_chosen_once(choose):
    rows = np.repeat(normalised_rows(np.random.default_rng(5).normal(size=(4, 7))), 10, axis=0)
    assert sorted(choose(rows, 30) // 10) == [0, 1, 2, 3]


def test_rows_of_zeros_are_no_sparse_points_unless_there_are_no_others():
    rows = np.vstack([np.zeros((3, 4)), normalised_rows(np.random.default_rng(0).normal(size=(6, 4)))])
    assert cur_points(rows, 9).min() >= 3
    assert cur_points(np.zeros((3, 4)), 2).tolist() == [0]


def test_what_cur_leaves_out_of_the_rows_is_less_than_chance_does():
    rng = np.random.default_rng(9)
    rows = normalised_rows(rng.normal(size=(400, 30)) * 0.8 ** np.arange(30))

    def missed(chosen):
        basis = np.linalg.qr(rows[chosen].T)[0]
        return np.linalg.norm(rows - rows @ basis @ basis.T)

    by_chance = np.median([missed(rng.choice(400, 12, replace=False)) for _ in range(20)])
    assert missed(cur_points(rows, 12)) < 0.8 * by_chance


def test_a_cur_kernel_is_the_dense_gaussian_process_of_its_points():
    """Posterior variance of the subset-of-regressors process, from the kernel matrices alone."""
    rng = np.random.default_rng(4)
    rows, alpha = normalised_rows(rng.normal(size=(30, 9))), 1e-3
    sparse = SparseKernel.from_features(rows, 14, sampling="cur")
    cross = polynomial_kernel(rows, sparse.points)
    gram = polynomial_kernel(sparse.points, sparse.points) + sparse.jitter * np.eye(sparse.n_sparse)
    kernel = cross @ np.linalg.solve(gram, cross.T)
    average = np.kron(np.eye(10), np.full((1, 3), 1 / 3))
    seen = average @ kernel @ average.T + alpha * np.eye(10)
    process = np.diag(kernel) - np.einsum("ij,ji->i", kernel @ average.T, np.linalg.solve(seen, average @ kernel))
    phi = sparse.transform(rows)
    engine = RigidityEngine(phi, average @ phi, alpha=alpha, members=range(10))
    np.testing.assert_allclose(engine.variance, process / alpha, rtol=1e-5)


def test_an_unknown_sampling_is_refused():
    with pytest.raises(ModelError, match="no sampling 'random'") as caught:
        sampled_points(np.ones((3, 2)), 2, "random")
    assert "farthest, cur" in caught.value.hint


def test_cur_can_be_cancelled():
    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        cur_points(_decaying_rows(40, 8, 0), 6, tick=stop)
