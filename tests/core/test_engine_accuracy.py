"""When edits cost digits the engine notices, factors afresh, and says how far it can be trusted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case, relative_difference

from lprviz.core import PoolSpace, RigidityEngine, local_prediction_rigidity
from lprviz.errors import ModelError


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


@law(cases(-9.0))
def test_nothing_falls_below_its_floor_unnoticed(case: Case):
    """The margin spares comparing every value after every edit; it must never claim more than there is."""
    engine = case.engine(case.some_members())
    for structure in case.rng.integers(0, case.n_structures, 12):
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        for forms in (engine._state.variance, engine._state.leverage):
            assert forms.margin > 0.99
            assert (forms.values >= forms.margin * forms.floor * (1.0 - 1e-6)).all()


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


@law(st.integers(0, 2**32 - 1), st.floats(-9.0, -1.0), st.floats(-6.0, -1.0))
def test_dropped_directions_cost_no_more_than_the_estimate_for_any_training_set(seed, exponent, accuracy_exponent):
    """Features of quickly falling strength, atoms that resemble structures and atoms that do not."""
    rng = np.random.default_rng(seed)
    strengths = 10.0 ** -np.linspace(0, 7, 16)
    means = rng.standard_normal((20, 16)) * strengths
    atoms = np.vstack([rng.standard_normal((20, 16)) * strengths, rng.standard_normal((20, 16))])
    alpha, accuracy = 10.0**exponent, 10.0**accuracy_exponent
    pool = PoolSpace.from_features(atoms, means, alpha_min=1e-5, accuracy=accuracy)
    members = np.flatnonzero(rng.random(20) < rng.random()).tolist()
    try:
        engine = RigidityEngine.from_pool(pool, alpha=alpha, members=members)
    except ModelError:
        assert alpha < pool.alpha_min
        return
    dense = local_prediction_rigidity(means[members], atoms, alpha)
    assert relative_difference(engine.lpr, dense) <= engine.error_estimate


def test_the_estimate_knows_of_atoms_unlike_any_structure():
    """Along a dropped direction of strength e the error goes as e, not as its square: 1e-3 here, not 1e-6."""
    means = np.array([[1.0, 1e-7], [1.0, -1e-7]])
    atoms = np.array([[1.0, 1e-4]])
    pool = PoolSpace.from_features(atoms, means, alpha_min=1e-8, accuracy=1e-5)
    assert pool.rank == 1
    engine = RigidityEngine.from_pool(pool, alpha=1e-8, members=[0])
    error = relative_difference(engine.lpr, local_prediction_rigidity(means[:1], atoms, 1e-8))
    assert 5e-4 < error < engine.error_estimate < 5e-3


def test_atoms_that_structures_are_made_of_get_what_was_asked_for():
    """About the accuracy at alpha_min, and less in proportion above."""
    rng = np.random.default_rng(5)
    atoms = rng.standard_normal((400, 30)) * 10.0 ** -np.linspace(0, 9, 30)
    means = atoms.reshape(100, 4, 30).mean(axis=1)
    pool = PoolSpace.from_features(atoms, means, alpha_min=1e-8, accuracy=1e-6)
    assert pool.rank < 30
    for alpha, promised in ((1e-8, 3e-5), (1e-6, 3e-7), (1e-4, 3e-9)):
        engine = RigidityEngine.from_pool(pool, alpha=alpha, members=range(0, 100, 2))
        error = relative_difference(engine.lpr, local_prediction_rigidity(means[::2], atoms, alpha))
        assert error < engine.error_estimate < promised


def test_an_alpha_that_leaves_no_digit_is_refused_with_what_to_do():
    means = np.array([[1.0, 1e-3], [1.0, -1e-3]])
    pool = PoolSpace.from_features(means, means, alpha_min=1e-3, accuracy=1e-2)
    engine = RigidityEngine.from_pool(pool, alpha=1e-3)
    for attempt in (lambda: engine.with_alpha(1e-9), lambda: RigidityEngine.from_pool(pool, alpha=1e-9)):
        with pytest.raises(ModelError, match=r"made for 0\.001 and above") as caught:
            attempt()
        assert "alpha_min=1e-09" in caught.value.hint
    assert engine.with_alpha(5e-4).error_estimate > engine.error_estimate


@pytest.mark.parametrize("alpha", [1e-12, 1e-14])
def test_tiny_alphas_stay_right_where_a_pseudo_inverse_fails(alpha):
    """Three orthogonal directions, one of them untrained: the answer is known without solving anything."""
    atoms = np.eye(3)
    engine = RigidityEngine(atoms, 2.0 * atoms, alpha=alpha, members=[0]).add(1)
    np.testing.assert_allclose(engine.lpr, [4.0, 4.0, alpha], rtol=1e-9)
    np.testing.assert_allclose(local_prediction_rigidity(2.0 * atoms[:2], atoms, alpha), [4.0, 4.0, alpha], rtol=1e-9)
