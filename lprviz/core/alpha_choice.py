"""How well each regulariser predicts structures that it has not seen: cross-validation without a refit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arguments import checked_alpha
from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.blas import one_blas_thread
from lprviz.core.training_rows import TrainingRows
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick


@dataclass(frozen=True, eq=False, repr=False)
class AlphaCurve:
    """Two estimates of the prediction error of every regulariser tried, from the training structures alone.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        Regularisers tried, rising.
    loo_rmse : ndarray of shape (n_alphas,)
        Root mean square error of each training structure predicted by all others, in the units of the targets
        (eV per atom); weighted as the loss weighs structures.
    gcv : ndarray of shape (n_alphas,)
        Square root of the generalised cross-validation score, in the same units: the same with every leverage
        replaced by their mean, so that single dominant structures count less. Where structures bring forces it is
        taken over all rows, weighted as in the loss.
    effective_parameters : ndarray of shape (n_alphas,)
        Trace of the hat matrix: how many directions the data determine rather than the regulariser.
    n_train : int

    Notes
    -----
    Structures of one trajectory resemble each other. Leaving out one of them still leaves its neighbours in training,
    so both curves are then too hopeful, and their minima lie at too small a regulariser.
    """

    alphas: FloatArray
    loo_rmse: FloatArray
    gcv: FloatArray
    effective_parameters: FloatArray
    n_train: int

    @property
    def best_loo(self) -> float:
        """The regulariser tried with the lowest leave-one-out error."""
        return float(self.alphas[np.argmin(self.loo_rmse)])

    @property
    def best_gcv(self) -> float:
        """The regulariser tried with the lowest generalised cross-validation score."""
        return float(self.alphas[np.argmin(self.gcv)])

    @property
    def is_bracketed(self) -> bool:
        """Whether the best leave-one-out regulariser lies inside the range tried, not at one of its ends."""
        return bool(self.alphas[0] < self.best_loo < self.alphas[-1])

    def __repr__(self) -> str:
        end = "" if self.is_bracketed else ", at the end of the range"
        return (
            f"AlphaCurve({len(self.alphas)} regularisers from {self.alphas[0]:.3g} to {self.alphas[-1]:.3g}, "
            f"{self.n_train} training structures: leave-one-out {self.loo_rmse.min():.3g} at {self.best_loo:.3g}{end}, "
            f"generalised cross-validation {self.gcv.min():.3g} at {self.best_gcv:.3g})"
        )


def alpha_curve(training: TrainingRows, alphas: ArrayLike, *, tick: Tick = no_tick) -> AlphaCurve:
    r"""Leave-one-structure-out and generalised cross-validation for every regulariser, from one decomposition.

    With :math:`H = F (F^T F + \alpha I)^{-1} F^T` and residuals :math:`r = (I - H) y` of the weighted rows [1]_, [2]_

    .. math:: e_c = \frac{r_c}{1 - H_{cc}}, \qquad \mathrm{GCV} = \frac{n \, |r|^2}{(n - \mathrm{tr} H)^2} .

    Both r and 1 - H are summed from terms of one sign, so they keep their digits where a leverage is close to one.
    Where a structure has several rows they are left out together, :math:`e_c = (1 - H_{cc})^{-1} r_c` with a block of
    H, of which the energy's row is reported.

    Parameters
    ----------
    training : TrainingRows
    alphas : array of shape (n_alphas,)
        Positive; tried in rising order.
    tick : Tick

    Raises
    ------
    ModelError
        With fewer than two training structures, without a regulariser, or where one is not positive.

    References
    ----------
    .. [1] D. M. Allen, Technometrics 1974, 16, 125 (PRESS).
    .. [2] G. H. Golub, M. Heath, G. Wahba, Technometrics 1979, 21, 215.
    """
    if training.n_structures < 2:
        raise ModelError(
            "Cross-validation needs at least two structures in training.", "Train on more, or set alpha by hand."
        )
    values = np.unique([checked_alpha(each) for each in np.ravel(np.asarray(alphas, dtype=np.float64))])
    if not len(values):
        raise ModelError("There is no regulariser to try.", "Give at least one, such as 1e-4.")
    scores = np.empty((3, len(values)))
    with one_blas_thread:
        errors = _LeftOut.of(training)
        for number, alpha in enumerate(values):
            tick(number, len(values))
            scores[:, number] = errors.scores(training.damping(alpha))
    tick(len(values), len(values))
    loo, gcv, parameters = (frozen(row) for row in scores)
    return AlphaCurve(frozen(values), loo, gcv, parameters, training.n_structures)


@dataclass(frozen=True, eq=False)
class _LeftOut:
    """What does not depend on the regulariser."""

    left: FloatArray
    squares: FloatArray
    responses: FloatArray
    outside_targets: FloatArray
    outside_share: FloatArray
    weights: FloatArray
    offsets: NDArray[np.intp]

    @classmethod
    def of(cls, training: TrainingRows) -> _LeftOut:
        n, rank = training.left.shape
        squares, responses = training.left**2, training.left.T @ training.targets
        if n == rank:  # U is a full basis: what rounding leaves outside would be noise, divided by noise
            outside, share = np.zeros(n), np.zeros(n)
        else:
            outside = training.targets - training.left @ responses
            share = np.maximum(1.0 - squares.sum(axis=1), 0.0)
        return cls(training.left, squares, responses, outside, share, training.weights, training.offsets)

    def scores(self, damping: FloatArray) -> tuple[float, float, float]:
        """(leave-one-out error, root of GCV, trace of H) for damping alpha / (sigma^2 + alpha) of shape (k,)."""
        n = len(self.left)
        residuals = self.outside_targets + self.left @ (damping * self.responses)
        energies = self.offsets[:-1]
        if len(energies) == n:
            errors = residuals / (self.outside_share + self.squares @ damping)
        else:
            errors = self._block_errors(residuals, damping)
        left_free = float(n - len(damping) + damping.sum())
        loo = np.sqrt(np.mean(errors**2) / np.mean(self.weights[energies]))
        gcv = np.sqrt(n * (residuals @ residuals) / np.mean(self.weights)) / left_free
        return float(loo), float(gcv), n - left_free

    def _block_errors(self, residuals: FloatArray, damping: FloatArray) -> FloatArray:
        """Error on each structure's energy (n_structures,) with all its rows left out."""
        errors = np.empty(len(self.offsets) - 1)
        for number, (start, stop) in enumerate(itertools.pairwise(self.offsets)):
            rows = self.left[start:stop]
            kept = np.eye(stop - start) - (rows * (1.0 - damping)) @ rows.T
            errors[number] = np.linalg.solve(kept, residuals[start:stop])[0]
        return errors
