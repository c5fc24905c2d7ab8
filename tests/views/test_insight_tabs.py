"""The tabs say what the package says; only the open one is computed; reasons stand where there is nothing to draw."""

from dataclasses import replace

import numpy as np
import panel_material_ui as pmui
import pytest
from ase.build import bulk

from lprviz.data.structures import StructureSet
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.views.colour_panel import ColourPanel
from lprviz.views.deferral import Deferral
from lprviz.views.histogram_panel import HistogramPanel
from lprviz.views.insight_tabs import InsightTabs
from lprviz.views.selection_words import compared, worth


@pytest.fixture(scope="module")
def bundled():
    """Silicon as the page opens with it."""
    made = Session()
    made.load_bundled("silicon")
    return made


@pytest.fixture
def silicon(bundled):
    """The same, brought back to where it opened after each test."""
    yield bundled
    bundled.pick(None)
    bundled.colour("lpr", committee="bootstrap")
    bundled.set_alpha(1e-4)
    bundled.reset()


def opened(session, key):
    deferral = Deferral(None)
    tabs = InsightTabs(session, deferral, HistogramPanel(session, deferral))
    tabs.open(key)
    return tabs, tabs._made[key]


def words_of(insight):
    return " ".join(str(pane.object) for pane in insight.view.select(lambda part: hasattr(part, "object")))


def test_nothing_is_made_before_its_tab_is_opened(silicon):
    deferral = Deferral(None)
    tabs = InsightTabs(silicon, deferral, HistogramPanel(silicon, deferral))
    silicon.toggle_structure(3)
    assert tabs._made == {}
    tabs.open("truth")
    assert list(tabs._made) == ["truth"]
    assert [key for key, place in tabs._places.items() if place.visible] == ["truth"]


def test_a_hidden_tab_and_a_hidden_histogram_rest(silicon):
    tabs, calibration = opened(silicon, "calibration")
    seen = calibration.parity._others.data["y"]
    tabs.open("alpha")
    counted = tabs._histogram._drawn
    silicon.toggle_structure(5)
    assert calibration.parity._others.data["y"] is seen
    assert tabs._histogram._drawn is counted
    tabs.open("calibration")
    assert len(calibration.parity._others.data["y"]) == len(seen) + 1
    tabs.open("distribution")
    assert tabs._histogram._drawn is not counted


@pytest.mark.parametrize("estimator", ["rms", "mean-absolute", "crps"])
def test_calibration_shows_the_factor_and_every_structure(silicon, estimator):
    _, panel = opened(silicon, "calibration")
    panel._estimator.value = estimator
    silicon.toggle_structure(100)
    found = silicon.fit.calibrate(estimator=estimator)
    parity = found.parity
    np.testing.assert_array_equal(panel.parity._trained.data["y"], parity.predicted[parity.trained])
    np.testing.assert_array_equal(panel.parity._others.data["x"], parity.reference[~parity.trained])
    np.testing.assert_array_equal(panel.errors._sources["bars"].data["y"], found.bins().empirical)
    assert f"{found.factor:.3g}"[:6] in words_of(panel).replace("−", "-")
    assert found.note[:40] in words_of(panel)


def test_alpha_follows_the_training_set_and_keeps_the_curve_while_alpha_moves(silicon):
    _, panel = opened(silicon, "alpha")
    before = panel.chart._sources["GCV"].data["y"]
    silicon.set_alpha(1e-2)
    assert panel.chart._sources["GCV"].data["y"] is before
    assert panel.chart._here.location == 1e-2
    silicon.toggle_structure(100)
    curve = silicon.fit.alpha_curve()
    np.testing.assert_array_equal(panel.chart._sources["leave one out"].data["y"], curve.loo_rmse)
    panel.chart._on_choose(1e-5)
    assert silicon.alpha == 1e-5


def test_truth_says_the_honest_sentence_and_the_correlations(silicon):
    _, panel = opened(silicon, "truth")
    found = silicon.fit.local_error()
    assert found.statement in words_of(panel).replace("&#x27;", "'")
    assert f"outside training {found.correlation('outside training').value:.2f}" in words_of(panel)
    np.testing.assert_array_equal(panel.chart._data.y, found.absolute)


def test_a_committee_is_trained_on_demand_and_marked_once_it_is_old(silicon):
    _, panel = opened(silicon, "committee")
    panel._kind.value = "randomised-prior"
    assert not panel._drawing.visible
    assert panel._train.label == "Train 32 members"
    panel._train.clicks += 1
    expected = silicon.fit.committee("randomised-prior", 32)
    np.testing.assert_array_equal(panel.chart._data.y, expected.spread)
    assert expected.statement in words_of(panel)
    assert panel._drawing.visible
    assert not panel._train.visible
    silicon.toggle_structure(100)
    assert panel._earlier.visible
    assert panel._train.label == "Train again"
    panel._colour.clicks += 1
    assert (silicon.colour_by, silicon.committee) == ("committee", "randomised-prior")
    assert silicon.picture.quantity == "committee"


def test_selection_words_equal_the_package(silicon):
    _, panel = opened(silicon, "selection")
    assert "Nothing is selected" in words_of(panel)
    silicon.select_environments([70, 5000])
    silicon.pick(70)
    fit, said = silicon.fit, words_of(panel)
    for value in (
        fit.lpr[70],
        fit.group_rigidity([70, 5000]),
        fit.group_rigidity([70, 5000], "sum"),
        fit.difference_rigidity(70, 5000),
        fit.structure_rigidity()[fit.analysis.structures.of(70)[0]],
    ):
        assert worth(float(value)) in said
    silicon.toggle_structure(100)
    assert worth(silicon.fit.difference_rigidity(70, 5000)) in words_of(panel)


def test_what_is_compared_with_what(silicon):
    silicon.select_environments([1, 2, 3])
    assert compared(silicon.selection) is None
    silicon.pick(2)
    first, rest = compared(silicon.selection)
    assert (first, rest.tolist()) == (2, [1, 3])
    silicon.select_environments([2])
    assert compared(silicon.selection) is None  # an atom does not differ from itself


def bare(n=8):
    rng = np.random.default_rng(0)
    frames = [bulk("Si", cubic=True) for _ in range(n)]
    for atoms in frames:
        atoms.rattle(0.1, seed=int(rng.integers(1000)))
    session = Session()
    session.load_dataset(dataset_of(StructureSet.from_atoms(frames)))
    return session


@pytest.mark.parametrize("key", ["calibration", "alpha", "truth", "committee"])
def test_without_energies_there_is_a_reason_and_no_chart(key):
    _, panel = opened(bare(), key)
    assert panel._reason.visible
    assert "energ" in str(panel._reason.object)
    assert not panel._body.visible


def test_every_button_begins_its_description_with_its_label(silicon):
    for key in ("committee", "selection"):
        _, panel = opened(silicon, key)
        for button in panel.view.select(pmui.Button):
            assert button.description.startswith(button.label)


def test_colours_ask_for_what_they_need_one_by_one(silicon):
    panel = ColourPanel(silicon)
    panel._menu.value = "component"
    assert panel._component.view.visible
    assert "Choose a component" in panel._words.object
    panel._component.view.value = "angular:2"
    np.testing.assert_array_equal(silicon.picture.values, silicon.fit.component_rigidity("angular:2").local)
    panel._menu.value = "committee"
    panel._committee.value = "posterior"
    assert not panel._component.view.visible
    np.testing.assert_array_equal(silicon.picture.values, silicon.fit.shallow_ensemble(32).ratio)
    silicon.toggle_structure(100)
    assert "earlier training set" in panel._words.object
    panel._menu.value = "sigma"
    assert silicon.picture.rgb().shape == (silicon.picture.values.size, 3)


def test_the_menu_names_every_quantity_once_and_the_common_ones_first(silicon):
    panel = ColourPanel(silicon)
    keys = panel._menu.values
    assert keys[:4] == ["lpr", "log-ratio", "regulariser-share", "local-energy"]
    assert len(keys) == len(set(keys))
    assert "element" in keys


def test_features_that_were_not_kept_are_asked_for_by_a_button():
    session = Session()
    session.load_bundled("silicon-carbide")
    _, panel = opened(session, "selection")
    session.select_environments([0, 1, 2])
    assert session.fit.lacks_features_for([0, 1, 2])
    assert panel._fetch.visible
    assert "Rigidity of their mean" not in words_of(panel)
    panel._fetch.clicks += 1
    assert not panel._fetch.visible
    assert worth(session.fit.group_rigidity([0, 1, 2])) in words_of(panel)


def test_with_forces_the_curve_comes_from_the_worker():
    rng = np.random.default_rng(0)
    frames = []
    for seed in range(6):
        atoms = bulk("Si", cubic=True)
        atoms.rattle(0.1, seed=seed)
        atoms.info["energy"] = -37.0 + float(rng.normal(0, 0.2))
        atoms.arrays["forces"] = rng.normal(0, 0.3, (len(atoms), 3))
        frames.append(atoms)
    session = Session()
    session.load_dataset(dataset_of(StructureSet.from_atoms(frames)))
    spec = replace(session.settings.model, forces=True)
    session.commit_settings(replace(session.settings, model=spec))
    assert session.problem is None
    assert session.fit.engine.pool.blocks is not None
    _, panel = opened(session, "alpha")
    curve = session.studies["alpha"].value
    np.testing.assert_array_equal(panel.chart._sources["GCV"].data["y"], curve.gcv)
