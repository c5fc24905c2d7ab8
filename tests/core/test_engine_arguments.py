"""What the engine refuses, and what it does where targets are missing."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import random_case

from lprviz.core import RigidityEngine, local_prediction_rigidity, ridge_fit
from lprviz.errors import ModelError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alpha": 0.0}, "positive number, not 0"),
        ({"alpha": -1.0}, "positive number"),
        ({"members": [7]}, "no structure 7 among 5"),
        ({"members": [-1]}, "no structure -1"),
        ({"members": [1, 1]}, "Structure 1 is named twice"),
        ({"members": [True]}, "whole number"),
        ({"members": [0.5]}, "whole number"),
        ({"targets": np.zeros(4)}, r"shape \(4,\) for 5 structures"),
        ({"targets": np.array([0, 0, np.inf, 0, 0])}, "target of structure 2 is infinite"),
    ],
)
def test_bad_arguments_are_refused_with_a_hint(changes, message):
    with pytest.raises(ModelError, match=message) as caught:
        random_case(0, 5, 3).engine(**({"members": []} | changes))
    assert caught.value.hint


def test_shapes_that_disagree_are_refused_with_both_sizes():
    with pytest.raises(ModelError, match="have 3 features but the structures have 4"):
        RigidityEngine(np.ones((2, 3)), np.ones((2, 4)), alpha=1.0)
    with pytest.raises(ModelError, match=r"array of shape \(3,\)"):
        RigidityEngine(np.ones(3), np.ones((2, 3)), alpha=1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_not_numbers_are_refused(bad):
    atoms, means = np.ones((4, 2)), np.ones((3, 2))
    atoms[2, 1] = bad
    with pytest.raises(ModelError, match="Row 2 of the environments"):
        RigidityEngine(atoms, means, alpha=1.0)
    with pytest.raises(ModelError, match="Row 2 of the structures"):
        RigidityEngine(means, atoms, alpha=1.0)


def test_edits_that_make_no_sense_are_refused():
    engine = random_case(0, 5, 3).engine([1])
    with pytest.raises(ModelError, match="Structure 1 is already in"):
        engine.add(1)
    with pytest.raises(ModelError, match="Structure 2 is not in"):
        engine.remove(2)
    with pytest.raises(ModelError, match="no structure 5 among 5"):
        engine.add(5)
    with pytest.raises(ModelError, match="named twice"):
        engine.edit(add=[2, 2])
    with pytest.raises(ModelError, match="no structure 9"):
        engine.preview(9)
    with pytest.raises(ModelError, match="not in the training set"):
        engine.edit(add=[2], remove=[2])


def test_without_targets_there_are_no_predictions():
    engine = random_case(0, 5, 3).engine([1], targets=None).add(2)
    assert engine.predictions is None
    assert engine.local_targets is None


def test_a_missing_target_withdraws_the_predictions_until_it_leaves():
    case = random_case(0, 6, 3)
    targets = case.targets.copy()
    targets[4] = np.nan
    engine = case.engine([0, 1], targets=targets)
    lacking = engine.add(4)
    assert lacking.predictions is None
    assert lacking.add(2).local_targets is None
    assert np.isfinite(lacking.lpr).all()
    for whole in (lacking.remove(4), lacking.edit(add=[3], remove=[4])):
        members = list(whole.members)
        weights = ridge_fit(case.means[members], targets[members], case.alpha)
        np.testing.assert_allclose(whole.local_targets, case.atoms @ weights, atol=1e-8)
        np.testing.assert_allclose(whole.add(5).predictions, whole.add(5).refactored().predictions, atol=1e-8)


def test_a_pool_of_no_structures_is_all_prior():
    engine = RigidityEngine(np.eye(3), np.empty((0, 3)), alpha=0.5, targets=np.empty(0))
    np.testing.assert_allclose(engine.lpr, 0.5)
    np.testing.assert_allclose(engine.with_alpha(2.0).lpr, 2.0)
    assert engine.gains().shape == (0,)


def test_the_oracles_refuse_what_they_cannot_do():
    with pytest.raises(ModelError, match="scale"):
        local_prediction_rigidity(np.eye(2), np.eye(2), 1.0, scale=0.0)
    with pytest.raises(ModelError, match="target for every"):
        ridge_fit(np.eye(2), [np.nan, 1.0], 1.0)
    with pytest.raises(ModelError, match="positive"):
        local_prediction_rigidity(np.eye(2), np.eye(2), 0.0)


def test_a_dense_fit_solves_the_normal_equations():
    case = random_case(5, 9, 4)
    weights = ridge_fit(case.means, case.targets, 1e-2)
    gradient = case.means.T @ (case.means @ weights - case.targets) + 1e-2 * weights
    np.testing.assert_allclose(gradient, 0.0, atol=1e-12)
