"""What would be lost without a member, and how far training reaches: each against really removing, or dense algebra."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case
from test_row_blocks import Blocked, blocked

from lprviz.core import RigidityEngine, local_prediction_rigidity
from lprviz.core.block_preview import TOLERANCE
from lprviz.core.environment_spread import EnvironmentSpread
from lprviz.core.redundancy import held_alone, pairs_held_together
from lprviz.core.span import NEGLIGIBLE, squares_outside
from lprviz.errors import ModelError
from lprviz.progress import Cancelled

GOALS = ["mean-log", "worst", "v-optimal", "coverage", "d-optimal"]


@law(cases(-5.0))
def test_leaning_is_what_every_atom_really_loses(case: Case):
    engine = case.engine(case.some_members() or [0])
    for member in engine.members:
        lost = np.log10(engine.lpr / engine.remove(member).refactored().lpr)
        np.testing.assert_allclose(engine.leaning(member), lost, atol=1e-6)
        atom = int(case.rng.integers(len(case.atoms)))
        row = engine.influence(atom)[engine.members.index(member)]
        assert engine.leaning(member)[atom] == pytest.approx(row, abs=1e-9)


def really_removing(engine: RigidityEngine, goal: str, target, threshold: float) -> list[float]:
    values = []
    for member in engine.members:
        reduced = engine.remove(member).refactored()
        after, before = reduced.lpr[target], engine.lpr[target]
        values.append(
            {
                "mean-log": lambda a, b: np.mean(np.log(b) - np.log(a)),
                "worst": lambda a, b: np.log(b.min()) - np.log(a.min()),
                "v-optimal": lambda a, b: np.sum(1 / a - 1 / b),
                "coverage": lambda a, b: np.mean(b >= threshold) - np.mean(a >= threshold),
                "d-optimal": lambda a, b, less=reduced, c=member: np.log1p(less.leverage[c]),
            }[goal](after, before)
        )
    return values


@pytest.mark.parametrize("goal", GOALS)
@law(case=cases(-5.0))
def test_losses_equal_really_removing(goal: str, case: Case):
    engine = case.engine(case.some_members() or [0])
    targets = [slice(None), slice(0, 1), [0], np.arange(len(case.atoms)) % 2 == 0]
    target = targets[int(case.rng.integers(len(targets)))]
    threshold = 10.0 ** case.rng.uniform(-3, 1)
    expected = really_removing(engine, goal, target, threshold)
    np.testing.assert_allclose(engine.losses(goal, target, threshold=threshold), expected, rtol=1e-6, atol=1e-6)


@law(blocked(-4.0))
def test_losses_and_leaning_with_blocks_equal_really_removing(each: Blocked):
    engine = each.engine(each.case.some_members() or [0])
    for goal in ("mean-log", "v-optimal"):
        expected = really_removing(engine, goal, slice(None), 1.0)
        np.testing.assert_allclose(engine.losses(goal), expected, rtol=1e-4, atol=1e-5)
    for member in engine.members:
        lost = np.log10(engine.lpr / engine.remove(member).refactored().lpr)
        np.testing.assert_allclose(engine.leaning(member), lost, atol=1e-5)


@law(blocked(-6.0))
def test_previews_with_blocks_are_right_to_the_stated_tolerance(each: Blocked):
    engine = each.engine(each.case.some_members())
    for structure in range(each.case.n_structures):
        members = sorted({*engine.members} ^ {structure})
        deviation = engine.preview(structure) / each.engine(members).lpr - 1.0
        assert np.abs(deviation).max() < 1.5 * TOLERANCE + 20.0 * engine.error_estimate


def test_a_preview_with_blocks_leaves_rows_out_that_say_nothing_new():
    """Many copies in training: of another copy's rows only a few matter, and the others are not looked at."""
    rng = np.random.default_rng(5)
    case = random_case(5, 12, 40)
    rows = np.tile(rng.standard_normal((6, 40)) * np.geomspace(1.0, 1e-4, 6)[:, None], (12, 1))
    each = Blocked(case)
    each.offsets = np.arange(0, 73, 6)
    each.blocks = type(each.blocks).checked(rows, np.zeros(72), each.offsets)
    engine = each.engine(range(11))
    deviation = engine.preview(11) / each.engine(range(12)).lpr - 1.0
    assert 0.0 < np.abs(deviation).max() < TOLERANCE


def log_determinant(engine: RigidityEngine, rows) -> float:
    hessian = rows.T @ rows + engine.alpha * np.eye(rows.shape[1])
    return float(np.linalg.slogdet(hessian)[1])


@law(cases(-4.0))
def test_what_pairs_hold_is_that_of_removing_both(case: Case):
    engine = case.engine(case.some_members() or [0])
    alone, counts = held_alone(engine.pool, engine.root, engine.members)
    lost = dict(zip(engine.members, alone, strict=True))
    found = {(c, d): excess for c, d, excess in pairs_held_together(engine.pool, engine.root, engine.members, -1.0)}
    assert len(found) == len(engine.members) * (len(engine.members) - 1) // 2
    assert (counts == 1).all()
    full = log_determinant(engine, case.means[list(engine.members)])
    for c, d in itertools.combinations(engine.members, 2):
        less = [each for each in engine.members if each not in (c, d)]
        together = full - log_determinant(engine, case.means[less])
        assert lost[c] + lost[d] + found[c, d] == pytest.approx(together, rel=1e-5, abs=1e-6)
        without = [each for each in engine.members if each != c]
        assert lost[c] == pytest.approx(full - log_determinant(engine, case.means[without]), rel=1e-5, abs=1e-6)


def test_copies_are_redundant_and_loners_are_not():
    """Of two copies either may go at the price of half; of what nothing else holds, all is lost."""
    rng = np.random.default_rng(1)
    means = rng.standard_normal((6, 20))
    means[4] = means[1]
    engine = RigidityEngine(means, means, alpha=1e-4, members=range(6))
    alone, _ = held_alone(engine.pool, engine.root, engine.members)
    np.testing.assert_allclose(alone[[1, 4]], np.log(2.0), atol=1e-3)
    assert alone[[0, 2, 3, 5]].min() > np.log(1e3)
    ((c, d, excess),) = pairs_held_together(engine.pool, engine.root, engine.members, np.log(4.0))
    assert (c, d) == (1, 4)
    assert np.exp(excess) > 1e3


@law(blocked(-3.0))
def test_pairs_with_blocks_are_judged_with_all_their_rows(each: Blocked):
    engine = each.engine(each.case.some_members() or [0])
    alone, counts = held_alone(engine.pool, engine.root, engine.members)
    lost = dict(zip(engine.members, alone, strict=True))
    rows = dict(zip(engine.members, counts, strict=True))
    full = log_determinant(engine, each.stacked(engine.members)[0])
    for c, d, excess in pairs_held_together(engine.pool, engine.root, engine.members, -1.0)[:10]:
        less = [member for member in engine.members if member not in (c, d)]
        together = full - log_determinant(engine, each.stacked(less)[0])
        ours = lost[c] + lost[d] + excess * min(rows[c], rows[d])
        assert ours == pytest.approx(together, rel=1e-4, abs=1e-5)


@law(cases(-6.0), st.booleans())
def test_what_lies_outside_the_span_is_the_residual_of_a_dense_projection(case: Case, edited: bool):
    members = case.some_members()
    engine = case.engine(members)
    if edited and len(members) < case.n_structures:
        added = next(c for c in range(case.n_structures) if c not in members)
        engine, members = engine.add(added), [*members, added]
    pool = engine.pool
    found = squares_outside(engine.spectrum(), engine.alpha, pool.environments, pool.residuals)
    _, singular, right = np.linalg.svd(case.means[members], full_matrices=False)
    spanned = right[singular**2 > NEGLIGIBLE * engine.alpha]
    outside = case.atoms - (case.atoms @ spanned.T) @ spanned
    np.testing.assert_allclose(found, np.square(outside).sum(axis=1), atol=1e-9)


@law(cases(-4.0))
def test_distances_from_the_mean_environment_are_those_of_dense_algebra(case: Case):
    members = case.some_members() or [0]
    pool = case.engine().pool
    spread = EnvironmentSpread.of(pool, case.offsets, members)
    atoms = np.concatenate(case.per_structure(members)) @ pool.basis @ pool.basis.T  # as the structures see them
    away = case.atoms - atoms.mean(axis=0)
    covariance = np.cov(atoms.T, bias=True).reshape(case.atoms.shape[1], -1)
    expected = np.einsum("ij,ji->i", away, np.linalg.solve(covariance + 0.01 * np.eye(len(covariance)), away.T))
    found = spread.squared_distances(pool.environments, pool.residuals, 0.01)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    assert spread.n_environments == len(atoms)


def test_lpr_of_disordered_structures_follows_the_distance_from_the_mean():
    """The relation that the distance is a reading aid for: LPR is about n/(1 + N d^2)."""
    rng = np.random.default_rng(2)
    n, size = 400, 32
    atoms = np.insert(rng.standard_normal((n * size, 8)) * np.geomspace(1.0, 0.2, 8), 0, 3.0, axis=1)
    means = atoms.reshape(n, size, 9).mean(axis=1)
    engine = RigidityEngine(atoms, means, alpha=1e-4, members=range(n))
    spread = EnvironmentSpread.of(engine.pool, np.arange(0, n * size + 1, size), engine.members)
    distances = spread.squared_distances(engine.pool.environments, engine.pool.residuals, 1e-4 * size / n)
    ratio = engine.lpr / (n / (1.0 + size * distances))
    assert 0.9 < np.median(ratio) < 1.1
    assert np.quantile(np.abs(np.log(ratio)), 0.95) < 0.3


def test_members_are_checked_and_work_can_be_cancelled():
    case = random_case(1, 9, 5)
    engine = case.engine([0, 4])
    for wrong in (lambda: engine.leaning(3), lambda: engine.losses(members=[3])):
        with pytest.raises(ModelError, match="not in the training set"):
            wrong()
    np.testing.assert_allclose(engine.losses(members=[4, 0]), engine.losses()[::-1])
    assert case.engine([]).losses().shape == (0,)
    np.testing.assert_allclose(engine.lpr, local_prediction_rigidity(case.means[[0, 4]], case.atoms, case.alpha))

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.losses(tick=cancel)
