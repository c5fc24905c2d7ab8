"""A map of environments: their principal components in pool space."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.core.blas import one_blas_thread
from lprviz.core.pool import PoolSpace


class PrincipalComponents(NamedTuple):
    """Coordinates (n_environments, n_components) and the share of the variance along each (n_components,)."""

    coordinates: FloatArray
    explained_variance_ratio: FloatArray


def principal_components(pool: PoolSpace, n_components: int = 2) -> PrincipalComponents:
    """Principal components of the environments within pool space.

    The sign of each axis is fixed by making its largest loading positive, so that the same data give the same map.
    Where pool space has fewer dimensions than asked for, the remaining coordinates are zero.

    Parameters
    ----------
    pool : PoolSpace
    n_components : int
        Number of axes.
    """
    kept = min(n_components, pool.rank)
    with one_blas_thread:
        centre = pool.environments.mean(axis=0)
        variances, axes = np.linalg.eigh(_scatter(pool.environments, centre))
        axes = _with_fixed_sign(axes[:, ::-1][:, :kept])
        coordinates = np.zeros((pool.n_environments, n_components))
        coordinates[:, :kept] = pool.environments @ axes - centre @ axes
    ratios = np.zeros(n_components)
    total = variances.clip(min=0.0).sum() if variances.size else 0.0
    if total > 0.0:
        ratios[:kept] = variances[::-1][:kept].clip(min=0.0) / total
    return PrincipalComponents(frozen(coordinates), frozen(ratios))


def _scatter(rows: FloatArray, centre: FloatArray) -> FloatArray:
    """Sum of outer products of centred rows (k, r) -> (r, r), centred before squaring to keep the digits."""
    scatter = np.zeros((rows.shape[1], rows.shape[1]))
    for block in row_blocks(*rows.shape):
        centred = rows[block] - centre
        scatter += centred.T @ centred
    return scatter


def _with_fixed_sign(axes: FloatArray) -> FloatArray:
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, np.arange(axes.shape[1])])
    return axes * np.where(signs == 0.0, 1.0, signs)
