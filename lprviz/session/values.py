"""The frozen values a session is made of. Views read them; only the session replaces them, whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR, LPRAnalysis
from lprviz.analysis.model_spec import ModelSpec
from lprviz.core.colours import ColourScale, element_rgb
from lprviz.data.bundled import DatasetCard
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.session.metrics import Metrics

NO_ENVIRONMENTS: NDArray[np.intp] = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True)
class Dataset:
    """What is loaded: structures, the card of a bundled set, and the training set it starts from."""

    structures: StructureSet
    title: str
    card: DatasetCard | None = None
    initial_members: tuple[int, ...] = ()


@dataclass(frozen=True)
class Settings:
    """How structures become a model, apart from alpha and the training set; committed as one."""

    hypers: SoapHypers
    model: ModelSpec = field(default_factory=ModelSpec)
    scale: str = "frozen"

    @cached_property
    def key(self) -> str:
        """A short name that is the same for settings that give the same model, and only for those."""
        parts = (self.hypers.key(), self.model.key(), self.model.baseline, self.scale)
        return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def settings_key(settings: Settings | None) -> str:
    """Return the key of settings, "" without any."""
    return "" if settings is None else settings.key


@dataclass(frozen=True)
class Plan:
    """The data set and settings that a background computation is working towards."""

    dataset: Dataset
    settings: Settings
    members: tuple[int, ...]
    alpha: float
    history_label: str


@dataclass(frozen=True)
class Outcome:
    """What such a computation ends with."""

    plan: Plan
    analysis: LPRAnalysis
    fit: FittedLPR


@dataclass(frozen=True, eq=False)
class Study:
    """An answer that took background work, and the fit it is about; later fits do not change it.

    Parameters
    ----------
    key : str
        What was asked; see `lprviz.session.studies`.
    fit : FittedLPR
    value : object
        The answer, of a type that belongs to the question.
    """

    key: str
    fit: FittedLPR
    value: Any


@dataclass(frozen=True)
class Selection:
    """What is looked at: one structure, perhaps one atom of it, perhaps a group of environments.

    ``picked`` and ``group`` are environment indices of the whole data set, the one index every view shares.
    """

    structure: int = 0
    picked: int | None = None
    group: NDArray[np.intp] = field(default_factory=lambda: NO_ENVIRONMENTS)


@dataclass(frozen=True)
class Activity:
    """Background work as a person sees it."""

    label: str
    fraction: float | None = None
    remaining: float | None = None


@dataclass(frozen=True)
class Problem:
    """One clear sentence about what went wrong, and what to do."""

    message: str
    hint: str = ""


@dataclass(frozen=True, eq=False)
class Pin:
    """A state kept for comparison, under a name.

    Attributes
    ----------
    label : str
        What the state is, in a few words.
    members : tuple of int
    lpr : (n_environments,) array
    name : str
        What a person calls it; no two pins share one.
    alpha : float
    settings_key : str
        The model it was made with; see `settings_key`.
    model : str
        The same in words.
    selection : Selection
    camera : tuple of float
        What was looked at, and from where; see `lprviz.session.state.SessionState.camera`.
    metrics : Metrics or None
    """

    label: str
    members: tuple[int, ...]
    lpr: NDArray[np.float64]
    name: str = ""
    alpha: float = float("nan")
    settings_key: str = ""
    model: str = ""
    selection: Selection = field(default_factory=lambda: Selection())
    camera: tuple[float, ...] = ()
    metrics: Metrics | None = None


@dataclass(frozen=True)
class Timing:
    """What the last edit cost, in milliseconds: to compute here, to upload and to draw in the browser."""

    compute: float | None = None
    upload: float | None = None
    draw: float | None = None


@dataclass(frozen=True)
class Picture:
    """What every view colours by: one value per environment and the scale that turns it into colour.

    Parameters
    ----------
    quantity : str
        Key of `lprviz.session.quantities.QUANTITIES`.
    values : (n_environments,) array
        nan where undefined. For elements, atomic numbers.
    scale : ColourScale or None
        None for elements, which have colours of their own.
    outlined : (n_environments,) bool array
        Environments whose rigidity is mostly the prior's (regulariser share above one half).
    members : (n_environments,) bool array
        Environments of training structures.
    stale : bool
        True while something newer is being computed; never shown as current.
    lpr_scale : ColourScale or None
        The scale of LPR itself, for what shows LPR whatever the atoms are coloured by; None before there is a fit.
    note : str
        Why the asked-for quantity is not what is shown, if so.
    """

    quantity: str
    title: str
    values: NDArray[np.float64]
    scale: ColourScale | None
    outlined: NDArray[np.bool_]
    members: NDArray[np.bool_]
    stale: bool = False
    note: str = ""
    lpr_scale: ColourScale | None = None

    def rgb(self, which: slice | NDArray[np.intp] = slice(None)) -> NDArray[np.uint8]:
        """Return the colours of the chosen environments, (n, 3)."""
        values = self.values[which]
        return element_rgb(values.astype(np.intp).tolist()) if self.scale is None else self.scale.rgb(values)


Scales = Mapping[str, ColourScale]
"""Colour scales in force, by quantity: fixed over the data set, widened when an edit leaves their range."""
