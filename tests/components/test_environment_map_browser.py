"""The map in a real browser: a drawn lasso, a click, and a recolouring that leaves the figure in its place."""

import queue

import bokeh_map
import numpy as np
import panel as pn
import pytest
from browser import open_here, run_on
from playwright.sync_api import expect
from waiting import PATIENCE, eventually

from lprviz.components.environment_map import EnvironmentMap
from lprviz.components.rigidity_histogram import RigidityHistogram
from lprviz.core.colours import ColourScale, css_colours, palette_table

pytestmark = pytest.mark.browser

N, DRAWN = 6_000, 2_000
PALETTE = css_colours(palette_table("viridis"))
SCALE = ColourScale("LPR", "log", 1e-3, 10.0)


class Stage:
    """The page with one map and one histogram on it, and what the map told Python."""

    def __init__(self):
        rng = np.random.default_rng(4)
        self.xy = np.concatenate([rng.normal(size=(N - 500, 2)), rng.normal(size=(500, 2)) * 0.3 + [7, 5]])
        self.values = 10 ** rng.normal(-0.5, 0.6, N)
        self.heard = queue.Queue()

    def build(self):
        self.doc = pn.state.curdoc
        self.map = EnvironmentMap(max_points=DRAWN)
        self.chart = RigidityHistogram()
        self.map.set_points(self.xy, ("PC 1 (63 % of variance)", "PC 2 (21 % of variance)"))
        self.map.set_hover(np.arange(N) // 50, np.arange(N) % 50, ["Si"] * N)
        self.recolour(self.values)
        self.map.on_tap(lambda index, extend: self.heard.put(("tap", (index, extend))))
        self.map.on_lasso(lambda found: (self.map.set_selected(found), self.heard.put(("lasso", found))))
        return pn.Row(*(pn.Column(each, width=340, height=340) for each in (self.map, self.chart)))

    def recolour(self, values):
        self.map.set_fractions(SCALE.fractions(values), PALETTE, values=values, title="LPR")
        self.chart.set_axis("log", SCALE.low, SCALE.high, "LPR")
        self.chart.set_values(values, np.array(["Si"] * N), {"Si": "#f0c8a0"})

    def run(self, action):
        return run_on(self.doc, action)

    def look(self, kind="map"):
        return bokeh_map.look(self.page, kind)

    def settled(self):
        return bokeh_map.settled(self.page)

    def wait_for(self, change, kind="map"):
        return eventually(lambda: self.look(kind), change)

    def on_screen(self, points):
        return bokeh_map.on_screen(self.page, points)

    def drag(self, corners, key=None):
        """Draw through corners given in data units and return what Python hears of it.

        Bokeh takes a button held still for 0.3 s for a press, which a busy machine may turn it into: Python then hears
        of a tap, and the lasso is drawn again.
        """
        screen = self.on_screen(corners)
        for _ in range(20):
            if key:
                self.page.keyboard.down(key)
            bokeh_map.draw_lasso(self.page, screen)
            if key:
                self.page.keyboard.up(key)
            kind, value = self.hear()
            if kind == "lasso":
                return value
        raise AssertionError("each lasso was taken for a press")

    def hear(self):
        return self.heard.get(timeout=PATIENCE)


@pytest.fixture(scope="module")
def stage(chromium):
    stage = Stage()
    with open_here(chromium, stage.build, 900, 460) as visit:
        stage.page = visit.page
        stage.wait_for(lambda seen: seen is not None and seen["frame"][2] > 200)
        yield stage


def test_it_is_drawn_with_webgl_from_typed_arrays_and_says_that_it_is_thinned(stage):
    stage.wait_for(lambda seen: seen["webgl"] and seen["typed"])
    expect(stage.page.get_by_text("2 000 of 6 000 environments drawn")).to_be_visible()
    expect(stage.page.get_by_text("Si 6 000")).to_be_visible()


def test_a_lasso_selects_every_environment_inside_drawn_or_not(stage):
    corners = [(5, 3), (9, 3), (9, 7), (5, 7)]
    found = stage.drag(corners)
    inside = np.flatnonzero(((stage.xy > [5, 3]) & (stage.xy < [9, 7])).all(axis=1))
    assert np.array_equal(found, inside)
    assert found.size >= 500
    expect(stage.page.get_by_text(f"{found.size} selected")).to_be_visible()

    more = stage.drag([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], key="Shift")
    assert np.isin(inside, more).all()
    assert np.isin(np.flatnonzero((np.abs(stage.xy) < 0.4).all(axis=1)), more).all()


def test_the_figure_gives_way_when_its_caption_grows(stage):
    stage.run(lambda: stage.map.set_selected([]))
    expect(stage.page.get_by_text("selected")).to_have_count(0)
    before = stage.settled()
    stage.run(lambda: (stage.map.set_selected(np.arange(0, N, 7)), stage.map.set_members(np.arange(N) < 100)))
    stage.run(lambda: (stage.map.set_highlight(np.arange(50)), stage.map.set_picked(3)))
    expect(stage.page.get_by_text("not training")).to_be_visible()
    after = stage.wait_for(lambda seen: seen["height"] < before["height"] and seen["canvas"] == seen["height"])
    assert after["frame"][1] + after["frame"][3] < 340
    assert after["frame"][2] > 250
    assert after["frame"][3] > 200


def test_a_click_picks_and_empty_ground_clears(stage):
    lonely = int(stage.map.drawn[np.argmax(stage.xy[stage.map.drawn].sum(axis=1))])
    stage.page.mouse.click(*stage.on_screen([stage.xy[lonely]])[0])
    assert stage.hear() == ("tap", (lonely, False))
    stage.page.mouse.click(*stage.on_screen([(6.5, -2.5)])[0])
    assert stage.hear() == ("tap", (None, False))


def test_hovering_names_the_atom_and_its_value(stage):
    lonely = int(stage.map.drawn[np.argmax(stage.xy[stage.map.drawn].sum(axis=1))])
    x, y = stage.on_screen([stage.xy[lonely]])[0]
    stage.page.mouse.move(x - 40, y)
    stage.page.mouse.move(x, y, steps=4)
    tip = stage.page.get_by_text(f"structure {lonely // 50} · atom {lonely % 50} Si")
    expect(tip).to_be_visible()
    value = float(f"{stage.values[lonely]:.3g}")
    expect(stage.page.get_by_text(f"LPR {value:g}")).to_be_visible()


def test_recolouring_changes_the_colours_and_not_the_figure(stage):
    before = stage.settled()
    stage.run(lambda: stage.recolour(stage.values * 0.02))
    after = stage.wait_for(lambda seen: seen["colour"] != before["colour"])
    expected = SCALE.rgb(stage.values * 0.02)[stage.map.drawn[:100]]
    assert np.array_equal(np.reshape(after["colour"], (-1, 4))[:, :3], expected)
    assert after["seen"] > before["seen"] > 0  # counted on the element itself, which is thus the same one
    assert after["range"] == before["range"]
    stage.run(lambda: stage.recolour(stage.values))
    assert stage.wait_for(lambda seen: seen["colour"] == before["colour"])


def test_the_histogram_changes_in_place_too(stage):
    before = stage.look("chart")
    stage.run(lambda: stage.recolour(np.full(N, 0.05)))
    after = stage.wait_for(lambda seen: seen["top_y"] > before["top_y"], "chart")
    assert after["top_y"] == pytest.approx(1 + np.log10(N))
    assert after["seen"] > before["seen"]
    assert after["range"][:2] == before["range"][:2]
    stage.run(lambda: stage.recolour(stage.values))


def test_a_stale_map_is_dimmed_and_says_so(stage):
    stage.run(lambda: setattr(stage.map, "stale", True))
    expect(stage.page.get_by_text("Colours out of date")).to_be_visible()
    expect(stage.page.locator(".lpr-map .bk-Figure")).to_have_css("opacity", "0.45")
    stage.run(lambda: setattr(stage.map, "stale", False))
    expect(stage.page.locator(".lpr-map .bk-Figure")).to_have_css("opacity", "1")
