"""The training table: one row and one switch per structure. It knows arrays and columns, not what they mean."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import param
from numpy.typing import ArrayLike, NDArray

from lprviz.components.packet import pack
from lprviz.components.table_messages import TableEvents

_FOLDER = Path(__file__).parent
_PARTS = ("format", "query", "state", "selection", "cells", "columns", "header", "rows", "toolbar", "keyboard", "table")


@dataclass(frozen=True)
class Column:
    """How one column of the table is shown.

    Parameters
    ----------
    key : str
        Name of the column in `StructureTable.set_rows`, and in the filter box (``group:melt``, ``atoms>=64``).
    title : str
        What the header says.
    kind : {"text", "int", "float", "log", "bar"}
        "log" and "bar" draw a number and a slim bar: on a log10 scale, or on a linear one from zero.
    width : int
        Least width in pixels, except that texts and whole numbers which need less get less and no header is cut.
        Left-over width goes to texts first.
    description : str
        Tooltip of the header.
    priority : int
        1 stays longest; columns of a high number are the first to hide in a narrow table.
    digits : int
        Decimals of "float" and "bar", significant digits of "log".
    limits : (float, float), optional
        Values where the bar is empty and full. By default the range of the column.
    """

    key: str
    title: str
    kind: Literal["text", "int", "float", "log", "bar"] = "text"
    width: int = 80
    description: str = ""
    priority: int = 2
    digits: int = 3
    limits: tuple[float, float] | None = None


INDEX_COLUMN = Column("index", "#", "int", priority=0, description="Position in the data set, from 0")


def _script() -> str:
    """All parts as one module: Panel inlines a component's script, where relative imports lead nowhere."""
    files = [_FOLDER / "viewer_js" / "packet.js", *(_FOLDER / "table_js" / f"{part}.js" for part in _PARTS)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class StructureTable(TableEvents):
    """A grid of structures with a training switch on each row.

    Rows come once per data set (`set_rows`); membership, live columns and colour chips follow in place
    (`set_members`, `set_values`, or everything at once with `update`) and keep scroll, order, filter,
    focus and selection. A switch flips at once when clicked and looks pending until the next members arrive, which
    have the last word. What a person does reaches the callbacks of `TableEvents`.

    Parameters
    ----------
    current : int
        Structure shown elsewhere, or -1: its row is marked, and scrolled to when the change came from outside.
    stale : bool
        Numbers belong to an earlier state: they are dimmed and a badge says so.
    dark : bool
        Dark colours.
    disabled : bool
        Switches do not react; looking, sorting and filtering go on.
    description : str
        What a screen reader calls the table.
    empty_message : str
        Said when there are no rows.

    Notes
    -----
    Numbers travel as float32 bytes, one property change per call. Only rows near the window exist as elements.
    """

    current = param.Integer(default=-1)
    stale = param.Boolean(default=False)
    dark = param.Boolean(default=False)
    disabled = param.Boolean(default=False)
    description = param.String(default="Structures and whether each is in the training set")
    empty_message = param.String(default="No structures yet.")
    rows = param.Bytes(
        default=pack({"columns": [], "texts": {}, "size": 0}, {}),
        doc="Packet of what stays: columns, texts, fixed numbers.",
    )
    live = param.Bytes(
        default=pack({"acknowledged": 0}, {"members": np.zeros(0, np.uint8)}),
        doc="Packet of what changes: members, values, chips, last toggle answered.",
    )

    _esm: ClassVar[str | os.PathLike] = _script()
    _stylesheets: ClassVar[list[str]] = [
        (_FOLDER / "table_js" / name).read_text(encoding="utf-8") for name in ("theme.css", "table.css", "controls.css")
    ]

    def __init__(self, **params: Any) -> None:
        params["css_classes"] = [*params.get("css_classes", []), "lpr-training-table"]
        super().__init__(**params)
        self._columns: dict[str, Column] = {}
        self._values: dict[str, NDArray[np.float32]] = {}
        self._chips: dict[str, NDArray[np.uint8]] = {}

    def set_rows(
        self,
        columns: Sequence[Column],
        values: Mapping[str, ArrayLike | Sequence[str]],
        members: ArrayLike | None = None,
    ) -> None:
        """Show another data set. Scroll, selection and live columns start afresh; filter and sort stay.

        Parameters
        ----------
        columns : sequence of Column
            From left to right, after the switch and the number of the structure.
        values : mapping of str to sequence
            Texts (n,) for columns of text, numbers (n,) for the others; a numeric column may be left out
            and set later with `set_values`.
        members : array_like of bool, shape (n,), optional
            Which structures are in training; none by default.

        Raises
        ------
        ValueError
            If lengths differ, a key is unknown or used twice, or a column of text has no texts.
        """
        shown = {column.key: column for column in (INDEX_COLUMN, *columns)}
        if len(shown) != len(columns) + 1 or set(values) - set(shown):
            raise ValueError(f"columns {list(shown)} must be distinct and cover the values {list(values)}")
        size = _row_count(values, members)
        texts = {column.key: _texts(values, column.key) for column in columns if column.kind == "text"}
        fixed = {f"value:{key}": _numbers(array, key, size) for key, array in values.items() if key not in texts}
        fixed[f"value:{INDEX_COLUMN.key}"] = np.arange(size, dtype=np.float32)
        mask = np.zeros(size, np.uint8) if members is None else _mask(members, size)
        self._columns, self._members, self._values, self._chips = shown, mask, {}, {}
        fields = {"columns": [asdict(column) for column in shown.values()], "texts": texts, "size": size}
        self.param.update(rows=pack(fields, fixed), live=self._live_packet())
        self._selected = ()

    def set_members(self, mask: ArrayLike) -> None:
        """Say which structures are in training; this settles every switch that looks pending.

        Parameters
        ----------
        mask : array_like of bool or uint8, shape (n,)
        """
        self.update(members=mask)

    def set_values(self, key: str, values: ArrayLike) -> None:
        """Replace the numbers of one column in place.

        Parameters
        ----------
        key : str
        values : array_like of float, shape (n,)
            NaN where there is none: shown as a dash, sorted last.
        """
        self.update(values={key: values})

    def update(
        self,
        *,
        members: ArrayLike | None = None,
        values: Mapping[str, ArrayLike] | None = None,
        chips: Mapping[str, ArrayLike | None] | None = None,
    ) -> None:
        """Change several of members, values and chips as one message and one repaint.

        Parameters
        ----------
        members : array_like of bool or uint8, shape (n,), optional
        values : mapping of str to array_like of float (n,), optional
            Numbers by column, as in `set_values`.
        chips : mapping of str to array_like of uint8 (n, 3), optional
            Colours of a column's bars, or of a small square where it has no bars; None returns to no colours.

        Raises
        ------
        ValueError
            If a length is not the number of rows, or a key is no numeric column of the table.
        """
        size = self._members.size
        new_values = {key: _numbers(array, key, size) for key, array in (values or {}).items()}
        new_chips = {key: _colours(rgb, key, size) for key, rgb in (chips or {}).items() if rgb is not None}
        self._check_keys(new_values, new_chips)
        if members is not None:
            self._members = _mask(members, size)
            self._answered = self._heard
        self._values = {**self._values, **new_values}
        kept = {key: rgb for key, rgb in self._chips.items() if key not in (chips or {})}
        self._chips = {**kept, **new_chips}
        self.live = self._live_packet()

    def _check_keys(self, values: Mapping[str, NDArray], chips: Mapping[str, NDArray]) -> None:
        numeric = {key for key, column in self._columns.items() if column.kind != "text"}
        unknown = (set(values) - numeric) | (set(chips) - set(self._columns))
        if unknown:
            raise ValueError(f"no such column: {sorted(unknown)}; the table has {sorted(self._columns)}")

    def _live_packet(self) -> bytes:
        arrays: dict[str, NDArray] = {"members": self._members}
        arrays.update({f"value:{key}": array for key, array in self._values.items()})
        arrays.update({f"chips:{key}": array for key, array in self._chips.items()})
        return pack({"acknowledged": self._answered}, arrays)

    def _hear_toggle(self, index: int, on: bool, serial: int) -> None:
        try:
            super()._hear_toggle(index, on, serial)
        except Exception:
            self.update(members=self._members)  # the switch returns to what is true
            raise


def _row_count(values: Mapping[str, Any], members: ArrayLike | None) -> int:
    lengths = {key: len(column) for key, column in values.items()}
    if members is not None:
        lengths["members"] = len(np.asarray(members))
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of different lengths: {lengths}")
    return next(iter(lengths.values()), 0)


def _texts(values: Mapping[str, ArrayLike | Sequence[str]], key: str) -> list[str]:
    if key not in values:
        raise ValueError(f"{key} is a column of text without texts")
    return [str(text) for text in np.asarray(values[key], dtype=object)]


def _numbers(array: ArrayLike | Sequence[str], key: str, size: int) -> NDArray[np.float32]:
    numbers = np.asarray(array, dtype=np.float32)
    if numbers.shape != (size,):
        raise ValueError(f"{key} has shape {numbers.shape}, the table has {size} rows")
    return numbers


def _mask(mask: ArrayLike, size: int) -> NDArray[np.uint8]:
    members = np.asarray(mask).astype(bool).astype(np.uint8)
    if members.shape != (size,):
        raise ValueError(f"members have shape {members.shape}, the table has {size} rows")
    return members


def _colours(rgb: ArrayLike, key: str, size: int) -> NDArray[np.uint8]:
    colours = np.asarray(rgb, dtype=np.uint8)
    if colours.shape != (size, 3):
        raise ValueError(f"colours of {key} have shape {colours.shape}, expected ({size}, 3)")
    return colours
