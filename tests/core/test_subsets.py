"""Combinations of local predictions against the dense inverse, with and without features at hand."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import Case, cases, law, random_case, relative_difference

from lprviz.core import RigidityEngine
from lprviz.core.pool import PoolSpace
from lprviz.core.subsets import combined, needs_features
from lprviz.errors import ModelError


def inverse_hessian(case: Case, members) -> np.ndarray:
    """P = (F^T F + alpha I)^-1 by singular values: no digits lost to a Gram matrix."""
    rows = case.means[list(members)]
    _, singular, directions = np.linalg.svd(rows, full_matrices=True)
    squares = np.zeros(rows.shape[1])
    squares[: len(singular)] = singular**2
    return (directions.T / (squares + case.alpha)) @ directions


def variances(engine: RigidityEngine, chosen, weights=None) -> np.ndarray:
    return combined(engine.pool, engine.root, engine.alpha, chosen, weights).covariance(engine.root, engine.alpha)


@law(cases(-6.0))
def test_combinations_agree_with_the_dense_inverse(case: Case):
    engine = case.engine(case.some_members())
    inverse = inverse_hessian(case, engine.members)
    chosen = case.rng.permutation(len(case.atoms))[: case.rng.integers(1, len(case.atoms) + 1)]
    weights = case.rng.standard_normal((3, len(chosen)))
    vectors = weights @ case.atoms[chosen]
    expected = vectors @ inverse @ vectors.T
    spread = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(variances(engine, chosen, weights) - expected) <= 1e-8 * spread).all()
    directions = combined(engine.pool, engine.root, engine.alpha, chosen, weights)
    tied = directions.covariance_with(engine.pool, engine.root, engine.alpha)
    spread = np.sqrt(np.outer(np.diag(expected), engine.variance))
    assert (np.abs(tied - vectors @ inverse @ case.atoms.T) <= 1e-8 * spread).all()


@law(cases(-6.0))
def test_the_mean_of_a_structure_is_as_rigid_as_the_structure(case: Case):
    engine = case.engine(case.some_members())
    for structure in range(case.n_structures):
        atoms = np.arange(case.offsets[structure], case.offsets[structure + 1])
        value = variances(engine, atoms, np.full((1, len(atoms)), 1.0 / len(atoms)))
        assert relative_difference(value[0], engine.leverage[[structure]]) < 1e-7


@law(cases(-6.0))
def test_a_label_of_a_combination_is_worth_exactly_one(case: Case):
    weights = case.rng.standard_normal((1, len(case.atoms)))
    rows = np.vstack([case.means, weights @ case.atoms])
    every = np.arange(len(case.atoms))
    engine = RigidityEngine(case.atoms, rows, alpha=case.alpha, members=case.some_members())
    before, after = (variances(each, every, weights)[0, 0] for each in (engine, engine.add(case.n_structures)))
    assert 1 / after == pytest.approx(1 / before + 1.0, rel=1e-7)


@law(cases(-6.0))
def test_single_environments_give_back_lpr_and_covariances(case: Case):
    engine = case.engine(case.some_members())
    every = np.arange(len(case.atoms))
    matrix = variances(engine, every)
    assert relative_difference(np.diag(matrix), engine.variance) < 1e-8
    atom = int(case.rng.integers(len(case.atoms)))
    spread = np.sqrt(engine.variance * engine.variance[atom])
    assert (np.abs(matrix[atom] - engine.covariance(atom)) <= 3e-6 * spread).all()
    assert np.linalg.eigvalsh(matrix).min() >= -1e-8 * np.trace(matrix)


@law(cases(-6.0))
def test_fixing_a_known_prediction_is_conditioning_on_it(case: Case):
    """The Gaussian conditioned on f.w: what a label of f without noise would leave."""
    engine = case.engine(case.some_members())
    inverse = inverse_hessian(case, engine.members)
    structure, atom = int(case.rng.integers(case.n_structures)), int(case.rng.integers(len(case.atoms)))
    f, x = case.means[structure], case.atoms[atom]
    conditioned = inverse - np.outer(inverse @ f, f @ inverse) / (f @ inverse @ f)
    free = combined(engine.pool, engine.root, engine.alpha, [atom])
    left = free.given(engine.pool.structures[structure], engine.root).covariance(engine.root, engine.alpha)[0, 0]
    assert left == pytest.approx(x @ conditioned @ x, rel=1e-7, abs=1e-9 * engine.variance[atom])


def test_residuals_in_the_same_direction_do_not_add_up_as_squares():
    """Two atoms that no structure separates: their sum and their difference need the features, not just residuals."""
    atoms = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0]])
    means = np.array([[1.0, 0.0, 0.0]])
    engine = RigidityEngine(atoms, means, alpha=1e-2, members=[0])
    assert engine.pool.rank == 1
    weights = np.array([[1.0, 0.0, -1.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0]])
    found = np.diag(variances(engine, np.arange(3), weights))
    np.testing.assert_allclose(found, [0.0, 4 / 1e-2, 4 / 1.01], rtol=1e-12)
    bare = PoolSpace.from_features(atoms, means)
    assert needs_features(bare, engine.root, engine.alpha, np.arange(3), weights)
    with pytest.raises(ModelError, match="needs the features"):
        combined(bare, engine.root, engine.alpha, np.arange(3), weights)


def test_features_are_not_asked_for_where_nothing_lies_outside():
    case = random_case(5, 9, 4)
    bare = PoolSpace.from_features(case.atoms, case.means)
    engine = RigidityEngine.from_pool(bare, alpha=case.alpha, members=[0, 3])
    weights = np.full((1, 6), 1.0 / 6)
    assert not needs_features(bare, engine.root, engine.alpha, np.arange(6), weights)
    g = case.atoms[:6].mean(axis=0)
    expected = g @ inverse_hessian(case, [0, 3]) @ g
    assert variances(engine, np.arange(6), weights)[0, 0] == pytest.approx(expected, rel=1e-9)


def test_a_difference_of_nearly_equal_atoms_keeps_its_digits():
    rng = np.random.default_rng(1)
    atoms = rng.standard_normal((8, 5))
    atoms[1] = atoms[0] + 1e-9 * rng.standard_normal(5)
    case = Case(atoms, np.arange(0, 9, 2), np.zeros(4), 1e-4, rng)
    engine = case.engine([1, 2])
    g = atoms[0] - atoms[1]
    found = variances(engine, np.array([0, 1]), np.array([[1.0, -1.0]]))[0, 0]
    assert found == pytest.approx(g @ inverse_hessian(case, [1, 2]) @ g, rel=1e-9)
