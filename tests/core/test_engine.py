"""The engine against two independent oracles, and the laws of rigidity at random sizes."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import Case, cases, law, random_case, relative_difference
from skmatter.metrics import local_prediction_rigidity as skmatter_rigidity

from lprviz.core import PoolSpace, RigidityEngine, local_prediction_rigidity, ridge_fit, training_scale


@law(cases(-10.0))
def test_a_fresh_engine_agrees_with_the_dense_solve(case: Case):
    members = case.some_members()
    engine = case.engine(members)
    expected = local_prediction_rigidity(case.means[members], case.atoms, case.alpha)
    assert relative_difference(engine.lpr, expected) < engine.error_estimate
    expected = local_prediction_rigidity(case.means[members], case.means, case.alpha)
    assert relative_difference(engine.structure_rigidity, expected) < engine.error_estimate


@law(cases(-4.0))
def test_the_training_scale_gives_the_numbers_of_skmatter(case: Case):
    members = case.some_members() or [0]
    theirs, _ = skmatter_rigidity(case.per_structure(members), [case.atoms], case.alpha)
    scale = training_scale((case.atoms**2).sum(axis=1), case.offsets, members)
    engine = case.engine(members).with_alpha(case.alpha * scale**2)
    assert relative_difference(engine.lpr, theirs[0]) < 1e-9
    dense = local_prediction_rigidity(case.means[members], case.atoms, case.alpha, scale=scale)
    assert relative_difference(dense, theirs[0]) < 1e-9


@law(cases(-8.0))
def test_adding_then_removing_is_the_identity(case: Case):
    members = case.some_members()
    engine = case.engine(members)
    for structure in range(case.n_structures):
        there = engine.remove(structure) if structure in engine.members else engine.add(structure)
        back = there.add(structure) if structure in engine.members else there.remove(structure)
        assert back.members == engine.members
        assert relative_difference(back.lpr, engine.lpr) < back.error_estimate + engine.error_estimate


@law(cases())
def test_the_order_of_edits_does_not_matter(case: Case):
    forwards = backwards = case.engine()
    for structure in range(case.n_structures):
        forwards = forwards.add(structure)
        backwards = backwards.add(case.n_structures - 1 - structure)
    at_once = case.engine().edit(add=range(case.n_structures))
    for other in (backwards, at_once):
        assert other.members == forwards.members
        assert relative_difference(other.lpr, forwards.lpr) < 1e-8
        np.testing.assert_allclose(other.predictions, forwards.predictions, atol=1e-7)


@law(cases())
def test_adding_never_lowers_any_rigidity(case: Case):
    engine = case.engine(case.some_members())
    for structure in set(range(case.n_structures)) - set(engine.members):
        assert (engine.add(structure).lpr >= engine.lpr * (1 - 1e-9)).all()


@law(cases())
def test_a_direct_label_is_worth_exactly_one(case: Case):
    """Adding a structure whose mean is x_i raises LPR_i by one, whatever else is in training."""
    atom = int(case.rng.integers(len(case.atoms)))
    rows = np.vstack([case.means, case.atoms[atom]])
    members = case.some_members()
    engine = RigidityEngine(case.atoms, rows, alpha=case.alpha, members=members)
    labelled = engine.add(case.n_structures)
    assert labelled.lpr[atom] == pytest.approx(engine.lpr[atom] + 1.0, rel=1e-8)


@law(cases())
def test_training_structures_are_rigid_and_others_are_judged_alike(case: Case):
    engine = case.engine(case.some_members())
    assert (engine.structure_rigidity[list(engine.members)] >= 1.0 - 1e-9).all()
    for structure in range(case.n_structures):
        row = case.means[structure : structure + 1]
        rigidity = local_prediction_rigidity(case.means[list(engine.members)], row, case.alpha)
        assert engine.structure_rigidity[structure] == pytest.approx(rigidity[0], rel=1e-8)


@law(cases())
def test_removing_the_last_structure_leaves_the_prior(case: Case):
    engine = case.engine([0]).remove(0)
    assert engine.members == ()
    np.testing.assert_allclose(engine.lpr, case.alpha / (case.atoms**2).sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(engine.regulariser_share, 1.0, rtol=1e-10)
    np.testing.assert_allclose(engine.local_targets, 0.0, atol=1e-11)


@law(cases())
def test_the_live_fit_equals_a_fresh_one(case: Case):
    engine = case.engine(case.some_members())
    for structure in case.rng.integers(0, case.n_structures, 6):
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
    members = list(engine.members)
    weights = ridge_fit(case.means[members], case.targets[members], case.alpha)
    tolerance = 1e-7 * max(1.0, np.abs(weights).max())
    np.testing.assert_allclose(engine.local_targets, case.atoms @ weights, atol=tolerance)
    np.testing.assert_allclose(engine.predictions, case.means @ weights, atol=tolerance)
    sums = np.add.reduceat(engine.local_targets, case.offsets[:-1]) / np.diff(case.offsets)
    np.testing.assert_allclose(engine.predictions, sums, atol=tolerance)


@pytest.mark.parametrize("n_structures", [1, 100, 1000])
def test_fixed_stoichiometry_leaves_the_parts_floating(n_structures: int):
    """AB structures, always half and half: the total is rigid, each part hangs on the prior alone, however many."""
    atoms = np.array([[1.0, 0.0], [0.0, 1.0]])
    means = np.repeat([[0.5, 0.5]], n_structures, axis=0)
    engine = RigidityEngine(atoms, means, alpha=1e-5, members=range(n_structures))
    np.testing.assert_allclose(engine.lpr, 2e-5, rtol=1e-4)
    np.testing.assert_allclose(engine.regulariser_share, 1.0, atol=1e-4)
    np.testing.assert_allclose(engine.correlation(0), [1.0, -1.0], atol=1e-4)
    np.testing.assert_allclose(engine.structure_rigidity, n_structures, rtol=1e-4)


@pytest.mark.parametrize(("count", "rigidity"), [(9, 0.014), (12, 0.19), (16, 0.6)])
def test_one_structure_of_another_composition_frees_the_parts(count: int, rigidity: float):
    """A hundred A8B8 with three features of their surroundings; one is swapped for A9B7, A12B4 or pure A."""
    typical = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        species = np.tile(np.repeat([0, 1], 8), (100, 1))
        species[0] = np.repeat([0, 1], [count, 16 - count])
        atoms = np.concatenate([np.eye(2)[species], rng.standard_normal((100, 16, 3))], axis=2)
        engine = RigidityEngine(atoms[1:].reshape(-1, 5), atoms.mean(axis=1), alpha=1e-5, members=range(100))
        typical.append(np.exp(np.log(engine.lpr).mean()))
    assert np.median(typical) == pytest.approx(rigidity, rel=0.25)


def test_repeating_a_structure_saturates():
    """Repeats of one host pin the host, not the atom: LPR tends to 1/(1 - rho^2) in units of the atom's own prior."""
    atom, host = np.array([[1.0, 0.0]]), np.array([0.6, 0.8])
    engine = RigidityEngine(atom, np.repeat([host], 4000, axis=0), alpha=1.0, members=range(4000))
    assert engine.lpr[0] == pytest.approx(1.0 / (1.0 - 0.6**2), rel=1e-3)


@pytest.mark.parametrize(
    ("n_structures", "n_features", "rank", "duplicates", "alpha"),
    [
        (12, 30, None, 0, 1e-4),
        (40, 9, None, 0, 1e-4),
        (30, 20, 5, 0, 1e-3),
        (25, 25, None, 12, 1e-2),
        (30, 12, None, 6, 1e-8),
        (20, 40, None, 3, 1e-10),
        (1, 5, None, 0, 1e-4),
        (60, 24, None, 0, 3e-3),
    ],
)
def test_hundreds_of_random_edits_equal_a_fresh_computation(n_structures, n_features, rank, duplicates, alpha):
    case = random_case(n_structures, n_structures, n_features, rank, duplicates, alpha)
    pool = PoolSpace.from_features(case.atoms, case.means)
    engine = RigidityEngine.from_pool(pool, alpha=alpha, members=case.some_members(), targets=case.targets)
    for count in range(1, 451):
        structure = int(case.rng.integers(n_structures))
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        if count % 30 == 0:
            fresh = RigidityEngine.from_pool(pool, alpha=alpha, members=engine.members, targets=case.targets)
            dense = local_prediction_rigidity(case.means[list(engine.members)], case.atoms, alpha)
            assert relative_difference(engine.lpr, fresh.lpr) < engine.error_estimate
            assert relative_difference(engine.lpr, dense) < engine.error_estimate < 1e-8
            assert relative_difference(engine.leverage, fresh.leverage) < engine.error_estimate
            np.testing.assert_allclose(engine.regulariser_share, fresh.regulariser_share, atol=1e-8)
            # Repeats with contradictory targets: what is left over meets rounding divided by alpha, in any solver.
            tolerance = (1e-9 + 100 * np.finfo(float).eps / alpha) * (1.0 + np.abs(fresh.local_targets).max())
            np.testing.assert_allclose(engine.local_targets, fresh.local_targets, rtol=0, atol=tolerance)


@law(cases(-9.0))
def test_several_edits_at_once_equal_one_by_one(case: Case):
    engine = case.engine(case.some_members())
    switched = case.rng.choice(case.n_structures, case.rng.integers(0, case.n_structures + 1), replace=False)
    inside = [int(c) for c in switched if c in engine.members]
    outside = [int(c) for c in switched if c not in engine.members]
    edited = engine.edit(add=outside, remove=inside)
    assert edited.members == tuple(sorted(set(engine.members) - set(inside) | set(outside)))
    assert relative_difference(edited.lpr, edited.refactored().lpr) < edited.error_estimate
    assert edited.edit() is edited


def test_an_engine_never_changes():
    case = random_case(3, 8, 6)
    engine = case.engine([1, 2])
    before = engine.lpr.copy(), engine.local_targets.copy(), engine.leverage.copy()
    engine.add(5).remove(1).with_alpha(1.0)
    for array, copy in zip((engine.lpr, engine.local_targets, engine.leverage), before, strict=True):
        np.testing.assert_array_equal(array, copy)
        assert not array.flags.writeable
    assert engine.members == (1, 2)


def test_the_engine_explains_itself():
    text = repr(random_case(3, 8, 6).engine([1, 2]))
    assert "2 of 8 structures in training" in text
    assert "alpha 0.0001" in text
