"""Read ASE's JSON data base and single-structure JSON without trusting it.

ASE's own decoder allocates any array that the text describes; here a described array must have its numbers in the
file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError
from lprviz.progress import Tick

_RESULTS = ("energy", "free_energy", "forces", "energies", "stress")
_KINDS = {"i", "u", "f", "b"}


def read_ase_json(content: bytes, name: str, limits: ReadLimits, tick: Tick) -> list[Atoms]:
    """Read all structures of an ASE JSON file.

    Raises
    ------
    DataError
        If the text is not JSON, or not a structure of ASE.
    """
    document = decode_json(content, name)
    rows = _rows(document)
    limits.check_counts(len(rows), 0, name)
    structures: list[Atoms] = []
    for number, row in enumerate(rows):
        try:
            structures.append(structure_from(row))
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise DataError(
                f"Structure {number} of {name} cannot be read.", "Write the file again with ASE."
            ) from error
        tick(number + 1, len(rows))
    return structures


def decode_json(content: bytes, name: str) -> Any:
    """Parse JSON with ASE's array notation, as plain values and NumPy arrays."""
    try:
        return json.loads(content, object_hook=_decode_object)
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError, OverflowError) as error:
        raise DataError(
            f"{name} looks like JSON of ASE but cannot be parsed.", "It may be cut short; write it again."
        ) from error


def structure_from(row: Mapping[str, Any]) -> Atoms:
    """Build a structure from a mapping with ASE's names; constraints and free data are left out."""
    numbers = np.asarray(row["numbers"], dtype=int).reshape(-1)
    positions = np.asarray(row["positions"], dtype=float).reshape(len(numbers), 3)
    atoms = Atoms(numbers, positions, cell=_cell(row.get("cell")), pbc=_pbc(row.get("pbc")))
    atoms.info.update({str(key): value for key, value in (row.get("key_value_pairs") or {}).items()})
    results = {key: row[key] for key in _RESULTS if row.get(key) is not None}
    if results:
        atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def _rows(document: Any) -> list[Mapping[str, Any]]:
    """Rows of a data base in the order of their ids; a single structure is a data base of one."""
    if isinstance(document, Mapping) and "numbers" in document:
        return [document]
    if not isinstance(document, Mapping):
        return []
    return [row for row in document.values() if isinstance(row, Mapping) and "numbers" in row]


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        value = value.get("array", value.get("cell"))
    return None if value is None else np.asarray(value, dtype=float).reshape(-1, 3)[:3]


def _pbc(value: Any) -> Any:
    return False if value is None else np.asarray(value, dtype=bool)


def _decode_object(found: dict[str, Any]) -> Any:
    described = found.get("__ndarray__")
    if described is None:
        return found
    shape, kind, data = described
    dtype = np.dtype(str(kind))
    values = np.asarray(data).reshape(-1)
    if dtype.kind not in _KINDS or values.size != math.prod(int(length) for length in shape):
        raise ValueError("an array does not have the numbers it announces")
    return values.astype(dtype).reshape([int(length) for length in shape])
