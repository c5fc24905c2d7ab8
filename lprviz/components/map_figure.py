"""The Bokeh side of the environment map: one figure, its layers from below to above, and their columns.

Every layer has one data source whose columns are typed arrays, so that an update travels as bytes and changes the
picture in place. The layers: rims around the points, where their colours could be lost on the ground; the points; the
rare ones once more, on top; rings around the atoms of the shown structure; squares around selected ones; one bold ring
around the picked one.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, cast

import numpy as np
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    CustomJSHover,
    GlyphRenderer,
    HoverTool,
    LassoSelectTool,
    PanTool,
    ResetTool,
    Scatter,
    WheelZoomTool,
)
from numpy.typing import NDArray

from lprviz.components.bokeh_theme import FONT, LIGHT, ChartColours, bare_figure, paint

POINT_COLUMNS: dict[str, NDArray] = {
    "x": np.empty(0, dtype=np.float32),
    "y": np.empty(0, dtype=np.float32),
    "colour": np.empty((0, 4), dtype=np.uint8),
    "fill_alpha": np.empty(0, dtype=np.float32),
    "line_alpha": np.empty(0, dtype=np.float32),
}
HOVER_COLUMNS: dict[str, NDArray] = {
    "value": np.empty(0, dtype=np.float32),
    "structure": np.empty(0, dtype=np.int32),
    "atom": np.empty(0, dtype=np.int32),
}
RINGS = ("shown", "selected", "picked")

_FORMAT_VALUE = """
if (!Number.isFinite(value)) return "undefined";
const size = Math.abs(value);
const plain = size === 0 || (size >= 1e-3 && size < 1e4);
const text = plain ? String(Number(value.toPrecision(3))) : value.toExponential(1).replace(".0e", "e");
return text.replace("e+", "e").replaceAll("-", "−");
"""


class MapFigure:
    """The figure of the environment map.

    Attributes
    ----------
    figure : bokeh.plotting.figure
    points, rare : ColumnDataSource
        Columns `POINT_COLUMNS`; ``points`` has those of `HOVER_COLUMNS` and ``species`` too.
    rings : dict of ColumnDataSource
        Columns x and y of each layer in `RINGS`.
    """

    def __init__(self) -> None:
        self.figure = bare_figure("Map of atomic environments: nearby points have similar surroundings", tools=[])
        self.points = ColumnDataSource({**POINT_COLUMNS, **HOVER_COLUMNS, "species": []})
        self.rare = ColumnDataSource(dict(POINT_COLUMNS))
        self.rings = {name: ColumnDataSource({"x": POINT_COLUMNS["x"], "y": POINT_COLUMNS["y"]}) for name in RINGS}
        self._disc = _disc()
        self._rim = Scatter(marker="circle", fill_color=None, line_alpha={"field": "line_alpha"}, line_width=1)
        self._rims = self._add(self.points, self._rim)
        drawn = self._add(self.points, self._disc)
        self._add(self.rare, self._disc)
        self._halo = _ring("circle", 4.5)
        self._strokes = {
            "shown": _ring("circle", 1.4),
            "selected": _ring("square", 1.6),
            "picked": _ring("circle", 2.5),
        }
        for name in ("shown", "selected"):
            self._add(self.rings[name], self._strokes[name])
        self._add(self.rings["picked"], self._halo)
        self._add(self.rings["picked"], self._strokes["picked"])
        self._hover = HoverTool(renderers=[drawn], limit=1, visible=False)
        self._add_tools()
        for axis in (*self.figure.xaxis, *self.figure.yaxis):
            axis.update(major_label_text_font_size="0px", major_tick_line_color=None, axis_line_color=None)

    def paint(self, colours: ChartColours) -> None:
        """Change to the colours of a theme."""
        paint(self.figure, colours)
        for axis in (*self.figure.xaxis, *self.figure.yaxis):
            axis.update(major_tick_line_color=None, axis_line_color=None)
        self._rims.visible = colours.rim is not None
        self._rim.line_color = colours.rim
        self._strokes["shown"].line_color = colours.text
        self._strokes["selected"].line_color = colours.accent
        self._strokes["picked"].line_color = colours.text
        self._halo.line_color = colours.halo

    def resize_marks(self, n_drawn: int) -> None:
        """Make the marks smaller the more of them there are."""
        size = float(np.clip(13 - 2.1 * np.log10(max(n_drawn, 1)), 4.0, 9.0))
        self._disc.size = size
        self._rim.size = size + 2
        self._strokes["shown"].size = size + 3
        self._strokes["selected"].size = size + 4
        self._strokes["picked"].size = self._halo.size = size + 9

    def name_quantity(self, title: str | None) -> None:
        """Say in the tooltip which quantity the value is; without a title it only says which atom this is."""
        fresh = _tooltip(title)
        if self._hover.tooltips != fresh:
            self._hover.tooltips = fresh

    def set_limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this window, and come back to it on reset."""
        for axis_range, (low, high) in ((self.figure.x_range, x), (self.figure.y_range, y)):
            axis_range.update(start=low, end=high, reset_start=low, reset_end=high)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a place is within the frame, not on the axes around it."""
        across, up = cast(Any, self.figure.x_range), cast(Any, self.figure.y_range)  # Range1d, by bare_figure
        return across.start <= x <= across.end and up.start <= y <= up.end

    def reach(self, pixels: float) -> tuple[float, float]:
        """Return how far a distance on the screen is along x and y."""
        x, y = cast(Any, self.figure.x_range), cast(Any, self.figure.y_range)
        try:
            width, height = self.figure.inner_width, self.figure.inner_height
        except UnsetValueError:  # nothing has been laid out yet
            width, height = 400, 300
        return pixels * abs(x.end - x.start) / max(width, 1), pixels * abs(y.end - y.start) / max(height, 1)

    def _add(self, source: ColumnDataSource, glyph: Scatter) -> GlyphRenderer:
        renderer = self.figure.add_glyph(source, glyph)
        renderer.update(selection_glyph=None, nonselection_glyph=None, muted_glyph=None)
        return renderer

    def _add_tools(self) -> None:
        lasso = LassoSelectTool(renderers=[], continuous=False, description="Lasso: choose environments (shift adds)")
        box = BoxSelectTool(renderers=[], continuous=False, description="Box: choose environments (shift adds)")
        for tool in (lasso, box):
            tool.overlay.syncable = False  # its outline would travel to Python at each move of the mouse
        pan, wheel = PanTool(description="Move"), WheelZoomTool(description="Zoom with the wheel")
        self.figure.add_tools(lasso, box, pan, wheel, ResetTool(description="Show everything"), self._hover)
        self.figure.toolbar.active_drag = lasso
        self.figure.toolbar.active_scroll = wheel
        self.figure.toolbar_location = "right"
        self._hover.formatters = {"@value": CustomJSHover(code=_FORMAT_VALUE)}
        self.name_quantity("value")


def replace_columns(source: ColumnDataSource, columns: Mapping[str, Any]) -> None:
    """Replace some columns of a source at once; only these travel, as bytes where they are arrays."""
    source.data.update(columns)


def _tooltip(title: str | None) -> str:
    line = "" if title is None else f"<br>{_as_text(title)} <b>@value{{custom}}</b>"
    style = f"font:12px/16px {FONT};color:{LIGHT.text};white-space:nowrap"
    return f'<div style="{escape(style)}">structure @structure · atom @atom @species{line}</div>'


def _as_text(title: str) -> str:
    # "@" and "$" begin a column's name in Bokeh's tooltips
    return escape(title).replace("@", "&#64;").replace("$", "&#36;")


def _disc() -> Scatter:
    return Scatter(
        marker="circle",
        size=6,
        fill_color={"field": "colour"},
        line_color={"field": "colour"},
        fill_alpha={"field": "fill_alpha"},
        line_alpha={"field": "line_alpha"},
        line_width=1.1,
    )


def _ring(marker: str, width: float) -> Scatter:
    return Scatter(marker=marker, size=10, fill_color=None, line_width=width)
