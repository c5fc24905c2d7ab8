"""Local energies of the model against those of the potential that made the data, where it defines them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.core.ranking import RankCorrelation, rank_correlation
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

CONVENTION = (
    "Reference local energies are a convention of the code that made them: two codes that agree on total energies "
    "divide them differently among the atoms."
)


@dataclass(frozen=True, repr=False)
class LocalError:
    """Error of each local energy, and how far 1/LPR ranks its size.

    Attributes
    ----------
    error : (n_environments,) array
        Predicted minus reference local energy, eV, baseline included.
    variance : (n_environments,) array
        1/LPR.
    trained : (n_environments,) array of bool
        Whether the atom's structure is in training.
    numbers : (n_environments,) array of int
        Atomic numbers.
    correlations : tuple of RankCorrelation
        Spearman correlation of 1/LPR with the size of the error: over all atoms, over those outside training, and
        there for each species.
    """

    error: FloatArray
    variance: FloatArray
    trained: NDArray[np.bool_]
    numbers: IntArray
    correlations: tuple[RankCorrelation, ...]

    @property
    def absolute(self) -> FloatArray:
        """Size of the error (n_environments,), eV."""
        return read_only(np.abs(self.error))

    def correlation(self, group: str) -> RankCorrelation:
        """The correlation of one group: ``"all"``, ``"outside training"`` or a chemical symbol."""
        found = next((each for each in self.correlations if each.group == group), None)
        if found is None:
            known = ", ".join(each.group for each in self.correlations)
            raise ModelError(f"There is no group {group!r} of atoms.", f"Choose one of: {known}.")
        return found

    def rmse(self, *, trained: bool) -> float:
        """Root mean square error in eV over the atoms in training or outside it; nan where there are none."""
        chosen = self.error[self.trained == trained]
        return float(np.sqrt(np.mean(chosen**2))) if len(chosen) else float("nan")

    @property
    def statement(self) -> str:
        """What the comparison means and what it does not, for the screen."""
        outside = self.correlation("outside training")
        found = outside if np.isfinite(outside.value) else self.correlation("all")
        if not np.isfinite(found.value):
            measured = "Too few atoms differ here to rank them."
        else:
            where = "outside training" if found is outside else "in training"
            measured = (
                f"Here 1/LPR ranks the size of the local error with a correlation of {found.value:.2f} "
                f"(Spearman, {found.n} atoms {where})."
            )
        return (
            f"LPR is not a per-atom error estimate: it tells how firmly the training set pins each atom's share of "
            f"the energy. {measured} {CONVENTION}"
        )

    def __repr__(self) -> str:
        values = ", ".join(f"{each.group} {each.value:.2f} ({each.n})" for each in self.correlations)
        return f"LocalError(RMSE outside training {self.rmse(trained=False):.3g} eV; rank correlations: {values})"


def local_error(fitted: FittedLPR) -> LocalError:
    """Compare local energies with their references; see `FittedLPR.local_error`."""
    structures = fitted.analysis.structures
    reference, predicted = structures.local_energies, fitted.local_energies()
    if reference is None:
        raise ModelError(
            "The data set has no reference local energies.",
            "They come as a per-atom array local_energy; the bundled sets have one.",
        )
    if predicted is None:
        raise ModelError(
            "A training structure has no energy, so there is no fit.", "Train on structures with energies."
        )
    error, variance, numbers = predicted - reference, fitted.variance, structures.numbers
    trained = np.isin(structures.structure_of, fitted.members)
    trained.flags.writeable = False
    return LocalError(
        error=read_only(error),
        variance=variance,
        trained=trained,
        numbers=numbers,
        correlations=_correlations(np.abs(error), variance, ~trained, numbers),
    )


def _correlations(
    size: FloatArray, variance: FloatArray, outside: NDArray[np.bool_], numbers: IntArray
) -> tuple[RankCorrelation, ...]:
    groups = [("all", np.ones(len(size), dtype=bool)), ("outside training", outside)]
    groups += [(chemical_symbols[z], outside & (numbers == z)) for z in np.unique(numbers)]
    return tuple(rank_correlation(variance[mask], size[mask], name) for name, mask in groups)
