"""Small charts as inline SVG: colours and fonts come from the page's style sheet, so that both themes fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from lprviz.gallery.claims import Chart, Series, in_digits

WIDTH, HEIGHT = 400, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 12, 44
_LEGEND_ROW = 16
_SERIES_COLOURS = 5
_LOWEST = 1e-300


@dataclass(frozen=True)
class Axis:
    """One axis: from data to pixels.

    Attributes
    ----------
    low, high : float
        Limits in the data.
    begin, end : float
        Pixels of these limits.
    log : bool
    """

    low: float
    high: float
    begin: float
    end: float
    log: bool

    @classmethod
    def around(cls, values: Iterable[float], begin: float, end: float, *, log: bool) -> Axis:
        """The axis that holds all values, with a little room."""
        usable = [value for value in values if math.isfinite(value) and (value > _LOWEST or not log)] or [1.0]
        low, high = min(usable), max(usable)
        if log:
            room = max(0.06 * math.log10(high / low), 0.15)
            return cls(low * 10.0**-room, high * 10.0**room, begin, end, log)
        room = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
        return cls(low - room, high + room, begin, end, log)

    def at(self, value: float) -> float:
        """Pixel of a value, kept within the axis."""
        if self.log:
            part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return round(self.begin + min(max(part, 0.0), 1.0) * (self.end - self.begin), 1)

    @property
    def ticks(self) -> list[float]:
        """Round values within the limits: decades, or steps of 1, 2 or 5."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            step = max(1, math.ceil((last - first + 1) / 7))
            leading = (1.0, 2.0, 5.0) if self.high / self.low < 300.0 else (1.0,)
            powers = range(first - 1, last + 1, step)
            every = [digit * 10.0**power for power in powers for digit in leading]
            return [value for value in every if self.low <= value <= self.high] or [self.low, self.high]
        return _round_steps(self.low, self.high)


def _round_steps(low: float, high: float) -> list[float]:
    rough = (high - low) / 4.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(multiple for multiple in (1, 2, 5, 10) if multiple * unit >= rough)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def draw(chart: Chart) -> str:
    """The chart as an ``<svg>`` element with a title for screen readers; everything in it is escaped."""
    if chart.categories:
        return _draw_categories(chart)
    height = HEIGHT + _LEGEND_ROW * len(chart.series)
    x = Axis.around(_all(chart, "x"), _LEFT, WIDTH - _RIGHT, log=chart.log_x)
    if chart.limits is None:
        y = Axis.around(_all(chart, "y", "low", "high"), HEIGHT - _BOTTOM, _TOP, log=chart.log_y)
    else:
        y = Axis(*chart.limits, HEIGHT - _BOTTOM, _TOP, chart.log_y)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_spoken(chart)}">',
        *_frame(chart, x, y),
        *(part for number, series in enumerate(chart.series) for part in _drawn(series, number, x, y)),
        *_legend(chart.series, _LEFT, HEIGHT + 6),
        "</svg>",
    ]
    return "\n".join(parts)


def _draw_categories(chart: Chart) -> str:
    """Values from left to right, one row per category, as wide as two charts."""
    names, width, row = chart.categories, 2 * WIDTH, 26
    left, bottom = 30 + 6 * max(map(len, names)), 20 + row * len(names)
    height = bottom + 46 + _LEGEND_ROW * len(chart.series)
    x = Axis.around(_all(chart, "x"), left, width - _RIGHT, log=chart.log_x)
    parts = [f'<svg class="wide" viewBox="0 0 {width} {height}" role="img" aria-label="{_spoken(chart)}">']
    for number, name in enumerate(names):
        up = 20 + row * number
        parts.append(f'<line class="grid" x1="{left}" x2="{x.end}" y1="{up}" y2="{up}"/>')
        parts.append(f'<text class="label" x="{left - 8}" y="{up + 4}" text-anchor="end">{escape(name)}</text>')
    parts += _vertical_grid(x, bottom, 6, chart.x_label)
    for number, series in enumerate(chart.series):
        places = [pair for pair in zip(series.x, series.y, strict=True) if math.isfinite(pair[0])]
        parts += [_mark(number, x.at(value), 20 + row * place) for value, place in places]
    return "\n".join([*parts, *_legend(chart.series, left, bottom + 52), "</svg>"])


def _all(chart: Chart, *names: str) -> list[float]:
    found = [getattr(series, name) for series in chart.series for name in names]
    return [value for values in found if values is not None for value in values]


def _spoken(chart: Chart) -> str:
    names = ", ".join(series.name for series in chart.series)
    return escape(f"{chart.title}: {chart.y_label} against {chart.x_label}; {names}", quote=True)


def _frame(chart: Chart, x: Axis, y: Axis) -> list[str]:
    """Grid lines, numbers and labels."""
    parts = _vertical_grid(x, y.begin, y.end, chart.x_label)
    for value in y.ticks:
        at = y.at(value)
        parts.append(f'<line class="grid" x1="{x.begin}" x2="{x.end}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text class="tick" x="{x.begin - 6}" y="{at + 4}" text-anchor="end">{in_digits(value)}</text>')
    upright = (y.begin + y.end) / 2
    parts.append(
        f'<text class="label" x="12" y="{upright}" text-anchor="middle" transform="rotate(-90 12 {upright})">'
        f"{escape(chart.y_label)}</text>"
    )
    return parts


def _vertical_grid(x: Axis, bottom: float, top: float, label: str) -> list[str]:
    """Lines, numbers and label of the horizontal axis."""
    parts = []
    for value in x.ticks:
        at = x.at(value)
        parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{bottom}" y2="{top}"/>')
        parts.append(f'<text class="tick" x="{at}" y="{bottom + 16}" text-anchor="middle">{in_digits(value)}</text>')
    middle = (x.begin + x.end) / 2
    text = f'<text class="label" x="{middle}" y="{bottom + 34}" text-anchor="middle">{escape(label)}</text>'
    return [*parts, text]


def _drawn(series: Series, number: int, x: Axis, y: Axis) -> list[str]:
    """Band, line and marks of one series."""
    colour = f"series-{number % _SERIES_COLOURS}"
    points = _placed(series.x, series.y, x, y)
    parts = []
    if series.low is not None and series.high is not None:
        outline = [*_placed(series.x, series.high, x, y), *reversed(_placed(series.x, series.low, x, y))]
        parts.append(f'<polygon class="band {colour}" points="{_listed(outline)}"/>')
    if len(points) > 1 and series.joined:
        parts.append(f'<polyline class="line {colour}" points="{_listed(points)}"/>')
    if series.marks:
        parts += [_mark(number, *point) for point in points]
    return parts


def _placed(across: Sequence[float], up: Sequence[float], x: Axis, y: Axis) -> list[tuple[float, float]]:
    """Pixels of the points; those that are not finite are left out."""
    pairs = zip(across, up, strict=True)
    return [(x.at(one), y.at(other)) for one, other in pairs if math.isfinite(one) and math.isfinite(other)]


def _listed(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{across},{up}" for across, up in points)


def _mark(number: int, across: float, up: float) -> str:
    """A mark whose shape tells series apart as well as its colour."""
    colour = f"mark series-{number % _SERIES_COLOURS}"
    if number % 4 == 0:
        return f'<circle class="{colour}" cx="{across}" cy="{up}" r="3.6"/>'
    corners = {
        1: ((-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)),
        2: ((0.0, -4.6), (4.2, 3.2), (-4.2, 3.2)),
        3: ((0.0, -4.8), (4.8, 0.0), (0.0, 4.8), (-4.8, 0.0)),
    }[number % 4]
    shape = [(round(across + right, 1), round(up + down, 1)) for right, down in corners]
    return f'<polygon class="{colour}" points="{_listed(shape)}"/>'


def _legend(every: Sequence[Series], left: float, top: float) -> list[str]:
    parts = []
    for number, series in enumerate(every):
        up = top + _LEGEND_ROW * number
        if series.marks:
            parts.append(_mark(number, left + 8, up - 4))
        else:
            parts.append(f'<line class="line series-{number % _SERIES_COLOURS}" x1="{left}" x2="{left + 16}" '
                         f'y1="{up - 4}" y2="{up - 4}"/>')  # fmt: skip
        parts.append(f'<text class="tick" x="{left + 24}" y="{up}">{escape(series.name)}</text>')
    return parts
