"""A record as work for the worker: the data set is found, the model computed, pins and history brought back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lprviz.analysis import FittedLPR, LPRAnalysis
from lprviz.data.bundled import list_datasets
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError
from lprviz.progress import Tick, phase
from lprviz.session import plans
from lprviz.session.comparing import pin_label
from lprviz.session.gallery import OpenEntry
from lprviz.session.history import Entry, History
from lprviz.session.library import Library
from lprviz.session.metrics import metrics_of, metrics_of_lpr
from lprviz.session.records.embedding import features_from, labels_hash, numbers_from, structures_from
from lprviz.session.records.record import DataRecord, LookRecord, PinRecord, SessionRecord
from lprviz.session.toys import OpenToy, opening_toy
from lprviz.session.values import Dataset, Outcome, Pin, Plan, Selection, Settings, settings_key

SAME = 1e-6
"""Metrics that agree to this share are the same: other processors round differently."""


@dataclass(frozen=True, eq=False)
class Found:
    """A data set that was looked for.

    Attributes
    ----------
    dataset : Dataset
    analysis : LPRAnalysis or None
        What came with it ready made.
    entry : OpenEntry or None
    toy : OpenToy or None
    """

    dataset: Dataset
    analysis: LPRAnalysis | None = None
    entry: OpenEntry | None = None
    toy: OpenToy | None = None


@dataclass(frozen=True, eq=False)
class Restored:
    """A session brought back.

    Attributes
    ----------
    outcome : Outcome
    found : Found
        The data set, and what is open with it.
    record : SessionRecord
    selection : Selection
    pins : tuple of Pin
    history : History
    remark : str
        Where the numbers are not those that were kept, which; "" where they are.
    """

    outcome: Outcome
    found: Found
    record: SessionRecord
    selection: Selection
    pins: tuple[Pin, ...]
    history: History
    remark: str


def restoring(
    record: SessionRecord, library: Library, present: Dataset | None, features: FeatureTable | None
) -> Callable[[Tick], Restored]:
    """Return work that brings a record back.

    Parameters
    ----------
    record : SessionRecord
    library : Library
    present : Dataset or None
        What is loaded now, which may be the very data set that is wanted.
    features : FeatureTable or None
        Imported features of the present model, which may be the very ones.
    """

    def work(tick: Tick) -> Restored:
        found = _find(record.data, library, present, phase(tick, 0.0, 0.4))
        structures = found.dataset.structures
        own = None if found.analysis is None else found.analysis.spec.features
        settings = record.settings.settings(_features(record, structures, (own, features)))
        plan = Plan(found.dataset, settings, record.members, record.alpha, "Opened")
        analysis = _analysis(plan, found, library, phase(tick, 0.4, 0.9))
        fit = plans.moved(analysis.fit(record.members), record.members, record.alpha)
        pins = tuple(_pin(pin, fit, settings) for pin in record.pins)
        look, remark = _selection(record.look, structures), _remark(record, fit)
        return Restored(Outcome(plan, analysis, fit), found, record, look, pins, _history(record), remark)

    return work


def _find(wanted: DataRecord, library: Library, present: Dataset | None, tick: Tick) -> Found:
    """Find the data set: bundled, of the gallery, a toy, loaded now, or inside the file, in this order."""
    made = (look(wanted, library, tick) for look in (_bundled, _entry, _toy))
    found = next((each for each in made if each is not None and _is(wanted, each.dataset.structures)), None)
    if found is not None:
        return found
    if present is not None and _is(wanted, present.structures):
        return Found(present)
    if not wanted.content:
        raise DataError(
            f"The data set of this session is not here: {wanted.name}, {wanted.n_structures} structures of "
            f"{wanted.n_environments} atoms in all.",
            "Load that very file first and open this again, or ask for a session file that holds its structures.",
        )
    structures = structures_from(wanted.content, wanted.name, wanted.energy_key, tick)
    if not _is(wanted, structures):
        raise DataError(
            "The structures in this session file are not those that it was saved with.", "Save it again from lprviz."
        )
    return Found(replace(plans.dataset_of(structures), title=wanted.name))


def _bundled(wanted: DataRecord, library: Library, tick: Tick) -> Found | None:
    known = wanted.bundled in {card.name for card in list_datasets()}
    return Found(library.dataset(wanted.bundled, tick)) if known else None


def _entry(wanted: DataRecord, library: Library, tick: Tick) -> Found | None:
    if not wanted.entry:
        return None
    from lprviz.gallery import ENTRIES

    entry = next((each for each in ENTRIES if each.key == wanted.entry), None)
    if entry is None:
        return None
    study = entry.study(cache=library.cache, tick=tick)
    dataset = Dataset(study.structures, entry.title, None, study.training_sets[0].members)
    return Found(dataset, study.analysis, OpenEntry(entry, study.training_sets))


def _toy(wanted: DataRecord, library: Library, tick: Tick) -> Found | None:
    if not wanted.toy:
        return None
    from lprviz.gallery.toys.named import TOYS

    if wanted.toy not in TOYS:
        return None
    made = opening_toy(wanted.toy, wanted.seed)(tick)
    return Found(made.outcome.plan.dataset, made.outcome.analysis, None, made.shown)


def _is(wanted: DataRecord, structures: StructureSet) -> bool:
    sizes = (structures.n_structures, structures.n_environments) == (wanted.n_structures, wanted.n_environments)
    same = sizes and structures.content_hash == wanted.content_hash
    return same and labels_hash(structures) == wanted.labels_hash


def _features(
    record: SessionRecord, structures: StructureSet, at_hand: tuple[FeatureTable | None, ...]
) -> FeatureTable | None:
    """Find imported features: at hand, or inside the file."""
    wanted = record.settings.features
    if wanted is None:
        return None
    for table in at_hand:
        if table is not None and table.content_hash == wanted.content_hash:
            return table
    if not wanted.content:
        raise DataError(
            f"The model of this session uses features from another program ({wanted.title}), which are not here.",
            "Import that file first and open this again, or ask for a session file.",
        )
    table = features_from(wanted.content, wanted.title, structures)
    if table.content_hash != wanted.content_hash:
        raise DataError(
            "The features in this session file are not those that it was saved with.", "Save it again from lprviz."
        )
    return table


def _analysis(plan: Plan, found: Found, library: Library, tick: Tick) -> LPRAnalysis:
    """The analysis that came with the data set where it is the very one, else one of our own."""
    made = found.analysis
    if made is not None and settings_key(Settings(made.hypers, made.spec, made.scale)) == settings_key(plan.settings):
        return made
    return plans.analysis_of(plan, library, tick)


def _pin(pin: PinRecord, fit: FittedLPR, settings: Settings) -> Pin:
    structures = fit.analysis.structures
    if pin.lpr:
        lpr, key, model = numbers_from(pin.lpr, structures.n_environments), pin.settings_key, pin.model
    else:
        lpr = plans.moved(fit, pin.members, pin.alpha).lpr
        key, model = settings_key(settings), fit.analysis.spec.describe()
    look, camera = _selection(pin.look, structures), pin.look.camera
    label = pin_label(len(pin.members), pin.alpha)
    return Pin(label, pin.members, lpr, pin.name, pin.alpha, key, model, look, camera, metrics_of_lpr(lpr))


def _selection(look: LookRecord, structures: StructureSet) -> Selection:
    structure = look.structure if look.picked is None else structures.of(look.picked)[0]
    return Selection(structure, look.picked, np.array(look.group, dtype=np.intp))


def _history(record: SessionRecord) -> History:
    if not record.steps:
        return History.starting("Opened", record.members)
    entries = tuple(
        Entry(
            step.label,
            step.members,
            place,
            None if step.parent < 0 else step.parent,
            None if step.following < 0 else step.following,
            step.metrics,
            step.alpha,
            step.settings_key,
        )
        for place, step in enumerate(record.steps)
    )
    return History(entries, record.step)


def _remark(record: SessionRecord, fit: FittedLPR) -> str:
    """What a person has to know where the numbers are not those that were kept."""
    kept, now = record.metrics, metrics_of(fit)
    if kept is None or math.isclose(10**kept.mean_log, 10**now.mean_log, rel_tol=SAME):
        return ""
    why = "The network was trained again from its seed" if fit.analysis.model == "network" else "It was computed again"
    return (
        f"{why}, and the numbers are not those that were saved: mean LPR {10**now.mean_log:.4g} (geometric), "
        f"was {10**kept.mean_log:.4g}."
    )
