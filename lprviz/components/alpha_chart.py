"""Cross-validation errors against the regulariser; a tap chooses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.events import Tap
from bokeh.models import ColumnDataSource, Scatter, Span
from numpy.typing import NDArray

from lprviz.components.bokeh_theme import bare_figure, chart_colours, paint
from lprviz.components.captioned_chart import CaptionedChart
from lprviz.components.chart_caption import CaptionEntry, caption_html
from lprviz.components.chart_series import others_colour, training_colour
from lprviz.components.log_axes import log_limits, set_log_axis
from lprviz.core.colours import format_value

LOO, GCV = "leave one out", "GCV"
_MARGIN = 1.6
_STEP = 0.1  # decades: as the slider of alpha moves
_SNAP = 0.25  # decades: a tap this close to a minimum means the minimum

FloatArray = NDArray[np.float64]


class AlphaChart(pn.viewable.Viewer):
    """Two error curves, their minima, and where alpha stands.

    Parameters
    ----------
    on_choose : callable
        Told the regulariser that a person taps on.
    dark, stale : bool
    """

    dark = param.Boolean(default=False)
    stale = param.Boolean(default=False)

    def __init__(self, on_choose: Callable[[float], None], **params: Any) -> None:
        super().__init__(**params)
        self._on_choose = on_choose
        self._alpha = 0.0
        self._minima: dict[str, tuple[float, float]] = {}
        self._figure = bare_figure(
            "Cross-validation error against the regulariser",
            tools=[],
            toolbar_location=None,
            x_axis_type="log",
            y_axis_type="log",
        )
        figure = self._figure
        self._sources = {name: ColumnDataSource({"x": np.empty(0), "y": np.empty(0)}) for name in (LOO, GCV)}
        self._lows = {name: ColumnDataSource({"x": np.empty(0), "y": np.empty(0)}) for name in (LOO, GCV)}
        self._curves = {
            name: figure.line("x", "y", source=source, line_width=2, line_dash="solid" if name == LOO else "dashed")
            for name, source in self._sources.items()
        }
        self._marks = {
            name: figure.add_glyph(source, Scatter(marker="circle" if name == LOO else "diamond", size=10))
            for name, source in self._lows.items()
        }
        self._here = Span(dimension="height", line_width=1.6)
        figure.add_layout(self._here)
        figure.on_event(Tap, self._tap)
        figure.min_border_right = 14
        self._chart = CaptionedChart(figure, "lpr-alpha-curve")
        self._chart.layout.styles = {"cursor": "pointer"}
        self._restyle()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._chart.layout

    def show(self, alphas: FloatArray, loo: FloatArray, gcv: FloatArray) -> None:
        """Draw other curves: regularisers (n,) and errors (n,), eV per atom."""
        curves = {LOO: np.asarray(loo, dtype=np.float64), GCV: np.asarray(gcv, dtype=np.float64)}
        with pn.io.hold():
            ends = float(alphas[0]) / _MARGIN, float(alphas[-1]) * _MARGIN  # marks at an end are seen whole
            set_log_axis(self._figure, "x", ends, "α")
            limits = log_limits(np.concatenate(list(curves.values())))
            if limits is not None:
                set_log_axis(self._figure, "y", limits, "error (eV/atom)")
            for name, errors in curves.items():
                best = int(np.argmin(errors))
                self._minima[name] = float(alphas[best]), float(errors[best])
                self._sources[name].data = {"x": np.asarray(alphas), "y": errors}
                self._lows[name].data = {"x": np.asarray(alphas)[[best]], "y": errors[[best]]}
            self._describe()
        self._chart.push()

    def set_alpha(self, alpha: float) -> None:
        """Move the line that says where alpha stands."""
        if alpha != self._alpha:
            self._alpha = alpha
            self._here.location = alpha
            self._describe()
            self._chart.push()

    def nearest(self, alpha: float) -> float:
        """The regulariser that a tap at `alpha` means: a minimum close by, or else a tenth of a decade."""
        place = float(np.log10(alpha))
        lows = sorted((abs(np.log10(best) - place), best) for best, _ in self._minima.values())
        return lows[0][1] if lows and lows[0][0] < _SNAP else float(10.0 ** (round(place / _STEP) * _STEP))

    def _tap(self, event: Any) -> None:
        if self._minima and event.x is not None and event.x > 0:
            alphas = self._sources[LOO].data["x"]
            if alphas[0] <= event.x <= alphas[-1]:
                self._on_choose(self.nearest(float(event.x)))

    @param.depends("dark", "stale", watch=True)
    def _restyle(self) -> None:
        colours = chart_colours(self.dark)
        with pn.io.hold():
            paint(self._figure, colours)
            for name, colour in self._colours().items():
                self._curves[name].glyph.line_color = colour
                self._marks[name].glyph.update(fill_color=colour, line_color=colours.halo)
            self._here.line_color = colours.text
            self._chart.dim(self.stale)
            self._describe()

    def _colours(self) -> dict[str, str]:
        return {LOO: training_colour(self.dark), GCV: others_colour(self.dark)}

    def _describe(self) -> None:
        colours, tints = chart_colours(self.dark), self._colours()
        entries = [
            CaptionEntry(
                "line" if name == LOO else "dashed", tints[name], f"{name}: lowest at α = {format_value(best)}"
            )
            for name, (best, _) in self._minima.items()
        ]
        if self._alpha:
            entries.append(CaptionEntry("tick", colours.text, f"α = {format_value(self._alpha)} now"))
        self._chart.say(caption_html(["Out of date" if self.stale else ""], entries, colours))
