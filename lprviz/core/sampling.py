"""Choose a few rows that stand for many: the sparse points of a kernel model.

Farthest points spread over everything that occurs, rare or not. CUR follows where most of the variation is. Both give
the same rows each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, row_square_norms
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

IndexArray = NDArray[np.intp]

_DUPLICATE_DISTANCE2 = 1e-10
"""Squared distance between unit rows under which a further point would only repeat one already chosen."""

_EXHAUSTED = 1e-12
"""Share of the first leading eigenvalue below which what is left of the rows is rounding."""

_SMALL = 40
"""Up to this many columns a full eigenproblem is cheaper than an iterative one."""


def farthest_points(rows: FloatArray, n_points: int, *, tick: Tick = no_tick) -> IndexArray:
    """Choose mutually distant rows, the same ones each time.

    Starts from the row farthest from the mean and adds the row whose nearest chosen row is farthest away.

    Parameters
    ----------
    rows : (N, F) array
    n_points : int
        How many to choose at most. Fewer come back where the rest only repeats rows already chosen.

    Returns
    -------
    (M,) array of int
        Row indices in the order chosen, M <= n_points.
    """
    square_norms = row_square_norms(rows)
    mean = rows.mean(axis=0)
    chosen = [int(np.argmax(square_norms - 2.0 * (rows @ mean)))]
    nearest = np.full(len(rows), np.inf)
    for done in range(1, min(n_points, len(rows))):
        tick(done, n_points)
        np.minimum(nearest, _square_distances(rows, square_norms, chosen[-1]), out=nearest)
        candidate = int(np.argmax(nearest))
        if nearest[candidate] < _DUPLICATE_DISTANCE2:
            break
        chosen.append(candidate)
    return np.array(chosen, dtype=np.intp)


def cur_points(rows: FloatArray, n_points: int, *, tick: Tick = no_tick) -> IndexArray:
    r"""Choose rows by CUR: that of highest leverage on the leading direction, which is then projected out [1]_, [2]_.

    With C what is left of :math:`X^T X` and v its leading eigenvector, the leverage of row i is proportional to
    :math:`(x_i \cdot v)^2`. After each choice its direction is removed from C, so that later choices add something.
    v is orthogonal to all that was removed; hence X itself stays as it is, and C alone is updated, at F^2 per choice.

    When the chosen rows span all rows, a new round starts with those that are left: a polynomial kernel still tells
    apart rows that are linearly dependent.

    Parameters
    ----------
    rows : (N, F) array
    n_points : int
        How many to choose at most. Fewer come back where the rest only repeats rows already chosen.

    Returns
    -------
    (M,) array of int
        Row indices in the order chosen, M <= n_points.

    References
    ----------
    .. [1] M. W. Mahoney, P. Drineas, Proc. Natl. Acad. Sci. 2009, 106, 697.
    .. [2] G. Imbalzano et al., J. Chem. Phys. 2018, 148, 241730 (one row at a time, projected out).
    """
    square_norms = row_square_norms(rows)
    available = square_norms > _DUPLICATE_DISTANCE2
    chosen: list[int] = []
    while len(chosen) < n_points and available.any():
        before = len(chosen)
        for point in _cur_round(rows, available, n_points - before):
            tick(len(chosen), n_points)
            chosen.append(point)
            available &= _square_distances(rows, square_norms, point) >= _DUPLICATE_DISTANCE2
        if len(chosen) == before:
            break
    if not chosen:  # every row is zero
        chosen = [0]
    return np.array(chosen, dtype=np.intp)


SAMPLERS: dict[str, Callable[..., IndexArray]] = {"farthest": farthest_points, "cur": cur_points}
"""Ways to choose sparse points, by name."""


def sampled_points(rows: FloatArray, n_points: int, sampling: str = "farthest", *, tick: Tick = no_tick) -> IndexArray:
    """Choose at most ``n_points`` of ``rows`` (N, F) in the way named; see `SAMPLERS`."""
    if sampling not in SAMPLERS:
        raise ModelError(f"There is no sampling {sampling!r}.", f"Choose one of {', '.join(SAMPLERS)}.")
    return SAMPLERS[sampling](rows, n_points, tick=tick)


def _cur_round(rows: FloatArray, available: NDArray[np.bool_], most: int) -> Iterator[int]:
    """Yield choices until the available rows are spanned; ``available`` shrinks meanwhile, as the caller sees fit."""
    left = rows[available]
    scatter = left.T @ left
    removed = np.empty((rows.shape[1], 0))
    first = 0.0
    while removed.shape[1] < min(most, rows.shape[1]) and available.any():
        value, leading = _leading_eigenvector(scatter)
        first = first or value
        if value <= _EXHAUSTED * first:
            return
        leverages = np.where(available, np.square(rows @ leading), -1.0)
        point = int(np.argmax(leverages))
        direction = _new_direction(rows[point], removed)
        if direction is None:
            return
        removed = np.column_stack([removed, direction])
        scatter = _projected_out(scatter, direction)
        yield point


def _leading_eigenvector(matrix: FloatArray) -> tuple[float, FloatArray]:
    """Largest eigenvalue of a symmetric matrix (F, F), and its eigenvector."""
    from scipy.sparse.linalg import eigsh

    if len(matrix) <= _SMALL:
        values, vectors = np.linalg.eigh(matrix)
        return float(values[-1]), vectors[:, -1]
    if not np.any(matrix):
        return 0.0, np.zeros(len(matrix))
    values, vectors = eigsh(matrix, k=1, which="LA", v0=matrix @ np.ones(len(matrix)))
    return float(values[0]), vectors[:, 0]


def _new_direction(row: FloatArray, removed: FloatArray) -> FloatArray | None:
    """Unit vector along what ``row`` adds to ``removed`` (F, k), or None where it adds nothing."""
    direction = row / np.linalg.norm(row)
    for _ in range(2):  # twice is enough to be orthogonal to rounding
        direction = direction - removed @ (removed.T @ direction)
    length = float(np.linalg.norm(direction))
    return direction / length if length > np.sqrt(_EXHAUSTED) else None


def _projected_out(scatter: FloatArray, direction: FloatArray) -> FloatArray:
    """(I - d d^T) C (I - d d^T) at the cost of two outer products."""
    image = scatter @ direction
    along = float(direction @ image)
    crossed = np.outer(image - 0.5 * along * direction, direction)
    return scatter - crossed - crossed.T


def _square_distances(rows: FloatArray, square_norms: FloatArray, point: int) -> FloatArray:
    return square_norms + square_norms[point] - 2.0 * (rows @ rows[point])
