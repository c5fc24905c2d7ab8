"""Pool space: every environment and every structure seen through the few directions that structures can inform."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arguments import checked_accuracy, checked_alpha, checked_rows, checked_same_columns
from lprviz.core.arrays import FloatArray, frozen, row_blocks, row_square_norms
from lprviz.core.blas import one_blas_thread
from lprviz.core.row_blocks import RowBlocks, triangle
from lprviz.core.row_space import strong_row_space
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

STRICT_ACCURACY = 1e-12
"""The default `accuracy`: so little is dropped that edits and laws hold to rounding, at any alpha above alpha_min."""


@dataclass(frozen=True, eq=False, repr=False)
class PoolSpace:
    r"""Environments and structures in the row space of the pool's structures.

    No subset of the pool can tell anything about directions that no structure has. With an orthonormal basis V of the
    structures' span, :math:`a = V^T x` and :math:`\rho = |x - V a|^2`, for any subset S and any :math:`\alpha`

    .. math:: x^T (F_S^T F_S + \alpha I)^{-1} x = a^T (R_S^T R_S + \alpha I)^{-1} a + \rho / \alpha ,

    exactly, with R = F V. Nothing after this touches the full features again.

    V keeps the principal directions of F with squared singular values above :math:`\tau \alpha_{min}`, where
    :math:`\tau` is the `accuracy`. Dropping the others costs a relative error that falls as :math:`1/\alpha`: at
    most about :math:`\tau` at :math:`\alpha_{min}` where environments resemble structures, and smaller above. What
    it really is at most is known for every environment, from `ties`: see `lprviz.core.accuracy`.

    Attributes
    ----------
    environments : ndarray of shape (n_environments, rank)
        A, the environments' coordinates, column by column in memory: one product with a vector, which is most of an
        edit, then took two thirds of the time it took row by row.
    residuals : ndarray of shape (n_environments,)
        rho, the square norm of what lies outside.
    structures : ndarray of shape (n_structures, rank)
        R, the structures' mean features in the same coordinates.
    basis : ndarray of shape (n_features, rank)
        V, orthonormal columns.
    ties : ndarray of shape (n_environments,)
        t = |E e|, with E and e what the basis leaves out of structures and environment: how strongly dropped
        directions still tie the environment to the structures. Zero where nothing was dropped.
    alpha_min : float
        The smallest regulariser the basis was chosen for.
    accuracy : float
        Relative error that was accepted there.
    features : ndarray of shape (n_environments, n_features), optional
        The features themselves, kept by reference where given: covariances between atoms need what lies outside.
    blocks : RowBlocks, optional
        Further rows that structures bring into training, in the same coordinates; V then spans them as well.
    """

    environments: FloatArray
    residuals: FloatArray
    structures: FloatArray
    basis: FloatArray
    ties: FloatArray
    alpha_min: float
    accuracy: float
    features: NDArray | None = None
    blocks: RowBlocks | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "environments", frozen(self.environments, order="F"))
        for name in ("residuals", "structures", "basis", "ties"):
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
        accuracy: float = STRICT_ACCURACY,
        keep_features: bool = False,
        blocks: RowBlocks | None = None,
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
            The smallest regulariser to be served to full accuracy; below it digits go as 1/alpha.
        accuracy : float
            Relative error of rigidities to accept at ``alpha_min``, in (0, 1). The rank, and with it the time of every
            edit, falls with the product of both.
        keep_features : bool
            Keep a reference to ``environments``, for covariances between atoms.
        blocks : RowBlocks, optional
            Further rows of the structures over the same features, divided by the same scale.
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
        informing = means if blocks is None else _with_blocks(means, blocks, tick)
        total = len(informing) + len(atoms)
        with one_blas_thread:
            cut = checked_accuracy(accuracy) * checked_alpha(alpha_min)
            basis, weak = strong_row_space(informing, cut, tick=lambda done, _: tick(done, total))
            projected, residuals, ties = _project(
                atoms, basis, weak, tick=lambda done, _: tick(len(informing) + done, total)
            )
            kept = atoms if keep_features else None
            inside = None if blocks is None else blocks.projected(basis)
            return cls(
                projected, residuals, means @ basis, basis, ties, float(alpha_min), float(accuracy), kept, inside
            )

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
            return _project(rows, self.basis, self.basis[:, :0], tick=tick)[:2]

    def __repr__(self) -> str:
        size = self.environments.nbytes / 2**20
        return (
            f"PoolSpace({self.n_environments} environments and {self.n_structures} structures; "
            f"{self.n_features} features seen through {self.rank} directions; {size:.1f} MiB; "
            f"to {self.accuracy:g} for alpha >= {self.alpha_min:g})"
        )


def _project(
    rows: NDArray, basis: FloatArray, weak: FloatArray, *, tick: Tick
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coordinates, explicit residuals and ties; |x|^2 - |a|^2 would lose half the digits of a small residual."""
    coordinates = np.empty((len(rows), basis.shape[1]), order="F")
    residuals, ties = np.empty(len(rows)), np.empty(len(rows))
    for block in row_blocks(*rows.shape):
        chunk = np.asarray(rows[block], dtype=np.float64)
        inside = chunk @ basis
        outside = chunk - inside @ basis.T
        coordinates[block] = inside
        residuals[block] = row_square_norms(outside)
        ties[block] = np.sqrt(row_square_norms(outside @ weak))
        tick(block.stop, len(rows))
    return coordinates, residuals, ties


def _with_blocks(means: FloatArray, blocks: RowBlocks, tick: Tick) -> FloatArray:
    """All rows of the structures, rotated into no more than there are features: the span and its strengths stay."""
    checked_same_columns(means, "structures", blocks.rows, "rows of their blocks")
    rows = blocks.rows
    chunks = (rows[part] for part in row_blocks(*rows.shape))
    with one_blas_thread:
        return triangle(itertools.chain([means], chunks), means.shape[1], total=len(means) + len(rows), tick=tick)


def _check_shapes(pool: PoolSpace) -> None:
    """Refuse arrays that cannot belong together, as a damaged cache might hold."""
    checked_alpha(pool.alpha_min)
    checked_accuracy(pool.accuracy)
    n_environments, n_features = len(pool.environments), len(pool.basis)
    rank = pool.basis.shape[1] if pool.basis.ndim == 2 else -1
    expected: dict[str, tuple[int, ...]] = {
        "environments": (n_environments, rank),
        "residuals": (n_environments,),
        "structures": (len(pool.structures), rank),
        "ties": (n_environments,),
        "features": (n_environments, n_features),
    }
    for name, shape in expected.items():
        array = getattr(pool, name)
        if array is not None and array.shape != shape:
            raise ModelError(
                f"The {name} of a pool space have shape {array.shape} where {shape} belongs.",
                "Build it again with PoolSpace.from_features.",
            )
    if pool.blocks is not None and (pool.blocks.n_structures, pool.blocks.rows.shape[1]) != pool.structures.shape:
        raise ModelError(
            f"The {pool.blocks!r} do not belong to {len(pool.structures)} structures in {rank} directions.",
            "Give one block per structure, empty where it has no further rows.",
        )
