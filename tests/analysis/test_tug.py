"""The tug against a constrained minimisation of the loss, written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ase.build import bulk

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.data.descriptors import compute_features
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

MEMBERS = [0, 1, 4, 6]
ALPHA = 1e-3


@pytest.fixture(scope="module")
def features(carbide, hypers):
    return compute_features(carbide, hypers).values


@pytest.fixture(scope="module")
def means(carbide, features):
    return np.array([block.mean(axis=0) for block in np.split(features, carbide.offsets[1:-1])])


@pytest.fixture(scope="module")
def fitted(carbide, hypers):
    return LPRAnalysis(carbide, hypers=hypers, alpha=ALPHA).fit(MEMBERS)


def least_loss_change(means, constraints, values):
    """Minimise dw.H.dw/2 under constraints @ dw = values, by the linear system of its multipliers."""
    n_features, n = means.shape[1], len(values)
    hessian = means[MEMBERS].T @ means[MEMBERS] + ALPHA * np.eye(n_features)
    system = np.block([[hessian, constraints.T], [constraints, np.zeros((n, n))]])
    change = np.linalg.solve(system, np.concatenate([np.zeros(n_features), values]))[:n_features]
    return change, change @ hessian @ change / 2


@pytest.mark.parametrize("keep_total", [False, True])
def test_a_tug_moves_everything_by_the_least_loss(carbide, fitted, features, means, keep_total):
    structure, atom = 2, 5
    environment = carbide.environment_index(structure, atom)
    constraints = np.array([features[environment], means[structure]])[: 1 + keep_total]
    change, rise = least_loss_change(means, constraints, np.array([0.1, 0.0])[: 1 + keep_total])
    found = fitted.tug((structure, atom), 0.1, keep_total=keep_total)
    np.testing.assert_allclose(found.displacement, features @ change, atol=1e-7)
    assert found.displacement[environment] == pytest.approx(0.1, rel=1e-9)
    assert found.loss_rise == pytest.approx(rise, rel=1e-6)
    np.testing.assert_allclose(found.totals, (means @ change) * carbide.sizes, atol=1e-6)
    np.testing.assert_array_equal(found.of(structure), found.displacement[carbide.offsets[2] : carbide.offsets[3]])
    if keep_total:
        assert found.totals[structure] == pytest.approx(0.0, abs=1e-9)


def test_the_rise_is_half_the_rigidity_and_grows_as_the_square(fitted):
    found = fitted.tug(17, 0.2)
    assert found.loss_rise == pytest.approx(0.5 * 0.2**2 * fitted.lpr[17], rel=1e-7)
    twice = fitted.tug(17, -0.4)
    assert twice.loss_rise == pytest.approx(4 * found.loss_rise, rel=1e-12)
    np.testing.assert_allclose(twice.displacement, -2 * found.displacement, rtol=1e-9, atol=1e-12)


def test_holding_the_total_costs_more_and_pushes_the_neighbours_the_other_way(fitted):
    for environment in (2, 30, 70):
        free, held = fitted.tug(environment, 0.1), fitted.tug(environment, 0.1, keep_total=True)
        assert held.loss_rise >= free.loss_rise * (1 - 1e-9)
        structure = free.atom[0]
        assert held.of(structure).sum() == pytest.approx(0.0, abs=1e-9)
        assert held.of(structure).min() < 0.0


def test_a_tug_between_species_at_fixed_composition(carbide_analysis):
    """Phenomenon 1: raising silicon lowers carbon as much, and no total in training feels it."""
    fitted = carbide_analysis.fit(range(6))
    found = fitted.tug((0, int(np.flatnonzero(carbide_analysis.structures[0].numbers == 14)[0])), 1.0)
    numbers = carbide_analysis.structures.numbers
    assert found.displacement[numbers == 14].mean() > 0.1
    assert found.displacement[numbers == 6].mean() < -0.1
    assert np.abs(found.totals[:6]).max() < 0.05


def test_what_cannot_move_is_refused(fitted, hypers):
    with pytest.raises(ModelError, match="finite"):
        fitted.tug(0, float("nan"))
    crystals = LPRAnalysis([bulk("Si", cubic=True), bulk("Si", a=5.6)], hypers=hypers).fit([0, 1])
    for atom in ((0, 3), (1, 0)):
        assert crystals.tug(atom, 0.1).loss_rise > 0
        with pytest.raises(ModelError, match="no other environment"):
            crystals.tug(atom, 0.1, keep_total=True)


def test_an_atom_without_features_neither_moves_nor_is_moved():
    values = np.random.default_rng(0).standard_normal((6, 4))
    values[5] = 0.0
    structures = StructureSet.from_atoms([bulk("Si"), bulk("Si"), bulk("Si")])
    spec = ModelSpec.imported(FeatureTable(values, structures.offsets))
    fitted = LPRAnalysis(structures, model=spec, alpha=ALPHA).fit([0, 2])
    with pytest.raises(ModelError, match="Atom 1 of structure 2 has no features"):
        fitted.tug((2, 1), 0.1)
    assert fitted.tug((2, 0), 0.1).displacement[5] == 0.0
    assert not fitted.covariance(5).any()
    assert fitted.group_rigidity([5]) == math.inf
    assert fitted.group_rigidity([4, 5], "sum") == pytest.approx(fitted.lpr[4], rel=1e-8)
