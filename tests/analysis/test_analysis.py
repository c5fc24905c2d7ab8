"""The facade over real descriptors: skmatter's numbers, immutability, energies, and refusals with reasons."""

import numpy as np
import pytest
from ase.build import bulk
from skmatter.metrics import local_prediction_rigidity

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.core import ridge_fit
from lprviz.data.descriptors import compute_features
from lprviz.data.pools import compute_pool
from lprviz.errors import LprvizError, ModelError
from lprviz.progress import Cancelled


def _per_structure(structures, hypers):
    features = compute_features(structures, hypers).values
    return np.split(features, structures.offsets[1:-1])


@pytest.mark.parametrize("alpha", [1e-4, 1e-2])
def test_the_training_scale_is_skmatter(silicon, carbide, hypers, alpha):
    for structures in (silicon, carbide):
        rows = _per_structure(structures, hypers)
        fitted = LPRAnalysis(structures, hypers=hypers, alpha=alpha, scale="training").fit([0, 2, 3])
        for state in (fitted, fitted.add([5, 7]), fitted.add([5, 7]).remove(2), fitted.with_alpha(alpha * 3)):
            expected, _ = local_prediction_rigidity([rows[j] for j in state.members], rows, state.alpha)
            np.testing.assert_allclose(state.rigidity().lpr, np.concatenate(expected), rtol=1e-8)


def test_the_frozen_scale_is_skmatter_when_everything_trains(silicon, analysis, hypers):
    rows = _per_structure(silicon, hypers)
    expected, _ = local_prediction_rigidity(rows, rows, 1e-4)
    np.testing.assert_allclose(analysis.fit(range(len(silicon))).lpr, np.concatenate(expected), rtol=1e-7)


def test_changes_return_new_ones_and_leave_the_first_alone(analysis):
    fitted = analysis.fit(train=[0, 1, 2])
    before = fitted.lpr.copy()
    assert fitted.add([5]).members == (0, 1, 2, 5)
    assert fitted.remove(1).members == (0, 2)
    assert fitted.edit(add=7, remove=[0, 1]).members == (2, 7)
    assert fitted.members == (0, 1, 2)
    np.testing.assert_array_equal(fitted.lpr, before)
    np.testing.assert_allclose(fitted.add(5).lpr, analysis.fit([0, 1, 2, 5]).lpr, rtol=1e-8)
    np.testing.assert_allclose(fitted.add(5).refactored().lpr, fitted.add(5).lpr, rtol=1e-8)


def test_adding_never_lowers_under_the_frozen_scale(analysis, silicon):
    fitted = analysis.fit([0])
    for structure in range(1, len(silicon)):
        grown = fitted.add(structure)
        assert (grown.lpr >= fitted.lpr * (1 - 1e-9)).all()
        fitted = grown


def test_alpha_is_live_and_the_share_is_its_slope(analysis):
    fitted = analysis.fit([0, 1, 4])
    step = 1.0001
    up, down = fitted.with_alpha(1e-4 * step), fitted.with_alpha(1e-4 / step)
    slope = np.log(up.lpr / down.lpr) / (2 * np.log(step))
    np.testing.assert_allclose(fitted.regulariser_share, slope, atol=1e-5)
    assert up.alpha == pytest.approx(1e-4 * step)
    assert fitted.alpha == 1e-4


def test_results_index_structures_and_summarise(analysis, silicon):
    result = analysis.fit([0, 1]).rigidity()
    assert [len(result.of(s)) for s in range(len(silicon))] == silicon.sizes.tolist()
    np.testing.assert_array_equal(np.concatenate([result.of(s) for s in range(len(silicon))]), result.lpr)
    np.testing.assert_array_equal(result.of(-1), result.of(len(silicon) - 1))
    with pytest.raises(ModelError, match="no structure 99"):
        result.of(99)
    summary = result.summary()
    assert summary["n_environments"] == summary["lpr_by_species"]["Si"]["n_environments"] == silicon.n_environments
    assert summary["lpr"]["quantiles"]["0.5"] == pytest.approx(np.median(result.lpr))
    part = result.select([3, 1])
    np.testing.assert_array_equal(part.of(0), result.of(3))
    np.testing.assert_array_equal(part.of(1), result.of(1))
    assert "2 training structures" in repr(result)


def test_energies_equal_a_fresh_ridge_on_the_features(carbide, carbide_analysis, hypers):
    rows = _per_structure(carbide, hypers)
    means = np.array([each.mean(axis=0) for each in rows])
    fitted = carbide_analysis.fit(range(5)).add([6, 8]).remove(1)
    baseline = carbide_analysis.baseline
    targets = (carbide.energies - baseline.of_structures(carbide)) / carbide.sizes
    members = list(fitted.members)
    weights = ridge_fit(means[members], targets[members], 1e-4)
    local = np.concatenate(rows) @ weights + baseline.of_environments(carbide)
    np.testing.assert_allclose(fitted.local_energies(), local, atol=1e-7)
    np.testing.assert_allclose(fitted.predict(), np.add.reduceat(local, carbide.offsets[:-1]), atol=1e-6)
    np.testing.assert_allclose(fitted.predict()[members], carbide.energies[members], atol=0.5)


def test_without_energies_there_is_rigidity_but_no_prediction(silicon_atoms, hypers):
    bare = [atoms.copy() for atoms in silicon_atoms[:4]]
    fitted = LPRAnalysis(bare, hypers=hypers).fit([0, 1])
    assert fitted.local_energies() is None
    assert fitted.predict() is None
    assert fitted.targets is None
    assert np.isfinite(fitted.rigidity().lpr).all()


def test_an_unlabelled_member_withholds_predictions_until_it_leaves(silicon_atoms, hypers):
    mixed = [*silicon_atoms[:4], silicon_atoms[4].copy()]
    fitted = LPRAnalysis(mixed, hypers=hypers).fit([0, 1, 4])
    assert fitted.predict() is None
    assert np.isfinite(fitted.remove(4).predict()).all()


def test_the_representation_is_computed_once_and_can_be_handed_on(silicon, hypers):
    ticks = []
    analysis = LPRAnalysis(silicon, hypers=hypers)
    assert not analysis.is_prepared
    assert analysis.prepare(tick=lambda done, total: ticks.append(done / total)) is analysis
    assert analysis.is_prepared
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1.0
    other = LPRAnalysis(silicon, hypers=hypers, alpha=1e-3, representation=analysis.representation)
    assert other.representation is analysis.representation
    with pytest.raises(ModelError, match="but the data set has"):
        LPRAnalysis(silicon[:3], hypers=hypers, representation=analysis.representation)


def test_a_cancel_passes_through_and_leaves_nothing_half_made(silicon, hypers):
    def cancel(done, total):
        raise Cancelled

    for model in ("ridge", "sparse-kernel"):
        analysis = LPRAnalysis(silicon, hypers=hypers, model=model)
        with pytest.raises(Cancelled):
            analysis.prepare(tick=cancel)
        assert not analysis.is_prepared
        assert analysis.prepare().is_prepared


def test_the_kernel_is_the_same_engine_on_other_features(silicon, hypers):
    analysis = LPRAnalysis(silicon, hypers=hypers, model="sparse-kernel", n_sparse=20)
    fitted = analysis.fit([0, 1, 2])
    assert analysis.representation.n_features == 20
    np.testing.assert_allclose(fitted.add(4).lpr, analysis.fit([0, 1, 2, 4]).lpr, rtol=1e-6)
    assert (fitted.add(4).lpr >= fitted.lpr * (1 - 1e-8)).all()
    assert np.isfinite(fitted.local_energies()).all()
    by_hand = LPRAnalysis(silicon, hypers=hypers, model="sparse-kernel")
    assert by_hand.representation.n_features <= silicon.n_environments // 2


def test_the_defaults_suit_the_structures(silicon_atoms):
    analysis = LPRAnalysis(silicon_atoms[:2])
    assert analysis.hypers.cutoff == 2.85
    assert (analysis.model, analysis.alpha, analysis.scale) == ("ridge", 1e-4, "frozen")
    assert "not computed yet" in repr(analysis)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.0}, "alpha must be"),
        ({"alpha": float("nan")}, "alpha must be"),
        ({"model": "forest"}, "no model 'forest'"),
        ({"model": ModelSpec(), "zeta": 3}, "beside a ModelSpec"),
        ({"scale": "batch"}, "no scale 'batch'"),
    ],
)
def test_impossible_options_are_refused_with_a_hint(silicon, options, message):
    with pytest.raises(ModelError, match=message) as caught:
        LPRAnalysis(silicon, **options)
    assert caught.value.hint


def test_impossible_training_sets_are_refused(analysis, silicon, hypers):
    fitted = analysis.fit([0, 1])
    for wrong in (lambda: analysis.fit([0, 0]), lambda: analysis.fit([99]), lambda: fitted.add(0),
                  lambda: fitted.remove(5), lambda: fitted.add([3, 3]), lambda: analysis.fit([True]),
                  lambda: fitted.with_alpha(-1.0)):  # fmt: skip
        with pytest.raises(ModelError):
            wrong()
    training = LPRAnalysis(silicon, hypers=hypers, scale="training", representation=analysis.representation)
    with pytest.raises(ModelError, match="not defined without training structures"):
        training.fit([])
    one = training.fit([0])
    for wrong in (lambda: one.remove(0), lambda: one.add(0), lambda: one.remove(3), lambda: one.add(77)):
        with pytest.raises(ModelError):
            wrong()


def test_an_empty_training_set_is_the_prior(analysis):
    fitted = analysis.fit([])
    np.testing.assert_allclose(fitted.lpr, 1e-4 / analysis.representation.square_norms, rtol=1e-8)
    np.testing.assert_allclose(fitted.regulariser_share, 1.0, atol=1e-9)


def test_unusable_structures_are_refused():
    with pytest.raises(LprvizError):
        LPRAnalysis([])
    broken = bulk("Si", cubic=True)
    broken.positions[0, 0] = np.nan
    with pytest.raises(LprvizError, match="tructure"):
        LPRAnalysis([broken])


@pytest.mark.parametrize(("alpha", "asked", "served"), [(1e-4, None, 1e-8), (1e-11, None, 1e-11), (1e-4, 1e-5, 1e-5)])
def test_pool_space_serves_the_alpha_it_is_made_for(silicon, hypers, alpha, asked, served):
    fitted = LPRAnalysis(silicon, hypers=hypers, alpha=alpha, alpha_min=asked).fit(range(8))
    assert fitted.engine.pool.alpha_min == served
    assert fitted.error_estimate < 1e-4
    if served < 1e-5:
        assert fitted.with_alpha(served / 10).error_estimate > fitted.error_estimate


def test_cached_representations_are_found_again(silicon, hypers, tmp_path):
    from lprviz.data.cache import DiskCache

    cache = DiskCache(tmp_path)
    first = LPRAnalysis(silicon, hypers=hypers, cache=cache).fit([0, 1])
    assert cache.size > 0
    again = LPRAnalysis(silicon, hypers=hypers, cache=cache).fit([0, 1])
    np.testing.assert_array_equal(again.lpr, first.lpr)
    np.testing.assert_array_equal(compute_pool(silicon, hypers, cache=cache).square_norms,
                                  first.analysis.representation.square_norms)  # fmt: skip
