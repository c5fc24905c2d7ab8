"""Who holds an atom, and what to add next: each against really doing it."""

import itertools

import numpy as np
import pytest

from lprviz.analysis import LPRAnalysis, goals
from lprviz.analysis.suggestion import goal_metric
from lprviz.core.dense import local_prediction_rigidity
from lprviz.core.gains import Goal
from lprviz.data.descriptors import compute_features
from lprviz.errors import LprvizError, ModelError


def test_influence_is_the_loss_on_really_leaving_each_structure_out(analysis, silicon):
    fitted = analysis.fit([0, 2, 3, 5, 6, 9])
    for atom in ((3, 4), (8, 0)):
        result = fitted.influence(atom=atom)
        environment = silicon.environment_index(*atom)
        expected = [np.log10(fitted.lpr[environment] / fitted.remove(int(j)).lpr[environment]) for j in result.members]
        np.testing.assert_allclose(result.loss, expected, atol=1e-7)
        assert (np.diff(result.loss) <= 0).all()
        assert sorted(result.members) == list(fitted.members)
        np.testing.assert_allclose(result.leverage, fitted.engine.leverage[result.members])
        h, rho2 = result.leverage, result.shared
        np.testing.assert_allclose(10**-result.loss, (1 - h) / (1 - h + rho2 * h), rtol=1e-6)
        assert ((rho2 >= 0) & (rho2 <= 1)).all()


def test_an_atom_is_named_by_pair_or_number(analysis, silicon):
    fitted = analysis.fit([0, 1])
    by_pair, by_number = fitted.influence((3, 2)), fitted.influence(silicon.environment_index(3, 2))
    assert by_pair.atom == by_number.atom == (3, 2)
    np.testing.assert_array_equal(by_pair.loss, by_number.loss)
    assert by_pair.top(1)[0][0] in fitted.members
    for wrong in ((99, 0), (0, 99), silicon.n_environments):
        with pytest.raises(LprvizError, match="There is no"):
            fitted.influence(wrong)


def test_correlation_equals_the_dense_one_whether_features_are_kept_or_not(carbide, carbide_analysis, hypers):
    x = compute_features(carbide, hypers).values
    means = np.add.reduceat(x, carbide.offsets[:-1]) / carbide.sizes[:, None]
    members = [0, 1, 6]
    hessian = means[members].T @ means[members] + 1e-4 * np.eye(x.shape[1])
    covariance = x @ np.linalg.solve(hessian, x.T)
    spread = np.sqrt(np.diag(covariance))
    kept = LPRAnalysis(carbide, hypers=hypers, keep_features=True).fit(members)
    for fitted in (carbide_analysis.fit(members), kept):
        for atom in ((0, 0), (9, 5)):
            i = carbide.environment_index(*atom)
            np.testing.assert_allclose(fitted.correlation(atom), covariance[i] / spread[i] / spread, atol=1e-6)
    assert kept.engine.pool.features is not None


def test_goals_are_those_of_the_engine():
    assert goals() == Goal.__args__


@pytest.mark.parametrize("goal", Goal.__args__)
def test_the_first_choice_is_the_best_single_addition(analysis, silicon, goal):
    fitted = analysis.fit([0, 1])
    target = np.arange(silicon.offsets[3], silicon.offsets[8])
    candidates = [2, 4, 5, 9, 11]
    threshold = float(np.quantile(fitted.lpr[target], 0.7))
    suggestion = fitted.suggest(1, goal=goal, target=target, candidates=candidates, threshold=threshold)
    if goal == "d-optimal":
        really = [np.log1p(fitted.engine.leverage[j]) for j in candidates]
    else:
        before = goal_metric(fitted.lpr[target], goal, threshold)
        really = [goal_metric(fitted.add(j).lpr[target], goal, threshold) - before for j in candidates]
    assert suggestion.order == (candidates[int(np.argmax(really))],)
    assert suggestion.gains[0] == pytest.approx(max(really), rel=1e-6)
    assert suggestion.curve[1] - suggestion.curve[0] == pytest.approx(max(really), rel=1e-6)


def test_two_choices_are_greedy_and_beat_or_equal_most_pairs(analysis):
    fitted = analysis.fit([0])
    candidates = [1, 2, 5, 7, 8, 11]
    suggestion = fitted.suggest(2, candidates=candidates)
    first, second = suggestion.order
    value = {j: goal_metric(fitted.add(j).lpr, "mean-log") for j in candidates}
    assert first == max(value, key=value.get)
    given_first = {j: goal_metric(fitted.add([first, j]).lpr, "mean-log") for j in candidates if j != first}
    assert second == max(given_first, key=given_first.get)
    assert suggestion.curve[-1] == pytest.approx(given_first[second])
    pairs = [goal_metric(fitted.add(pair).lpr, "mean-log") for pair in itertools.combinations(candidates, 2)]
    assert suggestion.curve[-1] >= np.median(pairs)


def test_d_optimal_greedy_is_within_one_minus_one_over_e_of_the_best_pair(analysis):
    fitted = analysis.fit([0])
    suggestion = fitted.suggest(2, goal="d-optimal")

    def information(pair):
        first, second = pair
        grown = fitted.add(first)
        return np.log1p(fitted.engine.leverage[first]) + np.log1p(grown.engine.leverage[second])

    best = max(information(pair) for pair in itertools.combinations(range(1, 12), 2))
    assert suggestion.curve[-1] >= (1 - 1 / np.e) * best
    assert suggestion.curve[-1] == pytest.approx(information(suggestion.order))


def test_targets_can_be_environments_slices_masks_or_structures(analysis, silicon):
    fitted = analysis.fit([0])
    rows = slice(int(silicon.offsets[4]), int(silicon.offsets[5]))
    mask = np.zeros(silicon.n_environments, dtype=bool)
    mask[rows] = True
    orders = {
        fitted.suggest(3, target=rows).order,
        fitted.suggest(3, target=mask).order,
        fitted.suggest(3, target=list(range(rows.start, rows.stop))).order,
        fitted.suggest(3, target_structures=[4]).order,
    }
    assert len(orders) == 1
    held = {j: goal_metric(fitted.add(j).lpr[rows], "mean-log") for j in range(1, len(silicon))}
    assert orders.pop()[0] == max(held, key=held.get)


def test_candidates_run_out_quietly_but_wrong_requests_do_not(analysis):
    fitted = analysis.fit([0])
    assert len(fitted.suggest(5, candidates=[3, 4])) == 2
    for wrong in (
        {"n": 0},
        {"n": 1, "goal": "best"},
        {"n": 1, "candidates": [0]},
        {"n": 1, "candidates": [99]},
        {"n": 1, "target": [10**6]},
        {"n": 1, "target": []},
        {"n": 1, "target": [0], "target_structures": [0]},
    ):
        with pytest.raises(ModelError) as caught:
            fitted.suggest(**wrong)
        assert caught.value.hint


def test_greedy_beats_random_on_its_own_goal(analysis):
    fitted = analysis.fit([0])
    ours = fitted.suggest(3).curve[-1]
    rng = np.random.default_rng(0)
    theirs = [
        goal_metric(fitted.add(rng.choice(np.arange(1, 12), 3, replace=False)).lpr, "mean-log") for _ in range(20)
    ]
    assert ours > np.mean(theirs)


def test_the_facade_agrees_with_the_dense_oracle(analysis, silicon, hypers):
    x = compute_features(silicon, hypers).values
    means = np.add.reduceat(x, silicon.offsets[:-1], axis=0) / silicon.sizes[:, None]
    members = [1, 4, 6]
    np.testing.assert_allclose(analysis.fit(members).lpr, local_prediction_rigidity(means[members], x, 1e-4), rtol=1e-7)
