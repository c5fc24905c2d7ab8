"""How far to trust a fit: the facade over cross-validation, calibration and committees, on real descriptors."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import rankdata
from shared_data import shared_data

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.training_rows import structure_weights
from lprviz.core import RowBlocks
from lprviz.core.calibration import ESTIMATORS, calibration_factor
from lprviz.core.scaling import training_scale
from lprviz.data import SoapHypers, StructureSet, load_dataset, read_structures
from lprviz.errors import ModelError

TRAIN = range(6)


@pytest.fixture(scope="module")
def fitted(analysis):
    return analysis.fit(TRAIN)


@pytest.fixture(scope="module")
def half_labelled(silicon_atoms, hypers):
    """The silicon cells, energies taken away from structures 2 and 9."""
    cells = [atoms.copy() for atoms in silicon_atoms]
    for number, (cell, original) in enumerate(zip(cells, silicon_atoms, strict=True)):
        if number not in (2, 9):
            cell.info["energy"] = original.get_potential_energy()
    return LPRAnalysis(StructureSet.from_atoms(cells), hypers=hypers)


@pytest.fixture(scope="module")
def carbide_set():
    """Bundled silicon carbide with small features, and its structures of exact 1:1 composition."""
    structures = load_dataset("silicon-carbide")
    even = [j for j, atoms in enumerate(structures) if 2 * np.sum(atoms.numbers == 6) == len(atoms)][::5]
    rest = [j for j in range(len(structures)) if structures.groups[j] in ("silicon", "carbon")][::3]
    small = SoapHypers(cutoff=3.0, max_radial=2, max_angular=2, width=0.5, smoothing=0.3)
    return LPRAnalysis(structures.select(even + rest), hypers=small, alpha=1e-5), len(even)


# -- the regulariser --------------------------------------------------------------------------------------------------


def test_the_curve_is_the_error_of_refits_in_ev_per_atom(analysis, silicon, fitted):
    alphas = [1e-6, 1e-3, 1.0]
    curve = fitted.alpha_curve(alphas)
    for alpha, found in zip(alphas, curve.loo_rmse, strict=True):
        errors = []
        for left_out in TRAIN:
            other = analysis.fit([j for j in TRAIN if j != left_out]).with_alpha(alpha)
            errors.append((other.predict()[left_out] - silicon.energies[left_out]) / silicon.sizes[left_out])
        assert found == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=1e-6)


def test_the_curve_does_not_depend_on_where_one_stands(fitted):
    curve = fitted.alpha_curve()
    moved = fitted.with_alpha(3.0).add([8]).remove([8]).alpha_curve()
    np.testing.assert_allclose(curve.alphas, moved.alphas)
    np.testing.assert_allclose(curve.loo_rmse, moved.loo_rmse, rtol=1e-10)
    assert curve.alphas[0] == pytest.approx(1e-8)
    assert curve.alphas[-1] == pytest.approx(100.0)


def test_under_the_training_scale_regularisers_are_in_its_units(silicon, hypers, analysis):
    scaled = LPRAnalysis(silicon, hypers=hypers, scale="training").fit(TRAIN)
    factor = training_scale(scaled.analysis.representation.square_norms, silicon.offsets, list(TRAIN)) ** 2
    assert abs(factor - 1.0) > 1e-3
    alphas = np.array([1e-5, 1e-2])
    curve = scaled.alpha_curve(alphas)
    np.testing.assert_array_equal(curve.alphas, alphas)
    np.testing.assert_allclose(curve.loo_rmse, analysis.fit(TRAIN).alpha_curve(alphas * factor).loo_rmse, rtol=1e-9)


# -- calibration ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_standard_deviations_are_the_factor_times_root_variance(fitted, silicon, estimator):
    calibration = fitted.calibrate(estimator=estimator)
    held_out = list(range(6, 12))
    assert calibration.held_out.tolist() == held_out
    errors = ((fitted.predict() - silicon.energies) / silicon.sizes)[held_out]
    np.testing.assert_allclose(calibration.residuals, errors)
    expected = calibration_factor(errors, 1.0 / fitted.engine.structure_rigidity[held_out], estimator)
    assert calibration.factor == pytest.approx(expected.value)
    np.testing.assert_allclose(calibration.structure_sigma, expected.value * np.sqrt(fitted.engine.leverage))
    np.testing.assert_allclose(calibration.structure_sigma_total, calibration.structure_sigma * silicon.sizes)
    np.testing.assert_allclose(calibration.atom_sigma, expected.value / np.sqrt(fitted.lpr))
    assert "extrapolation" in calibration.note
    assert estimator in repr(calibration)


def test_calibration_follows_edits_and_equals_fresh(analysis, fitted):
    edited, fresh = fitted.add([7]).remove([1]).calibrate(), analysis.fit([0, 2, 3, 4, 5, 7]).calibrate()
    assert edited.held_out.tolist() == fresh.held_out.tolist() == [1, 6, 8, 9, 10, 11]
    np.testing.assert_allclose(edited.atom_sigma, fresh.atom_sigma, rtol=1e-7)


def test_parity_tells_training_from_held_out(half_labelled):
    fitted = half_labelled.fit([0, 1, 3, 4])
    calibration = fitted.calibrate([5, 6, 7, 8, 10])
    parity, structures = calibration.parity, half_labelled.structures
    labelled = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11]
    assert parity.structures.tolist() == labelled
    np.testing.assert_allclose(parity.reference, (structures.energies / structures.sizes)[labelled])
    np.testing.assert_allclose(parity.predicted, (fitted.predict() / structures.sizes)[labelled])
    np.testing.assert_allclose(parity.sigma, calibration.structure_sigma[labelled])
    assert parity.structures[parity.trained].tolist() == [0, 1, 3, 4]
    assert parity.structures[parity.held_out].tolist() == [5, 6, 7, 8, 10]
    assert parity.rmse(parity.held_out) == pytest.approx(np.sqrt(np.mean(calibration.residuals**2)))
    assert fitted.calibrate().held_out.tolist() == [5, 6, 7, 8, 10, 11]  # 2 and 9 have no energy


def test_the_plot_data_of_a_calibration_agree_with_each_other(fitted):
    calibration = fitted.calibrate()
    bins = calibration.bins()
    assert bins.counts.tolist() == [6]
    assert calibration.bins(3).counts.tolist() == [2, 2, 2]
    # with one bin and the rms estimator the plot goes through the diagonal wherever variances are alike
    assert bins.empirical[0] == pytest.approx(np.sqrt(np.mean(calibration.residuals**2)))
    inside = np.abs(calibration.residuals) <= calibration.iso_lines([0.68])[0] * calibration.predicted
    assert calibration.coverage([0.68])[0] == pytest.approx(np.mean(inside))
    summary = calibration.summary()
    assert summary["n_held_out"] == 6
    assert summary["factor"] == calibration.factor
    for values in (calibration.atom_sigma, calibration.structure_sigma, calibration.parity.sigma):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_calibration_refuses_what_says_nothing_about_new_structures(analysis, fitted, half_labelled):
    with pytest.raises(ModelError, match="Structure 3 is in training"):
        fitted.calibrate([3, 7, 8, 9, 10])
    with pytest.raises(ModelError, match="Held-out structure 9 has no energy"):
        half_labelled.fit([0, 1]).calibrate([5, 6, 7, 8, 9])
    with pytest.raises(ModelError, match="at least 5 held-out structures with energies, not 2"):
        analysis.fit(range(10)).calibrate()
    with pytest.raises(ModelError, match="at least one is missing"):
        half_labelled.fit([0, 2]).calibrate()
    with pytest.raises(ModelError, match="no estimator"):
        fitted.calibrate(estimator="best")


def test_real_energies_calibrate_to_a_sensible_spread():
    structures = read_structures(shared_data("mlearn_Si") / "training.xyz.gz")
    chosen = structures.select(range(0, len(structures), 4))
    hypers = SoapHypers(cutoff=4.0, max_radial=3, max_angular=3, width=0.5, smoothing=0.4)
    calibration = LPRAnalysis(chosen, hypers=hypers).fit(range(0, len(chosen), 2)).calibrate()
    low, high = calibration.coverage([0.68, 0.95])
    assert 0.5 <= low <= 0.95
    assert high >= 0.85
    assert calibration.rank_correlation > 0.0


# -- committees -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["randomised-prior", "posterior"])
def test_honest_committees_see_what_rigidity_sees(carbide_analysis, kind):
    fitted = carbide_analysis.fit(TRAIN)
    result = fitted.committee(kind, n=3000, seed=3)
    np.testing.assert_allclose(result.ratio, 1.0, rtol=5.0 / np.sqrt(6000))
    np.testing.assert_allclose(result.structure_spread, result.structure_analytic, rtol=5.0 / np.sqrt(6000))
    np.testing.assert_allclose(result.analytic, result.noise / np.sqrt(fitted.lpr))
    assert not result.blind.any()
    error = 5 * result.structure_analytic * fitted.analysis.structures.sizes / np.sqrt(3000)
    assert (np.abs(result.energies.mean(axis=0) - fitted.predict()) < error).all()
    if kind == "posterior":
        np.testing.assert_array_equal(fitted.shallow_ensemble(3000, seed=3).spread, result.spread)


def test_a_bootstrap_is_blind_at_fixed_stoichiometry_and_sees_with_pure_phases(carbide_set):
    """At 1:1 no structure tells how the energy is shared between the species, and every member agrees on a share."""
    analysis, n_even = carbide_set
    fixed = analysis.fit(range(n_even))
    naive, honest = fixed.committee("bootstrap"), fixed.committee("randomised-prior")
    trained = fixed.analysis.structures.structure_of < n_even
    assert np.median(fixed.lpr[trained]) < 1e-3
    assert np.median(naive.ratio[trained]) < 0.1
    assert naive.blind[trained].mean() > 0.5
    assert np.median(naive.structure_spread[:n_even] / naive.structure_analytic[:n_even]) > 0.3  # totals: no fault
    assert honest.blind.mean() == 0.0
    assert "blind" in naive.statement
    varied = fixed.add(range(n_even, analysis.structures.n_structures)).committee("bootstrap")
    assert varied.blind[trained].mean() < 0.05


def test_the_noise_may_be_given_and_scales_the_analytic_side(fitted):
    sigma = fitted.calibrate().factor
    given, own = fitted.committee("posterior", 8, noise=sigma), fitted.committee("posterior", 8)
    np.testing.assert_allclose(given.analytic / sigma, own.analytic / own.noise)
    np.testing.assert_allclose(given.ratio, own.ratio, rtol=1e-9)
    with pytest.raises(ModelError, match="above 0"):
        fitted.committee(noise=0.0)


def test_committees_and_curves_need_every_training_energy(half_labelled, fitted):
    bare = half_labelled.fit([0, 2, 3])
    for question in (bare.committee, bare.shallow_ensemble, bare.alpha_curve):
        with pytest.raises(ModelError, match="Training structure 2 has no energy"):
            question()
    with pytest.raises(ModelError, match="no training structure"):
        half_labelled.fit([]).committee()
    with pytest.raises(ModelError, match="no committee of kind"):
        fitted.committee("parliament")


# -- weights and blocks of rows ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unlike(silicon, hypers):
    """The same training set with a weight per structure, and with rows besides the means, as forces bring them."""
    plain = LPRAnalysis(silicon, hypers=hypers, alpha=1e-3)
    roots = np.linspace(0.5, 2.0, len(silicon))
    pool = plain.representation.pool
    weighted_pool = replace(pool, structures=pool.structures * roots[:, None])
    weighted = LPRAnalysis(
        silicon,
        hypers=hypers,
        alpha=1e-3,
        representation=replace(plain.representation, pool=weighted_pool, row_roots=roots),
    )
    rng = np.random.default_rng(5)
    rows = 0.05 * rng.standard_normal((3 * len(silicon), pool.rank))
    blocks = RowBlocks.checked(rows, 0.01 * rng.standard_normal(len(rows)), 3 * np.arange(len(silicon) + 1))
    blocked = LPRAnalysis(
        silicon,
        hypers=hypers,
        alpha=1e-3,
        representation=replace(plain.representation, pool=replace(pool, blocks=blocks)),
    )
    return {"weighted": weighted.fit(TRAIN), "blocks": blocked.fit(TRAIN)}


@pytest.mark.parametrize("case", ["weighted", "blocks"])
def test_weighted_structures_and_further_rows_enter_every_answer(unlike, silicon, case):
    fitted = unlike[case]
    errors = []
    for left_out in TRAIN:
        other = fitted.remove([left_out]).predict()[left_out]
        errors.append((other - silicon.energies[left_out]) / silicon.sizes[left_out])
    weights = structure_weights(fitted)[list(TRAIN)]
    expected = np.sqrt(np.average(np.square(errors), weights=weights))
    assert fitted.alpha_curve([1e-3]).loo_rmse[0] == pytest.approx(expected, rel=1e-6)
    for kind in ("randomised-prior", "posterior"):
        result = fitted.committee(kind, 3000, seed=1)
        np.testing.assert_allclose(result.ratio, 1.0, rtol=5.0 / np.sqrt(6000))
        np.testing.assert_allclose(result.structure_spread, result.structure_analytic, rtol=5.0 / np.sqrt(6000))
    residuals = fitted.predict() - silicon.energies
    np.testing.assert_allclose(fitted.calibrate().residuals, (residuals / silicon.sizes)[6:], rtol=1e-9)


def test_a_weight_changes_what_is_known_of_others_but_not_whose_energy_is_meant(unlike, silicon):
    """The variance of a structure is that of its energy per atom, not of its weighted row."""
    fitted = unlike["weighted"]
    means = np.array([fitted.engine.pool.environments[a:b].mean(axis=0) for a, b in pairwise(silicon.offsets)])
    root = fitted.engine.root
    calibration = fitted.calibrate()
    np.testing.assert_allclose(
        calibration.structure_sigma, calibration.factor * np.linalg.norm(means @ root, axis=1), rtol=1e-6
    )


def test_total_energies_are_calibrated_in_their_own_unit(silicon, hypers, analysis):
    """Learning totals is weighting by n_atoms^2: sigma per atom stays in eV per atom, the factor is in eV."""
    spec = ModelSpec(target="sum")
    summed = LPRAnalysis(silicon, hypers=hypers, model=spec, alpha=1e-4 * np.mean(silicon.sizes**2)).fit(TRAIN)
    calibration, per_atom = summed.calibrate(), analysis.fit(TRAIN).calibrate()
    assert (calibration.factor_unit, per_atom.factor_unit) == ("eV", "eV/atom")
    assert "eV +-" in repr(calibration)
    assert np.median(calibration.factor / per_atom.factor) == pytest.approx(np.mean(silicon.sizes), rel=0.3)
    np.testing.assert_allclose(calibration.structure_sigma, per_atom.structure_sigma, rtol=0.3)
    assert summed.alpha_curve().alphas[-1] == pytest.approx(100.0 * np.mean(silicon.sizes**2))


# -- the truth about local energies -----------------------------------------------------------------------------------


def test_local_errors_are_predicted_minus_reference(carbide_set):
    analysis, n_even = carbide_set
    fitted = analysis.fit(range(n_even))
    found, structures = fitted.local_error(), analysis.structures
    np.testing.assert_allclose(found.error, fitted.local_energies() - structures.local_energies)
    np.testing.assert_array_equal(found.trained, structures.structure_of < n_even)
    assert [each.group for each in found.correlations] == ["all", "outside training", "C", "Si"]
    outside = ~found.trained
    assert found.correlation("outside training").n == outside.sum()
    assert found.correlation("C").n == np.sum(outside & (structures.numbers == 6))
    assert found.rmse(trained=False) == pytest.approx(np.sqrt(np.mean(found.error[outside] ** 2)))
    ranks = [rankdata(values) for values in (fitted.variance, np.abs(found.error))]
    assert found.correlation("all").value == pytest.approx(np.corrcoef(ranks)[0, 1], abs=1e-9)
    assert f"{found.correlation('outside training').value:.2f}" in found.statement
    assert "not a per-atom error estimate" in found.statement
    with pytest.raises(ModelError, match="no group 'Ge'"):
        found.correlation("Ge")


def test_with_everything_in_training_the_statement_says_so(carbide_set):
    found = carbide_set[0].fit(range(carbide_set[0].structures.n_structures)).local_error()
    assert np.isnan(found.correlation("outside training").value)
    assert "atoms in training" in found.statement
    assert np.isnan(found.rmse(trained=False))


def test_without_references_there_is_no_truth(fitted):
    with pytest.raises(ModelError, match="no reference local energies"):
        fitted.local_error()
