r"""Switching structures in and out, in pool space alone: nothing here depends on the number of environments.

With P = G G^T the inverse Hessian, w = G^T f and h = |w|^2, adding (sign +1) or removing (-1) a structure f gives

.. math:: P' = P - \mathrm{sign} \frac{u u^T}{d}, \qquad u = G w, \quad d = 1 + \mathrm{sign}\, h .

The square root is what is held and updated, :math:`G' = G - \mathrm{sign}\, u w^T / (\sqrt d (1 + \sqrt d))`
(J. E. Potter, 1963; see G. J. Bierman, *Factorization Methods for Discrete Sequential Estimation*, 1977): P' then stays
positive whatever the rounding, and the digits lost go as the root of the condition number rather than as the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lprviz.core.arrays import FloatArray

SMALLEST_SLACK = 1e-3
"""A removal with 1 - h below this takes away something nothing else holds: too many digits go, so factor afresh."""

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Edits:
    """What a sequence of m additions and removals does to everything else.

    Attributes
    ----------
    vectors : ndarray of shape (rank, m)
        u / sqrt(d) of each edit, as of when it is made.
    signs : tuple of int
        +1 for an addition, -1 for a removal: a form x^T P x falls by ``signs @ (vectors.T @ x)**2``.
    root : ndarray of shape (rank, rank)
        G after all edits.
    weights : ndarray of shape (rank,) or None
        Ridge weights after all edits.
    innovations : ndarray of shape (m,) or None
        A prediction x.w rises by ``innovations @ (vectors.T @ x)``.
    shrink : float
        No form falls below 1/shrink of itself: by Cauchy and Schwarz one addition divides it by at most 1 + h.
    growth : float
        By how much the trace of the Hessian rises: the square norms of the structures added, less those removed.
    drift : float
        Rounding these edits add, relative, before the condition number of the root.
    """

    vectors: FloatArray
    signs: tuple[int, ...]
    root: FloatArray
    weights: FloatArray | None
    innovations: FloatArray | None
    shrink: float
    growth: float
    drift: float


def apply_edits(
    root: FloatArray,
    rows: FloatArray,
    signs: Sequence[int],
    weights: FloatArray | None = None,
    targets: FloatArray | None = None,
) -> Edits | None:
    """Work through edits one by one in pool space.

    Parameters
    ----------
    root : ndarray of shape (rank, rank)
    rows : ndarray of shape (m, rank)
        The structures' coordinates, in the order of the edits (additions first keeps every intermediate small).
    signs : sequence of int
        +1 to add, -1 to remove.
    weights, targets : ndarray, optional
        Current ridge weights (rank,) and the targets of ``rows`` (m,); both or neither.

    Returns
    -------
    Edits or None
        None where a removal would lose too many digits: factor afresh instead.
    """
    vectors = np.empty((root.shape[0], len(rows)))
    innovations = None if weights is None else np.empty(len(rows))
    shrink, growth, drift = 1.0, 0.0, 0.0
    for k, (row, sign) in enumerate(zip(rows, signs, strict=True)):
        inner = row @ root
        slack = 1.0 + sign * float(inner @ inner)
        if slack < SMALLEST_SLACK:
            return None
        stretch = np.sqrt(slack)
        vector = (root @ inner) / stretch
        change = (vector * (-sign / (1.0 + stretch)))[:, None] * inner
        root = np.add(change, root, out=change)
        vectors[:, k] = vector
        if weights is not None and targets is not None and innovations is not None:
            innovations[k] = sign * (targets[k] - row @ weights) / stretch
            weights = weights + innovations[k] * vector
        shrink *= max(slack, 1.0)
        growth += sign * float(row @ row)
        drift += _EPS * (1.0 if sign > 0 else 1.0 / slack)
    return Edits(vectors, tuple(signs), root, weights, innovations, shrink, growth, drift)
