"""What atoms can be coloured by: each quantity knows its title, its kind of scale, and when it cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import Calibration, FittedLPR
from lprviz.core.colours import Kind
from lprviz.data.structures import StructureSet
from lprviz.errors import LprvizError
from lprviz.session.studies import COMMITTEE, COMPONENT, FEATURES, FORCES, Studies
from lprviz.session.values import Pin

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Context:
    """What a quantity may look at."""

    structures: StructureSet
    fit: FittedLPR
    pin: Pin | None
    picked: int | None = None
    studies: Studies = field(default_factory=dict)
    component: str = ""
    committee: str = "bootstrap"
    compared: Pin | None = None


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
    study : callable
        Context to the key of a study that must have run first, or "".
    follows_pick : bool
        Whether the values change with the picked atom.
    """

    key: str
    title: str
    bar: str
    kind: Kind
    compute: Callable[[Context], Values]
    obstacle: Callable[[Context], str]
    explanation: str
    palette: str | None = None
    study: Callable[[Context], str] = lambda context: ""
    follows_pick: bool = False


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
    now = context.fit.lpr if context.compared is None else context.compared.lpr
    return now / context.pin.lpr


def calibration_of(fit: FittedLPR) -> Calibration | LprvizError:
    """Return the calibration of a fit, or why there is none; worked out once for each fit."""
    if fit not in _CALIBRATIONS:
        try:
            _CALIBRATIONS[fit] = fit.calibrate()
        except LprvizError as error:
            _CALIBRATIONS[fit] = error
    return _CALIBRATIONS[fit]


_CALIBRATIONS: WeakKeyDictionary[FittedLPR, Calibration | LprvizError] = WeakKeyDictionary()


def _needs_calibration(context: Context) -> str:
    found = calibration_of(context.fit)
    return f"{found.message} {found.hint}" if isinstance(found, LprvizError) else ""


def _sigma(context: Context) -> Values:
    found = calibration_of(context.fit)
    assert not isinstance(found, LprvizError)  # `_needs_calibration` was asked first
    return found.atom_sigma


def _needs_pick(context: Context) -> str:
    if context.picked is None:
        return "Pick an atom in the picture or on the map: its correlation with every other atom is shown."
    return _waits_for(context, _features_study(context))


def _features_study(context: Context) -> str:
    if context.picked is None or not context.fit.lacks_features_for([context.picked]):
        return ""
    return FEATURES


def _component_study(context: Context) -> str:
    return f"{COMPONENT}:{context.component}" if context.component else ""


def _committee_study(context: Context) -> str:
    return f"{COMMITTEE}:{context.committee}"


def _needs_component(context: Context) -> str:
    if not context.fit.analysis.components():
        return "The features of this model have no named parts: each mixes all of the surroundings."
    if not context.component:
        return "Choose a component below."
    return _waits_for(context, _component_study(context))


def _needs_committee(context: Context) -> str:
    return _needs_energies(context) or _waits_for(context, _committee_study(context))


def _needs_forces(context: Context) -> str:
    if not context.fit.analysis.spec.forces:
        return "This model does not train on forces: switch them on under Another model, Details."
    return _waits_for(context, FORCES)


def _waits_for(context: Context, study: str) -> str:
    if not study or study in context.studies:
        return ""
    return "This takes a moment of work; LPR is shown until it is done."


def _component_rigidity(context: Context) -> Values:
    local = context.studies[_component_study(context)].value.local
    return np.where(np.isfinite(local), local, np.nan)


def _correlation(context: Context) -> Values:
    assert context.picked is not None  # `_needs_pick` was asked first
    return context.fit.correlation(context.picked)


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
        Quantity(
            "sigma",
            "Standard deviation (calibrated)",
            "Standard deviation of the local energy (eV)",
            "log",
            _sigma,
            _needs_calibration,
            "Scaled so that it fits the errors of structures held out of training. For single atoms it extrapolates: "
            "only energies of structures can be checked.",
            "plasma",
        ),
        Quantity(
            "correlation",
            "Correlation with the picked atom",
            "Correlation of local energies",
            "signed",
            _correlation,
            _needs_pick,
            "What else moves when the picked atom's energy is moved: -1 means that only their sum is known.",
            study=_features_study,
            follows_pick=True,
        ),
        Quantity(
            "component",
            "Rigidity of a component (LCPR)",
            "LCPR of the component",
            "log",
            _component_rigidity,
            _needs_component,
            "How firmly the part of each local energy that comes from some of the features is pinned down.",
            study=_component_study,
        ),
        Quantity(
            "committee",
            "Committee spread / analytic",
            "Spread of the committee / analytic",
            "log2-ratio",
            lambda c: c.studies[_committee_study(c)].value.ratio,
            _needs_committee,
            "1: the members disagree as much as they should. Far below 1: they agree because none of them has ever "
            "seen what this atom is made of.",
            study=_committee_study,
        ),
        Quantity(
            "force-effect",
            "Gain by forces",
            "LPR with forces / LPR without",
            "log2-ratio",
            lambda c: c.studies[FORCES].value.ratio,
            _needs_forces,
            "What the forces in training add to each atom's rigidity. They sharpen shapes; of a constant per species "
            "they know nothing.",
            study=lambda c: FORCES if c.fit.analysis.spec.forces else "",
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


def study_for(key: str, context: Context) -> str:
    """Return the key of the study that a quantity waits for, or ""."""
    if key == ELEMENT:
        return ""
    study = QUANTITIES[key].study(context)
    return "" if study in context.studies else study


def follows_pick(key: str) -> bool:
    """Return whether a quantity changes with the picked atom."""
    return key != ELEMENT and QUANTITIES[key].follows_pick


def explanation_of(key: str) -> str:
    """Return one sentence saying what a quantity means."""
    return ELEMENT_EXPLANATION if key == ELEMENT else QUANTITIES[key].explanation
