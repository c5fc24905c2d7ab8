"""Named components of real descriptors, and their rigidity as a user asks for it."""

from __future__ import annotations

import numpy as np
import pytest
from skmatter.metrics import componentwise_prediction_rigidity

from lprviz.analysis import Component, LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.core import local_prediction_rigidity
from lprviz.data.descriptors import compute_features
from lprviz.errors import ModelError


@pytest.fixture(scope="module")
def features(carbide, hypers):
    return compute_features(carbide, hypers)


def _by_key(analysis):
    return {each.key: each for each in analysis.components()}


def test_families_share_out_the_columns(carbide_analysis, features):
    components = carbide_analysis.components()
    assert len({each.key for each in components}) == len({each.title for each in components}) == len(components)
    everything = np.ones(features.n_features, dtype=bool)
    spectrum = everything.copy()
    spectrum[features.n_soap :] = False
    for family, expected in [
        ("pair", spectrum),
        ("angular", spectrum),
        ("radial pair", spectrum),
        ("constant", ~spectrum),
        ("part", everything),
    ]:
        counted = sum(each.columns.astype(int) for each in components if each.family == family)
        np.testing.assert_array_equal(counted, expected.astype(int), err_msg=family)
    for family in ("species", "radial"):
        union = np.any([each.columns for each in components if each.family == family], axis=0)
        np.testing.assert_array_equal(union, spectrum, err_msg=family)


def test_keys_are_the_ones_that_are_documented(carbide_analysis, analysis):
    known = _by_key(carbide_analysis)
    expected = {"species:Si", "pair:C-Si", "angular:3", "radial:2", "radial:0-2", "constant:C", "part:spectrum"}
    assert expected | {"part:constants"} <= known.keys()
    assert known["species:Si"].n_columns == known["pair:C-Si"].n_columns + known["pair:Si-Si"].n_columns
    assert "neighbour density of Si" in repr(known["species:Si"])
    assert not {"constant:Si", "part:spectrum"} & _by_key(analysis).keys()  # no species columns with one species


@pytest.mark.parametrize("family", ["pair", "angular"])
def test_components_are_those_of_skmatter(carbide, hypers, features, family):
    analysis = LPRAnalysis(carbide, hypers=hypers, alpha=1e-4, scale="training")
    fitted = analysis.fit([0, 2, 3, 7])
    parts = [each for each in analysis.components() if each.family == family or each.key == "part:constants"]
    order = np.concatenate([np.flatnonzero(each.columns) for each in parts])  # skmatter's components are contiguous
    rows = np.split(features.values[:, order], carbide.offsets[1:-1])
    sizes = np.array([each.n_columns for each in parts])
    for state in (fitted, fitted.add(5)):
        theirs, locally, _ = componentwise_prediction_rigidity([rows[j] for j in state.members], rows, 1e-4, sizes)
        for number, component in enumerate(parts):
            ours = state.component_rigidity(component)
            np.testing.assert_allclose(ours.structures, theirs[:, number], rtol=1e-6)
            np.testing.assert_allclose(ours.local, np.vstack(locally)[:, number], rtol=1e-6)


def test_every_component_equals_its_dense_definition(carbide, carbide_analysis, features):
    fitted = carbide_analysis.fit([0, 1, 6, 8])
    means = features.structure_means(carbide.offsets)
    for component in carbide_analysis.components():
        rows = np.vstack([features.values, means]) * component.columns
        expected = local_prediction_rigidity(means[[0, 1, 6, 8]], rows, 1e-4)
        result = fitted.component_rigidity(component.key)
        found = np.concatenate([result.local, result.structures])
        np.testing.assert_allclose(found, expected, rtol=min(1e-6, result.error_estimate), err_msg=component.key)


def test_results_follow_the_training_set(carbide, carbide_analysis):
    fitted = carbide_analysis.fit([0, 1, 2])
    result = fitted.component_rigidity("species:Si")
    for state in (fitted.add([6, 7]), fitted.edit(add=8, remove=0), fitted.with_alpha(1e-2)):
        followed = result.follow(state)
        fresh = state.component_rigidity("species:Si")
        np.testing.assert_allclose(followed.local, fresh.local, rtol=1e-7)
        np.testing.assert_allclose(followed.structures, fresh.structures, rtol=1e-7)
        assert (followed.alpha, followed.n_train) == (state.alpha, len(state.members))
    assert result.n_train == 3
    np.testing.assert_array_equal(np.concatenate([result.of(s) for s in range(len(carbide))]), result.local)
    with pytest.raises(ModelError, match="no structure 99"):
        result.of(99)
    assert "neighbour density of Si, 3 training structures" in repr(result)


def test_results_follow_the_training_scale(carbide, hypers):
    analysis = LPRAnalysis(carbide, hypers=hypers, scale="training")
    fitted = analysis.fit([0, 1])
    result, grown = fitted.component_rigidity("pair:C-Si"), fitted.add(7)
    np.testing.assert_allclose(result.follow(grown).local, grown.component_rigidity("pair:C-Si").local, rtol=1e-9)


def test_fixed_composition_leaves_the_constants_afloat(carbide_analysis):
    """Structures 0 to 5 are 1:1, 6 to 9 are not: labels of one composition tell constants from nothing."""
    fixed = carbide_analysis.fit(range(6))
    varied = fixed.add([6, 7])
    before, after = (each.component_rigidity("constant:Si") for each in (fixed, varied))
    silicon = np.isfinite(before.local)
    assert silicon.sum() == (carbide_analysis.structures.numbers == 14).sum()
    assert (before.local[silicon] < 1e-3).all()
    assert fixed.structure_rigidity()[0] > 1.0
    assert (after.local[silicon] > before.local[silicon]).all()


def test_weights_per_centre_species_and_an_intercept_are_components_too(carbide, hypers):
    """The constant columns of a centre, and the spectrum that only that centre has, hold nothing of other centres."""
    spec = ModelSpec(per_centre_species=True, intercept=True)
    analysis = LPRAnalysis(carbide, hypers=hypers, model=spec)
    fitted, silicon = analysis.fit([0, 1, 7]), carbide.numbers == 14
    for key in ("constant:Si", "centre:Si"):
        assert np.array_equal(np.isfinite(fitted.component_rigidity(key).local), silicon)
    everyone = fitted.component_rigidity("constant:all").local
    assert np.isfinite(everyone).all()
    np.testing.assert_allclose(everyone, everyone[0], rtol=1e-9)
    parts = [each.columns.astype(int) for each in analysis.components() if each.family in ("centre", "constant")]
    assert (sum(parts) == 1).all()


def test_weighted_structures_train_components_too(carbide, hypers, features):
    """Totals as targets: rows weigh n_atoms^2, while CPR stays that of a structure's mean."""
    analysis = LPRAnalysis(carbide, hypers=hypers, alpha=1e-2, model=ModelSpec(target="sum"))
    members = [0, 3, 8]
    means = features.structure_means(carbide.offsets)
    columns = _by_key(analysis)["species:C"].columns
    expected = local_prediction_rigidity(means[members] * carbide.sizes[members, None], means * columns, 1e-2)
    fitted = analysis.fit(members[:-1])
    found = fitted.component_rigidity("species:C").follow(fitted.add(members[-1]))
    np.testing.assert_allclose(found.structures, expected, rtol=1e-6)


def test_own_columns_and_refusals(carbide, carbide_analysis, analysis, hypers, features):
    fitted = carbide_analysis.fit([0, 6])
    own = Component("own", "all of them", np.ones(features.n_features))
    np.testing.assert_allclose(fitted.component_rigidity(own).local, fitted.lpr, rtol=1e-8)
    nothing = fitted.component_rigidity(Component("none", "nothing", np.zeros(features.n_features)))
    assert np.isposinf(nothing.local).all()
    assert "inf" in repr(nothing)
    with pytest.raises(ModelError, match="no component 'species:Fe'"):
        fitted.component_rigidity("species:Fe")
    with pytest.raises(ModelError, match="columns"):
        fitted.component_rigidity(analysis.components()[0])
    with pytest.raises(ModelError, match="different pools"):
        fitted.component_rigidity(own).follow(analysis.fit([0]))
    with pytest.raises(ValueError, match="read-only"):
        own.columns[0] = False
    kernel = LPRAnalysis(carbide, hypers=hypers, model="sparse-kernel", n_sparse=10)
    assert kernel.components() == ()
    with pytest.raises(ModelError, match="no named components"):
        kernel.fit([0]).component_rigidity("species:Si")


def test_a_component_is_projected_once_and_few_are_kept(carbide, hypers, monkeypatch):
    from lprviz.analysis import components

    calls = []
    project = components.component_pool
    monkeypatch.setattr(components, "component_pool", lambda *a, **k: calls.append(1) or project(*a, **k))
    analysis = LPRAnalysis(carbide, hypers=hypers)
    fitted = analysis.fit([0, 1])
    fitted.component_rigidity("species:Si")
    fitted.add(2).component_rigidity("species:Si")
    assert len(calls) == 1
    for degree in range(4):
        fitted.component_rigidity(f"angular:{degree}")
    fitted.component_rigidity("species:Si")
    assert len(calls) == 6
