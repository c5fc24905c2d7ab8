r"""Where the training environments lie, and how far an environment is from their middle.

With n structures of N disordered atoms each, whose environments have mean :math:`\mu` and covariance C, the rows of the
training set scatter around :math:`\mu` as C/N. Then :math:`F^T F \approx n (\mu \mu^T + C/N)` and

.. math:: \mathrm{LPR} \approx \frac{n}{1 + N d^2}, \qquad
          d^2 = (x - \mu)^T \left( C + \tfrac{\alpha N}{n} I \right)^{-1} (x - \mu),

d the Mahalanobis distance from the mean environment. The regulariser makes C invertible exactly as it does in the fit.
What lies outside pool space no structure mean can have: there C is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.core.pool import PoolSpace
from lprviz.progress import Tick, no_tick


@dataclass(frozen=True, eq=False)
class EnvironmentSpread:
    """Mean and covariance of the environments of some structures, in pool space.

    Attributes
    ----------
    mean : ndarray of shape (rank,)
    variances : ndarray of shape (rank,)
        Eigenvalues of the covariance, never negative.
    axes : ndarray of shape (rank, rank)
        Its eigenvectors, column by column.
    n_environments : int
    """

    mean: FloatArray
    variances: FloatArray
    axes: FloatArray
    n_environments: int

    @classmethod
    def of(
        cls, pool: PoolSpace, offsets: NDArray[np.integer], structures: Sequence[int], *, tick: Tick = no_tick
    ) -> EnvironmentSpread:
        """Gather the environments ``offsets[s]:offsets[s + 1]`` of every structure s given; at least one."""
        mask = np.zeros(pool.n_environments, dtype=bool)
        for structure in structures:
            mask[offsets[structure] : offsets[structure + 1]] = True
        chosen = np.flatnonzero(mask)
        mean = (mask / len(chosen)) @ pool.environments
        scatter = np.zeros((pool.rank, pool.rank))
        for block in row_blocks(len(chosen), pool.rank):
            away = np.ascontiguousarray(pool.environments[chosen[block]] - mean)
            scatter += away.T @ away
            tick(block.stop, len(chosen))
        variances, axes = np.linalg.eigh(scatter / len(chosen))
        return cls(frozen(mean), frozen(np.maximum(variances, 0.0)), frozen(axes), len(chosen))

    def squared_distances(self, rows: FloatArray, residuals: FloatArray, regulariser: float) -> FloatArray:
        """d^2 of environments with coordinates ``rows`` (m, rank) and ``residuals`` (m,) outside pool space -> (m,)."""
        along = (rows - self.mean) @ self.axes
        return np.square(along) @ (1.0 / (self.variances + regulariser)) + residuals / regulariser
