"""What our scatter charts are made of, and the colours that tell training from the rest on all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.components.bokeh_theme import chart_colours
from lprviz.components.chart_caption import Mark

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_POINTS = 3000
"""More are thinned: they would hide each other, and take longer to draw than an edit."""

TRAINING, OTHERS = "training", "not training"
_BLUE = {False: "#2b6cb0", True: "#7db4ee"}


def training_colour(dark: bool) -> str:
    """The colour of what trains; discs wear it."""
    return _BLUE[dark]


def others_colour(dark: bool) -> str:
    """The colour of what does not train; rings wear it."""
    return chart_colours(dark).accent


def drawn_sample(n: int, limit: int = MOST_POINTS) -> NDArray[np.intp]:
    """Which of n points are drawn: all, or a random sample that depends on nothing but n, (<= limit,) sorted."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).permutation(n)[:limit])


@dataclass(frozen=True, eq=False)
class GuideLine:
    """A line ``y = factor x``, its name, and its dash pattern as in `lprviz.components.chart_caption`."""

    factor: float
    name: str
    dash: Mark = "dashed"


@dataclass(frozen=True, eq=False)
class ErrorBars:
    """Places with intervals: x, y, lower and upper, each (n_bins,); counts are said in words."""

    x: FloatArray
    y: FloatArray
    lower: FloatArray
    upper: FloatArray
    name: str


@dataclass(frozen=True, eq=False)
class Zone:
    """The region right of ``left`` and below ``y = ratio x``, shaded."""

    left: float
    ratio: float
    name: str


@dataclass(frozen=True, eq=False)
class LogScatterData:
    """What a `LogScatter` shows.

    Attributes
    ----------
    x, y : (n,) array
        Positive where drawn; values beyond the axes are drawn at their ends.
    trained : (n,) array of bool or None
        Tells discs (in training) from rings; None for discs only.
    noun : str
        What a point is, such as "atom"; "" where their number is said elsewhere.
    lines : tuple of GuideLine
    trend : tuple of two (m,) arrays or None
        A polyline, such as medians.
    trend_name : str
    bars : ErrorBars or None
    zone : Zone or None
    """

    x: FloatArray
    y: FloatArray
    trained: BoolArray | None
    noun: str
    lines: tuple[GuideLine, ...] = ()
    trend: tuple[FloatArray, FloatArray] | None = None
    trend_name: str = ""
    bars: ErrorBars | None = None
    zone: Zone | None = None


def medians_along(x: FloatArray, y: FloatArray, n_bins: int = 12) -> tuple[FloatArray, FloatArray]:
    """Medians of x and of y in bins of equally many points along x: two arrays (<= n_bins,)."""
    keep = np.isfinite(x) & np.isfinite(y)
    x, y = x[keep], y[keep]
    parts = np.array_split(np.argsort(x, kind="stable"), max(1, min(n_bins, len(x) // 10)))
    pairs = [(np.median(x[part]), np.median(y[part])) for part in parts if len(part)]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
