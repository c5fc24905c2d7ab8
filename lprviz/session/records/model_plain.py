"""Settings and models as plain values and back. What equals its default is not written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from lprviz.analysis.model_spec import (
    BASELINE_KINDS,
    MODEL_KINDS,
    SAMPLING_KINDS,
    TARGET_KINDS,
    ModelSpec,
)
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.feature_table import FeatureTable
from lprviz.data.hypers import SoapHypers
from lprviz.session.records.fields import Fields
from lprviz.session.records.index_text import text_of
from lprviz.session.values import Settings

_SCALES = ("frozen", "training")
_HASH = 64


@dataclass(frozen=True)
class FeaturesRecord:
    """Imported features by what they are; the numbers themselves only in a file.

    Attributes
    ----------
    title, content_hash : str
    content : str
        The features as `lprviz.session.records.embedding` writes them; "" where they are not there.
    """

    title: str
    content_hash: str
    content: str = ""


@dataclass(frozen=True)
class SettingsRecord:
    """Settings whose features, where imported, may have to be found yet.

    Attributes
    ----------
    hypers : SoapHypers
    options : mapping of str to object
        Fields of the `ModelSpec` except ``features``.
    scale : str
    features : FeaturesRecord or None
    """

    hypers: SoapHypers
    options: dict[str, Any]
    scale: str
    features: FeaturesRecord | None

    @classmethod
    def of(cls, settings: Settings, features_content: str = "") -> SettingsRecord:
        """The record of settings."""
        model, table = settings.model, settings.model.features
        options = {each.name: getattr(model, each.name) for each in fields(ModelSpec) if each.name != "features"}
        record = None if table is None else FeaturesRecord(table.title, table.content_hash, features_content)
        return cls(settings.hypers, options, settings.scale, record)

    def settings(self, features: FeatureTable | None = None) -> Settings:
        """The settings, with their features where they have any (ModelError where they make no sense)."""
        return Settings(self.hypers, ModelSpec(**self.options, features=features), self.scale)


def settings_to_plain(record: SettingsRecord, n_structures: int) -> dict[str, Any]:
    """Return settings as plain values."""
    defaults = ModelSpec()
    changed = {name: value for name, value in record.options.items() if value != getattr(defaults, name)}
    model = {name: _WRITERS.get(name, _same)(value, n_structures) for name, value in changed.items()}
    if record.features is not None:
        kept = {"title": record.features.title, "hash": record.features.content_hash}
        model["features"] = kept | ({"npz": record.features.content} if record.features.content else {})
    return {"hypers": record.hypers.to_mapping(), "model": model, "scale": record.scale}


def settings_from_plain(plain: Fields, n_structures: int, longest_content: int) -> SettingsRecord:
    """Return settings from plain values that came from outside.

    Raises
    ------
    LprvizError
        Where anything is not as it should be.
    """
    hypers = _hypers(plain.group("hypers"))
    model = plain.group("model")
    scale = plain.choice("scale", _SCALES)
    features = _features(model.group("features"), longest_content) if "features" in model else None
    options = {name: read(model, name, n_structures) for name, read in READERS.items() if name in model}
    model.finish()
    plain.finish()
    record = SettingsRecord(hypers, {**_defaults(), **options}, scale, features)
    if features is None:
        record.settings()  # whatever the values together cannot be is refused here
    return record


def _defaults() -> dict[str, Any]:
    plain = ModelSpec()
    return {each.name: getattr(plain, each.name) for each in fields(ModelSpec) if each.name != "features"}


def _hypers(plain: Fields) -> SoapHypers:
    names = ("cutoff", "max_radial", "max_angular", "width", "smoothing")
    values: dict[str, Any] = {name: plain.number(name) for name in names}
    plain.finish()
    return SoapHypers.from_mapping(values)


def _features(plain: Fields, longest: int) -> FeaturesRecord:
    found = FeaturesRecord(plain.text("title"), plain.text("hash", longest=_HASH), plain.long_text("npz", longest))
    plain.finish()
    return found


def _network(model: Fields, name: str, n_structures: int) -> NetworkSettings:
    plain, default = model.group(name), NetworkSettings()
    values: dict[str, Any] = {}
    for each in fields(NetworkSettings):
        if each.name in plain:
            values[each.name] = NETWORK_READERS[each.name](plain, each.name)
    plain.finish()
    return NetworkSettings(**{each.name: getattr(default, each.name) for each in fields(NetworkSettings)} | values)


def _network_plain(network: NetworkSettings, n_structures: int) -> dict[str, Any]:
    default = NetworkSettings()
    changed = {each.name: getattr(network, each.name) for each in fields(NetworkSettings)}
    return {
        name: list(value) if name == "hidden" else value
        for name, value in changed.items()
        if value != getattr(default, name)
    }


def _weights(model: Fields, name: str, n_structures: int) -> str | tuple[float, ...]:
    values = model.group(name)
    found = values.text("key") if "key" in values else values.numbers("each", (n_structures,))
    values.finish()
    return found


def _same(value: Any, n_structures: int) -> Any:
    return value


_WRITERS: dict[str, Callable[[Any, int], Any]] = {
    "network": _network_plain,
    "trained_on": text_of,
    "weights": lambda value, n: {"key": value} if isinstance(value, str) else {"each": list(value)},
}

READERS: dict[str, Callable[[Fields, str, int], Any]] = {
    "kind": lambda model, name, n: model.choice(name, MODEL_KINDS),
    "target": lambda model, name, n: model.choice(name, TARGET_KINDS),
    "baseline": lambda model, name, n: model.choice(name, BASELINE_KINDS),
    "intercept": lambda model, name, n: model.flag(name),
    "species_columns": lambda model, name, n: model.flag(name),
    "per_centre_species": lambda model, name, n: model.flag(name),
    "weights": _weights,
    "n_sparse": lambda model, name, n: model.whole(name, low=1, high=1_000_000),
    "zeta": lambda model, name, n: model.whole(name, low=1, high=100),
    "sampling": lambda model, name, n: model.choice(name, SAMPLING_KINDS),
    "network": _network,
    "trained_on": lambda model, name, n: model.indices(name, n),
    "forces": lambda model, name, n: model.flag(name),
    "force_weight": lambda model, name, n: model.number(name, low=0.0),
}
"""How each field of a `ModelSpec` but ``features`` is read; a test holds this against the class."""

NETWORK_READERS: dict[str, Callable[[Fields, str], Any]] = {
    "hidden": lambda plain, name: plain.wholes(name, most=6, high=1024),
    "activation": lambda plain, name: plain.text(name, longest=20),
    "n_inputs": lambda plain, name: plain.whole(name),
    "epochs": lambda plain, name: plain.whole(name),
    "learning_rate": lambda plain, name: plain.number(name),
    "batch_structures": lambda plain, name: plain.whole(name),
    "weight_decay": lambda plain, name: plain.number(name),
    "seed": lambda plain, name: plain.whole(name),
}
"""The same for a `NetworkSettings`."""
