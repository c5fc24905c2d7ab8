"""Structures that bring blocks of rows: every number against the stacked rows, and every edit against a fresh start."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case, relative_difference

from lprviz.core import PoolSpace, RigidityEngine, RowBlocks, local_prediction_rigidity, ridge_fit
from lprviz.core.block_edits import turned
from lprviz.core.block_preview import TOLERANCE
from lprviz.errors import ModelError
from lprviz.progress import Cancelled


class Blocked:
    """A random case whose structures bring 0 to 9 further rows each."""

    def __init__(self, case: Case) -> None:
        self.case = case
        counts = case.rng.integers(0, 10, case.n_structures)
        rows = case.rng.standard_normal((counts.sum(), case.atoms.shape[1])) * 0.5
        self.offsets = np.concatenate([[0], np.cumsum(counts)])
        self.blocks = RowBlocks.checked(rows, case.rng.standard_normal(len(rows)), self.offsets)

    def engine(self, members=(), **changes) -> RigidityEngine:
        return self.case.engine(members, blocks=self.blocks, **changes)

    def stacked(self, members) -> tuple[np.ndarray, np.ndarray]:
        """All rows of some structures and their targets, one below the other."""
        parts = [self.blocks.of(c) for c in members]
        rows = [self.case.means[list(members)], *(rows for rows, _ in parts)]
        labels = [self.case.targets[list(members)], *(labels for _, labels in parts)]
        return np.concatenate(rows), np.concatenate(labels)

    def dense(self, members) -> np.ndarray:
        return local_prediction_rigidity(self.stacked(members)[0], self.case.atoms, self.case.alpha)


def blocked(smallest_exponent: float = -6.0) -> st.SearchStrategy[Blocked]:
    return st.builds(Blocked, cases(smallest_exponent))


def tolerance(engine: RigidityEngine) -> float:
    return 10.0 * engine.error_estimate


def assert_same(engine: RigidityEngine, fresh: RigidityEngine) -> None:
    """Every reading of an edited engine is that of one which started from scratch."""
    close = tolerance(engine)
    assert engine.members == fresh.members
    for name in ("lpr", "variance", "leverage", "structure_rigidity", "regulariser_share"):
        assert relative_difference(getattr(engine, name), getattr(fresh, name)) < close, name
    for name in ("local_targets", "predictions"):
        values, expected = getattr(engine, name), getattr(fresh, name)
        assert np.abs(values - expected).max() < 1e3 * close * (1.0 + np.abs(expected).max()), name


@law(blocked(-9.0))
def test_lpr_is_that_of_all_rows_stacked(blocked: Blocked):
    members = blocked.case.some_members()
    engine = blocked.engine(members)
    assert relative_difference(engine.lpr, blocked.dense(members)) < tolerance(engine)


@law(blocked(-8.0))
def test_any_path_of_edits_equals_a_fresh_start(blocked: Blocked):
    case = blocked.case
    engine = blocked.engine(case.some_members())
    for structure in case.rng.integers(0, case.n_structures, 6):
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
    assert_same(engine, blocked.engine(engine.members))


@law(blocked())
def test_many_edits_at_once_equal_a_fresh_start(blocked: Blocked):
    case = blocked.case
    before, after = set(case.some_members()), set(case.some_members())
    engine = blocked.engine(before).edit(add=sorted(after - before), remove=sorted(before - after))
    assert_same(engine, blocked.engine(after))


@law(blocked())
def test_the_fit_is_that_of_all_rows_stacked(blocked: Blocked):
    members = blocked.case.some_members() or [0]
    expected = blocked.case.atoms @ ridge_fit(*blocked.stacked(members), blocked.case.alpha)
    engine = blocked.engine(members)
    assert np.abs(engine.local_targets - expected).max() < 1e-6 * (1.0 + np.abs(expected).max())


@law(blocked())
def test_a_preview_is_what_the_edit_gives(blocked: Blocked):
    engine = blocked.engine(blocked.case.some_members())
    structure = int(blocked.case.rng.integers(blocked.case.n_structures))
    switched = engine.remove(structure) if structure in engine.members else engine.add(structure)
    assert relative_difference(engine.preview(structure), switched.lpr) < 1.5 * TOLERANCE + tolerance(switched)


@law(blocked())
def test_adding_never_lowers_and_training_rows_are_worth_a_label(blocked: Blocked):
    engine = blocked.engine(blocked.case.some_members())
    for structure in sorted(set(range(engine.n_structures)) - set(engine.members)):
        added = engine.add(structure)
        assert (added.lpr >= engine.lpr * (1.0 - tolerance(added))).all()
        assert added.structure_rigidity[structure] >= 1.0 - tolerance(added)
        engine = added


@law(blocked())
def test_rows_never_lower_what_means_alone_give(blocked: Blocked):
    members = blocked.case.some_members()
    bare = blocked.case.engine(members)
    assert (blocked.engine(members).lpr >= bare.lpr * (1.0 - 1e-6)).all()


@law(blocked(), st.sampled_from(["mean-log", "worst", "v-optimal", "coverage"]))
def test_gains_are_what_adding_brings(blocked: Blocked, goal: str):
    engine = blocked.engine(blocked.case.some_members())
    outside = sorted(set(range(engine.n_structures)) - set(engine.members))
    gains = engine.gains(goal=goal, threshold=3.0)
    assert gains.shape == (len(outside),)
    for structure, gain in zip(outside, gains, strict=True):
        before, after = engine.variance, engine.add(structure).variance
        near = np.isclose(after * 3.0, 1.0, rtol=1e-4).any() or np.isclose(before * 3.0, 1.0, rtol=1e-4).any()
        if goal == "coverage":
            assert near or gain == pytest.approx(np.mean(after * 3.0 <= 1.0) - np.mean(before * 3.0 <= 1.0))
        elif goal == "v-optimal":
            assert gain == pytest.approx((before - after).sum(), rel=1e-4)
        else:
            expected = np.mean(np.log(before / after)) if goal == "mean-log" else np.log(before.max() / after.max())
            assert gain == pytest.approx(expected, rel=1e-5, abs=1e-4)


@law(blocked())
def test_d_optimal_gains_are_log_determinants(blocked: Blocked):
    case, engine = blocked.case, blocked.engine(blocked.case.some_members())
    outside = sorted(set(range(engine.n_structures)) - set(engine.members))

    def log_det(members) -> float:
        rows = blocked.stacked(members)[0]
        return float(np.linalg.slogdet(rows.T @ rows / case.alpha + np.eye(rows.shape[1]))[1])

    for structure, gain in zip(outside, engine.gains(goal="d-optimal"), strict=True):
        expected = log_det([*engine.members, structure]) - log_det(engine.members)
        assert gain == pytest.approx(expected, rel=1e-6, abs=1e-6)


@law(blocked(-4.0))
def test_influence_is_what_leaving_out_costs(blocked: Blocked):
    engine = blocked.engine(blocked.case.some_members())
    environment = int(blocked.case.rng.integers(engine.n_environments))
    for member, decades in zip(engine.members, engine.influence(environment), strict=True):
        without = blocked.dense([c for c in engine.members if c != member])[environment]
        assert decades == pytest.approx(np.log10(engine.lpr[environment] / without), abs=1e-6)


@law(blocked(), st.floats(-5.0, 1.0))
def test_another_alpha_after_edits_equals_a_fresh_start(blocked: Blocked, exponent: float):
    members = blocked.case.some_members() or [0]
    alpha = 10.0**exponent
    edited = blocked.engine(members[1:]).add(members[0]).with_alpha(alpha)
    fresh = RigidityEngine.from_pool(edited.pool, alpha=alpha, members=members, targets=edited.targets)
    assert_same(edited, fresh)


def test_a_missing_target_hides_predictions_until_its_structure_leaves():
    blocked = Blocked(random_case(3, 6, 5))
    targets = blocked.case.targets.copy()
    targets[2] = np.nan
    engine = blocked.engine([0, 1], targets=targets)
    assert engine.add(2).local_targets is None
    assert_same(engine.add(2).remove(2), blocked.engine([0, 1], targets=targets))


def test_thousands_of_edits_stay_where_a_fresh_start_is():
    blocked = Blocked(random_case(11, 12, 8, alpha=1e-3))
    engine = blocked.engine(range(6))
    for structure in blocked.case.rng.integers(0, 12, 2000):
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        assert engine.error_estimate < 1e-8
    assert_same(engine, blocked.engine(engine.members))


def test_a_block_that_nothing_else_holds_is_factored_afresh():
    rng = np.random.default_rng(0)
    root = np.triu(rng.standard_normal((4, 4)))
    sole = np.linalg.solve(root.T, np.eye(4))[:1]  # whitened, a row of length one: I - W^T W is singular
    assert turned(root, np.empty((0, 4)), sole) is None
    blocked = Blocked(random_case(5, 4, 30, alpha=1e-8))
    engine = blocked.engine(range(4))
    assert engine.remove(1).error_estimate == engine.remove(1).refactored().error_estimate
    assert relative_difference(engine.remove(1).lpr, blocked.dense([0, 2, 3])) < tolerance(engine)
    assert relative_difference(engine.preview(1), blocked.dense([0, 2, 3])) < tolerance(engine)


def test_directions_that_only_rows_have_belong_to_the_pool():
    means = np.array([[1.0, 0.0, 0.0]])
    blocks = RowBlocks.checked([[0.0, 2.0, 0.0]], [0.0], [0, 1])
    atoms = np.eye(3)
    engine = RigidityEngine(atoms, means, alpha=0.5, members=[0], blocks=blocks)
    assert engine.pool.rank == 2
    np.testing.assert_allclose(engine.lpr, [1.5, 4.5, 0.5], rtol=1e-12)


@law(st.integers(0, 2**32 - 1), st.floats(-7.0, -1.0))
def test_dropped_directions_cost_no_more_than_the_estimate(seed, exponent):
    rng = np.random.default_rng(seed)
    strengths = 10.0 ** -np.linspace(0, 7, 12)
    means = rng.standard_normal((8, 12)) * strengths
    rows = rng.standard_normal((24, 12)) * strengths
    atoms = np.concatenate([rng.standard_normal((20, 12)) * strengths, rng.standard_normal((5, 12))])
    blocks = RowBlocks.checked(rows, np.zeros(24), np.arange(0, 25, 3))
    pool = PoolSpace.from_features(atoms, means, alpha_min=1e-5, accuracy=1e-3, blocks=blocks)
    members = np.flatnonzero(rng.random(8) < 0.5).tolist()
    try:
        engine = RigidityEngine.from_pool(pool, alpha=10.0**exponent, members=members)
    except ModelError:
        assert 10.0**exponent < pool.alpha_min
        return
    all_rows = np.concatenate([means[members], *(blocks.of(c)[0] for c in members)])
    dense = local_prediction_rigidity(all_rows, atoms, 10.0**exponent)
    assert relative_difference(engine.lpr, dense) <= engine.error_estimate


def test_a_fresh_solution_can_be_cancelled():
    blocked = Blocked(random_case(6, 40, 6))

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        blocked.engine(range(40)).refactored(tick=stop)


@pytest.mark.parametrize(
    ("rows", "targets", "offsets", "said"),
    [
        (np.ones((3, 2)), np.zeros(3), [0, 2], "do not cut 3 rows"),
        (np.ones((3, 2)), np.zeros(3), [0, 2, 1, 3], "do not cut 3 rows"),
        (np.ones((3, 2)), np.zeros(2), [0, 3], "targets have shape"),
        (np.ones((3, 2)), [0.0, np.nan, 0.0], [0, 3], "not finite"),
        (np.full((3, 2), np.inf), np.zeros(3), [0, 3], "not a number"),
    ],
)
def test_blocks_that_make_no_sense_are_refused(rows, targets, offsets, said):
    with pytest.raises(ModelError, match=said):
        RowBlocks.checked(rows, targets, offsets)


def test_blocks_for_other_structures_or_features_are_refused():
    blocks = RowBlocks.checked(np.ones((3, 2)), np.zeros(3), [0, 3])
    with pytest.raises(ModelError, match="do not belong to 2 structures"):
        RigidityEngine(np.eye(2), np.eye(2), alpha=1.0, blocks=blocks)
    with pytest.raises(ModelError, match="rows of their blocks have 2"):
        RigidityEngine(np.eye(3), np.eye(3)[:1], alpha=1.0, blocks=blocks)


def test_gains_keep_their_digits_where_a_candidate_settles_everything():
    """Variances fall by seven decades: a difference in single precision would have nothing left."""
    blocked = Blocked(random_case(21, 8, 4, alpha=1e-7))
    engine = blocked.engine([])
    for structure, gain in enumerate(engine.gains(goal="mean-log")):
        expected = np.mean(np.log(engine.add(structure).lpr / engine.lpr))
        assert gain == pytest.approx(expected, rel=1e-5)


def test_gains_over_many_atoms_are_good_to_a_few_per_cent(monkeypatch):
    """The mean fall is exact whatever the sample; only what is beyond it comes from a few atoms."""
    blocked = Blocked(random_case(31, 60, 10, alpha=1e-2))
    engine = blocked.engine(range(20))
    exact = engine.gains()
    monkeypatch.setattr("lprviz.core.block_gains.SAMPLE", 60)
    assert engine.n_environments > 2 * 60
    assert 0.0 < relative_difference(engine.gains(), exact) < 0.05


def species_toy(rng, n_a: int, n_structures: int) -> list[np.ndarray]:
    """Structures of 16 atoms, n_a of species A: one-hot species and three features of the environment."""
    one_hot = np.repeat(np.eye(2), [n_a, 16 - n_a], axis=0)
    return [np.hstack([one_hot, rng.standard_normal((16, 3))]) for _ in range(n_structures)]


def test_forces_sharpen_the_shape_and_never_fix_the_zero():
    """At fixed stoichiometry 500 rows change nothing, LPR = 2 alpha; beside pure phases they raise LPR, 2 -> 9."""
    rng, alpha = np.random.default_rng(4), 1e-5
    fixed, phases = species_toy(rng, 8, 100), [*species_toy(rng, 16, 5), *species_toy(rng, 0, 5)]
    varied = [*fixed, *phases]
    atoms = np.concatenate(species_toy(rng, 8, 20))
    rows = np.hstack([np.zeros((500, 2)), rng.standard_normal((500, 3))])

    def lpr(structures: list[np.ndarray], rows: np.ndarray) -> np.ndarray:
        means = np.array([each.mean(axis=0) for each in structures])
        offsets = [0, *[len(rows)] * len(structures)]
        blocks = RowBlocks.checked(rows, np.zeros(len(rows)), offsets)
        members = range(len(structures))
        return RigidityEngine(atoms, means, alpha=alpha, members=members, blocks=blocks).lpr

    np.testing.assert_allclose(lpr(fixed, rows[:0]), 2.0 * alpha, rtol=1e-3)
    np.testing.assert_allclose(lpr(fixed, rows), 2.0 * alpha, rtol=1e-3)
    before, after = np.median(lpr(varied, rows[:0])), np.median(lpr(varied, rows))
    assert 0.5 < before < 4.0
    assert 6.0 < after < 12.0
