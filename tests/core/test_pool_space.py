"""Pool space holds everything the structures can say, and says what it leaves out."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from rigidity_cases import Case, cases, law, random_case

from lprviz.core import PoolSpace
from lprviz.errors import ModelError
from lprviz.progress import Cancelled


@law(cases())
def test_projection_keeps_inner_products_with_structures_and_norms(case: Case):
    pool = PoolSpace.from_features(case.atoms, case.means)
    np.testing.assert_allclose(pool.basis.T @ pool.basis, np.eye(pool.rank), atol=1e-13)
    np.testing.assert_allclose(pool.environments @ pool.structures.T, case.atoms @ case.means.T, atol=1e-12)
    norms = (pool.environments**2).sum(axis=1) + pool.residuals
    np.testing.assert_allclose(norms, (case.atoms**2).sum(axis=1), rtol=1e-12)
    assert pool.rank <= min(case.means.shape)
    assert pool.rank == np.linalg.matrix_rank(case.means)


def test_weak_directions_go_only_where_no_alpha_would_see_them():
    rows = np.diag([1.0, 1e-3, 1e-9])
    assert PoolSpace.from_features(rows, rows, alpha_min=1e-10).rank == 3
    assert PoolSpace.from_features(rows, rows, alpha_min=1e-4).rank == 2
    assert PoolSpace.from_features(rows, rows, alpha_min=1e-4).residuals[2] == pytest.approx(1e-18)


def test_the_directions_kept_are_the_principal_ones_whatever_the_order_of_structures():
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((150, 40)) * 10.0 ** -np.linspace(0, 8, 40)
    above = int(np.count_nonzero(np.linalg.svd(rows, compute_uv=False) ** 2 > 1e-9))
    assert 0 < above < 40
    for order in (slice(None), slice(None, None, -1), rng.permutation(150)):
        pool = PoolSpace.from_features(rows, rows[order], alpha_min=1e-3, accuracy=1e-6)
        assert pool.rank == above
        gram = pool.structures.T @ pool.structures
        np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-10)


def test_ties_measure_what_dropped_directions_share_with_structures():
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((30, 12)) * 10.0 ** -np.linspace(0, 6, 12)
    atoms = rng.standard_normal((50, 12))
    pool = PoolSpace.from_features(atoms, rows, alpha_min=1e-4, accuracy=1e-4)
    assert 0 < pool.rank < 12
    outside = np.eye(12) - pool.basis @ pool.basis.T
    np.testing.assert_allclose(pool.ties, np.linalg.norm(atoms @ outside @ rows.T, axis=1), rtol=1e-9)
    assert PoolSpace.from_features(atoms, rows).ties.max() < 1e-12


@pytest.mark.parametrize("accuracy", [0.0, 1.0, -1e-6, np.nan])
def test_an_accuracy_that_is_no_relative_error_is_refused(accuracy):
    with pytest.raises(ModelError, match="between 0 and 1"):
        PoolSpace.from_features(np.eye(2), np.eye(2), accuracy=accuracy)


def test_residuals_of_atoms_within_the_span_vanish_to_rounding():
    case = random_case(0, 40, 12)
    assert PoolSpace.from_features(case.atoms, case.means).residuals.max() < 1e-29


def test_many_structures_in_several_blocks_stay_orthonormal():
    """A hundred nearly parallel rows, then as many that differ in the twelfth digit."""
    rng = np.random.default_rng(0)
    rows = np.ones((200, 30)) + 10.0 ** -np.linspace(0, 12, 200)[:, None] * rng.standard_normal((200, 30))
    pool = PoolSpace.from_features(rows, rows)
    assert pool.rank == 30
    np.testing.assert_allclose(pool.basis.T @ pool.basis, np.eye(30), atol=1e-14)


def test_further_features_are_projected_alike():
    case = random_case(1, 6, 9)
    pool = PoolSpace.from_features(case.atoms, case.means)
    coordinates, residuals = pool.project(case.atoms)
    np.testing.assert_array_equal(coordinates, pool.environments)
    np.testing.assert_array_equal(residuals, pool.residuals)
    with pytest.raises(ModelError, match="8 features but the features of the pool have 9"):
        pool.project(case.atoms[:, :8])


def test_single_precision_features_are_judged_in_double():
    case = random_case(2, 6, 9)
    single = case.atoms.astype(np.float32)
    pool = PoolSpace.from_features(single, case.means)
    expected = PoolSpace.from_features(single.astype(np.float64), case.means)
    np.testing.assert_array_equal(pool.environments, expected.environments)
    assert pool.environments.dtype == np.float64


def test_progress_reaches_the_end_and_a_cancel_passes():
    rng = np.random.default_rng(0)
    atoms, means = rng.standard_normal((3000, 400)), rng.standard_normal((150, 400))
    seen = []
    PoolSpace.from_features(atoms, means, tick=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (3150, 3150)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 5

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        PoolSpace.from_features(atoms, means, tick=cancel)


def test_a_pool_survives_its_plain_arrays():
    case = random_case(3, 6, 9)
    pool = PoolSpace.from_features(case.atoms, case.means)
    again = PoolSpace(**{field.name: getattr(pool, field.name) for field in fields(pool)})
    np.testing.assert_array_equal(again.environments, pool.environments)
    assert "9 features seen through 6 directions" in repr(again)
    assert not again.environments.flags.writeable
    with pytest.raises(ModelError, match="residuals of a pool space"):
        replace(pool, residuals=pool.residuals[:-1])


def test_a_pool_leaves_the_callers_arrays_alone():
    case = random_case(4, 6, 9)
    pool = PoolSpace.from_features(case.atoms, case.means, keep_features=True)
    assert case.atoms.flags.writeable
    assert pool.features is not None
    assert np.shares_memory(pool.features, case.atoms)
    assert not pool.features.flags.writeable
