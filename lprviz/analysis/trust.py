"""The part of `FittedLPR` that asks how far to trust a fit: cross-validation, calibration, committees, local truth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from numpy.typing import ArrayLike

from lprviz.analysis.alpha_choice import cross_validated_alphas
from lprviz.analysis.calibration import Calibration, calibrate
from lprviz.analysis.committee import CommitteeResult, committee
from lprviz.analysis.truth import LocalError, local_error
from lprviz.core.alpha_choice import AlphaCurve
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


class Trust:
    """Questions to a `FittedLPR` about its own errors; each is answered by a function of another module."""

    @property
    def _fitted(self) -> FittedLPR:
        return cast("FittedLPR", self)

    def alpha_curve(self, alphas: ArrayLike | None = None, *, tick: Tick = no_tick) -> AlphaCurve:
        """Leave-one-structure-out and generalised cross-validation errors, eV per atom, for many regularisers at once.

        Parameters
        ----------
        alphas : array of shape (n_alphas,), optional
            Regularisers to try; by default six per decade from the smallest that is served up to 100.

        Raises
        ------
        ModelError
            With fewer than two training structures, or where one has no energy.
        """
        return cross_validated_alphas(self._fitted, alphas, tick=tick)

    def calibrate(self, held_out: Iterable[int] | None = None, estimator: str = "rms") -> Calibration:
        """Standard deviations in eV from the residuals of structures that were not trained on.

        Parameters
        ----------
        held_out : iterable of int, optional
            Structures with energies outside training; by default all there are.
        estimator : {"rms", "mean-absolute", "crps"}
            See `lprviz.core.calibration.calibration_factor`.

        Raises
        ------
        ModelError
            With fewer than five held-out structures, or where one is in training or has no energy.
        """
        return calibrate(self._fitted, held_out, estimator)

    def committee(
        self,
        kind: str = "bootstrap",
        n: int = 32,
        seed: int = 0,
        *,
        noise: float | None = None,
        tick: Tick = no_tick,
    ) -> CommitteeResult:
        """Disagreement of `n` models beside the analytic standard deviation of every atom.

        A bootstrap retrains on structures drawn with replacement. Where no structure has a say its members are all
        zero, so they agree on exactly what nobody knows: `CommitteeResult.blind`. Members that each start from a draw
        of the prior and fit noisy energies (``"randomised-prior"``) do not have that fault: their spread tends to the
        analytic one as 1/sqrt(2n).

        Parameters
        ----------
        kind : {"bootstrap", "randomised-prior", "posterior"}
        n : int
            Members.
        seed : int
        noise : float, optional
            Label noise in eV per atom, such as the factor of a `Calibration`; by default the one at which the
            training energies are most likely.
        tick : Tick

        Raises
        ------
        ModelError
            Where a training structure has no energy, or there is too little to draw from.
        """
        return committee(self._fitted, kind, n, seed, noise=noise, tick=tick)

    def shallow_ensemble(
        self, n: int = 32, seed: int = 0, *, noise: float | None = None, tick: Tick = no_tick
    ) -> CommitteeResult:
        """`n` last layers drawn from the posterior of the weights, ``w + sigma P^(1/2) z``, over one set of features.

        For a linear model the features are the descriptor's, for a network the inputs of its last layer. Outside the
        space that structures span, members are draws of the prior.
        """
        return committee(self._fitted, "posterior", n, seed, noise=noise, tick=tick)

    def local_error(self) -> LocalError:
        """Errors of the local energies, where the data set has references, and how far 1/LPR ranks their size.

        Raises
        ------
        ModelError
            Where there are no reference local energies, or a training structure has no energy.
        """
        return local_error(self._fitted)
