r"""Rigidity of any combination of local predictions: groups, differences, and what moves when one atom is moved.

A combination :math:`g = \sum_i c_i x_i` of environments is pinned like a single one, by :math:`1/(g^T P g)` with
:math:`P = (F_S^T F_S + \alpha I)^{-1}`. With the coordinates :math:`a = V^T g` and what lies outside pool space,
:math:`e = g - V a`,

.. math:: g^T P h = a_g^T P_r a_h + e_g \cdot e_h / \alpha .

Residuals of single atoms do not add up to e: two atoms may lie outside in the same direction. So e is formed from the
features, unless Cauchy and Schwarz show that it cannot matter.

Laws (tested): the mean of a structure's atoms has the structure's PR; var(a - b) = v_a + v_b - 2 cov; an atom less
itself is infinitely rigid; a label of g, added to the training set, raises its rigidity by exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.core.blas import one_blas_thread
from lprviz.core.pool import PoolSpace
from lprviz.errors import ModelError

NEGLIGIBLE = 1e-8
"""What lies outside pool space is left away where it is at most this share of every variance."""


@dataclass(frozen=True, eq=False)
class Directions:
    """Vectors of feature space, as a pool sees them.

    Attributes
    ----------
    coordinates : ndarray of shape (m, rank)
        Inside pool space.
    outside : ndarray of shape (m, n_features) or None
        What is left, orthogonal to pool space; None where it does not matter.
    """

    coordinates: FloatArray
    outside: FloatArray | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "coordinates", frozen(self.coordinates))
        if self.outside is not None:
            object.__setattr__(self, "outside", frozen(self.outside))

    def covariance(self, root: FloatArray, alpha: float) -> FloatArray:
        """g^T P h for all pairs (m, m), in label-noise variances, with G G^T = P the engine's ``root``."""
        with one_blas_thread:
            images = self.coordinates @ root
            values = images @ images.T
            if self.outside is not None:
                values += self.outside @ self.outside.T / alpha
        return frozen(values)

    def covariance_with(self, pool: PoolSpace, root: FloatArray, alpha: float) -> FloatArray:
        """x_i^T P g for every environment of the pool that they are made on (m, n_environments)."""
        with one_blas_thread:
            values = (pool.environments @ (root @ (self.coordinates @ root).T)).T
            if self.outside is not None:
                features = _features(pool)
                for block in row_blocks(*features.shape):
                    values[:, block] += self.outside @ np.asarray(features[block], dtype=np.float64).T / alpha
        return frozen(values)

    def given(self, known: FloatArray, root: FloatArray) -> Directions:
        """What is left of each direction once the prediction along ``known`` (rank,), inside the pool, is fixed.

        The part of g that P correlates with ``known`` is taken off: :math:`g - k (k^T P g) / (k^T P k)`.
        """
        image = known @ root
        variance = float(image @ image)
        if variance == 0.0:
            return self
        shares = (self.coordinates @ (root @ image)) / variance
        return Directions(self.coordinates - np.outer(shares, known), self.outside)


def needs_features(
    pool: PoolSpace, root: FloatArray, alpha: float, environments: ArrayLike, weights: FloatArray | None = None
) -> bool:
    """Whether what lies outside pool space can matter to these combinations; see `combined` for the parameters."""
    chosen = np.asarray(environments, dtype=np.intp)
    reach = np.sqrt(pool.residuals[chosen])
    if weights is not None:
        reach = np.abs(weights) @ reach
    with one_blas_thread:
        inside = np.linalg.norm(_inside(pool, chosen, weights) @ root, axis=1)
    return bool((reach**2 > NEGLIGIBLE * alpha * inside**2).any())


def combined(
    pool: PoolSpace, root: FloatArray, alpha: float, environments: ArrayLike, weights: FloatArray | None = None
) -> Directions:
    """Combine environments of a pool.

    Parameters
    ----------
    pool : PoolSpace
        With features, unless `needs_features` is false.
    root : ndarray of shape (rank, rank)
        The engine's square root of P.
    alpha : float
        The engine's regulariser.
    environments : array of int, shape (k,)
        The environments that take part.
    weights : ndarray of shape (m, k), optional
        One combination per row; by default every environment by itself, m = k.

    Returns
    -------
    Directions
        m of them.

    Raises
    ------
    ModelError
        Where features are needed and were not kept.
    """
    chosen = np.asarray(environments, dtype=np.intp)
    if not needs_features(pool, root, alpha, chosen, weights):
        return Directions(_inside(pool, chosen, weights), None)
    vectors = _gathered(_features(pool), chosen, weights)
    with one_blas_thread:
        # From the features rather than from coordinates: a difference of like atoms keeps its digits.
        coordinates = vectors @ pool.basis
        return Directions(coordinates, vectors - coordinates @ pool.basis.T)


def _inside(pool: PoolSpace, chosen: NDArray[np.intp], weights: FloatArray | None) -> FloatArray:
    return pool.environments[chosen] if weights is None else _gathered(pool.environments, chosen, weights)


def _gathered(rows: NDArray, chosen: NDArray[np.intp], weights: FloatArray | None) -> FloatArray:
    """``weights @ rows[chosen]`` without a copy of all the rows chosen; those rows where there are no weights."""
    if weights is None:
        return np.asarray(rows[chosen], dtype=np.float64)
    total = np.zeros((len(weights), rows.shape[1]))
    with one_blas_thread:
        for block in row_blocks(len(chosen), rows.shape[1]):
            total += weights[:, block] @ np.asarray(rows[chosen[block]], dtype=np.float64)
    return total


def _features(pool: PoolSpace) -> NDArray:
    if pool.features is None:
        raise ModelError(
            "This combination of environments needs the features, which the pool did not keep.",
            "Build the pool with keep_features=True.",
        )
    return pool.features
