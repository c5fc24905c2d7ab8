"""How much of an environment lies outside what a training set spans."""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray
from lprviz.core.spectrum import Spectrum

NEGLIGIBLE = 1e-6
"""A direction counts as spanned where its squared singular value is above this share of the regulariser: below, a label
cannot move a prediction by more than a millionth of what it asks for."""


def squares_outside(spectrum: Spectrum, alpha: float, rows: FloatArray, residuals: FloatArray) -> FloatArray:
    r"""Square norm of what lies outside the span of the training rows, for some environments.

    .. math:: \sum_{k:\, \sigma_k^2 \le \tau \alpha} z_k^2 + \rho, \qquad z = Q^T a, \quad \tau = 10^{-6}

    Parameters
    ----------
    spectrum : Spectrum
        Of the training set.
    alpha : float
    rows : ndarray of shape (m, rank)
        Coordinates of the environments in pool space.
    residuals : ndarray of shape (m,)
        Square norms of what lies outside pool space, which no structure spans.

    Returns
    -------
    ndarray of shape (m,)
    """
    loose = spectrum.singular**2 <= NEGLIGIBLE * alpha
    return np.square(rows @ spectrum.directions[:, loose]).sum(axis=1) + residuals
