"""Logarithmic axes that keep still while the data change, with labels as the rest of the page writes numbers."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
from bokeh.models import FixedTicker
from bokeh.plotting import figure as Figure
from numpy.typing import ArrayLike, NDArray

from lprviz.components.histogram_bins import inner_ticks
from lprviz.core.colours import ColourScale

Limits = tuple[float, float]

_STEPS = 2  # limits stand at half decades
_SPARE = 1.5  # decades: with more room to spare than this, limits move in again


def log_limits(values: ArrayLike, low_share: float = 0.0) -> Limits | None:
    """Limits at half decades around positive values, or None where there is none.

    Parameters
    ----------
    values : (n,) array
        What is not positive and finite has no place.
    low_share : float
        Share of the smallest values that may stay outside.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    flat = flat[np.isfinite(flat) & (flat > 0.0)]
    if not flat.size:
        return None
    low, high = np.log10(np.quantile(flat, low_share)), np.log10(flat.max())
    bottom, top = np.floor(low * _STEPS - 1e-9), np.ceil(high * _STEPS + 1e-9)
    return float(10.0 ** (bottom / _STEPS)), float(10.0 ** (max(top, bottom + 1) / _STEPS))


def steady_limits(before: Limits | None, needed: Limits) -> Limits:
    """The limits in force while they serve, so that edits can be compared; else those that are needed."""
    if before is None or needed[0] < before[0] or needed[1] > before[1]:
        return needed
    spare = np.log10(needed[0] / before[0]) + np.log10(before[1] / needed[1])
    return needed if spare > _SPARE else before


def set_log_axis(figure: Figure, side: Literal["x", "y"], limits: Limits, title: str) -> None:
    """Give an axis of a figure made with ``x_axis_type="log"`` (or y) its limits, marks and title."""
    low, high = limits
    axis_range = cast(Any, figure.x_range if side == "x" else figure.y_range)
    if (axis_range.start, axis_range.end) == limits:
        return
    axis_range.update(start=low, end=high)
    axis = figure.xaxis if side == "x" else figure.yaxis
    marks: dict[Any, Any] = {
        low * (high / low) ** place: label for place, label in inner_ticks(ColourScale("", "log", low, high))
    }
    axis.ticker = FixedTicker(ticks=list(marks))
    axis.major_label_overrides = marks
    axis.axis_label = title


def clamped(values: NDArray[np.float64], limits: Limits) -> NDArray[np.float64]:
    """Values (n,) moved to the limits that they lie beyond; nan stays."""
    return np.clip(values, *limits)
