"""Standard deviations in eV: one factor fitted to the residuals of structures that were not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.analysis.training_rows import structure_variance
from lprviz.core.arguments import checked_indices
from lprviz.core.calibration import (
    ReliabilityBins,
    calibration_factor,
    normal_multiples,
    reliability_bins,
)
from lprviz.core.ranking import rank_correlation
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

MOST_BINS = 10
_FEWEST_PER_BIN = 4

ATOM_NOTE = (
    "The factor was fitted to whole structures. Applied to single atoms it is an extrapolation: no energy of an atom "
    "is observed, so nothing here has tested it."
)


@dataclass(frozen=True, repr=False)
class Parity:
    """Predicted against reference energy of every labelled structure.

    Attributes
    ----------
    structures : (n,) array of int
        Which structures; the arrays below follow this order.
    reference, predicted : (n,) array
        Energy per atom in eV, baseline included.
    sigma : (n,) array
        Calibrated standard deviation of the prediction, eV per atom.
    trained, held_out : (n,) array of bool
        In training; used for the calibration. Structures that are neither were left out of both.
    """

    structures: IntArray
    reference: FloatArray
    predicted: FloatArray
    sigma: FloatArray
    trained: NDArray[np.bool_]
    held_out: NDArray[np.bool_]

    def rmse(self, mask: NDArray[np.bool_]) -> float:
        """Root mean square error in eV per atom where `mask` (n,) is true; nan where it never is."""
        errors = (self.predicted - self.reference)[mask]
        return float(np.sqrt(np.mean(errors**2))) if len(errors) else float("nan")


@dataclass(frozen=True, repr=False)
class Calibration:
    """Calibrated standard deviations ``sigma = c sqrt(v)`` with ``v = 1 / PR`` of structures and ``1 / LPR`` of atoms.

    They tell what the training set leaves open, in the model's own terms; the noise of a new label, of the size of
    `factor`, is not included, as in the literature on prediction rigidity.

    Attributes
    ----------
    factor : float
        c, the noise of a label of weight one that explains the residuals, in `factor_unit`.
    relative_error : float
        Standard error of `factor` over itself, from the scatter of the residuals.
    estimator : str
        ``"rms"``, ``"mean-absolute"`` or ``"crps"``: see `lprviz.core.calibration.calibration_factor`.
    held_out : (n_held_out,) array of int
        Structures it was fitted to.
    residuals : (n_held_out,) array
        Predicted minus reference energy of each, eV per atom.
    structure_sigma : (n_structures,) array
        Standard deviation of each predicted energy, eV per atom; for training structures too.
    structure_sigma_total : (n_structures,) array
        The same for the total energy, eV.
    atom_sigma : (n_environments,) array
        Standard deviation of each local energy, eV. An extrapolation: see `note`.
    parity : Parity
        Predicted against reference energies of all labelled structures.
    factor_unit : str
        ``"eV/atom"``, or ``"eV"`` where the model learns total energies.
    note : str
        What a reader of these numbers has to know, for the screen.
    """

    factor: float
    relative_error: float
    estimator: str
    held_out: IntArray
    residuals: FloatArray
    structure_sigma: FloatArray
    structure_sigma_total: FloatArray
    atom_sigma: FloatArray
    parity: Parity
    factor_unit: str = "eV/atom"
    note: str = ATOM_NOTE

    @property
    def predicted(self) -> FloatArray:
        """Calibrated standard deviation of each held-out structure (n_held_out,), eV per atom."""
        return self.structure_sigma[self.held_out]

    @property
    def rank_correlation(self) -> float:
        """Spearman correlation of predicted standard deviation and size of the error over held-out structures.

        No factor can change it: where it is low, calibration sets the scale only.
        """
        return rank_correlation(self.predicted, np.abs(self.residuals)).value

    def bins(self, n_bins: int | None = None) -> ReliabilityBins:
        """Predicted against observed error in bins of equally many held-out structures, for a calibration plot.

        Parameters
        ----------
        n_bins : int, optional
            By default up to ten, with at least four structures in each.
        """
        n = len(self.held_out)
        chosen = max(1, min(MOST_BINS, n // _FEWEST_PER_BIN)) if n_bins is None else n_bins
        return reliability_bins(self.residuals, self.predicted, chosen)

    def iso_lines(self, shares: Iterable[float] = (0.5, 0.68, 0.95)) -> FloatArray:
        """k for lines ``|residual| = k sigma`` below which these shares of normal errors lie, shape (n_shares,)."""
        return normal_multiples(list(shares))

    def coverage(self, shares: Iterable[float] = (0.5, 0.68, 0.95)) -> FloatArray:
        """Shares of held-out structures whose error really lies below those lines, shape (n_shares,)."""
        ratios = np.abs(self.residuals) / self.predicted
        return read_only(np.mean(ratios[:, None] <= self.iso_lines(shares), axis=0))

    def summary(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON; energies in eV or eV per atom."""
        shares = (0.5, 0.68, 0.95)
        low, middle, high = np.quantile(self.atom_sigma, (0.05, 0.5, 0.95)).tolist()
        return {
            "estimator": self.estimator,
            "factor": self.factor,
            "factor_unit": self.factor_unit,
            "factor_relative_error": self.relative_error,
            "n_held_out": len(self.held_out),
            "rmse_held_out_ev_per_atom": self.parity.rmse(self.parity.held_out),
            "rmse_training_ev_per_atom": self.parity.rmse(self.parity.trained),
            "mean_residual_ev_per_atom": float(np.mean(self.residuals)),
            "rank_correlation": None if np.isnan(self.rank_correlation) else self.rank_correlation,
            "coverage": dict(zip(map(str, shares), self.coverage(shares).tolist(), strict=True)),
            "atom_sigma_ev": {"0.05": low, "0.5": middle, "0.95": high},
            "note": self.note,
        }

    def __repr__(self) -> str:
        return (
            f"Calibration({self.estimator}: factor {self.factor:.4g} {self.factor_unit} +- {self.relative_error:.0%}, "
            f"{len(self.held_out)} held-out structures, RMSE {self.parity.rmse(self.parity.held_out):.4g} eV/atom)"
        )


def calibrate(fitted: FittedLPR, held_out: Iterable[int] | None = None, estimator: str = "rms") -> Calibration:
    """Fit the factor to held-out structures; see `FittedLPR.calibrate`."""
    structures = fitted.analysis.structures
    predicted = fitted.predict()
    if predicted is None:
        raise ModelError(
            "Calibration needs the energy of every training structure, and at least one is missing.",
            "Train on structures with energies only.",
        )
    sizes = structures.sizes
    residuals = (predicted - structures.energies) / sizes
    variance = structure_variance(fitted)
    chosen, note = _held_out(fitted, held_out, residuals, variance)
    factor = calibration_factor(residuals[chosen], variance[chosen], estimator)
    sigma = factor.value * np.sqrt(variance)
    return Calibration(
        factor=factor.value,
        relative_error=factor.relative_error,
        estimator=estimator,
        held_out=chosen,
        residuals=read_only(residuals[chosen]),
        structure_sigma=read_only(sigma),
        structure_sigma_total=read_only(sigma * sizes),
        atom_sigma=read_only(factor.value * np.sqrt(fitted.variance)),
        parity=_parity(fitted, predicted, sigma, chosen),
        factor_unit="eV" if fitted.analysis.spec.target == "sum" else "eV/atom",
        note=note,
    )


def _held_out(
    fitted: FittedLPR, given: Iterable[int] | None, residuals: FloatArray, variance: FloatArray
) -> tuple[IntArray, str]:
    """Indices of the structures to calibrate on, and the note that goes with them."""
    members = set(fitted.members)
    if given is None:
        everything = range(len(residuals))
        chosen = [index for index in everything if index not in members and np.isfinite(residuals[index])]
    else:
        chosen = list(checked_indices(given, len(residuals)))
        _require_usable(chosen, members, residuals)
    seen = [index for index in chosen if variance[index] > 0.0]
    indices = np.array(seen, dtype=np.intp)
    indices.flags.writeable = False
    if len(seen) == len(chosen):
        return indices, ATOM_NOTE
    return indices, f"{ATOM_NOTE} Left out: {len(chosen) - len(seen)} held-out structures without any feature."


def _require_usable(chosen: list[int], members: set[int], residuals: FloatArray) -> None:
    trained = next((index for index in chosen if index in members), None)
    if trained is not None:
        raise ModelError(
            f"Structure {trained} is in training, so its residual says nothing about new structures.",
            "Calibrate on structures outside the training set.",
        )
    bare = next((index for index in chosen if not np.isfinite(residuals[index])), None)
    if bare is not None:
        raise ModelError(f"Held-out structure {bare} has no energy.", "Calibrate on structures with energies.")


def _parity(fitted: FittedLPR, predicted: FloatArray, sigma: FloatArray, held_out: IntArray) -> Parity:
    structures = fitted.analysis.structures
    labelled = np.flatnonzero(np.isfinite(structures.energies))
    sizes = structures.sizes[labelled]
    arrays = {
        "reference": structures.energies[labelled] / sizes,
        "predicted": predicted[labelled] / sizes,
        "sigma": sigma[labelled],
        "trained": np.isin(labelled, fitted.members),
        "held_out": np.isin(labelled, held_out),
    }
    for array in (labelled, *arrays.values()):
        array.flags.writeable = False
    return Parity(labelled, **arrays)
