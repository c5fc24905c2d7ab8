"""Structures, features and numbers as text inside a session file: compressed, in base 64, equal when read back."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import zlib
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lprviz.data.feature_files import npz_bytes, read_features
from lprviz.data.feature_table import FeatureTable
from lprviz.data.limits import ReadLimits
from lprviz.data.structures import StructureSet
from lprviz.data.upload import read_upload
from lprviz.errors import DataError
from lprviz.exports.extended_xyz import extended_xyz
from lprviz.progress import Tick, no_tick

_NAME = "The session file"
_KNOWN: WeakKeyDictionary[StructureSet, str] = WeakKeyDictionary()
_KNOWN_FEATURES: WeakKeyDictionary[FeatureTable, str] = WeakKeyDictionary()


def labels_hash(structures: StructureSet) -> str:
    """Return a fingerprint of energies and local energies, which `StructureSet.content_hash` leaves out."""
    digest = hashlib.blake2b(digest_size=8)
    for array in (structures.energies, structures.local_energies):
        values = np.zeros(0) if array is None else array
        digest.update(np.where(np.isnan(values), np.inf, values).astype("<f8").tobytes())
    return digest.hexdigest()


def structures_text(structures: StructureSet) -> str:
    """Return structures as compressed extended xyz in base 64; made once for each set."""
    if structures not in _KNOWN:
        written = extended_xyz(structures.atoms)
        _KNOWN[structures] = _letters(gzip.compress(written.encode(), 6, mtime=0))
    return _KNOWN[structures]


def structures_from(text: str, name: str, energy_key: str, tick: Tick = no_tick) -> StructureSet:
    """Return the structures that a text holds; read like any uploaded file.

    Raises
    ------
    DataError
        Whatever is wrong with it.
    """
    found = read_upload(f"{name or 'structures'}.xyz", _bytes(text), tick=tick)
    return found.with_energy_key(energy_key) if energy_key and found.energy_key != energy_key else found


def features_text(table: FeatureTable) -> str:
    """Return features as an ``.npz`` file in base 64; made once for each table."""
    if table not in _KNOWN_FEATURES:
        _KNOWN_FEATURES[table] = _letters(gzip.compress(npz_bytes(table), 3, mtime=0))
    return _KNOWN_FEATURES[table]


def features_from(text: str, title: str, structures: StructureSet) -> FeatureTable:
    """Return the features that a text holds (DataError where they are damaged or of other structures)."""
    found = read_features(_expanded(_bytes(text), ReadLimits().expanded_bytes), structures, name=_NAME)
    return FeatureTable(found.values, found.offsets, found.names, title)


def numbers_text(values: NDArray[np.float64]) -> str:
    """Return numbers as text, to the last bit."""
    return _letters(gzip.compress(np.asarray(values, dtype="<f8").tobytes(), 6, mtime=0))


def numbers_from(text: str, size: int) -> NDArray[np.float64]:
    """Return exactly so many positive numbers (DataError where the text does not hold them)."""
    content = _expanded(_bytes(text), 8 * size)
    if len(content) != 8 * size:
        raise DataError(f"{_NAME} holds too few or too many numbers for a pin.", "Save it again where it came from.")
    values = np.frombuffer(content, dtype="<f8").astype(np.float64)
    if not (values > 0.0).all():
        raise DataError(f"{_NAME} holds rigidities that cannot be.", "Save it again where it came from.")
    values.flags.writeable = False
    return values


def _letters(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"{_NAME} is damaged.", "Save or download it again.") from error


def _expanded(content: bytes, limit: int) -> bytes:
    """Decompress, and never beyond a limit."""
    try:
        reader = zlib.decompressobj(31)
        expanded = reader.decompress(content, limit + 1)
    except zlib.error as error:
        raise DataError(f"{_NAME} is damaged.", "Save or download it again.") from error
    if len(expanded) > limit or not reader.eof:
        raise DataError(f"{_NAME} is damaged, or expands to more than allowed.", "Save or download it again.")
    return expanded
