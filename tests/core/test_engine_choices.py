"""Previews, gains and influences equal what really adding or removing would show."""

from __future__ import annotations

import numpy as np
import pytest
from rigidity_cases import Case, cases, law, random_case, relative_difference

from lprviz.core import PoolSpace, RigidityEngine
from lprviz.errors import ModelError
from lprviz.progress import Cancelled


@law(cases(-10.0))
def test_a_preview_equals_the_edit(case: Case):
    engine = case.engine(case.some_members())
    for structure in range(case.n_structures):
        edited = engine.remove(structure) if structure in engine.members else engine.add(structure)
        assert relative_difference(engine.preview(structure), edited.lpr) < 2 * edited.error_estimate


def really_adding(engine: RigidityEngine, goal: str, target, threshold: float) -> list[float]:
    """The gains by brute force."""
    values = []
    for structure in (c for c in range(engine.n_structures) if c not in engine.members):
        after, before = engine.add(structure).refactored().lpr[target], engine.lpr[target]
        values.append(
            {
                "mean-log": lambda a, b: np.mean(np.log(a) - np.log(b)),
                "worst": lambda a, b: np.log(a.min()) - np.log(b.min()),
                "v-optimal": lambda a, b: np.sum(1 / b - 1 / a),
                "coverage": lambda a, b: np.mean(a >= threshold) - np.mean(b >= threshold),
                "d-optimal": lambda a, b, c=structure: np.log1p(engine.leverage[c]),
            }[goal](after, before)
        )
    return values


@pytest.mark.parametrize("goal", ["mean-log", "worst", "v-optimal", "coverage", "d-optimal"])
@law(case=cases(-6.0))
def test_gains_equal_really_adding(goal: str, case: Case):
    engine = case.engine(case.some_members())
    masks = [slice(None), slice(0, 1), [0], np.arange(len(case.atoms)) % 2 == 0]
    target = masks[int(case.rng.integers(len(masks)))]
    threshold = 10.0 ** case.rng.uniform(-3, 1)
    expected = really_adding(engine, goal, target, threshold)
    gains = engine.gains(goal, target, threshold=threshold)
    np.testing.assert_allclose(gains, expected, rtol=1e-6, atol=1e-7)


@law(cases())
def test_the_determinant_gain_is_that_of_the_hessian(case: Case):
    engine = case.engine(case.some_members())
    outside = [c for c in range(case.n_structures) if c not in engine.members]

    def log_determinant(members):
        rows = case.means[list(members)]
        return np.linalg.slogdet(rows @ rows.T + case.alpha * np.eye(len(rows)))[1] - len(rows) * np.log(case.alpha)

    expected = [log_determinant([*engine.members, c]) - log_determinant(engine.members) for c in outside]
    np.testing.assert_allclose(engine.gains("d-optimal"), expected, rtol=1e-5, atol=1e-6)


def test_candidates_keep_their_order():
    engine = random_case(1, 9, 5).engine([0, 4])
    every = dict(zip([1, 2, 3, 5, 6, 7, 8], engine.gains(), strict=True))
    np.testing.assert_allclose(engine.gains(candidates=[7, 2]), [every[7], every[2]])
    assert engine.gains(candidates=[]).shape == (0,)


def test_gains_over_many_blocks_equal_gains_over_one():
    """More atoms than fit one block, chosen by slice, by step and by mask."""
    rng = np.random.default_rng(0)
    atoms, means = rng.standard_normal((40_000, 12)), rng.standard_normal((30, 12))
    engine = RigidityEngine(atoms, means, alpha=1e-3, members=range(10))
    seen = []
    whole = engine.gains(tick=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (40_000, 40_000)
    assert len(seen) > 1
    halves = [engine.gains(target=slice(start, None, 2)) for start in (0, 1)]
    np.testing.assert_allclose(whole, np.mean(halves, axis=0), rtol=1e-12)
    masks = [engine.gains(target=np.arange(40_000) % 2 == start) for start in (0, 1)]
    np.testing.assert_array_equal(masks, halves)


@law(cases(-5.0))
def test_influence_is_what_an_atom_would_lose(case: Case):
    engine = case.engine(case.some_members() or [0])
    atom = int(case.rng.integers(len(case.atoms)))
    lost = [np.log10(engine.lpr[atom] / engine.remove(c).lpr[atom]) for c in engine.members]
    np.testing.assert_allclose(engine.influence(atom), lost, atol=1e-6)


@law(cases(-8.0))
def test_covariances_equal_those_of_the_dense_posterior(case: Case):
    members = case.some_members()
    engine = case.engine(members, alpha=max(case.alpha, 1e-5))
    hessian = case.means[members].T @ case.means[members] + engine.alpha * np.eye(case.atoms.shape[1])
    atom = int(case.rng.integers(len(case.atoms)))
    expected = case.atoms @ np.linalg.solve(hessian, case.atoms[atom])
    scale = np.sqrt(engine.variance * engine.variance[atom])
    np.testing.assert_allclose(engine.covariance(atom) / scale, expected / scale, atol=1e-7)
    np.testing.assert_allclose(engine.correlation(atom), expected / scale, atol=1e-7)
    assert engine.correlation(atom)[atom] == pytest.approx(1.0)


def test_covariances_without_features_are_refused_rather_than_wrong():
    from dataclasses import replace

    case = random_case(3, 2, 8)
    pool = replace(case.engine().pool, features=None)
    engine = RigidityEngine.from_pool(pool, alpha=1e-3, members=[0])
    with pytest.raises(ModelError, match="keep_features=True"):
        engine.correlation(0)
    inside = RigidityEngine.from_pool(replace(pool, residuals=0 * pool.residuals), alpha=1e-3, members=[0])
    assert np.isfinite(inside.correlation(0)).all()


def test_correlations_do_without_features_where_what_was_dropped_cannot_matter():
    rng = np.random.default_rng(6)
    atoms = rng.standard_normal((60, 20)) * 10.0 ** -np.linspace(0, 9, 20)
    means, alpha = atoms.reshape(20, 3, 20).mean(axis=1), 1e-4
    pool = PoolSpace.from_features(atoms, means, alpha_min=1e-8, accuracy=1e-6)
    assert pool.residuals.min() > 0.0
    engine = RigidityEngine.from_pool(pool, alpha=alpha, members=range(10))
    inverse = np.linalg.inv(means[:10].T @ means[:10] + alpha * np.eye(20))
    covariance = atoms @ inverse @ atoms.T
    spread = np.sqrt(np.diag(covariance))
    for atom in (0, 17, 42):
        np.testing.assert_allclose(engine.correlation(atom), covariance[atom] / spread / spread[atom], atol=1e-6)


def test_unknown_goals_targets_and_candidates_are_refused():
    engine = random_case(1, 5, 4).engine([0])
    with pytest.raises(ModelError, match="no goal called 'best'"):
        engine.gains("best")
    with pytest.raises(ModelError, match="already in the training set"):
        engine.gains(candidates=[0, 1])
    with pytest.raises(ModelError, match="No environment is chosen"):
        engine.gains(target=slice(2, 2))
    with pytest.raises(ModelError, match="do not exist"):
        engine.gains(target=[10_000])
    with pytest.raises(ModelError, match="mask"):
        engine.gains(target=np.ones(3, dtype=bool))
    with pytest.raises(ModelError, match="no environment 999"):
        engine.influence(999)


def test_long_work_reports_progress_and_passes_a_cancel_on():
    rng = np.random.default_rng(0)
    atoms, means = rng.standard_normal((30_000, 40)), rng.standard_normal((60, 40))
    engine = RigidityEngine(atoms, means, alpha=1e-3, members=range(10)).add(20)

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    works = [
        lambda tick: engine.refactored(tick=tick),
        lambda tick: engine.with_alpha(1e-2, tick=tick),
        lambda tick: engine.edit(add=range(30, 50), tick=tick),
        lambda tick: engine.gains(tick=tick),
        lambda tick: RigidityEngine.from_pool(engine.pool, alpha=1e-3, tick=tick),
    ]
    for work in works:
        with pytest.raises(Cancelled):
            work(cancel)
        seen = []
        work(lambda done, total, seen=seen: seen.append((done, total)))
        assert len(seen) > 1
        assert seen[-1] == (30_000, 30_000)
