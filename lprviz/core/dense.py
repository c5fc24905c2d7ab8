"""The same numbers straight from their definition: slow, simple, and the judge of everything faster."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from lprviz.core.arguments import checked_alpha, checked_rows, checked_same_columns, checked_targets
from lprviz.core.arrays import FloatArray, row_blocks, row_square_norms
from lprviz.core.blas import one_blas_thread
from lprviz.errors import ModelError


def local_prediction_rigidity(
    train_features: ArrayLike, environments: ArrayLike, alpha: float, scale: float = 1.0
) -> FloatArray:
    r"""Local prediction rigidity of a ridge model, by a dense factorisation [1]_.

    .. math:: \mathrm{LPR}_i = \frac{1}{x_i^T (F^T F + \alpha I)^{-1} x_i}

    with F and x divided by ``scale``. The triangle T of a QR decomposition of F stacked on sqrt(alpha) I has
    :math:`T^T T = F^T F + \alpha I`, so :math:`1/\mathrm{LPR}_i = |T^{-T} x_i|^2`: the Gram matrix, which would square
    the condition number, is never formed, and nothing is inverted by a pseudo-inverse, which at tiny alpha would call
    undetermined atoms determined.

    Parameters
    ----------
    train_features : array of shape (n_structures, n_features)
        Mean features of the training structures.
    environments : array of shape (n_environments, n_features)
        Features of the atoms to judge.
    alpha : float
        Regulariser, positive.
    scale : float
        Divides all features; `lprviz.core.training_scale` gives the one that scikit-matter uses.

    Returns
    -------
    ndarray of shape (n_environments,)
        In label-equivalents; infinite for an environment without features.

    Raises
    ------
    ModelError
        Where alpha or scale is not positive, shapes disagree or a value is not finite.

    References
    ----------
    .. [1] S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020, doi 10.1021/acs.jctc.3c00704.
    """
    train = checked_rows(train_features, "training features").astype(np.float64)
    atoms = checked_rows(environments, "environments")
    checked_same_columns(train, "training features", atoms, "environments")
    if not (np.isfinite(scale) and scale > 0.0):
        raise ModelError(f"The scale must be a positive number, not {scale:g}.", "Use 1 for no scaling.")
    variance = np.empty(len(atoms))
    with one_blas_thread:
        triangle = np.linalg.qr(_stacked(train / scale, checked_alpha(alpha)), "r")
        for block in row_blocks(*atoms.shape):
            rows = np.asarray(atoms[block], dtype=np.float64) / scale
            variance[block] = row_square_norms(scipy.linalg.solve_triangular(triangle, rows.T, trans=1).T)
    with np.errstate(divide="ignore"):
        return 1.0 / variance


def ridge_fit(train_features: ArrayLike, targets: ArrayLike, alpha: float) -> FloatArray:
    """Weights (n_features,) that minimise |F w - y|^2 + alpha |w|^2, by QR of F stacked on sqrt(alpha) I.

    Parameters
    ----------
    train_features : array of shape (n_structures, n_features)
    targets : array of shape (n_structures,)
        Without missing values.
    alpha : float
        Regulariser, positive.
    """
    train = checked_rows(train_features, "training features").astype(np.float64)
    labels = checked_targets(targets, len(train))
    if labels is None or np.isnan(labels).any():
        raise ModelError("A fit needs a target for every training structure.", "Leave out those without one.")
    n_features = train.shape[1]
    with one_blas_thread:
        orthogonal, triangle = np.linalg.qr(_stacked(train, checked_alpha(alpha)))
        responses = orthogonal.T @ np.concatenate([labels, np.zeros(n_features)])
        return scipy.linalg.solve_triangular(triangle, responses)


def _stacked(rows: FloatArray, alpha: float) -> FloatArray:
    return np.vstack([rows, np.sqrt(alpha) * np.eye(rows.shape[1])])
