"""The training rows by their singular values: every regulariser at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.core.fit import is_labelled
from lprviz.core.forms import quadratic_forms
from lprviz.core.pool import PoolSpace
from lprviz.progress import Tick, no_tick


@dataclass(frozen=True, eq=False)
class Spectrum:
    r"""Singular value decomposition of the members' rows, :math:`R_S = U \Sigma Q^T`, with Q completed to a full basis.

    From it follow, for any :math:`\alpha` and with :math:`z = Q^T a`,

    .. math:: v(\alpha) = \sum_k \frac{z_k^2}{\sigma_k^2 + \alpha} + \frac{\rho}{\alpha}, \qquad
              w(\alpha) = Q \frac{\sigma}{\sigma^2 + \alpha} U^T y .

    Attributes
    ----------
    singular : ndarray of shape (rank,)
        sigma, zero for the directions that no member has.
    directions : ndarray of shape (rank, rank)
        Q, orthogonal.
    responses : ndarray of shape (rank,) or None
        U^T y, where every member has a target.
    """

    pool: PoolSpace
    members: tuple[int, ...]
    singular: FloatArray
    directions: FloatArray
    responses: FloatArray | None

    @classmethod
    def of(cls, pool: PoolSpace, members: tuple[int, ...], targets: FloatArray | None) -> Spectrum:
        """Decompose the rows of ``members``; the cost does not depend on the number of environments."""
        rows = pool.structures[list(members)]
        labels = targets[list(members)] if is_labelled(targets, members) else None
        if len(rows) > pool.rank:
            rows, labels = _compressed(rows, labels)
        left, values, directions = np.linalg.svd(rows, full_matrices=True)
        # What duplicate rows leave is rounding; kept, a tiny alpha would blow it up into weights.
        values[values < np.finfo(np.float64).eps * max(rows.shape) * values.max(initial=0.0)] = 0.0
        singular = np.zeros(pool.rank)
        singular[: len(values)] = values
        responses = None
        if labels is not None:
            responses = np.zeros(pool.rank)
            responses[: len(values)] = (left.T @ labels)[: len(values)]
        return cls(pool, members, singular, np.ascontiguousarray(directions.T), responses)

    def root(self, alpha: float) -> FloatArray:
        """G (rank, rank) with G G^T = (R_S^T R_S + alpha I)^-1."""
        return self.directions / np.sqrt(self.singular**2 + alpha)

    def weights(self, alpha: float) -> FloatArray | None:
        """Ridge weights in pool space (rank,), or None where a member's target is missing."""
        if self.responses is None:
            return None
        return self.directions @ (self.singular / (self.singular**2 + alpha) * self.responses)

    def condition(self, alpha: float) -> float:
        """Condition number of the root: how strongly rounding is magnified at this regulariser."""
        return float(np.sqrt(1.0 + self.singular.max(initial=0.0) ** 2 / alpha))

    def penalties(self, alpha: float) -> FloatArray:
        """|P a|^2 of every environment (n_environments,), from the squares where they have been built."""
        damping = 1.0 / (self.singular**2 + alpha)
        if "environment_squares" in self.__dict__:
            return frozen(self.environment_squares @ damping**2)
        return frozen(quadratic_forms(self.pool.environments, self.directions * damping))

    @cached_property
    def environment_squares(self) -> FloatArray:
        """z^2 of every environment (n_environments, rank): as large as the pool, so built only once alpha moves."""
        return self.squared(self.pool.environments)

    @cached_property
    def structure_squares(self) -> FloatArray:
        """z^2 of every structure (n_structures, rank)."""
        return self.squared(self.pool.structures)

    def squared(self, rows: FloatArray, *, tick: Tick = no_tick) -> FloatArray:
        """(Q^T a)^2 for rows (k, rank) -> (k, rank)."""
        squares = np.empty_like(rows)
        for block in row_blocks(*rows.shape):
            np.matmul(rows[block], self.directions, out=squares[block])
            np.square(squares[block], out=squares[block])
            tick(block.stop, len(rows))
        return frozen(squares)


def _compressed(rows: FloatArray, labels: FloatArray | None) -> tuple[FloatArray, FloatArray | None]:
    """Rotate many rows (m, r) into r rows with the same Gram matrix, and their labels with them."""
    rank = rows.shape[1]
    joined = rows if labels is None else np.column_stack([rows, labels])
    triangle = np.asarray(np.linalg.qr(joined, "r"))
    return triangle[:rank, :rank], None if labels is None else triangle[:rank, rank]
