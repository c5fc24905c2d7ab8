"""A record as a mapping of plain values, ready for JSON, and back: checked field by field."""

from __future__ import annotations

from typing import Any

from lprviz.errors import DataError
from lprviz.session.comparing import LONGEST_NAME, MOST_PINS
from lprviz.session.history import MOST_ENTRIES
from lprviz.session.metrics import Metrics
from lprviz.session.records.fields import Fields
from lprviz.session.records.index_text import text_of
from lprviz.session.records.model_plain import settings_from_plain, settings_to_plain
from lprviz.session.records.record import (
    FORMAT,
    ColourRecord,
    DataRecord,
    LookRecord,
    PinRecord,
    SessionRecord,
    StepRecord,
)

_MOST_STRUCTURES, _MOST_ENVIRONMENTS = 500_000, 5_000_000
_HASH = 64


def to_plain(record: SessionRecord) -> dict[str, Any]:
    """Return a record as plain values."""
    data = record.data
    n, atoms = data.n_structures, data.n_environments
    plain: dict[str, Any] = {
        "format": FORMAT,
        "data": _data(data),
        "settings": settings_to_plain(record.settings, n),
        "members": text_of(record.members, n),
        "alpha": record.alpha,
        "look": _look(record.look, atoms),
        "colour": _colour(record.colour),
        "pins": [_pin(pin, n, atoms) for pin in record.pins],
        "reference": record.reference,
        "compared": record.compared,
        "steps": [_step(step, n) for step in record.steps],
        "metrics": _metrics(record.metrics),
        "versions": dict(record.versions),
    }
    kept = {name: value for name, value in plain.items() if value or name == "members"}
    return kept | ({"step": record.step} if record.steps else {})


def from_plain(plain: Any, what: str, longest_content: int) -> SessionRecord:
    """Return the record that plain values from outside stand for.

    Parameters
    ----------
    plain : object
        What JSON gave.
    what : str
        "link" or "session file", for messages.
    longest_content : int
        Letters of embedded structures or features to accept.

    Raises
    ------
    LprvizError
        Where anything is missing, unknown, or not as it should be.
    """
    fields = Fields(plain, what)
    version = fields.whole("format", low=1)
    if version > FORMAT:
        raise DataError(f"This {what} was made by a newer lprviz.", "Update lprviz to open it.")
    data = _read_data(fields.group("data"), longest_content)
    n = data.n_structures
    steps = tuple(_read_step(each, n) for each in fields.groups("steps", MOST_ENTRIES))
    record = SessionRecord(
        data,
        settings_from_plain(fields.group("settings"), n, longest_content),
        fields.indices("members", n),
        fields.number("alpha", low=1e-300, high=1e300),
        _read_look(fields.group("look", {}), data),
        _read_colour(fields.group("colour", {})),
        tuple(_read_pin(each, data, longest_content) for each in fields.groups("pins", MOST_PINS)),
        fields.text("reference", ""),
        fields.text("compared", ""),
        steps,
        fields.whole("step", -1, low=-1, high=len(steps) - 1),
        _read_metrics(fields),
        fields.group("versions", {}).texts(20),
    )
    fields.finish()
    _check(record, fields)
    return record


def _check(record: SessionRecord, fields: Fields) -> None:
    """What single fields cannot tell: names that name something, and a history that is a tree."""
    names = [pin.name for pin in record.pins]
    if len(set(names)) < len(names) or not {record.reference, record.compared} <= {*names, ""}:
        fields.refuse("pins", "pins with names of their own")
    roots = sum(step.parent < 0 for step in record.steps)
    for place, step in enumerate(record.steps):
        follows = step.following < 0 or (
            step.following < len(record.steps) and record.steps[step.following].parent == place
        )
        if step.parent >= place or not follows:
            fields.refuse("steps", "a history in which each step comes after the one it was made from")
    if record.steps and (roots != 1 or record.step < 0 or record.steps[record.step].members != record.members):
        fields.refuse("steps", "a history that leads to the training set")


def _data(data: DataRecord) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": data.name,
        "bundled": data.bundled,
        "entry": data.entry,
        "hash": data.content_hash,
        "labels": data.labels_hash,
        "structures": data.n_structures,
        "environments": data.n_environments,
        "energy": data.energy_key,
        "xyz": data.content,
        "toy": data.toy,
        "seed": data.seed,
    }
    return {name: value for name, value in plain.items() if value not in ("", 0)}


def _read_data(plain: Fields, longest: int) -> DataRecord:
    found = DataRecord(
        plain.text("name"),
        plain.text("bundled", ""),
        plain.text("entry", ""),
        plain.text("hash", longest=_HASH),
        plain.text("labels", longest=_HASH),
        plain.whole("structures", low=1, high=_MOST_STRUCTURES),
        plain.whole("environments", low=1, high=_MOST_ENVIRONMENTS),
        plain.text("energy", ""),
        plain.long_text("xyz", longest),
        plain.text("toy", ""),
        plain.whole("seed", 0, high=2**63),
    )
    plain.finish()
    return found


def _look(look: LookRecord, n_environments: int) -> dict[str, Any]:
    plain: dict[str, Any] = {"structure": look.structure} if look.structure else {}
    if look.picked is not None:
        plain["picked"] = look.picked
    if look.group:
        plain["group"] = text_of(look.group, n_environments)
    if look.camera:
        plain["camera"] = list(look.camera)
    return plain


def _read_look(plain: Fields, data: DataRecord) -> LookRecord:
    last = data.n_environments - 1
    found = LookRecord(
        plain.whole("structure", 0, high=data.n_structures - 1),
        plain.whole("picked", high=last) if "picked" in plain else None,
        plain.indices("group", data.n_environments, ""),
        plain.numbers("camera", (0, 16)),
    )
    plain.finish()
    return found


def _colour(colour: ColourRecord) -> dict[str, Any]:
    default = ColourRecord()
    plain = {"by": colour.quantity, "component": colour.component, "committee": colour.committee}
    usual = {"by": default.quantity, "component": default.component, "committee": default.committee}
    kept: dict[str, Any] = {name: value for name, value in plain.items() if value != usual[name]}
    return kept | ({"shown": colour.shown, "limits": list(colour.limits)} if colour.shown else {})


def _read_colour(plain: Fields) -> ColourRecord:
    found = ColourRecord(
        plain.text("by", "lpr"),
        plain.text("component", ""),
        plain.text("committee", "bootstrap"),
        plain.text("shown", ""),
        plain.numbers("limits", (0, 2)),
    )
    plain.finish()
    return found


def _pin(pin: PinRecord, n: int, atoms: int) -> dict[str, Any]:
    plain = {"name": pin.name, "members": text_of(pin.members, n), "alpha": pin.alpha}
    if look := _look(pin.look, atoms):
        plain["look"] = look
    other = {"key": pin.settings_key, "model": pin.model, "lpr": pin.lpr}
    return plain | ({} if not pin.lpr else other)


def _read_pin(plain: Fields, data: DataRecord, longest: int) -> PinRecord:
    found = PinRecord(
        plain.text("name", longest=LONGEST_NAME),
        plain.indices("members", data.n_structures),
        plain.number("alpha", low=1e-300, high=1e300),
        _read_look(plain.group("look", {}), data),
        plain.text("key", ""),
        plain.text("model", ""),
        plain.long_text("lpr", longest),
    )
    plain.finish()
    return found


def _step(step: StepRecord, n: int) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "label": step.label,
        "members": text_of(step.members, n),
        "parent": step.parent,
        "following": step.following,
        "key": step.settings_key,
        "alpha": step.alpha,
        "metrics": _metrics(step.metrics),
    }
    return {name: value for name, value in plain.items() if name == "members" or value not in (None, "", [], -1)}


def _read_step(plain: Fields, n: int) -> StepRecord:
    found = StepRecord(
        plain.text("label"),
        plain.indices("members", n),
        plain.whole("parent", -1, low=-1),
        plain.whole("following", -1, low=-1),
        _read_metrics(plain),
        plain.number("alpha", low=1e-300, high=1e300) if "alpha" in plain else None,
        plain.text("key", ""),
    )
    plain.finish()
    return found


def _metrics(metrics: Metrics | None) -> list[float]:
    values = [] if metrics is None else [metrics.mean_log, metrics.worst, metrics.share]
    return values if all(value == value for value in values) else []  # JSON has no nan


def _read_metrics(plain: Fields) -> Metrics | None:
    values = plain.numbers("metrics", (0, 3))
    return Metrics(*values) if values else None
