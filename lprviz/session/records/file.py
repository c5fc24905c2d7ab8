"""A record as a file: JSON that a person can read, with the versions of what the numbers depend on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any, NoReturn

from lprviz.errors import DataError, ModelError
from lprviz.session.records.plain import from_plain, to_plain
from lprviz.session.records.record import SessionRecord

LARGEST_FILE = 64 * 2**20
KIND = "lprviz session"
SUFFIX = ".lprviz.json"
_PACKAGES = ("lprviz", "featomic", "numpy", "scipy", "ase", "torch")
_HINT = "Choose a file that lprviz has saved."


def to_file(record: SessionRecord) -> bytes:
    """Return a record as the content of a session file (ModelError where it would be too large to be opened)."""
    plain = {"kind": KIND, **to_plain(record)}
    content = (json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    if len(content) > LARGEST_FILE:
        raise ModelError(
            f"The session file would be {len(content) / 2**20:.0f} MB, and {LARGEST_FILE >> 20} MB is the limit.",
            "Save it without the structures, and keep their file beside it.",
        )
    return content


def from_file(content: bytes) -> SessionRecord:
    """Return the record in a session file; hostile until parsed.

    Raises
    ------
    LprvizError
        If it is no session file, too large, of a newer version, or damaged.
    """
    if len(content) > LARGEST_FILE:
        raise DataError(
            f"The session file is too large: {len(content) / 2**20:.0f} MB, and {LARGEST_FILE >> 20} MB is the limit.",
            _HINT,
        )
    plain = parse_json(content, "session file")
    if not isinstance(plain, dict) or plain.pop("kind", None) != KIND:
        raise DataError("This is not a session file of lprviz.", _HINT)
    return from_plain(plain, "session file", LARGEST_FILE)


def parse_json(content: bytes, what: str) -> Any:
    """Return what JSON holds; anything unusual in it is one clear error."""
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DataError(f"This {what} is damaged, or is something else.", _HINT) from error


@cache
def versions() -> Mapping[str, str]:
    """Versions of lprviz and of what its numbers depend on, as far as they are installed."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
