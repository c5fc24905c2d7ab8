"""Predicted against reference energies of structures, in training and not; a tap names a structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import panel as pn
import param
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.events import Tap
from bokeh.models import BasicTicker, ColumnDataSource, HoverTool, Scatter, Slope
from numpy.typing import ArrayLike

from lprviz.components.bokeh_theme import FONT, LIGHT, bare_figure, chart_colours, paint
from lprviz.components.captioned_chart import CaptionedChart
from lprviz.components.chart_caption import CaptionEntry, caption_html, group_digits
from lprviz.components.chart_series import (
    OTHERS,
    TRAINING,
    BoolArray,
    FloatArray,
    others_colour,
    training_colour,
)
from lprviz.components.map_geometry import padded_limits

_REACH = 0.05  # of the axis: how close to a point a tap has to be
_TOOLTIP = (
    f'<div style="font:12px/16px {FONT};color:{LIGHT.text};white-space:nowrap">structure @structure<br>'
    "reference @x{0.000} · predicted @y{0.000} eV/atom</div>"
).replace("'", "&apos;")


class ParityChart(pn.viewable.Viewer):
    """Predicted against reference, with the diagonal.

    Parameters
    ----------
    on_choose : callable
        Told the structure whose point is tapped.
    dark, stale : bool
    """

    dark = param.Boolean(default=False)
    stale = param.Boolean(default=False)

    def __init__(self, on_choose: Callable[[int], None], **params: Any) -> None:
        super().__init__(**params)
        self._on_choose = on_choose
        self._limits: tuple[float, float] | None = None
        self._figure = bare_figure("Predicted against reference energy per atom", tools=[], toolbar_location=None)
        empty = {"x": np.empty(0), "y": np.empty(0), "structure": np.empty(0, dtype=np.int32)}
        self._trained, self._others = ColumnDataSource(dict(empty)), ColumnDataSource(dict(empty))
        self._diagonal = Slope(gradient=1, y_intercept=0, line_width=1.2, level="underlay")
        self._figure.add_layout(self._diagonal)
        rings = self._figure.add_glyph(self._others, Scatter(size=6, fill_color=None, line_width=1.3))
        discs = self._figure.add_glyph(self._trained, Scatter(size=6, line_color=None, fill_alpha=0.75))
        self._discs, self._rings = discs.glyph, rings.glyph
        self._figure.add_tools(HoverTool(renderers=[rings, discs], tooltips=_TOOLTIP, visible=False))
        self._figure.on_event(Tap, self._tap)
        self._figure.xaxis.axis_label = "reference (eV/atom)"
        self._figure.yaxis.axis_label = "predicted (eV/atom)"
        for axis in (*self._figure.xaxis, *self._figure.yaxis):
            axis.ticker = BasicTicker(desired_num_ticks=4)
        self._figure.min_border_right = 14
        self._chart = CaptionedChart(self._figure, "lpr-parity")
        self._restyle()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._chart.layout

    def show(self, structures: ArrayLike, reference: FloatArray, predicted: FloatArray, trained: BoolArray) -> None:
        """Draw other energies.

        Parameters
        ----------
        structures : (n,) array of int
        reference, predicted : (n,) array
            eV per atom.
        trained : (n,) array of bool
        """
        columns = {"x": reference, "y": predicted, "structure": np.asarray(structures, dtype=np.int32)}
        with pn.io.hold():
            self._fit_axes(np.concatenate([reference, predicted]))
            self._trained.data = {name: values[trained] for name, values in columns.items()}
            self._others.data = {name: values[~trained] for name, values in columns.items()}
            self._describe()
        self._chart.push()

    def _fit_axes(self, values: FloatArray) -> None:
        low, high = padded_limits(values)
        if self._limits is not None:
            old_low, old_high = self._limits
            if old_low <= values.min() and values.max() <= old_high and high - low > 0.5 * (old_high - old_low):
                return  # edits can be compared on the same axes
        self._limits = low, high
        self._figure.x_range.update(start=low, end=high)
        self._figure.y_range.update(start=low, end=high)

    def _tap(self, event: Any) -> None:
        if self._limits is None or event.x is None or event.y is None:
            return
        x = np.concatenate([np.asarray(source.data["x"]) for source in (self._trained, self._others)])
        y = np.concatenate([np.asarray(source.data["y"]) for source in (self._trained, self._others)])
        structures = np.concatenate([np.asarray(source.data["structure"]) for source in (self._trained, self._others)])
        away = np.hypot((x - event.x) * self._aspect(), y - event.y)
        if away.size and away.min() < _REACH * (self._limits[1] - self._limits[0]):
            self._on_choose(int(structures[np.argmin(away)]))

    def _aspect(self) -> float:
        figure = cast(Any, self._figure)
        try:
            return float(figure.inner_width) / max(float(figure.inner_height), 1.0)
        except UnsetValueError:  # nothing has been laid out yet
            return 1.0

    @param.depends("dark", "stale", watch=True)
    def _restyle(self) -> None:
        colours = chart_colours(self.dark)
        with pn.io.hold():
            paint(self._figure, colours)
            self._discs.fill_color = training_colour(self.dark)
            self._rings.line_color = others_colour(self.dark)
            self._diagonal.line_color = colours.reference
            self._chart.dim(self.stale)
            self._describe()

    def _describe(self) -> None:
        trained, others = (len(np.asarray(source.data["x"])) for source in (self._trained, self._others))
        entries = [
            CaptionEntry("disc", training_colour(self.dark), f"{group_digits(trained)} {TRAINING}"),
            CaptionEntry("ring", others_colour(self.dark), f"{group_digits(others)} {OTHERS}"),
        ]
        self._chart.say(caption_html(["Out of date" if self.stale else ""], entries, chart_colours(self.dark)))
