r"""What switching a structure that brings a block of rows would do to every atom, from the few rows that matter.

With W = B G the whitened rows and :math:`W W^T = Q s^2 Q^T`, switching B with sign +1 or -1 turns the variance
:math:`v = |t|^2 + \rho / \alpha`, t = G^T a, into

.. math:: v' = v - \mathrm{sign} \sum_k \frac{s_k^2 \, (u_k \cdot t)^2}{1 + \mathrm{sign} \, s_k^2},
          \qquad u_k = W^T q_k / s_k .

Of the rows of a structure, most say what others have said already: their :math:`s_k^2` is tiny. Leaving out those
below `TOLERANCE` replaces :math:`1 + \mathrm{sign} \, s_k^2` by 1 in some terms of a sum of positive ones, so that v'
is right to that share, whatever the atom.
"""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray, row_blocks
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import whitened_rows

TOLERANCE = 1e-4
"""Relative error of a preview's LPR where structures bring blocks of rows."""

_LOST_TO_CANCELLATION = 1e-9
"""A variance that falls below this share of itself keeps fewer digits than `TOLERANCE` in a difference."""

_SMALLEST_SLACK = 1e-6
"""What leaves nearly nothing behind is factored afresh: its slack has lost its digits."""


def block_preview(
    pool: PoolSpace, root: FloatArray, variance: FloatArray, structure: int, sign: int
) -> FloatArray | None:
    """v' (n_environments,) with ``structure`` added (+1) or removed (-1), right to `TOLERANCE`.

    None where so many rows matter that factoring is as quick, or where too many digits would go.
    """
    image = strong_image(whitened_rows(pool, root, structure), sign)
    if image is None or len(image) > pool.rank // 2:
        return None
    change = image_squares(pool.environments, image @ root.T)
    if sign < 0:
        return np.add(variance, change, out=change)
    after = np.subtract(variance, change, out=change)
    return None if (after < _LOST_TO_CANCELLATION * variance).any() else after


def strong_image(whitened: FloatArray, sign: int) -> FloatArray | None:
    """Rows (m, rank) that t is multiplied by: s_k u_k / sqrt(1 + sign s_k^2) for the m rows that matter."""
    squares, directions = np.linalg.eigh(whitened @ whitened.T)
    strong = squares > TOLERANCE
    slack = 1.0 + sign * squares[strong]
    if (slack < _SMALLEST_SLACK).any():
        return None
    return (directions[:, strong] / np.sqrt(slack)).T @ whitened


def image_squares(rows: FloatArray, images: FloatArray) -> FloatArray:
    """|K a|^2 of rows a (n, rank) and images K (m, rank) -> (n,), the rows down the columns as a pool keeps them."""
    found = np.empty(len(rows))
    for block in row_blocks(*rows.shape):
        part = images @ rows[block].T
        np.square(part, out=part).sum(axis=0, out=found[block])
    return found
