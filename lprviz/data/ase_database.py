"""Read ASE's SQLite data base without trusting it: only plain tables, only the columns needed, no code, no disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np
from ase import Atoms

from lprviz.data.ase_json import decode_json, structure_from
from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError
from lprviz.progress import Tick

_COLUMNS = ("numbers", "positions", "cell", "pbc", "energy", "free_energy", "forces", "key_value_pairs")
_BLOBS = {"numbers": "<i4", "positions": "<f8", "cell": "<f8", "forces": "<f8"}


def read_ase_db(content: bytes, name: str, limits: ReadLimits, tick: Tick) -> list[Atoms]:
    """Read all structures of an ASE SQLite data base held in memory.

    Raises
    ------
    DataError
        If it is damaged, or has no ASE table of systems.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(content)
            database.execute("PRAGMA trusted_schema = OFF")
            return _read_rows(database, name, limits, tick)
        except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as error:
            raise DataError(f"{name} is not a readable ASE data base.", "It may be damaged; write it again.") from error


def _read_rows(database: sqlite3.Connection, name: str, limits: ReadLimits, tick: Tick) -> list[Atoms]:
    _check_plain_table(database)
    known = {column for _, column, *_ in database.execute("PRAGMA table_info(systems)")}
    wanted = [column for column in _COLUMNS if column in known]
    (total,) = database.execute("SELECT COUNT(*) FROM systems").fetchone()
    limits.check_counts(total, 0, name)
    # The column names come from the constant above, never from the file.
    rows = database.execute(f"SELECT {', '.join(wanted)} FROM systems ORDER BY id")  # noqa: S608
    structures: list[Atoms] = []
    for row in rows:
        structures.append(_structure(dict(zip(wanted, row, strict=True)), name))
        tick(len(structures), total)
    return structures


def _check_plain_table(database: sqlite3.Connection) -> None:
    """Refuse a view or virtual table posing as the table of systems: reading one can run without end."""
    found = database.execute("SELECT type, sql FROM sqlite_master WHERE name = 'systems'").fetchall()
    if len(found) != 1 or found[0][0] != "table" or not str(found[0][1]).upper().startswith("CREATE TABLE"):
        raise ValueError("no table of systems")


def _structure(row: dict[str, Any], name: str) -> Atoms:
    values: dict[str, Any] = {key: value for key, value in row.items() if value is not None}
    for key, kind in _BLOBS.items():
        if key in values:
            values[key] = np.frombuffer(values[key], dtype=kind)
    if "forces" in values:
        values["forces"] = values["forces"].reshape(-1, 3)
    bits = int(values.get("pbc", 0))
    values["pbc"] = [bool(bits >> axis & 1) for axis in range(3)]
    pairs = decode_json(str(values.pop("key_value_pairs", "{}")).encode(), name)
    values["key_value_pairs"] = pairs if isinstance(pairs, Mapping) else {}
    return structure_from(values)
