"""Structures that bring more than one row into training: a block of derivatives besides their mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arguments import checked_rows
from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.core.pool import PoolSpace

_TALL = 4
"""Rows are gathered up to this many times their width before they are rotated into a triangle: large enough for the
rotation to run at the speed of matrix products, small enough to add little memory."""


@dataclass(frozen=True, eq=False, repr=False)
class RowBlocks:
    r"""What each structure adds to the loss beyond the row of its mean.

    With a block :math:`B_c` of k_c rows and its targets :math:`b_c`, a structure in training adds
    :math:`(f_c \cdot w - y_c)^2 + |B_c w - b_c|^2` to the loss, hence :math:`f_c f_c^T + B_c^T B_c` to the Hessian.
    Rows and targets are as they enter the loss: whoever wants a weight :math:`\omega` multiplies both by
    :math:`\sqrt\omega`.

    Attributes
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        The blocks one below the other: over features as given, over pool directions inside a `PoolSpace`.
    targets : ndarray of shape (n_rows,)
        One per row; none may be missing.
    offsets : ndarray of shape (n_structures + 1,)
        Rows of structure c are ``offsets[c]:offsets[c + 1]``; a structure may have none.
    """

    rows: FloatArray
    targets: FloatArray
    offsets: NDArray[np.intp]

    @classmethod
    def checked(cls, rows: ArrayLike, targets: ArrayLike, offsets: ArrayLike) -> RowBlocks:
        """Build blocks from plain arrays; ModelError where shapes disagree or a value is not finite."""
        table = frozen(checked_rows(rows, "rows of the blocks"))
        labels, bounds = frozen(targets), np.array(offsets, dtype=np.intp)
        if bounds.ndim != 1 or len(bounds) < 1 or bounds[0] or bounds[-1] != len(table) or (np.diff(bounds) < 0).any():
            raise ModelError(
                f"Offsets of shape {bounds.shape} do not cut {len(table)} rows into blocks.",
                "Give n_structures + 1 offsets that rise from 0 to the number of rows.",
            )
        if labels.shape != (len(table),) or not np.isfinite(labels).all():
            raise ModelError(
                f"The blocks have {len(table)} rows, but their targets have shape {labels.shape} or are not finite.",
                "Give one finite target per row; leave out rows without one.",
            )
        bounds.flags.writeable = False
        return cls(table, labels, bounds)

    @property
    def n_structures(self) -> int:
        """Number of structures, with rows or without."""
        return len(self.offsets) - 1

    @property
    def counts(self) -> NDArray[np.intp]:
        """Rows of each structure (n_structures,)."""
        return np.diff(self.offsets)

    def of(self, structure: int) -> tuple[FloatArray, FloatArray]:
        """Rows (k, n_columns) and targets (k,) of one structure: views."""
        part = slice(self.offsets[structure], self.offsets[structure + 1])
        return self.rows[part], self.targets[part]

    def projected(self, basis: FloatArray, *, tick: Tick = no_tick) -> RowBlocks:
        """The same blocks in the coordinates of ``basis`` (n_columns, rank)."""
        rows = np.empty((len(self.rows), basis.shape[1]))
        for block in row_blocks(*self.rows.shape):
            np.matmul(self.rows[block], basis, out=rows[block])
            tick(block.stop, len(rows))
        return RowBlocks(frozen(rows), self.targets, self.offsets)

    def __repr__(self) -> str:
        having = int(np.count_nonzero(self.counts))
        return f"RowBlocks({len(self.rows)} rows in {having} of {self.n_structures} structures)"


def training_rows(
    pool: PoolSpace, structures: Sequence[int], targets: FloatArray | None, *, tick: Tick = no_tick
) -> tuple[FloatArray, FloatArray | None]:
    """Rows (m, rank) that stand for all rows of some structures, and their targets (m,) where ``targets`` are given.

    Where there are more rows than directions they are rotated into as many as there are directions: the Gram matrix
    and the products with the targets, which are all that a fit and a rigidity depend on, stay what they were.

    Returns
    -------
    tuple of ndarray and (ndarray or None)
        At most rank + 1 rows; a last one without features holds what no weights can fit.
    """
    chunks = _chunks(pool, structures, targets)
    total = len(structures)
    if pool.blocks is not None:
        total += int(pool.blocks.counts[list(structures)].sum())
    width = pool.rank + (targets is not None)
    joined = np.concatenate(list(chunks)) if total <= width else triangle(chunks, width, total=total, tick=tick)
    return (joined, None) if targets is None else (joined[:, :-1], joined[:, -1])


def whitened_rows(pool: PoolSpace, root: FloatArray, structure: int) -> FloatArray:
    """W = B G (k, rank): all rows of one structure, or as many as there are directions that stand for them."""
    return training_rows(pool, (structure,), None)[0] @ root


def triangle(chunks: Iterable[FloatArray], width: int, *, total: int, tick: Tick = no_tick) -> FloatArray:
    """Rotate many rows, given in chunks of ``width`` columns, into at most ``width`` rows with their Gram matrix.

    QR decompositions one after another, so that no more than a few times ``width`` rows are held at once, and the
    condition number is never squared as by adding up Gram matrices.
    """
    held, count, done = [np.empty((0, width))], 0, 0
    for chunk in chunks:
        held.append(chunk)
        count, done = count + len(chunk), done + len(chunk)
        if count > _TALL * width:
            held = [np.asarray(np.linalg.qr(np.concatenate(held), "r"))]
            count = len(held[0])
            tick(done, total)
    rows = np.concatenate(held)
    return rows if len(rows) <= width else np.asarray(np.linalg.qr(rows, "r"))


def _chunks(pool: PoolSpace, structures: Sequence[int], targets: FloatArray | None) -> Iterator[FloatArray]:
    """The rows of some structures, with their targets as a last column where there are any: means, then blocks."""
    chosen = list(structures)
    means = pool.structures[chosen]
    yield means if targets is None else np.column_stack([means, targets[chosen]])
    if pool.blocks is not None:
        for structure in chosen:
            rows, labels = pool.blocks.of(structure)
            yield rows if targets is None else np.column_stack([rows, labels])
