r"""How the prediction for one atom is tied to that for every other: the tug that defines rigidity.

Forcing atom i up by eps drags atom k by :math:`\epsilon \, (x_k^T P x_i) / (x_i^T P x_i)`.
"""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.pool import PoolSpace
from lprviz.errors import ModelError

_NEGLIGIBLE = 1e-6
"""What lies outside pool space may be ignored where it changes no correlation by more than this."""


def covariances(pool: PoolSpace, root: FloatArray, variance: FloatArray, alpha: float, index: int) -> FloatArray:
    """x_i^T P x_k for every k -> (n_environments,), in units of the label-noise variance.

    Inside pool space this is a_i^T P a_k. What lies outside is tied together by the regulariser alone, and needs the
    features themselves: for two atoms that no structure of the pool ever separates it is everything.

    Raises
    ------
    ModelError
        Where something lies outside and the pool kept no features.
    """
    chosen = pool.environments[index]
    inside = pool.environments @ (root @ (chosen @ root))
    if _outside_correlation(pool, variance, alpha, index) <= _NEGLIGIBLE:
        return frozen(inside)
    if pool.features is None:
        raise ModelError(
            f"The covariances of environment {index} need the features, which this pool did not keep.",
            "Build the pool with keep_features=True.",
        )
    outside = np.asarray(pool.features[index], dtype=np.float64) - pool.basis @ chosen
    inside += (pool.features @ outside) / alpha
    inside[index] = variance[index]
    return frozen(inside)


def _outside_correlation(pool: PoolSpace, variance: FloatArray, alpha: float, index: int) -> float:
    """Bound of what the outside adds to any correlation with one atom, by Cauchy and Schwarz."""
    shares = np.divide(pool.residuals, variance, out=np.zeros_like(variance), where=variance > 0.0) / alpha
    return float(np.sqrt(shares[index] * shares.max()))


def correlations(covariance: FloatArray, variance: FloatArray, index: int) -> FloatArray:
    """Covariances with one atom -> correlations in [-1, 1]; 0 with an environment that has no features."""
    spread = np.sqrt(variance * variance[index])
    values = np.divide(covariance, spread, out=np.zeros_like(spread), where=spread > 0.0)
    return frozen(np.clip(values, -1.0, 1.0, out=values))
