"""Per-atom features in metatensor's own format (``.mts``), as metatrain's models export them.

Rows are found by the samples ``system`` (or ``structure``) and ``atom`` (or ``center``). Blocks that differ in
``center_type`` hold different rows of the same columns; blocks that differ in anything else hold further columns. Only
invariants can be used: a block with components has no number per atom.

metatensor is imported when such a file is read or written, not before.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lprviz.data.feature_table import FeatureTable
from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError

_SYSTEM, _ATOM = ("system", "structure"), ("atom", "center")
_CENTRE = {"center_type", "center_species", "species_center"}
_EXPECTED = "Export invariant features per atom, with the samples system and atom."


def parse_mts(content: bytes, name: str, limits: ReadLimits) -> FeatureTable:
    """Features in the bytes of an ``.mts`` file that has been checked for its size.

    Raises
    ------
    DataError
        If it is damaged, holds components, or does not have every feature for every atom.
    """
    import metatensor

    try:
        tensor = metatensor.load(io.BytesIO(content))
    except Exception as error:  # metatensor answers damage with errors of several kinds
        raise DataError(f"{name} is damaged, or not a metatensor file of features.", _EXPECTED) from error
    blocks = [_Block(key, tensor.block(key), name) for key in tensor.keys]
    columns = list(dict.fromkeys(column for block in blocks for column in block.columns))
    rows = np.unique(np.concatenate([block.rows for block in blocks]), axis=0)
    limits.check_counts(int(rows[-1, 0]) + 1 if len(rows) else 0, len(rows), name)
    values = _merged(blocks, rows, columns, name)
    return FeatureTable(values, _offsets(rows, name), tuple(map(_column_name, columns)), name)


class _Block:
    """One block: which rows and columns of the table its numbers are."""

    def __init__(self, key: Any, block: Any, name: str) -> None:
        samples, properties = block.samples, block.properties
        system = next((each for each in _SYSTEM if each in samples.names), None)
        atom = next((each for each in _ATOM if each in samples.names), None)
        if system is None or atom is None or block.components:
            raise DataError(f"{name} does not hold one row of numbers per atom.", _EXPECTED)
        pairs = np.stack([samples.column(system), samples.column(atom)], axis=1)
        self.rows: NDArray[np.int64] = np.asarray(pairs, dtype=np.int64)
        own = tuple((each, int(key[each])) for each in key.names if each not in _CENTRE and key.names != ["_"])
        indices = np.asarray(properties.values).tolist()
        self.columns = [(*own, *zip(properties.names, index, strict=True)) for index in indices]
        self.values = np.asarray(block.values)


def _merged(blocks: list[_Block], rows: NDArray[np.int64], columns: list[Any], name: str) -> NDArray[np.float64]:
    """The table (rows, columns); every entry must be given, and given once."""
    values = np.zeros((len(rows), len(columns)))
    given = np.zeros(values.shape, dtype=np.uint8)
    place = {column: number for number, column in enumerate(columns)}
    number_of = {tuple(row): number for number, row in enumerate(rows.tolist())}
    for block in blocks:
        at = np.ix_([number_of[tuple(row)] for row in block.rows.tolist()], [place[each] for each in block.columns])
        values[at] = block.values
        given[at] += 1
        if len(np.unique(block.rows, axis=0)) < len(block.rows):
            raise DataError(f"{name} names an atom twice.", _EXPECTED)
    if not (given == 1).all():
        row, column = np.argwhere(given != 1)[0]
        system, atom = rows[row]
        what = "does not have" if given[row, column] == 0 else "has twice"
        raise DataError(
            f"{name} {what} the feature {_column_name(columns[column])} of atom {atom} in structure {system}.",
            "Give every atom the same features; fill blocks of absent species with zeros.",
        )
    return values


def _offsets(rows: NDArray[np.int64], name: str) -> NDArray[np.int64]:
    """Where structures start, for (system, atom) pairs in rising order, which must count up without gaps."""
    sizes = np.bincount(rows[:, 0]) if len(rows) and rows.min() >= 0 else np.zeros(0, dtype=np.int64)
    counted = np.concatenate([np.arange(size) for size in sizes]) if len(sizes) else sizes
    if not len(sizes) or not sizes.all() or not np.array_equal(counted, rows[:, 1]):
        raise DataError(f"{name} does not number structures and atoms from 0 without gaps.", _EXPECTED)
    return np.concatenate([[0], np.cumsum(sizes)])


def _column_name(column: Any) -> str:
    return ",".join(f"{dimension}={value}" for dimension, value in column)


def tensor_map_bytes(table: FeatureTable) -> bytes:
    """The table as the bytes of an ``.mts`` file with a single block; column names become numbers."""
    import metatensor
    from metatensor import Labels, TensorBlock, TensorMap

    sizes = np.diff(table.offsets)
    systems = np.repeat(np.arange(table.n_structures), sizes)
    atoms = np.arange(table.n_environments) - np.repeat(table.offsets[:-1], sizes)
    block = TensorBlock(
        values=np.array(table.values, dtype=np.float64),
        samples=Labels(["system", "atom"], np.stack([systems, atoms], axis=1).astype(np.int32)),
        components=[],
        properties=Labels.range("feature", table.n_features),
    )
    content = io.BytesIO()
    metatensor.save(content, TensorMap(Labels.single(), [block]))
    return content.getvalue()
