"""Sparse polynomial kernel as a feature map: whitened columns, after which the rigidity engine holds unchanged.

With M sparse points, ``phi(x) = k_M(x) L^-T`` where ``L L^T = K_MM + jitter``. Then ``phi(x) . phi(y)`` is the
subset-of-regressors kernel ``k_M(x) K_MM^-1 k_M(y)``, and a ridge on ``phi`` with penalty ``alpha`` has the posterior
variance of the Gaussian process with that kernel and label noise ``alpha`` (divided by ``alpha``). Passing raw kernel
columns to the linear formula would be a different prior.

Source: J. Quiñonero-Candela, C. E. Rasmussen, J. Mach. Learn. Res. 2005, 6, 1939 (subset of regressors);
A. P. Bartók et al., Phys. Rev. Lett. 2010, 104, 136403 (sparse kernel potentials).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from lprviz.core.sampling import farthest_points, sampled_points
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

__all__ = ["SparseKernel", "farthest_points", "normalised_rows", "polynomial_kernel"]

FloatArray = NDArray[np.float64]

_ROWS_PER_BLOCK = 4096
_DEFAULT_MOST = 500


def default_n_sparse(n_environments: int) -> int:
    """Sparse points when none are asked for: half the environments, at most 500, at least one."""
    return max(1, min(_DEFAULT_MOST, n_environments // 2))


def normalised_rows(features: FloatArray) -> FloatArray:
    """Rows of `features` (N, F) at unit length; a row of zeros (an atom that sees nothing) stays zero."""
    rows = np.asarray(features, dtype=np.float64)
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return rows / np.where(norms > 0.0, norms, 1.0)[:, None]


def polynomial_kernel(left: FloatArray, right: FloatArray, zeta: int = 2) -> FloatArray:
    """Kernel ``(x . y)^zeta`` between unit rows `left` (N, F) and `right` (M, F); shape (N, M)."""
    return (left @ right.T) ** zeta


@dataclass(frozen=True)
class SparseKernel:
    """A polynomial kernel on M sparse points, ready to turn features into whitened kernel features.

    Attributes
    ----------
    points : (M, F) array
        Unit-length features of the sparse points.
    factor : (M, M) array
        Lower Cholesky factor of ``K_MM`` plus `jitter` on its diagonal.
    zeta : int
        Exponent of the kernel ``(x . y)^zeta``.
    jitter : float
        What was added to the diagonal of ``K_MM`` (the kernel of an environment with itself is 1).
    """

    points: FloatArray
    factor: FloatArray
    zeta: int
    jitter: float

    @classmethod
    def from_features(
        cls,
        features: FloatArray,
        n_sparse: int,
        *,
        zeta: int = 2,
        sampling: str = "farthest",
        jitter: float = 1e-10,
        tick: Tick = no_tick,
    ) -> SparseKernel:
        """Choose at most `n_sparse` sparse points among `features` (N, F), by farthest-point sampling or by ``"cur"``.

        Raises
        ------
        ModelError
            If `n_sparse` or `zeta` is below 1, or `features` is empty.
        """
        if n_sparse < 1 or zeta < 1:
            raise ModelError(
                f"A sparse kernel needs at least one sparse point and an exponent of at least 1, not "
                f"n_sparse={n_sparse} and zeta={zeta}.",
                "Leave n_sparse and zeta out to use the defaults.",
            )
        if len(features) == 0:
            raise ModelError("A sparse kernel needs at least one environment.", "Load structures first.")
        rows = normalised_rows(features)
        points = rows[sampled_points(rows, n_sparse, sampling, tick=tick)]
        return cls.from_points(points, zeta=zeta, jitter=jitter)

    @classmethod
    def from_points(cls, points: FloatArray, *, zeta: int = 2, jitter: float = 1e-10) -> SparseKernel:
        """Use the given unit rows `points` (M, F) as sparse points."""
        gram = polynomial_kernel(points, points, zeta)
        factor, used = _cholesky_with_jitter(gram, jitter)
        points = np.array(points, dtype=np.float64)
        points.flags.writeable = factor.flags.writeable = False
        return cls(points=points, factor=factor, zeta=zeta, jitter=used)

    @property
    def n_sparse(self) -> int:
        """Number of sparse points, M."""
        return len(self.points)

    def transform(self, features: FloatArray, *, tick: Tick = no_tick) -> FloatArray:
        """Whitened kernel features ``phi = k_M L^-T`` of `features` (N, F); shape (N, M)."""
        phi = np.empty((len(features), self.n_sparse))
        for start in range(0, len(features), _ROWS_PER_BLOCK):
            tick(start, len(features))
            block = normalised_rows(features[start : start + _ROWS_PER_BLOCK])
            kernel = polynomial_kernel(block, self.points, self.zeta)
            phi[start : start + len(block)] = scipy.linalg.solve_triangular(self.factor, kernel.T, lower=True).T
        tick(len(features), len(features))
        return phi


def _cholesky_with_jitter(gram: FloatArray, jitter: float) -> tuple[FloatArray, float]:
    """Lower Cholesky factor of ``gram + jitter I``; raises the jitter tenfold until the factorisation succeeds."""
    identity = np.eye(len(gram))
    while jitter <= 1e-4:
        try:
            return np.asarray(np.linalg.cholesky(gram + jitter * identity), dtype=np.float64), jitter
        except np.linalg.LinAlgError:
            jitter *= 10.0
    raise ModelError(
        f"The kernel matrix of the {len(gram)} sparse points is not positive definite, even with jitter 1e-4.",
        "Use fewer sparse points.",
    )
