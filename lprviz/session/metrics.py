"""A fit in three numbers, for a history of edits and for pins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR


@dataclass(frozen=True)
class Metrics:
    """How rigid the atoms of a data set are, all together.

    Attributes
    ----------
    mean_log : float
        Mean of log10 LPR over all atoms that see something.
    worst : float
        Lowest LPR.
    share : float
        Share of these atoms with an LPR of at least 1: worth one direct label.
    """

    mean_log: float
    worst: float
    share: float


def metrics_of(fit: FittedLPR) -> Metrics:
    """Return the metrics of a fit; a fraction of a millisecond for 20 000 atoms."""
    return metrics_of_lpr(fit.lpr)


def metrics_of_lpr(lpr: NDArray[np.float64]) -> Metrics:
    """Return the metrics of an array of LPR, (n_environments,); nan where no atom has a finite one."""
    finite = lpr[np.isfinite(lpr)]  # an atom that sees nothing has no finite LPR
    if not finite.size:
        return Metrics(float("nan"), float("nan"), float("nan"))
    return Metrics(float(np.mean(np.log10(finite))), float(finite.min()), float(np.mean(finite >= 1.0)))
