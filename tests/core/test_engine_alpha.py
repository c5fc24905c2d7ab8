"""The regulariser as a live variable, and its share in each rigidity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case, relative_difference

from lprviz.core import PoolSpace, RigidityEngine


@law(cases(-8.0), st.floats(-8.0, 2.0))
def test_another_alpha_equals_a_fresh_engine(case: Case, exponent: float):
    members, alpha = case.some_members(), 10.0**exponent
    edited = case.engine(members)
    for structure in case.rng.integers(0, case.n_structures, 3):
        edited = edited.remove(structure) if structure in edited.members else edited.add(structure)
    moved = edited.with_alpha(alpha)
    fresh = RigidityEngine.from_pool(edited.pool, alpha=alpha, members=edited.members, targets=case.targets)
    assert moved.alpha == alpha
    assert relative_difference(moved.lpr, fresh.lpr) < 2 * fresh.error_estimate
    assert relative_difference(moved.leverage, fresh.leverage) < 2 * fresh.error_estimate
    np.testing.assert_allclose(moved.regulariser_share, fresh.regulariser_share, atol=1e-8)
    np.testing.assert_allclose(moved.local_targets, fresh.local_targets, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moved.predictions, fresh.predictions, rtol=1e-9, atol=1e-9)


@law(cases(-5.0))
def test_the_share_is_the_slope_of_log_rigidity(case: Case):
    engine = case.engine(case.some_members())
    step = 1e-3
    above, below = engine.with_alpha(case.alpha * np.exp(step)), engine.with_alpha(case.alpha * np.exp(-step))
    slope = (np.log(above.lpr) - np.log(below.lpr)) / (2 * step)
    np.testing.assert_allclose(engine.regulariser_share, slope, atol=1e-6)
    assert (engine.regulariser_share >= 0).all()
    assert (engine.regulariser_share <= 1).all()


@law(cases(-6.0))
def test_the_share_follows_edits(case: Case):
    engine = case.engine(case.some_members())
    for structure in case.rng.integers(0, case.n_structures, 8):
        assert engine.regulariser_share is engine.regulariser_share
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        np.testing.assert_allclose(engine.regulariser_share, engine.refactored().regulariser_share, atol=1e-8)


def test_edits_after_another_alpha_equal_a_fresh_engine():
    case = random_case(2, 12, 20)
    engine = case.engine(range(6)).with_alpha(1e-2).add(8).remove(1).with_alpha(1e-3).add(9)
    fresh = RigidityEngine.from_pool(engine.pool, alpha=1e-3, members=engine.members, targets=case.targets)
    assert relative_difference(engine.lpr, fresh.lpr) < 1e-9
    np.testing.assert_allclose(engine.local_targets, fresh.local_targets, rtol=1e-8)


def test_engines_that_differ_in_alpha_share_their_decomposition():
    case = random_case(4, 9, 7)
    first = case.engine(range(5)).with_alpha(1e-3)
    second = first.with_alpha(1e-2)
    assert first._spectrum is second._spectrum
    assert first._spectrum.environment_squares is second._spectrum.environment_squares


def test_data_pin_some_atoms_and_the_prior_the_rest():
    atoms = np.array([[1.0, 0.0], [0.0, 1.0]])
    pool = PoolSpace.from_features(atoms, atoms)
    engine = RigidityEngine.from_pool(pool, alpha=1e-6, members=[0])
    np.testing.assert_allclose(engine.regulariser_share, [0.0, 1.0], atol=2e-6)


def test_an_environment_without_features_is_rigid_and_pure_prior():
    engine = RigidityEngine(np.array([[0.0, 0.0], [1.0, 0.0]]), np.eye(2), alpha=1e-3, members=[0])
    assert engine.lpr[0] == np.inf
    assert engine.regulariser_share[0] == 1.0
    assert np.isfinite(engine.gains()).all()
    assert np.isfinite(engine.gains("worst")).all()
    assert engine.correlation(1)[0] == 0.0


@pytest.mark.parametrize("alpha", [0.0, -1e-4, np.nan, np.inf])
def test_an_alpha_that_is_not_positive_is_refused(alpha):
    from lprviz.errors import ModelError

    engine = random_case(1, 4, 4).engine()
    with pytest.raises(ModelError, match="positive number") as caught:
        engine.with_alpha(alpha)
    assert caught.value.hint
    with pytest.raises(ModelError, match="positive number"):
        RigidityEngine.from_pool(engine.pool, alpha=alpha)
