"""What the environment map holds and where its points are on the screen, read from the page's own Bokeh document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page
from waiting import eventually

# Of the figure with a lasso ("map") or of that without ("chart"): where its frame is and what its layers hold.
LOOK = """(kind) => {
    const found = [];
    const walk = (view) => { found.push(view); for (const child of view.children_views?.() ?? []) walk(child); };
    for (const view of Bokeh.index) walk(view);
    const hasLasso = ({toolbar}) => toolbar.tools.some((tool) => tool.type === "LassoSelectTool");
    const figure = found.find(({model}) => model.type === "Figure" && hasLasso(model) === (kind === "map"));
    if (figure === undefined || !figure.frame) return null;
    const columnsOf = ({data_source: {data}}) => data instanceof Map ? Object.fromEntries(data) : data;
    const columns = columnsOf(figure.model.renderers[0]);
    const {x, y} = figure.el.getBoundingClientRect();
    const {left, top, width, height} = figure.frame.bbox;
    const {x_range, y_range} = figure.model;
    figure.el.seen = (figure.el.seen ?? 0) + 1;
    return {
        frame: [x + left, y + top, width, height],
        height: figure.el.clientHeight, canvas: figure.canvas_view.bbox.height,
        range: [x_range.start, x_range.end, y_range.start, y_range.end], seen: figure.el.seen,
        webgl: figure.canvas_view.webgl !== null,
        colour: Array.from(columns.colour ?? []).slice(0, 400), typed: ArrayBuffer.isView(columns.colour),
        top_y: columns.y ? Math.max(...Array.from(columns.y).filter(Number.isFinite)) : null,
        layers: figure.model.renderers.map(columnsOf).map(({x, y}) => [x?.length ?? 0, x?.[0], y?.[0]]),
    };
}"""

POINTS = """() => {
    for (const {_all_models: models} of Bokeh.documents) for (const model of models.values()) {
        if (model.type !== "Figure" || !model.toolbar.tools.some((tool) => tool.type === "LassoSelectTool")) continue;
        const {data} = model.renderers[0].data_source;
        const columns = data instanceof Map ? Object.fromEntries(data) : data;
        return ["x", "y", "structure", "atom"].map((name) => Array.from(columns[name]));
    }
    return null;
}"""

SHOWN, SELECTED, PICKED = 2, 3, 5  # layers of the map, from below to above; see lprviz.components.map_figure


@dataclass(frozen=True)
class MapPoints:
    """The drawn points: places (n, 2) in data units, structure (n,) and atom within it (n,)."""

    xy: NDArray[np.float64]
    structure: NDArray[np.intp]
    atom: NDArray[np.intp]

    @classmethod
    def read(cls, page: Page) -> MapPoints:
        x, y, structure, atom = (np.array(column) for column in page.evaluate(POINTS))
        return cls(np.column_stack([x, y]), structure, atom)


def look(page: Page, kind: str = "map") -> dict:
    """Return what the figure is like now, or None while there is none."""
    return page.evaluate(LOOK, kind)


def settled(page: Page, kind: str = "map") -> dict:
    """Look until nothing moves any more: twice the same, and drawn at the size that it has."""
    before = None

    def rests() -> bool:
        nonlocal before
        last, before = before, look(page, kind)
        still = last is not None and before is not None and last["frame"] == before["frame"]
        return still and before["canvas"] == before["height"] and min(before["frame"][2:]) > 50

    eventually(rests, True)
    return before


def on_screen(page: Page, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where points (n, 2), in data units, are on the screen once the map rests: (n, 2) in pixels."""
    seen = settled(page)
    left, top, width, height = seen["frame"]
    x0, x1, y0, y1 = seen["range"]
    across, up = (np.asarray(points, dtype=float) - [x0, y0]).T / np.array([[x1 - x0], [y1 - y0]])
    return np.column_stack([left + across * width, top + (1 - up) * height])


def draw_lasso(page: Page, screen: NDArray[np.float64], pause: float = 0.0) -> None:
    """Drag the mouse through these places, (n, 2) in pixels, and back to the first, after a pause in ms."""
    corners = screen.tolist()
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.wait_for_timeout(pause)
    for corner in [*corners[1:], corners[0]]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
