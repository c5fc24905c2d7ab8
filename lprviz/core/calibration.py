r"""One factor that turns rigidities into standard deviations, fitted to residuals; and whether it fits everywhere.

Rigidity knows variances only up to the noise of the labels: :math:`\sigma = c \sqrt{v}` with v = 1/PR. The factor c is
the same for all, so calibration sets the scale and cannot mend the ranking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtr, ndtri

from lprviz.core.arrays import FloatArray, frozen
from lprviz.errors import ModelError

Estimator = Literal["rms", "mean-absolute", "crps"]
ESTIMATORS: tuple[str, ...] = get_args(Estimator)
FEWEST_RESIDUALS = 5
"""Below this the factor itself would be uncertain by more than a third."""

_INTERVAL = 0.95


@dataclass(frozen=True, eq=False)
class CalibrationFactor:
    """c of sigma = c sqrt(v), and how uncertain it is itself.

    Attributes
    ----------
    value : float
        In the units of the residuals.
    relative_error : float
        Standard error of ``value`` divided by it, from the scatter of the residuals (sandwich estimate).
    """

    value: float
    relative_error: float


@dataclass(frozen=True, eq=False)
class ReliabilityBins:
    """Observed against predicted error in bins of equally many structures.

    Attributes
    ----------
    predicted : ndarray of shape (n_bins,)
        Root mean square of the predicted standard deviations in the bin.
    empirical : ndarray of shape (n_bins,)
        Root mean square residual in the bin.
    lower, upper : ndarray of shape (n_bins,)
        95 % confidence interval of ``empirical`` if residuals are normal (chi-square); a bin whose interval misses
        ``predicted`` is not explained by chance.
    counts : ndarray of int, shape (n_bins,)
        Structures in the bin.
    """

    predicted: FloatArray
    empirical: FloatArray
    lower: FloatArray
    upper: FloatArray
    counts: NDArray[np.intp]


def calibration_factor(residuals: ArrayLike, variances: ArrayLike, estimator: str = "rms") -> CalibrationFactor:
    r"""Fit c of :math:`\sigma = c \sqrt{v}` to residuals r, by one of three estimators.

    ``"rms"``
        :math:`c^2 = \langle r^2 / v \rangle`, the maximum likelihood of normal errors. The default; one wild residual
        can rule it.
    ``"mean-absolute"``
        :math:`c = \sqrt{\pi / 2} \, \langle |r| / \sqrt{v} \rangle`, which outliers move less; equal to the first for
        normal errors.
    ``"crps"``
        The c of lowest continuous ranked probability score [1]_, the root of
        :math:`\sum \sqrt{v} \, (2 \varphi(r / c \sqrt{v}) - \pi^{-1/2})`. Outliers hardly move it; structures with a
        large variance weigh more.

    These are the three that metatrain's implementation of last-layer prediction rigidity offers (its
    ``squared_residuals``, ``absolute_residuals`` and ``crps``), after F. Bigi et al. [2]_.

    Parameters
    ----------
    residuals : array of shape (n,)
        Of structures that the model was not trained on.
    variances : array of shape (n,)
        v = 1/PR of the same structures, positive.
    estimator : {"rms", "mean-absolute", "crps"}

    Raises
    ------
    ModelError
        Where the estimator is unknown, there are fewer than five residuals, or all of them are zero.

    References
    ----------
    .. [1] T. Gneiting, A. E. Raftery, J. Am. Stat. Assoc. 2007, 102, 359.
    .. [2] F. Bigi, S. Chong, M. Ceriotti, F. Grasselli, Mach. Learn.: Sci. Technol. 2024, 5, 045018, arXiv 2403.02251.
    """
    if estimator not in ESTIMATORS:
        raise ModelError(f"There is no estimator {estimator!r}.", f"Choose one of {', '.join(ESTIMATORS)}.")
    errors, spreads = _checked(residuals, variances)
    ratios = np.abs(errors) / spreads
    if not ratios.any():
        raise ModelError("Every residual is zero, so there is nothing to calibrate to.", "Check the held-out energies.")
    if estimator == "rms":
        square = float(np.mean(ratios**2))
        return _with_error(np.sqrt(square), ratios**2 - square, -2.0 * np.sqrt(square))
    if estimator == "mean-absolute":
        scaled = np.sqrt(np.pi / 2.0) * ratios
        return _with_error(float(scaled.mean()), scaled - scaled.mean(), -1.0)
    return _crps_factor(ratios, spreads)


def reliability_bins(residuals: ArrayLike, predicted: ArrayLike, n_bins: int) -> ReliabilityBins:
    """Sort structures by predicted standard deviation, and compare with the errors bin by bin.

    Parameters
    ----------
    residuals, predicted : array of shape (n,)
    n_bins : int
        Bins, between 1 and n.
    """
    errors, sigmas = np.asarray(residuals, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if not 1 <= n_bins <= len(errors):
        raise ModelError(
            f"{len(errors)} structures cannot be sorted into {n_bins} bins.", f"Ask for 1 to {len(errors)} bins."
        )
    parts = np.array_split(np.argsort(sigmas, kind="stable"), n_bins)
    counts = np.array([len(part) for part in parts], dtype=np.intp)
    sums = np.array([np.sum(errors[part] ** 2) for part in parts])
    counts.flags.writeable = False
    tail = (1.0 - _INTERVAL) / 2.0
    return ReliabilityBins(
        predicted=frozen([np.sqrt(np.mean(sigmas[part] ** 2)) for part in parts]),
        empirical=frozen(np.sqrt(sums / counts)),
        lower=frozen(np.sqrt(sums / chdtri(counts, tail))),
        upper=frozen(np.sqrt(sums / chdtri(counts, 1.0 - tail))),
        counts=counts,
    )


def normal_multiples(shares: ArrayLike) -> FloatArray:
    """k for which a normal error stays within k sigma with each probability in ``shares``: lines |r| = k sigma."""
    wanted = np.asarray(shares, dtype=np.float64)
    if not ((wanted > 0.0) & (wanted < 1.0)).all():
        raise ModelError("A share of structures lies between 0 and 1.", "Give probabilities such as 0.68 and 0.95.")
    return frozen(ndtri((1.0 + wanted) / 2.0))


def gaussian_crps(residuals: FloatArray, sigmas: FloatArray) -> FloatArray:
    """Continuous ranked probability score of N(0, sigma^2) for each residual (n,); lower is better."""
    units = residuals / sigmas
    return sigmas * (units * (2.0 * ndtr(units) - 1.0) + 2.0 * _normal_density(units) - 1.0 / np.sqrt(np.pi))


def _crps_factor(ratios: FloatArray, spreads: FloatArray) -> CalibrationFactor:
    """Root of the score, which rises with c from below zero to above: there is exactly one."""

    def score(log_factor: float) -> FloatArray:
        return spreads * (2.0 * _normal_density(ratios * np.exp(-log_factor)) - 1.0 / np.sqrt(np.pi))

    # For each residual alone the root is at ratio / sqrt(ln 2), so the common one lies between the extremes of these;
    # residuals of exactly zero pull towards zero without end, and the floor only has to be below the others' pull.
    own = ratios[ratios > 0.0] / np.sqrt(np.log(2.0))
    low, high = np.log(own.min()) - 1e-6, np.log(own.max()) + 1e-6
    while score(low).sum() > 0.0:
        low -= 5.0
        if low < np.log(own.min()) - 100.0:
            raise ModelError("Most residuals are zero, so there is no scale to fit.", "Check the held-out energies.")
    from scipy.optimize import root_scalar  # slow to import, and needed here only

    found = root_scalar(lambda value: float(score(value).sum()), bracket=(low, high), xtol=1e-13)
    factor = float(np.exp(found.root))
    units = ratios / factor
    slope = float(np.mean(2.0 * spreads * _normal_density(units) * units**2)) / factor
    return _with_error(factor, score(np.log(factor)), slope)


def _with_error(value: float, scores: FloatArray, slope: float) -> CalibrationFactor:
    """Sandwich estimate: the mean of ``scores`` (n,) is zero at ``value``, where its derivative is ``slope``."""
    error = np.sqrt(np.mean(scores**2) / len(scores)) / abs(slope)
    return CalibrationFactor(float(value), float(error / value))


def _normal_density(units: FloatArray) -> FloatArray:
    return np.exp(-0.5 * units**2) / np.sqrt(2.0 * np.pi)


def _checked(residuals: ArrayLike, variances: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Residuals and the square roots of their variances."""
    errors, values = np.asarray(residuals, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if errors.shape != values.shape or errors.ndim != 1:
        raise ModelError(
            f"There are {errors.size} residuals but {values.size} variances.", "Give one variance for each residual."
        )
    if len(errors) < FEWEST_RESIDUALS:
        raise ModelError(
            f"Calibration needs at least {FEWEST_RESIDUALS} held-out structures with energies, not {len(errors)}.",
            "Take some structures out of training, or give more held-out structures.",
        )
    if not (np.isfinite(errors).all() and np.isfinite(values).all() and (values > 0.0).all()):
        raise ModelError(
            "A held-out structure has no finite residual or no positive variance.", "Leave that structure out."
        )
    return errors, np.sqrt(values)
