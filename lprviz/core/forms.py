"""Quadratic forms x^T P x for many rows at once, with P = G G^T held by its square root G."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen, row_blocks, row_square_norms
from lprviz.core.edits import Edits
from lprviz.progress import Tick, no_tick

REPAIR_BELOW = 0.05
"""A form that fell below this share of its running maximum has lost digits to cancellation and is solved exactly."""

_SAFE_MARGIN = 1.0 + 1e-6
"""With this much left, rounding cannot have taken a value below its floor."""


def quadratic_forms(rows: FloatArray, root: FloatArray, *, tick: Tick = no_tick) -> FloatArray:
    """|G^T x|^2 for rows (k, r) and root (r, r) -> (k,), without a temporary of the size of ``rows``."""
    forms = np.empty(len(rows))
    for block in row_blocks(*rows.shape):
        forms[block] = row_square_norms(rows[block] @ root)
        tick(block.stop, len(rows))
    return forms


def products(rows: FloatArray, vectors: FloatArray) -> FloatArray:
    """``rows @ vectors`` (k, r) x (r, m) -> (m, k), in as few passes over ``rows`` as pay off.

    One or two vectors are fastest as matrix-vector products, which run at the speed of memory (a product with a
    two-column matrix took 2.7 times as long as one with a vector, one with eight columns 3 times).
    """
    if vectors.shape[1] <= 2:
        values = np.empty((vectors.shape[1], len(rows)))
        for vector, out in zip(np.ascontiguousarray(vectors.T), values, strict=True):
            np.matmul(rows, vector, out=out)
        return values
    return np.ascontiguousarray((rows @ vectors).T)


def signed_squares(values: FloatArray, signs: Sequence[int]) -> FloatArray:
    """sum_j signs_j values_j^2 for values (m, k) and m signs -> (k,)."""
    total = np.square(values[0])
    if signs[0] < 0:
        np.negative(total, out=total)
    for row, sign in zip(values[1:], signs[1:], strict=True):
        total += sign * np.square(row)
    return total


_NONE = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class TrackedForms:
    """Values of a quadratic form over rows, and how large each once was since it was last solved exactly.

    A rank-one update is a difference: what falls from 1e6 to 1 keeps the rounding of 1e6. The running maximum says
    which values have that problem, so that only those are solved again.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
    floor : ndarray of shape (n_rows,)
        `REPAIR_BELOW` times the running maximum of each value.
    margin : float
        Every value is at least this many times its floor. While edits cannot have used it up, nothing is compared:
        the arrays have left the processor's cache since the last edit, and fetching one costs as much as using it.
    """

    values: FloatArray
    floor: FloatArray
    margin: float

    @classmethod
    def exact(cls, values: FloatArray) -> TrackedForms:
        """Forms just solved from scratch: each is its own running maximum."""
        values = frozen(values)
        return cls(values, frozen(REPAIR_BELOW * values), 1.0 / REPAIR_BELOW)

    def after(
        self,
        edits: Edits,
        products: FloatArray,
        rows: FloatArray,
        outside: Callable[[NDArray[np.intp]], FloatArray] | None = None,
    ) -> tuple[TrackedForms, NDArray[np.intp]]:
        """The forms after ``edits``, with what cancelled solved exactly.

        Parameters
        ----------
        edits : Edits
        products : ndarray of shape (m, n_rows)
            The edits' vectors times the rows.
        rows : ndarray of shape (n_rows, rank)
        outside : callable, optional
            For some rows, the part of their forms that no edit changes.

        Returns
        -------
        tuple of TrackedForms and ndarray
            The new forms, and the rows that were solved exactly.
        """
        change = signed_squares(products, edits.signs)
        values = np.subtract(self.values, change, out=change)
        # Additions only lower and removals only raise: each spares one half of the bookkeeping.
        floor = np.maximum(self.floor, REPAIR_BELOW * values) if -1 in edits.signs else self.floor
        margin, repaired = self.margin / edits.shrink, _NONE
        if margin < _SAFE_MARGIN:
            ratio = np.divide(values, floor, out=np.full_like(values, 1.0 / REPAIR_BELOW), where=floor > 0.0)
            repaired = np.flatnonzero(ratio < 1.0)
            ratio[repaired] = 1.0 / REPAIR_BELOW
            margin = float(ratio.min(initial=1.0 / REPAIR_BELOW))
        if repaired.size:
            values[repaired] = quadratic_forms(rows[repaired], edits.root)
            if outside is not None:
                values[repaired] += outside(repaired)
            floor = floor.copy()
            floor[repaired] = REPAIR_BELOW * values[repaired]
        return TrackedForms(frozen(values), frozen(floor), margin), repaired
