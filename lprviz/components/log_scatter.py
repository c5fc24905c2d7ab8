"""One quantity against another on logarithmic axes, with guide lines, medians, error bars and a shaded zone."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.models import ColumnDataSource, Patch, Scatter, Segment

from lprviz.components.bokeh_theme import bare_figure, chart_colours, paint
from lprviz.components.captioned_chart import CaptionedChart
from lprviz.components.chart_caption import CaptionEntry, caption_html, count_of, group_digits
from lprviz.components.chart_series import (
    MOST_POINTS,
    OTHERS,
    TRAINING,
    LogScatterData,
    Zone,
    drawn_sample,
    others_colour,
    training_colour,
)
from lprviz.components.log_axes import Limits, clamped, log_limits, set_log_axis, steady_limits
from lprviz.core.colours import format_value

_MOST_LINES = 3
_BELOW = 0.005  # share of the smallest values that may lie off the axes: a few exact zeros would flatten the rest
_DASHES: dict[str, str] = {"line": "solid", "dashed": "dashed", "dotted": "dotted", "dash-dot": "dotdash"}


class LogScatter(pn.viewable.Viewer):
    """A scatter chart on two logarithmic axes, updated in place.

    Parameters
    ----------
    description : str
        What a screen reader says about it.
    x_title, y_title : str
        Quantities with their units.
    css_class : str
    dark : bool
        Colours for a dark page.
    stale : bool
        Dim the chart and say that it is out of date.
    """

    dark = param.Boolean(default=False)
    stale = param.Boolean(default=False)

    def __init__(self, description: str, x_title: str, y_title: str, css_class: str, **params: Any) -> None:
        super().__init__(**params)
        self._titles = x_title, y_title
        self._data: LogScatterData | None = None
        self._limits: tuple[Limits | None, Limits | None] = (None, None)
        self._sources: dict[str, ColumnDataSource] = {}
        self._below = 0
        self._figure = bare_figure(description, tools=[], toolbar_location=None, x_axis_type="log", y_axis_type="log")
        self._build()
        self._chart = CaptionedChart(self._figure, css_class)
        self._restyle()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._chart.layout

    def show(self, data: LogScatterData) -> None:
        """Draw other data; the axes stay while they serve."""
        self._data = data
        with pn.io.hold():
            self._fit_axes(data)
            self._draw_points(data)
            self._draw_guides(data)
            self._describe()
        self._chart.push()

    def _source(self, name: str, *columns: str) -> ColumnDataSource:
        self._sources[name] = ColumnDataSource({column: np.empty(0) for column in columns})
        return self._sources[name]

    def _build(self) -> None:
        figure = self._figure
        self._zone = figure.add_glyph(self._source("zone", "x", "y"), Patch(line_color=None, fill_alpha=0.16)).glyph
        self._discs = figure.add_glyph(self._source("trained", "x", "y"), Scatter(size=4.5, line_color=None)).glyph
        self._rings = figure.add_glyph(self._source("others", "x", "y"), Scatter(size=4.5, fill_color=None)).glyph
        self._discs.fill_alpha = self._rings.line_alpha = 0.55
        self._lines = [figure.line("x", "y", source=self._source(f"line{i}", "x", "y")) for i in range(_MOST_LINES)]
        self._trend = figure.line("x", "y", source=self._source("trend", "x", "y"), line_width=2.4).glyph
        bars = self._source("bars", "x", "y", "lower", "upper")
        self._whiskers = figure.add_glyph(bars, Segment(x0="x", y0="lower", x1="x", y1="upper", line_width=1.6)).glyph
        self._squares = figure.add_glyph(bars, Scatter(marker="square", size=7.5, line_width=1)).glyph
        self._figure.min_border_right = 14

    def _fit_axes(self, data: LogScatterData) -> None:
        bars = data.bars
        across = [data.x] if bars is None else [data.x, bars.x]
        up = [data.y] if bars is None else [data.y, bars.y, bars.lower, bars.upper]
        needed = log_limits(np.concatenate(across), _BELOW), log_limits(np.concatenate(up), _BELOW)
        x, y = (steady_limits(old, new or (0.1, 1.0)) for old, new in zip(self._limits, needed, strict=True))
        self._limits = x, y
        set_log_axis(self._figure, "x", x, self._titles[0])
        set_log_axis(self._figure, "y", y, self._titles[1])

    def _draw_points(self, data: LogScatterData) -> None:
        across, up = self._limits
        assert across is not None
        assert up is not None
        drawn = drawn_sample(len(data.x))
        x, y = clamped(data.x[drawn], across), clamped(data.y[drawn], up)
        trained = np.ones(len(drawn), dtype=bool) if data.trained is None else data.trained[drawn]
        self._sources["trained"].data = {"x": x[trained], "y": y[trained]}
        self._sources["others"].data = {"x": x[~trained], "y": y[~trained]}
        self._below = int(np.count_nonzero(data.y < up[0]))

    def _draw_guides(self, data: LogScatterData) -> None:
        across, up = self._limits
        assert across is not None
        assert up is not None
        ends = np.array(across)
        for i, line in enumerate(self._lines):
            known = i < len(data.lines)
            self._sources[f"line{i}"].data = {
                "x": ends if known else ends[:0],
                "y": ends * data.lines[i].factor if known else ends[:0],
            }
            line.glyph.line_dash = _DASHES[data.lines[i].dash] if known else "solid"
        x, y = data.trend or (ends[:0], ends[:0])
        self._sources["trend"].data = {"x": x, "y": clamped(y, up)}
        bars = data.bars
        columns = {name: ends[:0] if bars is None else getattr(bars, name) for name in ("x", "y", "lower", "upper")}
        self._sources["bars"].data = columns
        self._sources["zone"].data = _corners(data.zone, across, up)

    @param.depends("dark", "stale", watch=True)
    def _restyle(self) -> None:
        colours = chart_colours(self.dark)
        with pn.io.hold():
            paint(self._figure, colours)
            self._discs.fill_color = training_colour(self.dark)
            self._rings.line_color = others_colour(self.dark)
            self._zone.fill_color = colours.quiet_text
            self._trend.line_color = self._whiskers.line_color = colours.text
            self._squares.update(line_color=colours.halo, fill_color=colours.text)
            for line in self._lines:
                line.glyph.line_color = colours.reference
            self._chart.dim(self.stale)
            self._describe()

    def _describe(self) -> None:
        data, colours = self._data, chart_colours(self.dark)
        if data is None:
            return
        n = len(data.x)
        everything = count_of(n, data.noun) if data.noun else ""
        limit = self._limits[1]
        sentences = [
            "Out of date" if self.stale else "",
            f"{group_digits(MOST_POINTS)} of {everything} drawn, at random" if n > MOST_POINTS else everything,
            f"{group_digits(self._below)} below {format_value(limit[0])}" if self._below and limit else "",
        ]
        self._chart.say(caption_html(sentences, self._entries(data), colours))

    def _entries(self, data: LogScatterData) -> list[CaptionEntry]:
        colours = chart_colours(self.dark)
        entries = []
        if data.trained is not None:
            disc, ring = training_colour(self.dark), others_colour(self.dark)
            entries += [CaptionEntry("disc", disc, TRAINING)] if data.trained.any() else []
            entries += [CaptionEntry("ring", ring, OTHERS)] if not data.trained.all() else []
        entries += [CaptionEntry("square", colours.text, data.bars.name)] if data.bars else []
        entries += [CaptionEntry("line", colours.text, data.trend_name)] if data.trend else []
        entries += [CaptionEntry(line.dash, colours.reference, line.name) for line in data.lines]
        entries += [CaptionEntry("square", colours.quiet_text, data.zone.name)] if data.zone else []
        return entries


def _corners(zone: Zone | None, across: Limits, up: Limits) -> dict[str, Any]:
    """The part of the zone within the axes, as a polygon."""
    if zone is None:
        return {"x": np.empty(0), "y": np.empty(0)}
    left, right, bottom = max(zone.left, across[0], up[0] / zone.ratio), across[1], up[0]
    if left >= right:
        return {"x": np.empty(0), "y": np.empty(0)}
    return {
        "x": np.array([left, right, right, left]),
        "y": np.array([bottom, bottom, zone.ratio * right, zone.ratio * left]),
    }
