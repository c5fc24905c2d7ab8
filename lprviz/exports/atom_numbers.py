"""What a fit knows of each atom, under the names that all exports use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.errors import LprvizError


@dataclass(frozen=True)
class Column:
    """A number for every atom: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str
    values: NDArray[np.float64]


def atom_numbers(fit: FittedLPR) -> tuple[Column, ...]:
    """Return the columns that a fit can fill, each (n_environments,): those that need energies only where they can be.

    ``sigma`` needs structures held out of training, with energies; it is calibrated on them, and for single atoms an
    extrapolation.
    """
    found = [
        Column("lpr", "labels", "Local prediction rigidity; 1 is worth one direct label", fit.lpr),
        Column(
            "lpr_regulariser_share", "", "Share of LPR owed to the regulariser: 0 data, 1 prior", fit.regulariser_share
        ),
    ]
    local = fit.local_energies()
    if local is not None:
        found.append(Column("local_energy", "eV", "Local energy of the model", local))
    sigma = _sigma(fit)
    if sigma is not None:
        meaning = "Standard deviation of the local energy, calibrated on structures held out; an extrapolation"
        found.append(Column("sigma", "eV", meaning, sigma))
    return tuple(found)


def atom_arrays(fit: FittedLPR) -> dict[str, NDArray[np.float64]]:
    """Return the same as arrays by name, for `lprviz.exports.extended_xyz`."""
    return {column.name: column.values for column in atom_numbers(fit)}


def _sigma(fit: FittedLPR) -> NDArray[np.float64] | None:
    try:
        return fit.calibrate().atom_sigma
    except LprvizError:
        return None
