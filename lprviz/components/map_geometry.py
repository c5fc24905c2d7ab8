"""Which points of a map to draw, which lie on top, and which a gesture means: plain arrays, all points at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.intp]

_CELLS = 64
_SHARE_FOR_COVERAGE = 4


def thin_points(xy: NDArray[np.float64], limit: int, seed: int = 0) -> Indices:
    """Choose at most ``limit`` points that still cover the whole map, in a fixed random drawing order.

    A quarter of the room is shared out evenly over the occupied cells of a grid, so that no lonely region vanishes;
    the rest is a plain random sample, so that dense regions still look dense.

    Parameters
    ----------
    xy : (n, 2) array
    limit : int
        The largest number of points to keep.
    seed : int
        The same seed gives the same choice.

    Returns
    -------
    (min(n, limit),) indices
        Shuffled: data sets come sorted by kind, and drawing in that order would bury one kind under the next.
    """
    order = np.random.default_rng(seed).permutation(len(xy))
    if len(xy) <= limit:
        return order
    cells = _cell_numbers(xy)[order]
    rank = _rank_within(cells)
    guaranteed = max(1, limit // (_SHARE_FOR_COVERAGE * int(np.count_nonzero(rank == 0))))
    first = np.flatnonzero(rank < guaranteed)[:limit]
    rest = np.flatnonzero(rank >= guaranteed)[: limit - first.size]
    return order[np.sort(np.concatenate([first, rest]))]


def rare_points(keys: NDArray[np.intp], limit: int) -> Indices:
    """Choose the points whose key is rare, the rarest last, so that drawing them again keeps them in sight.

    Parameters
    ----------
    keys : (n,) integers
        A class per point from 0 upwards, -1 for points without one.
    limit : int
        Keys are taken whole, rarest first, while they hold at most this many points together.
    """
    counts = np.bincount(keys[keys >= 0])
    present = np.flatnonzero(counts)
    by_rarity = present[np.argsort(counts[present], kind="stable")]
    chosen = by_rarity[np.cumsum(counts[by_rarity]) <= limit]
    table = np.zeros(counts.size + 1, dtype=bool)
    table[chosen] = True
    found = np.flatnonzero(table[keys])  # key -1 reads the last entry, which stays False
    return found[np.argsort(-counts[keys[found]], kind="stable")]


@dataclass(frozen=True)
class PointIndex:
    """Points sorted by height once, so that a lasso visits only the points beside each of its edges.

    Attributes
    ----------
    xy : (n, 2) array
    order : (n,) indices
        The points from the lowest to the highest.
    """

    xy: NDArray[np.float64]
    order: Indices

    @classmethod
    def of(cls, xy: NDArray[np.float64]) -> PointIndex:
        """Index ``xy`` (n, 2)."""
        return cls(xy, np.argsort(xy[:, 1], kind="stable"))

    def inside_polygon(self, xs: ArrayLike, ys: ArrayLike) -> Indices:
        """Return the points inside a closed polygon (even-odd rule), ascending.

        The cost is the sum over edges of the points at the edge's height, a few passes over the points in all,
        however finely the polygon is drawn.
        """
        corners = np.column_stack([np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)])
        if len(corners) < 3:
            return np.empty(0, dtype=np.intp)
        heights, across = self.xy[self.order, 1], self.xy[self.order, 0]
        ends = np.roll(corners, -1, axis=0)
        low = np.searchsorted(heights, np.minimum(corners[:, 1], ends[:, 1]))
        high = np.searchsorted(heights, np.maximum(corners[:, 1], ends[:, 1]))
        inside = np.zeros(len(self.xy), dtype=bool)
        for (x0, y0), (x1, y1), a, b in zip(corners.tolist(), ends.tolist(), low.tolist(), high.tolist(), strict=True):
            if b > a:
                crossing = x0 + (heights[a:b] - y0) * ((x1 - x0) / (y1 - y0))
                inside[a:b] ^= across[a:b] < crossing
        return np.sort(self.order[inside])

    def inside_box(self, x0: float, x1: float, y0: float, y1: float) -> Indices:
        """Return the points inside a box, ascending."""
        x, y = self.xy[:, 0], self.xy[:, 1]
        left, right = sorted((x0, x1))
        bottom, top = sorted((y0, y1))
        return np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))

    def nearest(self, x: float, y: float, reach: tuple[float, float], among: Indices) -> int | None:
        """Return the point of ``among`` nearest to (x, y), or None if none lies within the ellipse ``reach``."""
        if among.size == 0:
            return None
        away = (self.xy[among] - (x, y)) / np.maximum(reach, 1e-300)
        square = np.einsum("ij,ij->i", away, away)
        best = int(np.argmin(square))
        return int(among[best]) if square[best] <= 1.0 else None


def padded_limits(values: NDArray[np.float64], margin: float = 0.05) -> tuple[float, float]:
    """Return limits that hold all values with a margin on either side, never of zero width."""
    if values.size == 0:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    reach = margin * (high - low) or max(abs(low), 1.0) * margin
    return low - reach, high + reach


def _cell_numbers(xy: NDArray[np.float64]) -> Indices:
    low = xy.min(axis=0)
    span = np.maximum(xy.max(axis=0) - low, 1e-300)
    columns = np.minimum(((xy - low) / span * _CELLS).astype(np.intp), _CELLS - 1)
    return columns[:, 0] * _CELLS + columns[:, 1]


def _rank_within(cells: Indices) -> Indices:
    by_cell = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[by_cell], cells[by_cell])
    rank = np.empty(cells.size, dtype=np.intp)
    rank[by_cell] = np.arange(cells.size) - starts
    return rank
