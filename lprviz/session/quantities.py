"""What atoms can be coloured by: each quantity knows its title, its kind of scale, and when it cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.core.colours import Kind
from lprviz.data.structures import StructureSet
from lprviz.session.values import Pin

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What a quantity may look at."""

    structures: StructureSet
    fit: FittedLPR
    pin: Pin | None


@dataclass(frozen=True)
class Quantity:
    """One way to colour atoms.

    Parameters
    ----------
    key, title : str
        Its fixed name, and what the menu says.
    bar : str
        What the colour bar says, with units.
    kind : str
        Kind of colour scale.
    compute : callable
        Context to (n_environments,) values; nan where undefined.
    obstacle : callable
        Context to a sentence saying why it cannot be shown now, or "".
    explanation : str
        One sentence for the reader.
    """

    key: str
    title: str
    bar: str
    kind: Kind
    compute: Callable[[Context], Values]
    obstacle: Callable[[Context], str]
    explanation: str
    palette: str | None = None


def _never(context: Context) -> str:
    return ""


def _needs_pin(context: Context) -> str:
    if context.pin is None:
        return "Pin a training set first: the log ratio compares the present one with it."
    return ""


def _needs_energies(context: Context) -> str:
    if context.structures.energy_key is None:
        return "This data set has no energies, so there is no model of them; LPR needs none."
    if not context.fit.members:
        return "The training set is empty: add a structure to get local energies."
    if context.fit.local_energies() is None:
        return "Some training structures have no energy, so there is no fit; take them out to see local energies."
    return ""


def _needs_truth(context: Context) -> str:
    if context.structures.local_energies is None:
        return "This data set does not come with local energies of its own."
    return ""


def _needs_both(context: Context) -> str:
    return _needs_truth(context) or _needs_energies(context)


def _local_energy(context: Context) -> Values:
    energies = context.fit.local_energies()
    assert energies is not None  # `_needs_energies` was asked first
    return energies


def _truth(context: Context) -> Values:
    truth = context.structures.local_energies
    assert truth is not None  # `_needs_truth` was asked first
    return truth


def _log_ratio(context: Context) -> Values:
    assert context.pin is not None  # `_needs_pin` was asked first
    return context.fit.lpr / context.pin.lpr


QUANTITIES: dict[str, Quantity] = {
    q.key: q
    for q in (
        Quantity(
            "lpr",
            "Local prediction rigidity",
            "LPR (1 = worth one direct label)",
            "log",
            lambda c: c.fit.lpr,
            _never,
            "How firmly the training set pins down each atom's share of the energy. 1 is worth one direct label.",
        ),
        Quantity(
            "log-ratio",
            "Change since the pin",
            "LPR now / LPR pinned",
            "log2-ratio",
            _log_ratio,
            _needs_pin,
            "Red atoms have become more rigid since you pinned the training set, blue ones less.",
        ),
        Quantity(
            "regulariser-share",
            "Regulariser share",
            "Share owed to the regulariser",
            "linear",
            lambda c: c.fit.regulariser_share,
            _never,
            "0: pinned down by data. 1: set by the regulariser alone, whatever the number says.",
            "cividis",
        ),
        Quantity(
            "local-energy",
            "Local energy (model)",
            "Local energy, model (eV)",
            "linear",
            _local_energy,
            _needs_energies,
            "The model's own split of the total energy. Only totals were ever fitted.",
            "plasma",
        ),
        Quantity(
            "true-local-energy",
            "Local energy (reference)",
            "Local energy, reference (eV)",
            "linear",
            _truth,
            _needs_truth,
            "The split made by the potential that generated the data: a convention of that code, not an observable.",
            "plasma",
        ),
        Quantity(
            "error",
            "Local energy error",
            "Model − reference (eV)",
            "signed",
            lambda c: _local_energy(c) - _truth(c),
            _needs_both,
            "Model minus reference. A rigid atom may still be wrong, and a soft one right: LPR is not an error bar.",
        ),
    )
}
ELEMENT = "element"
ELEMENT_TITLE = "Element"
ELEMENT_EXPLANATION = "The customary colours of the elements."
MENU: dict[str, str] = {**{q.title: q.key for q in QUANTITIES.values()}, ELEMENT_TITLE: ELEMENT}
"""Menu title to key, in the order shown."""


def obstacle_to(key: str, context: Context) -> str:
    """Return why a quantity cannot be shown now, or ""."""
    return "" if key == ELEMENT else QUANTITIES[key].obstacle(context)


def explanation_of(key: str) -> str:
    """Return one sentence saying what a quantity means."""
    return ELEMENT_EXPLANATION if key == ELEMENT else QUANTITIES[key].explanation
