"""`SessionRecord`: what is kept of a session, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lprviz.session.metrics import Metrics
from lprviz.session.records.model_plain import SettingsRecord

FORMAT = 1
"""Version of the format of links and files; raised when an older reader would misunderstand."""


@dataclass(frozen=True)
class DataRecord:
    """Which data set it is.

    Attributes
    ----------
    name : str
        Its title.
    bundled, entry, toy : str
        Name of a bundled set, key of a gallery entry, or name of a toy; "" where it is none.
    seed : int
        Of the toy.
    content_hash, labels_hash : str
        Fingerprints of the geometry, and of energies and local energies.
    n_structures, n_environments : int
    energy_key : str
        Where energies were found; "" without energies.
    content : str
        The structures themselves as `lprviz.session.records.embedding` writes them; "" where they are not there.
    """

    name: str
    bundled: str
    entry: str
    content_hash: str
    labels_hash: str
    n_structures: int
    n_environments: int
    energy_key: str = ""
    content: str = ""
    toy: str = ""
    seed: int = 0

    @property
    def is_at_hand_everywhere(self) -> bool:
        """Whether it comes with every lprviz."""
        return bool(self.bundled or self.entry or self.toy)


@dataclass(frozen=True)
class LookRecord:
    """What is looked at."""

    structure: int = 0
    picked: int | None = None
    group: tuple[int, ...] = ()
    camera: tuple[float, ...] = ()


@dataclass(frozen=True)
class ColourRecord:
    """What atoms are coloured by.

    Attributes
    ----------
    quantity, component, committee : str
    shown : str
        Quantity whose limits these are; "" without limits.
    limits : tuple of float
        Low and high end of its colour scale, or empty.
    """

    quantity: str = "lpr"
    component: str = ""
    committee: str = "bootstrap"
    shown: str = ""
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class PinRecord:
    """A pin. Those of the present model are computed again; those of another one bring their LPR.

    Attributes
    ----------
    settings_key, model, lpr : str
        For a pin of another model: which, and LPR of every environment as text; "" for the present one.
    """

    name: str
    members: tuple[int, ...]
    alpha: float
    look: LookRecord = field(default_factory=LookRecord)
    settings_key: str = ""
    model: str = ""
    lpr: str = ""


@dataclass(frozen=True)
class StepRecord:
    """An entry of the history; ``parent`` and ``following`` are places in the list of steps, -1 for none."""

    label: str
    members: tuple[int, ...]
    parent: int = -1
    following: int = -1
    metrics: Metrics | None = None
    alpha: float | None = None
    settings_key: str = ""


@dataclass(frozen=True)
class SessionRecord:
    """What is kept of a session.

    Attributes
    ----------
    data, settings, members, alpha
        What is computed.
    look, colour
        What is seen.
    pins : tuple of PinRecord
    reference, compared : str
        Names of the pins that are compared, "" for none (and for the present state).
    steps : tuple of StepRecord
        The history; empty in a link.
    step : int
        Place of the present one in it, -1 without a history.
    metrics : Metrics or None
        What the session said when it was kept, to be held against what is computed again.
    versions : mapping of str to str
        Of lprviz and of the packages that the numbers depend on; empty in a link.
    """

    data: DataRecord
    settings: SettingsRecord
    members: tuple[int, ...]
    alpha: float
    look: LookRecord = field(default_factory=LookRecord)
    colour: ColourRecord = field(default_factory=ColourRecord)
    pins: tuple[PinRecord, ...] = ()
    reference: str = ""
    compared: str = ""
    steps: tuple[StepRecord, ...] = ()
    step: int = -1
    metrics: Metrics | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
