"""When edits cost digits the engine notices, factors afresh, and says how far it can be trusted."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import random_case, relative_difference

from lprviz.core import PoolSpace, RigidityEngine, local_prediction_rigidity


def test_removing_what_nothing_else_holds_factors_afresh():
    case = random_case(5, 6, 12, alpha=1e-8)
    engine = case.engine(range(6))
    assert engine.remove(2).error_estimate == engine.remove(2).refactored().error_estimate
    dense = local_prediction_rigidity(case.means[[0, 1, 3, 4, 5]], case.atoms, case.alpha)
    assert relative_difference(engine.remove(2).lpr, dense) < 1e-9
    assert relative_difference(engine.preview(2), dense) < 1e-9


def test_a_first_structure_pins_what_was_free_without_losing_digits():
    """v falls by nine decades in one addition: a plain rank-one update would keep seven digits fewer."""
    case = random_case(6, 1, 3, alpha=1e-10)
    atoms = np.vstack([case.means, case.means * 0.5])
    engine = RigidityEngine(atoms, case.means, alpha=case.alpha).add(0)
    np.testing.assert_allclose(engine.lpr, [1.0, 4.0], rtol=1e-9)
    np.testing.assert_allclose(RigidityEngine(atoms, case.means, alpha=case.alpha).preview(0), [1.0, 4.0], rtol=1e-9)


def test_a_near_duplicate_keeps_the_leverage_of_the_first():
    rows = np.array([[1.0, 0.0], [1.0, 1e-7]])
    engine = RigidityEngine(rows, rows, alpha=1e-9).add(0)
    expected = 1.0 / local_prediction_rigidity(rows[:1], rows, 1e-9)
    np.testing.assert_allclose(engine.leverage, expected, rtol=1e-9)


def test_edits_gather_drift_and_refactoring_sheds_it():
    case = random_case(7, 30, 6, alpha=1e-2)
    engine = fresh = case.engine(range(20))
    for structure in (3, 5, 7):
        engine = engine.remove(structure)
    assert engine.error_estimate > fresh.error_estimate
    assert engine.refactored().error_estimate == pytest.approx(fresh.error_estimate)


def test_drift_never_passes_the_tolerance(monkeypatch):
    monkeypatch.setattr("lprviz.core.engine.DRIFT_TOLERANCE", 1e-14)
    case = random_case(8, 30, 6, alpha=1e-2)
    engine = case.engine(range(20))
    base = engine.error_estimate
    for structure in case.rng.integers(0, 30, 200):
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        assert engine.error_estimate <= base + 1e-14


def test_an_alpha_below_the_pools_floor_is_owned_up_to():
    case = random_case(9, 10, 10)
    pool = PoolSpace.from_features(case.atoms, case.means, alpha_min=1e-2)
    engine = RigidityEngine.from_pool(pool, alpha=1e-9, members=range(5))
    assert engine.error_estimate > 1e-6
    assert RigidityEngine.from_pool(pool, alpha=1e-2, members=range(5)).error_estimate == 1e-10


@pytest.mark.parametrize("alpha", [1e-12, 1e-14])
def test_tiny_alphas_stay_right_where_a_pseudo_inverse_fails(alpha):
    """Three orthogonal directions, one of them untrained: the answer is known without solving anything."""
    atoms = np.eye(3)
    engine = RigidityEngine(atoms, 2.0 * atoms, alpha=alpha, members=[0]).add(1)
    np.testing.assert_allclose(engine.lpr, [4.0, 4.0, alpha], rtol=1e-9)
    np.testing.assert_allclose(local_prediction_rigidity(2.0 * atoms[:2], atoms, alpha), [4.0, 4.0, alpha], rtol=1e-9)
