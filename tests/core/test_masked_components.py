"""Rigidity of components against its definition and scikit-matter, and its laws at random sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from rigidity_cases import Case, cases, law, random_case, relative_difference
from skmatter.metrics import componentwise_prediction_rigidity

from lprviz.core import ComponentRigidity, RigidityEngine, component_pool, local_prediction_rigidity, training_scale
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import RowBlocks
from lprviz.errors import ModelError
from lprviz.progress import Cancelled


def component(case: Case, engine: RigidityEngine, columns: np.ndarray) -> ComponentRigidity:
    return ComponentRigidity.of(engine, component_pool(engine.pool, case.offsets, columns))


def some_columns(case: Case) -> np.ndarray:
    columns = case.rng.random(case.atoms.shape[1]) < 0.5
    columns[case.rng.integers(len(columns))] = True
    return columns


def dense(case: Case, members, columns: np.ndarray, alpha: float | None = None) -> np.ndarray:
    rows = np.vstack([case.atoms, case.means]) * columns
    return local_prediction_rigidity(case.means[members], rows, case.alpha if alpha is None else alpha)


def both(rigidity: ComponentRigidity) -> np.ndarray:
    return np.concatenate([rigidity.local, rigidity.structures])


@law(cases(-8.0))
def test_a_component_agrees_with_the_dense_solve(case: Case):
    columns, members = some_columns(case), case.some_members()
    rigidity = component(case, case.engine(members), columns)
    assert relative_difference(both(rigidity), dense(case, members, columns)) < rigidity.error_estimate


@law(cases(-4.0), st.integers(1, 4))
def test_components_are_those_of_skmatter_at_the_training_scale(case: Case, n_parts: int):
    members = case.some_members() or [0]
    parts = [len(part) for part in np.array_split(np.arange(case.atoms.shape[1]), n_parts) if len(part)]
    per_structure = case.per_structure(range(case.n_structures))
    theirs, locally, _ = componentwise_prediction_rigidity(
        case.per_structure(members), per_structure, case.alpha, np.array(parts)
    )
    scale = training_scale((case.atoms**2).sum(axis=1), case.offsets, members)
    engine = case.engine(members, alpha=case.alpha * scale**2)
    for number, start in enumerate(np.cumsum([0, *parts[:-1]])):
        columns = np.zeros(case.atoms.shape[1], dtype=bool)
        columns[start : start + parts[number]] = True
        ours = component(case, engine, columns)
        assert relative_difference(ours.structures, theirs[:, number]) < 1e-7
        assert relative_difference(ours.local, np.vstack(locally)[:, number]) < 1e-7


@law(cases(-6.0))
def test_every_path_of_edits_equals_a_fresh_one(case: Case):
    columns = some_columns(case)
    engine = case.engine(case.some_members())
    rigidity = component(case, engine, columns)
    for structure in case.rng.integers(0, case.n_structures, 12).tolist():
        preview = rigidity.preview(structure)
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        rigidity = rigidity.follow(engine)
        assert relative_difference(preview, rigidity.local) < 1e-8
    engine = engine.edit(add=set(range(case.n_structures)) - set(engine.members))
    rigidity = rigidity.follow(engine)
    assert rigidity.engine.members == engine.members
    assert relative_difference(both(rigidity), dense(case, list(engine.members), columns)) < rigidity.error_estimate


@law(cases(-6.0), st.floats(-5.0, 1.0))
def test_alpha_is_followed_alone_and_together_with_the_training_set(case: Case, exponent: float):
    columns, alpha = some_columns(case), 10.0**exponent
    engine = case.engine(case.some_members())
    rigidity = component(case, engine, columns)
    for other in (engine.with_alpha(alpha), case.engine(case.some_members(), alpha=alpha)):
        if other.pool is not engine.pool:
            other = RigidityEngine.from_pool(engine.pool, alpha=alpha, members=other.members)
        followed = rigidity.follow(other)
        assert followed.engine.alpha == alpha
        assert relative_difference(both(followed), dense(case, list(other.members), columns, alpha)) < 1e-7


@law(cases(-6.0))
def test_all_columns_are_lpr_and_pr_and_none_are_infinitely_rigid(case: Case):
    engine = case.engine(case.some_members())
    every = component(case, engine, np.ones(case.atoms.shape[1], dtype=bool))
    assert relative_difference(every.local, engine.lpr) < 1e-8
    assert relative_difference(every.structures, engine.structure_rigidity) < 1e-8
    none = component(case, engine, np.zeros(case.atoms.shape[1], dtype=bool))
    assert np.isposinf(both(none)).all()
    assert np.isposinf(none.preview(0)).all()


@law(cases())
def test_adding_never_lowers_a_component_and_a_label_of_its_own_is_worth_one(case: Case):
    assume(len(case.atoms) > case.n_structures)
    columns, members = some_columns(case), case.some_members()
    atom = int(case.rng.integers(len(case.atoms)))
    rows = np.vstack([case.means, case.atoms[atom] * columns])  # a label of the component itself
    engine = RigidityEngine(case.atoms, rows, alpha=case.alpha, members=members)
    offsets = np.concatenate([np.arange(len(rows)), [len(case.atoms)]])  # how atoms are shared out plays no part here
    before = ComponentRigidity.of(engine, component_pool(engine.pool, offsets, columns))
    after = before.follow(engine.add(case.n_structures))
    assert after.local[atom] == pytest.approx(before.local[atom] + 1.0, rel=1e-7)
    assert (after.local >= before.local * (1 - 1e-9)).all()


@law(cases())
def test_contributions_can_cancel_but_not_exceed_their_sum(case: Case):
    """sqrt(1/LPR) is a norm of the features, and the features are the sum of their components."""
    engine = case.engine(case.some_members())
    shares = case.rng.integers(0, 3, case.atoms.shape[1])
    total = sum(component(case, engine, shares == number).local ** -0.5 for number in range(3))
    assert (engine.lpr**-0.5 <= total * (1 + 1e-8)).all()


def test_a_training_structure_may_have_a_floating_component():
    """Two contributions that always come one to one: the sum is pinned by every label, each alone only by the prior."""
    atoms = np.tile(np.eye(2), (50, 1))
    case = Case(atoms, np.arange(0, 101, 2), np.zeros(50), 1e-5, np.random.default_rng(0))
    engine = case.engine(range(50))
    first = component(case, engine, np.array([True, False]))
    assert engine.structure_rigidity[0] == pytest.approx(50, rel=1e-3)
    assert first.structures[0] == pytest.approx(8e-5, rel=1e-3)  # the mean holds half of it: 4 x (2 alpha)
    assert first.local[0] == pytest.approx(2e-5, rel=1e-3)


@law(cases(-4.0))
def test_structures_that_bring_blocks_of_rows_train_components_too(case: Case):
    """Forces: a component is followed through blocks as through single rows."""
    columns = some_columns(case)
    counts = case.rng.integers(0, 4, case.n_structures)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    rows = case.rng.standard_normal((bounds[-1], case.atoms.shape[1]))
    blocks = RowBlocks.checked(rows, np.zeros(len(rows)), bounds)
    pool = PoolSpace.from_features(case.atoms, case.means, blocks=blocks, keep_features=True)
    engine = RigidityEngine.from_pool(pool, alpha=case.alpha, members=case.some_members())
    rigidity = component(case, engine, columns)
    for structure in case.rng.permutation(case.n_structures)[:3].tolist():
        engine = engine.remove(structure) if structure in engine.members else engine.add(structure)
        rigidity = rigidity.follow(engine)
    stacked = [case.means[[c]] for c in engine.members] + [rows[bounds[c] : bounds[c + 1]] for c in engine.members]
    train = np.vstack([np.zeros((1, len(columns))), *stacked])
    expected = local_prediction_rigidity(train, np.vstack([case.atoms, case.means]) * columns, case.alpha)
    assert relative_difference(both(rigidity), expected) < 1e-7


def test_dropped_directions_stay_within_the_error_that_is_stated():
    """Pool space of low accuracy: masked rows see what it dropped, and the bound covers it."""
    case = random_case(3, 12, 18, alpha=1e-4)
    shrink = 10.0 ** -np.arange(18) * np.sqrt(18)
    case = Case(case.atoms * shrink, case.offsets, case.targets, case.alpha, case.rng)
    pool = PoolSpace.from_features(case.atoms, case.means, alpha_min=1e-4, accuracy=1e-3, keep_features=True)
    assert pool.rank < 12
    members = [0, 1, 4, 7]
    engine = RigidityEngine.from_pool(pool, alpha=1e-4, members=members)
    worst = 0.0
    for columns in np.eye(18, dtype=bool):
        rigidity = ComponentRigidity.of(engine, component_pool(pool, case.offsets, columns))
        difference = relative_difference(both(rigidity), dense(case, members, columns))
        assert difference < rigidity.error_estimate
        worst = max(worst, difference)
    assert worst > 1e-8


def test_what_does_not_fit_is_refused():
    case = random_case(0, 5, 4)
    engine = case.engine([0, 1])
    columns = np.array([True, False, True, False])
    without = PoolSpace.from_features(case.atoms, case.means)
    for pool, offsets, mask, message in [
        (without, case.offsets, columns, "did not keep"),
        (engine.pool, case.offsets, columns[:3], "shape"),
        (engine.pool, case.offsets, columns.astype(int), "int"),
        (engine.pool, case.offsets[:-1], columns, "do not cut"),
        (engine.pool, case.offsets[::-1], columns, "do not cut"),
    ]:
        with pytest.raises(ModelError, match=message):
            component_pool(pool, offsets, mask)
    rigidity = component(case, engine, columns)
    with pytest.raises(ModelError, match="different pools"):
        rigidity.follow(case.engine([0]))
    assert "2 in training" in repr(rigidity)


def test_projection_reports_and_can_be_cancelled():
    case = random_case(0, 5, 4)
    engine, seen = case.engine([0, 1]), []
    component_pool(engine.pool, case.offsets, np.ones(4, dtype=bool), tick=lambda *at: seen.append(at))
    assert seen[-1] == (len(case.atoms) + 5, len(case.atoms) + 5)

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        component_pool(engine.pool, case.offsets, np.ones(4, dtype=bool), tick=cancel)
