"""Read-only float64 arrays, and walking over their rows in blocks that fit the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_BLOCK_BYTES = 4 * 2**20
"""A block and its product both stay in cache at this size; larger was slower, smaller pays for the calls."""


def frozen(values: ArrayLike, order: Literal["C", "F"] = "C") -> FloatArray:
    """Return ``values`` as a read-only, contiguous float64 array, without copying where none is needed.

    The caller's own array stays writeable: what is returned is a view of it.
    """
    array = np.asarray(values, dtype=np.float64, order=order).view(np.ndarray)
    array.flags.writeable = False
    return array


def row_blocks(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Yield slices over ``n_rows`` so that a float64 block of ``n_columns`` stays near 4 MiB."""
    step = max(32, _BLOCK_BYTES // (8 * max(1, n_columns)))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def row_square_norms(rows: FloatArray) -> FloatArray:
    """Square norms of rows (k, m) -> (k,), without a temporary of the size of ``rows``."""
    return np.einsum("ij,ij->i", rows, rows)
