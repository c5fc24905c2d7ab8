"""The map in a real browser: a drawn lasso, a click, and a recolouring that leaves the figure in its place."""

import queue
import socket

import numpy as np
import panel as pn
import pytest
from browser import Visit
from playwright.sync_api import expect

from lprviz.components.environment_map import EnvironmentMap
from lprviz.components.rigidity_histogram import RigidityHistogram
from lprviz.core.colours import ColourScale, css_colours, palette_table

pytestmark = pytest.mark.browser

N, DRAWN = 6_000, 2_000
PALETTE = css_colours(palette_table("viridis"))
SCALE = ColourScale("LPR", "log", 1e-3, 10.0)
PATIENCE = 30_000

# Of the Bokeh document on the page: what the figure with this class holds, and where its frame is.
LOOK = """(name) => {
    const found = [];
    const walk = (view) => { found.push(view); for (const child of view.children_views?.() ?? []) walk(child); };
    for (const view of Bokeh.index) walk(view);
    const figure = found.find((view) => view.model.type === "Figure" && view.model.css_classes.includes(name));
    if (figure === undefined) return null;
    const {data} = figure.model.renderers[0].data_source;
    const columns = data instanceof Map ? Object.fromEntries(data) : data;
    const {x, y} = figure.el.getBoundingClientRect();
    const {left, top, width, height} = figure.frame.bbox;
    const {x_range, y_range} = figure.model;
    figure.el.seen = (figure.el.seen ?? 0) + 1;
    return {
        frame: [x + left, y + top, width, height],
        height: figure.el.clientHeight, canvas: figure.canvas_view.bbox.height,
        range: [x_range.start, x_range.end, y_range.start, y_range.end], seen: figure.el.seen,
        webgl: figure.model.renderers[0].glyph !== undefined && figure.canvas_view.webgl !== null,
        colour: Array.from(columns.colour ?? []).slice(0, 400), typed: ArrayBuffer.isView(columns.colour),
        top_y: columns.y ? Math.max(...Array.from(columns.y).filter(Number.isFinite)) : null,
    };
}"""


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
        self.map._map.figure.css_classes = ["the-map"]
        self.chart = RigidityHistogram()
        self.chart._figure.css_classes = ["the-chart"]
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
        """Run on the page's own event loop, as the session does."""
        done = queue.Queue()
        self.doc.add_next_tick_callback(lambda: done.put(action()))
        return done.get(timeout=30)

    def look(self, name="the-map"):
        return self.page.evaluate(LOOK, name)

    def wait_for(self, change, name="the-map"):
        for _ in range(150):
            seen = self.look(name)
            if change(seen):
                return seen
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the page did not change as awaited; it shows {str(seen)[:400]}")

    def on_screen(self, points):
        seen = self.look()
        left, top, width, height = seen["frame"]
        x0, x1, y0, y1 = seen["range"]
        across, up = (np.asarray(points, dtype=float) - [x0, y0]).T / np.array([[x1 - x0], [y1 - y0]])
        return np.column_stack([left + across * width, top + (1 - up) * height])

    def drag(self, corners, key=None):
        """Draw through corners given in data units until Python hears of it.

        Bokeh takes a button held still for 0.3 s for a press, which a busy machine turns into now and then.
        """
        screen = self.on_screen(corners).tolist()
        for _ in range(8):
            if key:
                self.page.keyboard.down(key)
            self.page.mouse.move(*screen[0])
            self.page.mouse.down()
            for corner in [*screen[1:], screen[0]]:
                self.page.mouse.move(*corner, steps=3)
            self.page.mouse.up()
            if key:
                self.page.keyboard.up(key)
            try:
                return self.hear("lasso", 5)
            except queue.Empty:
                continue
        raise AssertionError("the lasso was never heard of")

    def hear(self, kind, patience=30):
        while True:
            heard, value = self.heard.get(timeout=patience)
            if heard == kind:
                return value


@pytest.fixture(scope="module")
def stage(chromium):
    stage = Stage()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = pn.serve(stage.build, port=port, address="127.0.0.1", show=False, threaded=True, verbose=False)
    visit = Visit.start(chromium, 900, 460)
    stage.page = visit.page
    visit.page.goto(f"http://127.0.0.1:{port}")
    try:
        stage.wait_for(lambda seen: seen is not None and seen["frame"][2] > 200)
        yield stage
        assert visit.errors == []
        assert visit.outside_requests() == []
    finally:
        visit.page.close()
        server.stop()


def test_it_is_drawn_with_webgl_from_typed_arrays_and_says_that_it_is_thinned(stage):
    seen = stage.look()
    assert seen["webgl"]
    assert seen["typed"]
    expect(stage.page.get_by_text("2 000 of 6 000 environments drawn")).to_be_visible(timeout=PATIENCE)
    expect(stage.page.get_by_text("Si 6 000")).to_be_visible()


def test_a_lasso_selects_every_environment_inside_drawn_or_not(stage):
    corners = [(5, 3), (9, 3), (9, 7), (5, 7)]
    found = stage.drag(corners)
    inside = np.flatnonzero(((stage.xy > [5, 3]) & (stage.xy < [9, 7])).all(axis=1))
    assert np.array_equal(found, inside)
    assert found.size >= 500
    expect(stage.page.get_by_text(f"{found.size} selected")).to_be_visible(timeout=PATIENCE)

    more = stage.drag([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], key="Shift")
    assert np.isin(inside, more).all()
    assert np.isin(np.flatnonzero((np.abs(stage.xy) < 0.4).all(axis=1)), more).all()


def test_the_figure_gives_way_when_its_caption_grows(stage):
    before = stage.look()
    stage.run(lambda: (stage.map.set_selected(np.arange(0, N, 7)), stage.map.set_members(np.arange(N) < 100)))
    stage.run(lambda: (stage.map.set_highlight(np.arange(50)), stage.map.set_picked(3)))
    expect(stage.page.get_by_text("not training")).to_be_visible(timeout=PATIENCE)
    after = stage.wait_for(lambda seen: seen["height"] < before["height"] and seen["canvas"] == seen["height"])
    assert after["frame"][1] + after["frame"][3] < 340
    assert after["frame"][2] > 250
    assert after["frame"][3] > 200


def test_a_click_picks_and_empty_ground_clears(stage):
    lonely = int(stage.map.drawn[np.argmax(stage.xy[stage.map.drawn].sum(axis=1))])
    stage.page.mouse.click(*stage.on_screen([stage.xy[lonely]])[0])
    assert stage.hear("tap") == (lonely, False)
    stage.page.mouse.click(*stage.on_screen([(6.5, -2.5)])[0])
    assert stage.hear("tap") == (None, False)


def test_hovering_names_the_atom_and_its_value(stage):
    lonely = int(stage.map.drawn[np.argmax(stage.xy[stage.map.drawn].sum(axis=1))])
    x, y = stage.on_screen([stage.xy[lonely]])[0]
    stage.page.mouse.move(x - 40, y)
    stage.page.mouse.move(x, y, steps=4)
    tip = stage.page.get_by_text(f"structure {lonely // 50} · atom {lonely % 50} Si")
    expect(tip).to_be_visible(timeout=PATIENCE)
    value = float(f"{stage.values[lonely]:.3g}")
    expect(stage.page.get_by_text(f"LPR {value:g}")).to_be_visible()


def test_recolouring_changes_the_colours_and_not_the_figure(stage):
    before = stage.look()
    stage.run(lambda: stage.recolour(stage.values * 0.02))
    after = stage.wait_for(lambda seen: seen["colour"] != before["colour"])
    expected = SCALE.rgb(stage.values * 0.02)[stage.map.drawn[:100]]
    assert np.array_equal(np.reshape(after["colour"], (-1, 4))[:, :3], expected)
    assert after["seen"] > before["seen"] > 0  # counted on the element itself, which is thus the same one
    assert after["range"] == before["range"]
    stage.run(lambda: stage.recolour(stage.values))
    assert stage.wait_for(lambda seen: seen["colour"] == before["colour"])


def test_the_histogram_changes_in_place_too(stage):
    before = stage.look("the-chart")
    stage.run(lambda: stage.recolour(np.full(N, 0.05)))
    after = stage.wait_for(lambda seen: seen["top_y"] > before["top_y"], "the-chart")
    assert after["top_y"] == pytest.approx(1 + np.log10(N))
    assert after["seen"] > before["seen"]
    assert after["range"][:2] == before["range"][:2]
    stage.run(lambda: stage.recolour(stage.values))


def test_a_stale_map_is_dimmed_and_says_so(stage):
    stage.run(lambda: setattr(stage.map, "stale", True))
    expect(stage.page.get_by_text("Colours out of date")).to_be_visible(timeout=PATIENCE)
    expect(stage.page.locator(".the-map")).to_have_css("opacity", "0.45")
    stage.run(lambda: setattr(stage.map, "stale", False))
    expect(stage.page.locator(".the-map")).to_have_css("opacity", "1")
