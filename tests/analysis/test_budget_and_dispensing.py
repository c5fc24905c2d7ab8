"""Budgets, targets and what can go: every curve against really adding and removing, one after another."""

from __future__ import annotations

import numpy as np
import pytest

from lprviz.analysis import LPRAnalysis, goals
from lprviz.analysis.suggestion import goal_metric
from lprviz.errors import LprvizError, ModelError
from lprviz.progress import Cancelled


@pytest.fixture(scope="module", params=["frozen", "training"])
def fitted(request, carbide, hypers):
    return LPRAnalysis(carbide, hypers=hypers, alpha=1e-4, scale=request.param).fit([0, 1, 4, 6])


def really(fitted, order, goal, target, threshold):
    """The metric along an order of switches, each state computed from scratch."""
    members, curve = set(fitted.members), [goal_metric(fitted.lpr[target], goal, threshold)]
    information = 0.0
    for structure in order:
        state = fitted.analysis.fit(sorted(members))
        joins = structure not in members
        members ^= {structure}
        after = fitted.analysis.fit(sorted(members))
        leverage = state.engine.leverage[structure]
        information += np.log1p(leverage) if joins else np.log1p(-leverage)
        curve.append(information if goal == "d-optimal" else goal_metric(after.lpr[target], goal, threshold))
    return curve


@pytest.mark.parametrize("goal", goals())
def test_the_three_curves_are_what_really_adding_gives(fitted, goal):
    target, threshold = np.arange(40, 72), float(np.quantile(fitted.lpr[40:72], 0.8))
    candidates = [2, 3, 7, 9]
    found = fitted.budget_curve(
        3, goal, target, candidates, own_order=[9, 5], n_seeds=4, seed=3, threshold=threshold
    )  # fmt: skip
    suggested = fitted.suggest(3, goal, target, candidates, threshold=threshold)
    assert found.greedy.order == suggested.order
    np.testing.assert_allclose(found.greedy.curve, suggested.curve, rtol=1e-7)
    for order, curve in [
        (found.greedy.order, found.greedy.curve),
        (found.own_order, found.own),
        *zip(found.random_orders.tolist(), found.random, strict=True),
    ]:
        np.testing.assert_allclose(curve, really(fitted, order, goal, target, threshold), rtol=1e-6, atol=1e-9)
    assert found.own_order == (9, 5)
    assert found.random.shape == (4, 4)
    assert set(found.random_orders.ravel()) <= set(candidates)
    low, high = found.random_band
    assert ((low <= found.random_median) & (found.random_median <= high)).all()
    again = fitted.budget_curve(3, goal, target, candidates, n_seeds=4, seed=3, threshold=threshold)
    np.testing.assert_array_equal(again.random_orders, found.random_orders)
    assert again.own_order == ()
    assert again.own.shape == (1,)


def test_greedy_is_not_below_the_random_median(fitted):
    found = fitted.budget_curve(4, target_species="C")
    assert found.greedy.curve[-1] >= found.random_median[-1]
    assert "random" in repr(found)


@pytest.mark.parametrize("goal", goals())
def test_what_can_go_is_the_least_loss_each_time(fitted, goal):
    target, threshold = np.arange(0, 48), float(np.quantile(fitted.lpr[:48], 0.3))
    found = fitted.dispensable(2, goal, target, threshold=threshold)
    np.testing.assert_allclose(found.curve, really(fitted, found.order, goal, target, threshold), rtol=1e-6, atol=1e-8)
    if fitted.scale == "training":
        return  # the losses are told at the scale before each removal
    np.testing.assert_allclose(found.losses, -np.diff(found.curve), rtol=1e-6, atol=1e-8)
    costs = {j: -really(fitted, [j], goal, target, threshold)[1] for j in fitted.members}
    assert costs[found.order[0]] == pytest.approx(min(costs.values()), rel=1e-6, abs=1e-8)


def test_only_the_members_offered_go_and_one_is_kept_under_the_training_scale(fitted):
    assert set(fitted.dispensable(9, members=[1, 4]).order) == {1, 4}
    everything = fitted.dispensable(99)
    assert len(everything) == (4 if fitted.scale == "frozen" else 3)
    assert "Dispensable(mean-log" in repr(everything)


def test_a_copy_goes_first(silicon_atoms, hypers):
    cells = [*(each.copy() for each in silicon_atoms), silicon_atoms[11].copy()]
    fitted = LPRAnalysis(cells, hypers=hypers, alpha=1e-8).fit([0, 5, 9, 11, 12])
    for goal in ("d-optimal", "mean-log"):
        assert fitted.dispensable(1, goal).order[0] in (11, 12)


def test_targets_by_species_structures_and_pairs(fitted, carbide):
    carbon = np.flatnonzero(carbide.numbers == 6)
    by_species = fitted.suggest(2, target_species="C")
    assert by_species.order == fitted.suggest(2, target=carbon).order
    np.testing.assert_allclose(by_species.curve, fitted.suggest(2, target=carbon).curve)
    both = fitted.suggest(1, target_species=["Si", "C"])
    np.testing.assert_allclose(both.curve, fitted.suggest(1).curve)
    within = fitted.suggest(1, target_structures=[2], target_species=["C"])
    own = carbon[carbide.structure_of[carbon] == 2]
    assert within.curve[0] == pytest.approx(np.log(fitted.lpr[own]).mean())
    pairs = fitted.suggest(1, target=[(2, 1), (3, 4)])
    assert pairs.curve[0] == pytest.approx(np.log(fitted.lpr[[17, 28]]).mean())


def test_wrong_requests_are_refused_in_words(fitted):
    for wrong in (
        lambda: fitted.suggest(1, target_species="Xx"),
        lambda: fitted.suggest(1, target_structures=[99]),
        lambda: fitted.suggest(1, target=[(0, 99)]),
        lambda: fitted.budget_curve(2, own_order=[0]),
        lambda: fitted.budget_curve(2, own_order=[2, 2]),
        lambda: fitted.budget_curve(2, n_seeds=0),
        lambda: fitted.dispensable(0),
        lambda: fitted.dispensable(1, "best"),
        lambda: fitted.dispensable(1, members=[2]),
    ):
        with pytest.raises(LprvizError) as caught:
            wrong()
        assert caught.value.hint
    with pytest.raises(ModelError, match="Cannot remove 0"):
        fitted.dispensable(0)


def test_long_work_can_be_cancelled(fitted):
    def cancel(done, total):
        raise Cancelled

    for work in (fitted.budget_curve, fitted.dispensable):
        seen = []
        work(2, tick=lambda done, total, seen=seen: seen.append(done / total))
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1.0)
        with pytest.raises(Cancelled):
            work(2, tick=cancel)
