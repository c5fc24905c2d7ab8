"""How our Bokeh charts look in light and in dark, and one bare chart to start each of them from.

Every colour is set on the models themselves, since Panel's own themes only fill in what was left unset: a chart then
looks the same whatever page it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from bokeh.models import Axis, Range1d
from bokeh.plotting import figure as Figure
from numpy.typing import NDArray

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
TEXT_SIZE = "11px"
TITLE_SIZE = "12px"
MISSING_COLOUR = "#969696"

_SURFACE = {False: (255, 255, 255), True: (30, 30, 30)}
_LEAST_CONTRAST = 3.0  # WCAG 1.4.11, for graphical objects


@dataclass(frozen=True)
class ChartColours:
    """The colours of one theme; text passes WCAG AA (4.5) on its surface, strokes 3.0.

    ``rim`` is drawn around coloured points where the darkest of them could not be told from the ground, None elsewhere.
    """

    text: str
    quiet_text: str
    frame: str
    grid: str
    halo: str
    accent: str
    reference: str
    rim: str | None = None


LIGHT = ChartColours(
    text="#1f2328",
    quiet_text="#57606a",
    frame="#c9ced4",
    grid="#eceff2",
    halo="#ffffff",
    accent="#c2006b",
    reference="#767d85",
)
DARK = ChartColours(
    text="#eceff2",
    quiet_text="#a9b1ba",
    frame="#50565d",
    grid="#2f3338",
    halo="#111417",
    accent="#ff7cc0",
    reference="#8f979f",
    rim="#6f7882",
)


def chart_colours(dark: bool) -> ChartColours:
    """Return the colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def bare_figure(description: str, **options: Any) -> Figure:
    """Return an empty chart that fills its place, with fixed ranges and no logo.

    Parameters
    ----------
    description : str
        What a screen reader says about the chart.
    **options
        Passed to ``bokeh.plotting.figure``.
    """
    figure = Figure(
        sizing_mode="stretch_both",
        min_height=120,
        min_width=160,
        min_border=2,
        x_range=Range1d(start=0, end=1),
        y_range=Range1d(start=0, end=1),
        html_attributes={"role": "img", "aria-label": description},
        **options,
    )
    figure.toolbar.logo = None
    figure.lod_threshold = None
    figure.background_fill_color = None
    figure.border_fill_color = None
    for axis in _axes(figure):
        _set_type(axis)
    return figure


def paint(figure: Figure, colours: ChartColours) -> None:
    """Give frame, axes and grid of a chart the colours of a theme, in place."""
    figure.outline_line_color = colours.frame
    for grid in figure.grid:
        grid.grid_line_color = colours.grid
    for axis in _axes(figure):
        axis.update(
            axis_label_text_color=colours.text,
            major_label_text_color=colours.quiet_text,
            axis_line_color=colours.frame,
            major_tick_line_color=colours.frame,
        )


def legible(colour: str, dark: bool) -> str:
    """Return ``colour`` (``#rrggbb``), darkened or lightened until it stands out from the surface behind it."""
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    target = 255 if dark else 0
    for step in range(21):
        mixed = tuple(round(c + (target - c) * step / 20) for c in rgb)
        if contrast(mixed, _SURFACE[dark]) >= _LEAST_CONTRAST:
            return "#{:02x}{:02x}{:02x}".format(*mixed)
    return "#ffffff" if dark else "#000000"


def contrast(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    """Return the WCAG contrast ratio of two RGB colours, from 1 to 21."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@lru_cache(maxsize=8)
def colour_table(palette: tuple[str, ...], missing: str) -> NDArray[np.uint8]:
    """Return the colours of a palette and, last, of missing values: (n + 1, 4) RGBA."""
    rows = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [255] for colour in (*palette, missing)]
    table = np.array(rows, dtype=np.uint8)
    table.flags.writeable = False
    return table


def _luminance(rgb: tuple[int, ...]) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _set_type(axis: Axis) -> None:
    axis.update(
        axis_label_text_font=FONT,
        axis_label_text_font_size=TITLE_SIZE,
        axis_label_text_font_style="normal",
        axis_label_standoff=4,
        major_label_text_font=FONT,
        major_label_text_font_size=TEXT_SIZE,
        minor_tick_line_color=None,
        major_tick_in=0,
        major_tick_out=4,
    )


def _axes(figure: Figure) -> list[Axis]:
    return [*figure.xaxis, *figure.yaxis]
