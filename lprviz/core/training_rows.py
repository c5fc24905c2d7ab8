"""The rows and targets of one training set by their singular values: what cross-validation and committees start from.

Unlike `lprviz.core.spectrum.Spectrum` this keeps the left vectors, so that single training rows can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arguments import checked_rows
from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.blas import one_blas_thread
from lprviz.errors import ModelError


@dataclass(frozen=True, eq=False)
class TrainingRows:
    r"""Weighted training rows :math:`\sqrt{w} F_S = U \Sigma Q^T` and weighted targets :math:`\sqrt{w} y`.

    The loss is :math:`\sum_c w_c (y_c - f_c \cdot \theta)^2 + \alpha |\theta|^2`.

    One row per structure, or several where structures bring derivatives as well; then n counts rows.

    Attributes
    ----------
    rows : ndarray of shape (n, n_features)
        sqrt(w) F.
    targets : ndarray of shape (n,)
        sqrt(w) y.
    weights : ndarray of shape (n,)
        w, positive.
    offsets : ndarray of shape (n_structures + 1,)
        Rows of structure c are ``offsets[c]:offsets[c + 1]``, that of its energy first.
    left : ndarray of shape (n, k)
        U, with k = min(n, n_features).
    singular : ndarray of shape (k,)
        Sigma.
    directions : ndarray of shape (n_features, k)
        Q.
    """

    rows: FloatArray
    targets: FloatArray
    weights: FloatArray
    offsets: NDArray[np.intp]
    left: FloatArray
    singular: FloatArray
    directions: FloatArray

    @classmethod
    def of(
        cls,
        rows: ArrayLike,
        targets: ArrayLike,
        weights: ArrayLike | None = None,
        offsets: ArrayLike | None = None,
    ) -> TrainingRows:
        """Decompose the training rows once.

        Parameters
        ----------
        rows : array of shape (n, n_features)
            Mean features of the training structures; any coordinates of them that keep scalar products will do.
        targets : array of shape (n,)
            Per-atom mean targets, none missing.
        weights : array of shape (n,), optional
            Weight of each row in the loss; one by default.
        offsets : array of shape (n_structures + 1,), optional
            Where the rows of each structure begin; by default each has one.

        Raises
        ------
        ModelError
            Where there is no row, a target is missing, a weight is not positive, or sizes disagree.
        """
        table = checked_rows(rows, "training rows").astype(np.float64, copy=False)
        labels = _column(targets, len(table), "targets")
        loads = np.ones(len(table)) if weights is None else _column(weights, len(table), "weights")
        if not len(table):
            raise ModelError("There is no training structure.", "Train on at least one.")
        if (loads <= 0.0).any():
            raise ModelError("A structure in training has a weight that is not positive.", "Remove it instead.")
        bounds = np.arange(len(table) + 1) if offsets is None else np.array(offsets, dtype=np.intp)
        if bounds[0] != 0 or bounds[-1] != len(table) or (np.diff(bounds) < 1).any():
            raise ModelError(
                f"The offsets do not cut {len(table)} training rows into structures.", "Let them rise from 0."
            )
        bounds.flags.writeable = False
        root = np.sqrt(loads)
        weighted = table * root[:, None]
        with one_blas_thread:
            left, singular, right = np.linalg.svd(weighted, full_matrices=False)
        return cls(
            frozen(weighted),
            frozen(labels * root),
            frozen(loads),
            bounds,
            frozen(left),
            frozen(singular),
            frozen(right.T),
        )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_structures(self) -> int:
        """Number of structures that the rows belong to."""
        return len(self.offsets) - 1

    def damping(self, alpha: float) -> FloatArray:
        """alpha / (Sigma^2 + alpha) of each direction (k,): 1 where the prior rules, 0 where the data do."""
        return alpha / (self.singular**2 + alpha)

    def solution(self, alpha: float, targets: FloatArray | None = None) -> FloatArray:
        """Ridge weights (n_features,), or (n_features, m) for several weighted targets (n, m) at once."""
        responses = self.left.T @ (self.targets if targets is None else targets)
        gains = self.singular / (self.singular**2 + alpha)
        return self.directions @ (gains * responses.T).T

    def evidence_noise(self, alpha: float) -> float:
        r"""Standard deviation of the label noise at which these targets are most likely, in the units of the targets.

        With the prior that ridge regression stands for, :math:`\theta \sim N(0, \sigma^2 / \alpha)`, the targets are
        normal with covariance :math:`\sigma^2 (F F^T + \alpha I) / \alpha`. The likelihood is highest at
        :math:`\sigma^2 = y^T (y - \hat y) / n`, which stays sound where the fit passes through every label.
        """
        outside = self.targets - self.left @ (self.left.T @ self.targets)
        inside = np.sum(self.damping(alpha) * (self.left.T @ self.targets) ** 2)
        return float(np.sqrt((inside + outside @ outside) / len(self)))


def _column(values: ArrayLike, length: int, name: str) -> FloatArray:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (length,) or not np.isfinite(column).all():
        raise ModelError(
            f"The training {name} must be {length} finite numbers, one for each training structure.",
            "Leave out structures without an energy.",
        )
    return column
