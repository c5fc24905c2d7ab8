"""The environment map without a browser: which points are drawn, and what its columns hold after each change."""

import numpy as np
import pytest
from bokeh.events import DoubleTap, PanStart, Press, SelectionGeometry, Tap
from matplotlib.path import Path

from lprviz.components.bokeh_theme import DARK, LIGHT, contrast, legible
from lprviz.components.environment_map import EnvironmentMap
from lprviz.components.map_geometry import PointIndex, padded_limits, rare_points, thin_points
from lprviz.core.colours import ColourScale, css_colours, palette_table

SCALE = ColourScale("LPR", "log", 1e-3, 10.0)
PALETTE = css_colours(palette_table("viridis"))


def points(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2))


def made(n=500, **params):
    shown = EnvironmentMap(**params)
    shown.set_points(points(n), ("PC 1 (63 % of variance)", "PC 2 (21 % of variance)"))
    return shown


def column(shown, name):
    return np.asarray(shown._map.points.data[name])


def caption(shown):
    return shown._chart.layout[0].object.replace("\u202f", " ")


def fire(shown, event, **values):
    shown._map.figure._trigger_event(event(shown._map.figure, **values))


@pytest.mark.parametrize("n", [0, 1, 50, 1000])
def test_all_points_are_drawn_when_there_is_room(n):
    assert np.array_equal(np.sort(thin_points(points(n), 1000)), np.arange(n))


def test_thinning_keeps_its_limit_its_seed_and_every_lonely_region():
    xy = np.concatenate([points(50_000), [[30.0, 30.0]], points(3, 1) * 0.01 + [-20, 15]])
    kept = thin_points(xy, 5_000)
    assert kept.size == np.unique(kept).size == 5_000
    assert np.array_equal(kept, thin_points(xy, 5_000))
    assert 50_000 in kept
    assert np.any(kept > 50_000)
    # dense regions stay denser: the inner disc holds 39 % of all points, and about that share of the drawn ones
    inner = np.hypot(*xy[kept].T) < 1
    assert 0.25 < inner.mean() < 0.45


def test_thinning_holds_even_below_one_point_per_region():
    assert thin_points(points(2_000), 7).size == 7


def test_rare_points_come_last_and_undefined_ones_never():
    keys = np.repeat([0, 1, 2, 3, -1], [900, 40, 5, 20, 3])
    found = rare_points(keys, 30)
    assert keys[found].tolist() == [3] * 20 + [2] * 5
    assert rare_points(np.full(4, -1), 10).size == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_lasso_holds_what_matplotlib_says_it_holds(seed):
    rng = np.random.default_rng(seed)
    xy = rng.normal(size=(3_000, 2))
    polygon = rng.normal(size=(60, 2))  # crosses itself many times
    oracle = np.flatnonzero(_even_odd(xy, polygon))
    assert np.array_equal(PointIndex.of(xy).inside_polygon(*polygon.T), oracle)
    hull = np.column_stack([np.cos(t := np.linspace(0, 6.2, 300)), np.sin(t)])
    assert np.array_equal(PointIndex.of(xy).inside_polygon(*hull.T), np.flatnonzero(Path(hull).contains_points(xy)))


def _even_odd(xy, polygon):
    crossings = np.zeros(len(xy), dtype=int)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        spans = (y0 <= xy[:, 1]) != (y1 <= xy[:, 1])
        crossings += spans & (xy[:, 0] < x0 + (xy[:, 1] - y0) * (x1 - x0) / (y1 - y0))
    return crossings % 2 == 1


def test_a_line_is_no_lasso_and_an_empty_map_has_none_inside():
    assert PointIndex.of(points(9)).inside_polygon([0, 1], [0, 1]).size == 0
    assert PointIndex.of(points(0)).inside_polygon([0, 1, 1], [0, 0, 1]).size == 0


def test_boxes_may_be_drawn_from_any_corner():
    xy = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]])
    assert PointIndex.of(xy).inside_box(2.0, -1.0, 3.0, -1.0).tolist() == [0, 1]


def test_the_nearest_point_counts_only_within_reach():
    index = PointIndex.of(np.array([[0.0, 0.0], [1.0, 0.0]]))
    everyone = np.arange(2)
    assert index.nearest(0.9, 0.0, (0.2, 0.2), everyone) == 1
    assert index.nearest(0.9, 0.0, (0.2, 0.2), np.array([0])) is None
    assert index.nearest(0.5, 0.0, (0.2, 0.2), everyone) is None
    assert index.nearest(0.5, 0.0, (0.2, 0.2), everyone[:0]) is None


@pytest.mark.parametrize("values", [[], [3.0], [0.0, 0.0], [-2.0, 5.0]])
def test_limits_are_never_empty(values):
    low, high = padded_limits(np.array(values))
    assert low < high
    assert all(low < value < high for value in values) or not values


def test_colours_are_those_of_the_picture_and_missing_ones_grey():
    shown = made()
    values = 10 ** np.random.default_rng(1).uniform(-4, 2, 500)
    values[3] = np.nan
    shown.set_fractions(SCALE.fractions(values), PALETTE, values=values, title="LPR")
    assert np.array_equal(column(shown, "colour")[:, :3], SCALE.rgb(values)[shown.drawn])
    assert np.allclose(column(shown, "value"), values[shown.drawn], equal_nan=True)
    assert "1 undefined (grey)" in caption(shown)


def test_recolouring_replaces_columns_and_nothing_else():
    shown = made()
    before = {name: id(shown._map.points.data[name]) for name in shown._map.points.data}
    sources, figure = (shown._map.points, shown._map.rare), shown._map.figure
    shown.set_fractions(np.linspace(0, 1, 500), PALETTE)
    changed = {name for name in before if id(shown._map.points.data[name]) != before[name]}
    assert changed == {"colour", "value"}
    assert (shown._map.points, shown._map.rare) == sources
    assert shown._map.figure is figure
    assert column(shown, "colour").dtype == np.uint8
    assert column(shown, "value").dtype == np.float32


def test_a_rare_value_is_on_top_even_when_it_was_thinned_away():
    shown = made(4_000, max_points=100)
    lost = int(np.setdiff1d(np.arange(4_000), shown.drawn)[0])
    fractions = np.full(4_000, 0.9)
    fractions[lost] = 0.01
    shown.set_fractions(fractions, PALETTE)
    top = shown._map.rare.data
    assert np.allclose([top["x"][-1], top["y"][-1]], points(4_000)[lost], atol=1e-6)
    assert "100 of 4 000 environments drawn" in caption(shown)


def test_kinds_take_their_own_colours():
    shown = made()
    rgb = np.where(np.arange(500)[:, None] % 2 == 0, [[255, 0, 0]], [[0, 0, 255]]).astype(np.uint8)
    shown.set_colours(rgb)
    assert np.array_equal(column(shown, "colour")[:, :3], rgb[shown.drawn])
    assert "@value" not in shown._map._hover.tooltips


def test_members_are_discs_others_rings_and_selection_fades_the_rest():
    shown = made()
    mask = np.arange(500) < 300
    shown.set_members(mask)
    assert np.array_equal(column(shown, "fill_alpha") > 0, mask[shown.drawn])
    shown.set_selected([5, 3, 3])
    assert shown.selected.tolist() == [3, 5]
    bright = shown.drawn[column(shown, "line_alpha") > 0.5]
    assert sorted(bright.tolist()) == [3, 5]
    assert "2 selected" in caption(shown)
    assert "not training" in caption(shown)
    shown.set_selected([])
    assert (column(shown, "line_alpha") > 0.5).all()


def test_the_shown_structure_is_ringed_whether_drawn_or_not():
    shown = made(4_000, max_points=50)
    shown.set_highlight(np.arange(64))
    shown.set_picked(7)
    assert shown._map.rings["shown"].data["x"].size == 64
    assert np.allclose(shown._map.rings["picked"].data["x"], points(4_000)[[7], 0], atol=1e-6)
    shown.set_picked(None)
    assert shown._map.rings["picked"].data["x"].size == 0


def test_new_points_start_afresh():
    shown = made()
    shown.set_members(np.ones(500, bool))
    shown.set_selected([1])
    shown.set_points(points(20), ("a", "b"))
    assert shown.n_environments == 20
    assert shown.selected.size == 0
    assert {len(values) for values in shown._map.points.data.values()} == {20}
    assert "training" not in caption(shown)


def test_hover_texts_follow_the_drawn_order_and_titles_stay_text():
    shown = made(4_000, max_points=50)
    shown.set_hover(np.arange(4_000) // 10, np.arange(4_000) % 10, ["Si", "C"] * 2_000)
    assert np.array_equal(column(shown, "structure"), shown.drawn // 10)
    assert shown._map.points.data["species"] == [("Si", "C")[i % 2] for i in shown.drawn]
    shown.set_fractions(np.zeros(4_000), PALETTE, title="<b>@x$y")
    assert "&lt;b&gt;&#64;x&#36;y" in shown._map._hover.tooltips


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((500, 1))])
def test_wrong_lengths_are_refused(wrong):
    shown = made()
    with pytest.raises(ValueError, match="500 environments"):
        shown.set_fractions(wrong, PALETTE)
    with pytest.raises(ValueError, match="500 environments"):
        shown.set_members(wrong)
    with pytest.raises(ValueError, match="shape"):
        shown.set_points(wrong)


def test_gestures_speak_of_all_environments():
    shown, heard = made(4_000, max_points=50), []
    shown.on_lasso(lambda found: heard.append(found))
    everything = {"type": "rect", "x0": -99, "x1": 99, "y0": -99, "y1": 99}
    fire(shown, SelectionGeometry, geometry=everything, final=False)
    assert heard == []
    fire(shown, SelectionGeometry, geometry=everything, final=True)
    assert heard.pop().size == 4_000
    shown.set_selected([1, 2])
    fire(shown, PanStart, modifiers={"shift": True})
    fire(shown, SelectionGeometry, geometry={"type": "poly", "x": [90, 91, 91], "y": [0, 0, 1]}, final=True)
    assert heard.pop().tolist() == [1, 2]


def test_a_tap_finds_a_visible_point_or_clears():
    shown, heard = made(), []
    shown.on_tap(lambda index, extend: heard.append((index, extend)))
    x, y = points(500)[42]
    fire(shown, Tap, x=x, y=y, modifiers={"shift": True})
    fire(shown, DoubleTap, x=2.9, y=-2.9)
    fire(shown, Press, x=x, y=y)
    assert heard == [(42, True), (None, False), (42, False)]


def test_a_tap_on_the_axes_means_nothing():
    shown, heard = made(), []
    shown.on_tap(lambda index, extend: heard.append(index))
    fire(shown, Tap, x=50.0, y=0.0)
    assert heard == []


def test_the_caption_says_when_colours_are_out_of_date():
    shown = made()
    shown.stale = True
    assert "Colours out of date" in caption(shown)
    shown.stale = False
    assert "out of date" not in caption(shown)


@pytest.mark.parametrize(("colours", "surface"), [(LIGHT, (255, 255, 255)), (DARK, (30, 30, 30))])
def test_text_and_strokes_stand_out(colours, surface):
    def ratio(colour):
        return contrast(tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)), surface)

    assert min(ratio(colours.text), ratio(colours.quiet_text), ratio(colours.accent)) >= 4.5
    assert ratio(colours.reference) >= 3.0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#909090", "#f0c8a0"])
def test_element_colours_are_made_legible(colour, dark):
    surface = (30, 30, 30) if dark else (255, 255, 255)
    mixed = legible(colour, dark)
    assert contrast(tuple(int(mixed[i : i + 2], 16) for i in (1, 3, 5)), surface) >= 3.0
