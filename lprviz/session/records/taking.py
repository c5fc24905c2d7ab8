"""A session's state as a record, and that record as a link or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError
from lprviz.session.history import History
from lprviz.session.metrics import metrics_of
from lprviz.session.records import file, link
from lprviz.session.records.embedding import features_text, labels_hash, numbers_text, structures_text
from lprviz.session.records.model_plain import SettingsRecord
from lprviz.session.records.record import (
    ColourRecord,
    DataRecord,
    LookRecord,
    PinRecord,
    SessionRecord,
    StepRecord,
)
from lprviz.session.state import SessionState
from lprviz.session.values import Pin, Selection, settings_key

_LONGEST = 300


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A session at one moment, as frozen values that any thread may write down.

    Attributes
    ----------
    record : SessionRecord
        Without embedded content.
    structures : StructureSet
    features : FeatureTable or None
        Imported features of the model, where it has any.
    pins : tuple of Pin
    """

    record: SessionRecord
    structures: StructureSet
    features: FeatureTable | None
    pins: tuple[Pin, ...]

    def as_link(self) -> str:
        """A short text that another session opens, where the data set is at hand there (ModelError if too long)."""
        own = settings_key_of_record(self)
        pins = tuple(pin for pin, value in zip(self.record.pins, self.pins, strict=True) if value.settings_key == own)
        names = {pin.name for pin in pins}
        look = replace(self.record.look, camera=_rounded(self.record.look.camera))
        light = replace(
            self.record,
            look=look,
            pins=tuple(replace(pin, look=LookRecord()) for pin in pins),
            reference=self.record.reference if self.record.reference in names else "",
            compared=self.record.compared if self.record.compared in names else "",
            steps=(),
            step=-1,
            versions={},
        )
        return link.to_link(light)

    def as_file(self, embed: bool | None = None) -> bytes:
        """The whole state as JSON; with the structures inside by default where they do not come with lprviz."""
        record, own = self.record, settings_key_of_record(self)
        if embed or (embed is None and not self.record.data.is_at_hand_everywhere):
            record = replace(record, data=replace(record.data, content=structures_text(self.structures)))
        if record.settings.features is not None and self.features is not None and embed is not False:
            kept = replace(record.settings.features, content=features_text(self.features))
            record = replace(record, settings=replace(record.settings, features=kept))
        pins = tuple(
            pin if value.settings_key == own else _with_numbers(pin, value)
            for pin, value in zip(record.pins, self.pins, strict=True)
        )
        return file.to_file(replace(record, pins=pins))


def settings_key_of_record(snapshot: Snapshot) -> str:
    """The key of the settings in a snapshot; see `lprviz.session.values.settings_key`."""
    return settings_key(snapshot.record.settings.settings(snapshot.features))


def snapshot_of(state: SessionState) -> Snapshot:
    """Return a session's state at this moment; quick, and nothing is written down yet.

    Raises
    ------
    ModelError
        If there is nothing to keep yet.
    """
    dataset, settings = state.dataset, state.settings
    if dataset is None or settings is None:
        raise ModelError("There is nothing to save yet.", "Load a data set first.")
    fit = state.fit
    settled = fit is not None and fit.members == state.members and fit.alpha == state.alpha
    record = SessionRecord(
        _data(state, dataset.structures),
        SettingsRecord.of(settings),
        state.members,
        state.alpha,
        _look(state.selection, state.camera),
        _colour(state),
        tuple(PinRecord(pin.name, pin.members, pin.alpha, _look(pin.selection, pin.camera)) for pin in state.pins),
        "" if state.pin is None else state.pin.name,
        "" if state.compared is None else state.compared.name,
        *_steps(state.history, state.members),
        metrics_of(fit) if fit is not None and settled else None,
        file.versions(),
    )
    return Snapshot(record, dataset.structures, settings.model.features, state.pins)


def _data(state: SessionState, structures: StructureSet) -> DataRecord:
    dataset, entry = state.dataset, state.entry
    toy = getattr(state, "open_toy", None)
    assert dataset is not None
    return DataRecord(
        _clean(dataset.title),
        "" if dataset.card is None else dataset.card.name,
        "" if entry is None else entry.entry.key,
        structures.content_hash,
        labels_hash(structures),
        structures.n_structures,
        structures.n_environments,
        structures.energy_key or "",
        toy="" if toy is None else toy.name,
        seed=0 if toy is None else toy.seed,
    )


def _look(selection: Selection, camera: tuple[float, ...]) -> LookRecord:
    return LookRecord(selection.structure, selection.picked, tuple(selection.group.tolist()), camera)


def _colour(state: SessionState) -> ColourRecord:
    picture = state.picture
    scale = None if picture is None else picture.scale
    shown, limits = ("", ()) if picture is None or scale is None else (picture.quantity, (scale.low, scale.high))
    return ColourRecord(state.colour_by, state.component, state.committee, shown, limits)


def _steps(history: History, members: tuple[int, ...]) -> tuple[tuple[StepRecord, ...], int]:
    places = {entry.id: place for place, entry in enumerate(history.entries)}
    if history.current is None or history.current.members != members:
        return (), -1
    steps = [
        StepRecord(
            _clean(entry.label),
            entry.members,
            -1 if entry.parent is None else places[entry.parent],
            -1 if entry.following is None else places[entry.following],
            entry.metrics,
            entry.alpha,
            entry.settings_key,
        )
        for entry in history.entries
    ]
    return tuple(steps), places[history.current_id]


def _with_numbers(pin: PinRecord, value: Pin) -> PinRecord:
    return replace(pin, settings_key=value.settings_key, model=_clean(value.model), lpr=numbers_text(value.lpr))


def _rounded(camera: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in np.asarray(camera).tolist())


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST]
