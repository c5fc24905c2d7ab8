"""Read ASE trajectories (``.traj``, the "ulm" container) without trusting them.

The container is a header, a table of offsets, and per item a piece of JSON that says where in the file its arrays lie.
Every offset and shape is checked against the size of the file before anything is read.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.data.ase_json import decode_json, structure_from
from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError
from lprviz.progress import Tick

_SHARED = ("numbers", "pbc")
_TAG = slice(8, 24)
_COUNTS_AT = 24


def read_ase_traj(content: bytes, name: str, limits: ReadLimits, tick: Tick) -> list[Atoms]:
    """Read all structures of an ASE trajectory.

    Raises
    ------
    DataError
        If the container is damaged, cut short, or not a trajectory.
    """
    try:
        offsets = _offsets(content, limits, name)
        header: dict[str, Any] = {}
        structures: list[Atoms] = []
        for number, offset in enumerate(offsets):
            item = _item(content, int(offset), name)
            header.update({key: item[key] for key in _SHARED if key in item})
            structures.append(_structure({**header, **item}))
            tick(number + 1, len(offsets))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error, OverflowError) as error:
        raise DataError(f"{name} is a damaged ASE trajectory.", "It may be cut short; write it again.") from error
    return structures


def _offsets(content: bytes, limits: ReadLimits, name: str) -> NDArray[np.int64]:
    if content[_TAG].rstrip() != b"ASE-Trajectory":
        raise ValueError("not a trajectory")
    _, count, at = struct.unpack_from("<3q", content, _COUNTS_AT)
    limits.check_counts(count, 0, name)
    return _array(content, [count], "int64", at)


def _item(content: bytes, offset: int, name: str) -> dict[str, Any]:
    """Values of one item, with the arrays it refers to."""
    (length,) = struct.unpack_from("<q", content, _inside(offset, content))
    begin = offset + 8
    if not 0 <= length <= len(content) - begin:
        raise ValueError("an item reaches beyond the end of the file")
    return _resolved(decode_json(content[begin : begin + length], name), content)


def _resolved(values: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """Replace references to arrays by the arrays: names that end in a full stop hold one, or a nested item."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key.endswith(".") and isinstance(value, Mapping):
            described = value.get("ndarray")
            value = _resolved(value, content) if described is None else _array(content, *described)
        found[key.removesuffix(".")] = value
    if found.pop("_little_endian", True) is not True:
        raise ValueError("written on a big-endian machine")
    return found


def _array(content: bytes, shape: Any, kind: str, offset: int) -> NDArray[Any]:
    lengths = [int(length) for length in shape]
    dtype = np.dtype(str(kind))
    if dtype.kind not in "iufb" or min(lengths, default=0) < 0:
        raise ValueError("an array of an unknown kind")
    count = math.prod(lengths)
    if count == 0:
        return np.zeros(lengths if max(lengths) <= len(content) else 0, dtype)
    return np.frombuffer(content, dtype, count, _inside(int(offset), content)).reshape(lengths)


def _structure(item: Mapping[str, Any]) -> Atoms:
    results = item.get("calculator") or {}
    info = item.get("info")
    atoms = structure_from({**item, **{key: value for key, value in results.items() if key != "name"}})
    if isinstance(info, Mapping):
        atoms.info.update({str(key): value for key, value in info.items()})
    return atoms


def _inside(offset: int, content: bytes) -> int:
    if not 0 <= offset < len(content):
        raise ValueError("an offset points outside the file")
    return offset
