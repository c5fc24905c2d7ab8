"""Counting values into fixed bins along a colour scale, and the outline of the result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.colours import ColourScale, Kind, format_value

_GAP = 0.5  # between the last bin and what lies beyond it, in bins
_EDGE = 0.05  # of the axis: closer to an end, a label would touch the one of what lies beyond
_STEPS_OF_A_DECADE = ((1.0,), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))


@dataclass(frozen=True)
class HistogramCounts:
    """How many values lie in each bin, below, above, and nowhere.

    Attributes
    ----------
    counts : (n_bins,) array of int
        Bins of equal width on the scale's own axis; the last includes its upper end.
    below, above : int
        Values beyond the limits.
    undefined : int
        Values that have no place on the axis: nan, and on logarithmic axes zero or less.
    """

    counts: NDArray[np.intp]
    below: int
    above: int
    undefined: int

    @property
    def total(self) -> int:
        """All values, undefined ones included."""
        return int(self.counts.sum()) + self.below + self.above + self.undefined

    def outline(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the closed outline of the bars: x as a fraction of the axis, y as counts; nan between parts.

        The bars of values beyond the limits stand half a bin off either end.
        """
        n = self.counts.size
        edges = np.arange(n + 1) / n
        x = np.concatenate([[0.0], np.repeat(edges, 2)[1:-1], [1.0]])
        y = np.concatenate([[0.0], np.repeat(self.counts, 2), [0.0]])
        width, gap = 1.0 / n, _GAP / n
        low_x, low_y = _bar(-gap - width, -gap, self.below)
        high_x, high_y = _bar(1 + gap, 1 + gap + width, self.above)
        nan = [np.nan]
        return np.concatenate([low_x, nan, x, nan, high_x]), np.concatenate([low_y, nan, y, nan, high_y])


def histogram_counts(values: ArrayLike, kind: Kind, low: float, high: float, n_bins: int) -> HistogramCounts:
    """Count values into ``n_bins`` bins between ``low`` and ``high`` that are even on the axis of ``kind``.

    Parameters
    ----------
    values : (n,) array
    kind : {"log", "linear", "log2-ratio", "signed"}
        The axis, as in `lprviz.core.colours.ColourScale`.
    low, high : float
        The limits, in the quantity's own units.
    n_bins : int

    Returns
    -------
    HistogramCounts
        Every value is counted exactly once.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    places = ColourScale("", kind, low, high).fractions(flat)
    defined = ~np.isnan(places)
    below, above = defined & (flat < low), defined & (flat > high)
    inside = places[defined & ~below & ~above]
    bins = np.minimum((inside * n_bins).astype(np.intp), n_bins - 1)
    return HistogramCounts(
        counts=np.bincount(bins, minlength=n_bins),
        below=int(np.count_nonzero(below)),
        above=int(np.count_nonzero(above)),
        undefined=int(flat.size - np.count_nonzero(defined)),
    )


def axis_places(values: ArrayLike, scale: ColourScale, n_bins: int) -> NDArray[np.float64]:
    """Return where defined values stand on the axis (fractions); those beyond a limit at the bar beyond it."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    places = scale.fractions(flat)
    beyond = (_GAP + 0.5) / n_bins
    places = np.where(flat < scale.low, -beyond, np.where(flat > scale.high, 1 + beyond, places))
    return places[~np.isnan(scale.fractions(flat))]


def inner_ticks(scale: ColourScale) -> list[tuple[float, str]]:
    """Return (fraction, label) of the marks that stand clear of both ends of the axis.

    Those of the colour bar where they serve; on a logarithmic axis of a decade or less, the coarsest multiples of
    powers of ten of which two find room.
    """
    inner = _clear_of_ends(scale.ticks())
    for steps in _STEPS_OF_A_DECADE if scale.kind == "log" else ():
        if len(inner) < 2:
            inner = _clear_of_ends(_log_ticks(scale, steps))
    return inner


def _log_ticks(scale: ColourScale, steps: Iterable[float]) -> Iterable[tuple[float, str]]:
    decades = np.arange(np.floor(np.log10(scale.low)), np.ceil(np.log10(scale.high)) + 1)
    values = np.outer(10.0**decades, list(steps)).ravel()
    return zip(scale.fractions(values).tolist(), map(format_value, values), strict=True)


def _clear_of_ends(ticks: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    return [(place, label) for place, label in ticks if _EDGE < place < 1 - _EDGE]  # beyond an end, a place is 0 or 1


def _bar(left: float, right: float, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([left, left, right, right]), np.array([0.0, height, height, 0.0])
