"""The training rows by their singular values: every regulariser at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.core.fit import is_labelled
from lprviz.core.forms import quadratic_forms
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import training_rows
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
    environment_squares : ndarray of shape (n_environments, rank) or None
        z^2 of every environment: as large as the pool, so None until `expanded`.
    structure_squares : ndarray of shape (n_structures, rank) or None
        z^2 of every structure, likewise.
    """

    pool: PoolSpace
    members: tuple[int, ...]
    singular: FloatArray
    directions: FloatArray
    responses: FloatArray | None
    environment_squares: FloatArray | None = None
    structure_squares: FloatArray | None = None

    @classmethod
    def of(
        cls, pool: PoolSpace, members: tuple[int, ...], targets: FloatArray | None, *, tick: Tick = no_tick
    ) -> Spectrum:
        """Decompose the rows of ``members``; the cost does not depend on the number of environments."""
        rows, labels = training_rows(pool, members, targets if is_labelled(targets, members) else None, tick=tick)
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
        """Condition number of the root, bounded by the Frobenius norm: how strongly rounding is magnified."""
        return float(np.sqrt(1.0 + np.sum(self.singular**2) / alpha))

    def expanded(self, *, tick: Tick = no_tick) -> Spectrum:
        """The same with the squares worked out, after which each regulariser is a matrix-vector product."""
        if self.environment_squares is not None:
            return self
        structures = _squared(self.pool.structures, self.directions, no_tick)
        return replace(
            self,
            environment_squares=_squared(self.pool.environments, self.directions, tick),
            structure_squares=structures,
        )

    def variances(self, alpha: float, *, tick: Tick = no_tick) -> FloatArray:
        """v = 1/LPR of every environment (n_environments,), from the squares where they are there."""
        variances = self._summed(self.environment_squares, self.pool.environments, 1.0, alpha, tick)
        variances += self.pool.residuals / alpha
        return variances

    def leverages(self, alpha: float) -> FloatArray:
        """f^T P f of every structure (n_structures,)."""
        return self._summed(self.structure_squares, self.pool.structures, 1.0, alpha, no_tick)

    def penalties(self, alpha: float) -> FloatArray:
        """|P a|^2 of every environment (n_environments,)."""
        return frozen(self._summed(self.environment_squares, self.pool.environments, 2.0, alpha, no_tick))

    def _summed(
        self, squares: FloatArray | None, rows: FloatArray, power: float, alpha: float, tick: Tick
    ) -> FloatArray:
        """sum_k z_k^2 / (sigma_k^2 + alpha)^power for every row, without a temporary of the size of ``rows``."""
        damping = (self.singular**2 + alpha) ** -power
        if squares is not None:
            return squares @ damping
        return quadratic_forms(rows, self.directions * np.sqrt(damping), tick=tick)


def _squared(rows: FloatArray, directions: FloatArray, tick: Tick) -> FloatArray:
    """(Q^T a)^2 for rows (k, rank) -> (k, rank), laid out in memory as ``rows`` are."""
    squares = np.empty_like(rows)
    for block in row_blocks(*rows.shape):
        np.matmul(rows[block], directions, out=squares[block])
        np.square(squares[block], out=squares[block])
        tick(block.stop, len(rows))
    squares.flags.writeable = False
    return squares
