"""Pool space: every environment and every structure seen through the few directions that structures can inform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arguments import checked_alpha, checked_rows, checked_same_columns
from lprviz.core.arrays import FloatArray, frozen, row_blocks, row_square_norms
from lprviz.core.blas import one_blas_thread
from lprviz.core.row_space import row_space
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

TRUNCATION = 1e-12
"""Directions with a squared singular value below this share of the smallest regulariser are dropped."""


@dataclass(frozen=True, eq=False, repr=False)
class PoolSpace:
    r"""Environments and structures in the row space of the pool's structures.

    No subset of the pool can tell anything about directions that no structure has. With an orthonormal basis V of the
    structures' span, :math:`a = V^T x` and :math:`\rho = |x - V a|^2`, for any subset S and any :math:`\alpha`

    .. math:: x^T (F_S^T F_S + \alpha I)^{-1} x = a^T (R_S^T R_S + \alpha I)^{-1} a + \rho / \alpha ,

    exactly, with R = F V. Nothing after this touches the full features again.

    Attributes
    ----------
    environments : ndarray of shape (n_environments, rank)
        A, the environments' coordinates.
    residuals : ndarray of shape (n_environments,)
        rho, the square norm of what lies outside.
    structures : ndarray of shape (n_structures, rank)
        R, the structures' mean features in the same coordinates.
    basis : ndarray of shape (n_features, rank)
        V, orthonormal columns.
    alpha_min : float
        The smallest regulariser the truncation was chosen for.
    features : ndarray of shape (n_environments, n_features), optional
        The features themselves, kept by reference where given: covariances between atoms need what lies outside.
    """

    environments: FloatArray
    residuals: FloatArray
    structures: FloatArray
    basis: FloatArray
    alpha_min: float
    features: NDArray | None = None

    def __post_init__(self) -> None:
        for name in ("environments", "residuals", "structures", "basis"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        if self.features is not None:
            features = np.asarray(self.features).view(np.ndarray)
            features.flags.writeable = False
            object.__setattr__(self, "features", features)
        _check_shapes(self)

    @classmethod
    def from_features(
        cls,
        environments: ArrayLike,
        structures: ArrayLike,
        *,
        alpha_min: float = 1e-10,
        keep_features: bool = False,
        tick: Tick = no_tick,
    ) -> PoolSpace:
        """Project features into pool space.

        Parameters
        ----------
        environments : array of shape (n_environments, n_features)
            Features of every atom to be judged, already divided by the scale in force.
        structures : array of shape (n_structures, n_features)
            Mean features of every structure that may ever be trained on, divided by the same scale.
        alpha_min : float
            The smallest regulariser that will be used.
        keep_features : bool
            Keep a reference to ``environments``, for covariances between atoms.
        tick : Tick
            Called for each chunk of rows.

        Raises
        ------
        ModelError
            Where shapes disagree or a value is not finite.
        """
        atoms = checked_rows(environments, "environments")
        means = checked_rows(structures, "structures").astype(np.float64, copy=False)
        checked_same_columns(atoms, "environments", means, "structures")
        total = len(means) + len(atoms)
        with one_blas_thread:
            smallest = TRUNCATION * checked_alpha(alpha_min)
            basis = row_space(means, smallest, tick=lambda done, _: tick(done, total))
            projected, residuals = _project(atoms, basis, tick=lambda done, _: tick(len(means) + done, total))
            return cls(projected, residuals, means @ basis, basis, float(alpha_min), atoms if keep_features else None)

    @property
    def n_environments(self) -> int:
        """Number of environments (atoms) judged."""
        return self.environments.shape[0]

    @property
    def n_structures(self) -> int:
        """Number of structures that may be trained on."""
        return self.structures.shape[0]

    @property
    def n_features(self) -> int:
        """Number of features before projection."""
        return self.basis.shape[0]

    @property
    def rank(self) -> int:
        """Dimension of pool space, at most min(n_structures, n_features)."""
        return self.basis.shape[1]

    def project(self, features: ArrayLike, *, tick: Tick = no_tick) -> tuple[FloatArray, FloatArray]:
        """Project further environments (m, n_features) -> coordinates (m, rank) and residuals (m,)."""
        rows = checked_rows(features, "features")
        checked_same_columns(rows, "given features", self.basis.T, "features of the pool")
        with one_blas_thread:
            return _project(rows, self.basis, tick=tick)

    def __repr__(self) -> str:
        size = self.environments.nbytes / 2**20
        return (
            f"PoolSpace({self.n_environments} environments and {self.n_structures} structures; "
            f"{self.n_features} features seen through {self.rank} directions; {size:.1f} MiB; "
            f"for alpha >= {self.alpha_min:g})"
        )


def _project(rows: NDArray, basis: FloatArray, *, tick: Tick) -> tuple[FloatArray, FloatArray]:
    """Coordinates and explicit residuals; |x|^2 - |a|^2 would lose half the digits of a small residual."""
    coordinates = np.empty((len(rows), basis.shape[1]))
    residuals = np.empty(len(rows))
    for block in row_blocks(*rows.shape):
        chunk = np.asarray(rows[block], dtype=np.float64)
        coordinates[block] = chunk @ basis
        residuals[block] = row_square_norms(chunk - coordinates[block] @ basis.T)
        tick(block.stop, len(rows))
    return coordinates, residuals


def _check_shapes(pool: PoolSpace) -> None:
    """Refuse arrays that cannot belong together, as a damaged cache might hold."""
    checked_alpha(pool.alpha_min)
    n_environments, n_features = len(pool.environments), len(pool.basis)
    rank = pool.basis.shape[1] if pool.basis.ndim == 2 else -1
    expected: dict[str, tuple[int, ...]] = {
        "environments": (n_environments, rank),
        "residuals": (n_environments,),
        "structures": (len(pool.structures), rank),
        "features": (n_environments, n_features),
    }
    for name, shape in expected.items():
        array = getattr(pool, name)
        if array is not None and array.shape != shape:
            raise ModelError(
                f"The {name} of a pool space have shape {array.shape} where {shape} belongs.",
                "Build it again with PoolSpace.from_features.",
            )
