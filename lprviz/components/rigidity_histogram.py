"""How a quantity is spread over all atoms, species by species, on one axis that stays put while the data change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.models import ColumnDataSource, FixedTicker, Label, Scatter, Span
from numpy.typing import ArrayLike, NDArray

from lprviz.components.bokeh_theme import (
    FONT,
    TEXT_SIZE,
    bare_figure,
    chart_colours,
    legible,
    paint,
)
from lprviz.components.captioned_chart import CaptionedChart
from lprviz.components.chart_caption import CaptionEntry, Mark, caption_html, count_of, group_digits
from lprviz.components.histogram_bins import HistogramCounts, axis_places, histogram_counts, inner_ticks
from lprviz.core.colours import ColourScale, Kind, format_value

_MOST_SPECIES = 5
_OTHERS_COLOUR = "#00808a"
_STROKES: tuple[tuple[str, Mark], ...] = (
    ("solid", "line"),
    ("dashed", "dashed"),
    ("dotted", "dotted"),
    ("dotdash", "dash-dot"),
    ("solid", "line"),
)
_EMPTY = np.empty(0)


class RigidityHistogram(pn.viewable.Viewer):
    """A histogram per species with fixed bins, updated in place.

    Parameters
    ----------
    dark : bool
        Colours for a dark page.
    stale : bool
        Dim the chart and say that it is out of date.
    log_counts : bool
        Logarithmic heights, so that one badly determined atom among thousands is still seen.
    n_bins : int
    """

    dark = param.Boolean(default=False)
    stale = param.Boolean(default=False)
    log_counts = param.Boolean(default=True)
    n_bins = param.Integer(default=40, bounds=(1, 400))

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._scale = ColourScale("LPR", "log", 1e-3, 1.0)
        self._values = self._reference = self._previewed = self._marked = _EMPTY
        self._preview_title = ""
        self._groups: dict[str, NDArray[np.intp]] = {}
        self._colours: dict[str, str] = {}
        self._top = 0.0
        self._beyond = HistogramCounts(np.zeros(1, dtype=np.intp), 0, 0, 0)
        self._figure = bare_figure("Histogram of the quantity that colours the atoms", tools=[], toolbar_location=None)
        self._bars = [ColumnDataSource({"x": _EMPTY, "y": _EMPTY}) for _ in _STROKES]
        self._before, self._now, self._after = (ColumnDataSource({"x": _EMPTY, "y": _EMPTY}) for _ in range(3))
        self._marks = ColumnDataSource({"x": _EMPTY, "y": _EMPTY})
        self._build()
        self._chart = CaptionedChart(self._figure, "lpr-histogram")
        self._place_axis()
        self._restyle()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._chart.layout

    def set_axis(self, kind: Kind, low: float, high: float, title: str) -> None:
        """Fix the axis and its bins until the next call.

        Parameters
        ----------
        kind : {"log", "linear", "log2-ratio", "signed"}
        low, high : float
            The limits, in the quantity's own units.
        title : str
            The quantity and its unit.
        """
        with pn.io.hold():
            self._scale = ColourScale(title, kind, low, high)
            self._top = 0.0
            self._place_axis()
            self._refresh()

    def set_values(self, values: ArrayLike, species: ArrayLike, colours: Mapping[str, str]) -> None:
        """Show other values; the bins stay.

        Parameters
        ----------
        values : (n,) array
            nan where undefined.
        species : (n,) array of str
            Chemical symbols. Beyond five species the least frequent are shown together.
        colours : mapping
            A CSS colour ``#rrggbb`` per symbol.
        """
        self._values = np.asarray(values, dtype=np.float64)
        symbols = np.asarray(species)
        if symbols.shape != self._values.shape:
            raise ValueError(f"{self._values.shape} values but {symbols.shape} species.")
        self._groups, self._colours = _grouped(symbols), dict(colours)
        with pn.io.hold():
            self._refresh()

    def set_reference(self, values: ArrayLike | None) -> None:
        """Outline other values in grey, all species together: a pinned or an earlier state; None for none."""
        self._reference = _EMPTY if values is None else np.asarray(values, dtype=np.float64)
        with pn.io.hold():
            self._refresh()

    def set_preview(self, values: ArrayLike | None, title: str = "") -> None:
        """Outline values as they would be, dashed, all species together; None for none. ``title`` says of what."""
        self._previewed = _EMPTY if values is None else np.asarray(values, dtype=np.float64)
        self._preview_title = title
        with pn.io.hold():
            self._refresh()

    def set_marks(self, values: ArrayLike) -> None:
        """Mark single values, those of the selected atoms, along the foot of the chart."""
        self._marked = np.asarray(values, dtype=np.float64).ravel()
        with pn.io.hold():
            self._draw_marks()
            self._describe()

    def _build(self) -> None:
        self._patches = [
            self._figure.patch("x", "y", source=source, line_width=1.6, line_dash=dash).glyph
            for source, (dash, _) in zip(self._bars, _STROKES, strict=True)
        ]
        self._before_line = self._figure.line("x", "y", source=self._before, line_width=1.4).glyph
        self._now_line = self._figure.line("x", "y", source=self._now, line_width=1.0).glyph
        after = self._figure.line("x", "y", source=self._after, line_width=1.8, line_dash="dashed")
        self._after_line = after.glyph
        self._rug = self._figure.add_glyph(self._marks, Scatter(marker="dash", angle=np.pi / 2, size=13, line_width=2))
        self._one = Span(dimension="height", line_width=1.2, line_dash=[4, 3])
        self._one_label = Label(
            x=0,
            y=0,
            text="worth one direct label",
            text_font=FONT,
            text_font_size=TEXT_SIZE,
            text_baseline="top",
            y_offset=-3,
        )
        self._figure.add_layout(self._one)
        self._figure.add_layout(self._one_label)
        self._figure.xgrid.visible = False
        self._figure.yaxis.axis_label = "atoms"
        self._figure.min_border_right = 14

    def _place_axis(self) -> None:
        scale, beyond = self._scale, 1.0 / self.n_bins
        places = [(-beyond, "<"), *inner_ticks(scale), (1 + beyond, ">")]
        self._figure.x_range.update(start=-2.2 * beyond, end=1 + 2.2 * beyond)
        self._figure.xaxis.ticker = FixedTicker(ticks=[x for x, _ in places])
        self._figure.xaxis.major_label_overrides = dict(places)
        self._figure.xaxis.axis_label = scale.title
        threshold = scale.kind == "log" and scale.low < 1 < scale.high
        place = float(scale.fractions([1.0])[0]) if threshold else 0.0
        left = place > 0.55
        self._one.update(visible=threshold, location=place)
        self._one_label.update(
            visible=threshold, x=place, x_offset=-4 if left else 4, text_align="right" if left else "left"
        )

    def _refresh(self) -> None:
        counted = {name: self._count(self._values[members]) for name, members in self._groups.items()}
        before = self._count(self._reference) if self._reference.size else None
        self._beyond = now = self._count(self._values)
        after = self._count(self._previewed) if self._previewed.size else None
        self._fit_height([each for each in (now, before, after) if each is not None])
        for source, counts in zip(self._bars, [*counted.values(), *[None] * len(_STROKES)], strict=False):
            source.data = self._path(counts)
        self._before.data = self._path(before)
        self._now.data = self._path(now if self._shows_total() else None)
        self._after.data = self._path(after)
        self._draw_marks()
        self._paint_bars()
        self._describe()

    def _shows_total(self) -> bool:
        # the other outlines are of all species together, and need their like to be compared with
        return self._reference.size + self._previewed.size > 0 and len(self._groups) > 1

    def _count(self, values: NDArray[np.float64]) -> HistogramCounts:
        scale = self._scale
        return histogram_counts(values, scale.kind, scale.low, scale.high, self.n_bins)

    def _path(self, counts: HistogramCounts | None) -> dict[str, Any]:
        if counts is None:
            return {"x": _EMPTY, "y": _EMPTY}
        x, y = counts.outline()
        return {"x": x, "y": self._height(y)}

    def _height(self, counts: ArrayLike) -> NDArray[np.float64]:
        # on the logarithmic axis one atom stands at 1 and none at 0, and ten times as many is one step higher
        array = np.asarray(counts, dtype=np.float64)
        return np.where(array > 0, 1 + np.log10(np.maximum(array, 1)), array) if self.log_counts else array

    def _fit_height(self, shown: Sequence[HistogramCounts]) -> None:
        tallest = max((max(int(c.counts.max()), c.below, c.above) for c in shown), default=1)
        need = float(self._height(max(tallest, 1)))
        least = self._top - 1 if self.log_counts else self._top / 3  # on the logarithmic axis, 1 is a factor of ten
        if not least < need <= self._top:  # keep the height while it serves, so that edits can be compared
            self._top = need + 0.5 if self.log_counts else _round_up(need * 1.15)
        self._figure.y_range.update(start=0, end=self._top)
        self._one_label.y = self._top
        if self.log_counts:
            powers = range(int(np.floor(self._top)))
            self._figure.yaxis.ticker = FixedTicker(ticks=[0, *(1 + p for p in powers)])
            self._figure.yaxis.major_label_overrides = {0: "0", **{1 + p: group_digits(10**p) for p in powers}}
        else:
            ticks = [round(self._top * k / 4) for k in range(5)]
            self._figure.yaxis.ticker = FixedTicker(ticks=ticks)
            self._figure.yaxis.major_label_overrides = {t: group_digits(t) for t in ticks}

    def _draw_marks(self) -> None:
        x = axis_places(self._marked, self._scale, self.n_bins)
        self._marks.data = {"x": x, "y": np.full(x.size, 0.0)}
        self._chart.push()

    @param.depends("dark", "stale", watch=True)
    def _restyle(self) -> None:
        colours = chart_colours(self.dark)
        with pn.io.hold():
            paint(self._figure, colours)
            self._before_line.line_color = colours.reference
            self._now_line.line_color = colours.text
            self._after_line.line_color = colours.accent
            self._rug.glyph.line_color = colours.accent
            self._one.line_color = colours.quiet_text
            self._one_label.text_color = colours.quiet_text
            self._chart.dim(self.stale)
            self._paint_bars()
            self._describe()

    @param.depends("log_counts", "n_bins", watch=True)
    def _recount(self) -> None:
        self._top = 0.0
        with pn.io.hold():
            self._place_axis()
            self._refresh()

    def _paint_bars(self) -> None:
        opacity = 0.22 / max(len(self._groups), 1)
        for glyph, name in zip(self._patches, self._groups, strict=False):
            glyph.update(line_color=self._colour(name), fill_color=self._colour(name), fill_alpha=opacity)

    def _colour(self, name: str) -> str:
        return legible(self._colours.get(name, _OTHERS_COLOUR), self.dark)

    def _describe(self) -> None:
        colours, scale, beyond = chart_colours(self.dark), self._scale, self._beyond
        sentences = [
            "Out of date" if self.stale else "",
            f"{count_of(beyond.undefined, 'atom')} undefined" if beyond.undefined else "",
            f"{group_digits(beyond.below)} below {format_value(scale.low)}" if beyond.below else "",
            f"{group_digits(beyond.above)} above {format_value(scale.high)}" if beyond.above else "",
        ]
        entries = [
            CaptionEntry(mark, self._colour(name), f"{name} {group_digits(members.size)}")
            for (name, members), (_, mark) in zip(self._groups.items(), _STROKES, strict=False)
        ]
        if self._shows_total():
            entries.append(CaptionEntry("line", colours.text, "all now"))
        if self._reference.size:
            entries.append(CaptionEntry("line", colours.reference, "all before"))
        if self._previewed.size:
            entries.append(CaptionEntry("dashed", colours.accent, self._preview_title))
        if self._marked.size:
            entries.append(CaptionEntry("tick", colours.accent, f"{group_digits(self._marked.size)} selected"))
        self._chart.say(caption_html(sentences, entries, colours))


def _grouped(symbols: NDArray[Any]) -> dict[str, NDArray[np.intp]]:
    names, kind, counts = np.unique(symbols, return_inverse=True, return_counts=True)
    ranked = np.argsort(-counts, kind="stable")
    kept = ranked if ranked.size <= _MOST_SPECIES else ranked[: _MOST_SPECIES - 1]
    groups = {str(names[i]): np.flatnonzero(kind == i) for i in kept}
    if kept.size < ranked.size:
        groups[f"{ranked.size - kept.size} others"] = np.flatnonzero(~np.isin(kind, kept))
    return groups


def _round_up(value: float) -> float:
    unit = 10.0 ** np.floor(np.log10(value))
    return float(next(m for m in (1, 2, 4, 8, 10) if m * unit >= value) * unit)
