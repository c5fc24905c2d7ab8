"""Read (extended) xyz frame by frame, so that an error can name the frame and the line.

The file is cut into frames here and each frame is handed to ASE. A frame that ASE refuses is tried once more with
well-known slips of its comment line mended; when that fails too, `frame_errors` says which line is wrong.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from ase import Atoms

from lprviz.data.frame_errors import explain_frame
from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError

_DEFAULT = "species:S:1:pos:R:3"
_MOST_COLUMNS = 1000
_MOST_BLANK_LINES = 1000
_PROPERTIES = re.compile(r"(Properties\s*=\s*[\"']?)([^\s\"']+)")
_TENSOR = re.compile(r"(?<!\S)(stress|virial)\s*=\s*(\"[^\"]*\"|'[^']*'|\{[^}]*\}|\S+)")


@dataclass(frozen=True)
class RawFrame:
    """The lines of one frame: comment, atoms and, in old files, cell vectors.

    ``number`` counts frames from 0, as structures are counted; ``line`` is the line of the atom count, from 1, as
    editors count.
    """

    number: int
    line: int
    n_atoms: int
    lines: tuple[str, ...]


def split_frames(text: TextIO, name: str, limits: ReadLimits) -> Iterator[RawFrame]:
    """Yield the frames of an xyz file without interpreting them.

    Blank lines between frames are passed over (ASE would end the file there, and lose the rest).

    Raises
    ------
    DataError
        Where an atom count is expected and something else stands there; at a count below 1 or above the limit; when
        the file ends inside a frame; when a line is absurdly long.
    """
    lines = _NumberedLines(text, name, limits.line_bytes)
    for number in itertools.count():
        head = lines.next_filled()
        if head is None:
            return
        line = lines.number
        n_atoms = _atom_count(head, number, line, name, limits)
        body = lines.up_to(1 + n_atoms)
        if len(body) < 1 + n_atoms:
            raise DataError(
                f"{name} ends in the middle of frame {number} (line {lines.number}): "
                f"{max(len(body) - 1, 0)} of its {n_atoms} atoms are there.",
                "The file may have been cut short; write or download it again.",
            )
        yield RawFrame(number, line, n_atoms, (*body, *lines.next_while_cell_vector()))


def parse_frame(frame: RawFrame, name: str) -> tuple[Atoms, str]:
    """Turn the lines of a frame into a structure.

    Returns
    -------
    atoms : ase.Atoms
        The structure, with what its comment line says in ``info`` and a calculator holding results.
    note : str
        What had to be mended or was passed over, as a sentence; "" when nothing.
    """
    try:
        return _read_with_ase(frame, frame.lines[0]), _note_extra_columns(frame)
    except Exception as error:  # the reader meets arbitrary text, and many kinds of error come out of it
        comment, note = _mend(frame.lines[0])
        if note:
            try:
                return _read_with_ase(frame, comment), note
            except Exception:  # noqa: S110  the first error is the one to explain
                pass
        raise explain_frame(frame.lines, frame.n_atoms, frame.number, frame.line, name, error) from error


def select_frames(frames: Iterable[RawFrame], index: int | slice) -> Iterable[RawFrame]:
    """Apply an ASE index; reading stops at the end of a range that counts from the front."""
    if isinstance(index, int):
        index = slice(index, index + 1 or None)
    bounds = (index.start or 0, index.stop if index.stop is not None else 0, index.step or 1)
    if min(bounds) >= 0 and bounds[2] > 0:
        return itertools.islice(frames, index.start, index.stop, index.step)
    return list(frames)[index]


class _NumberedLines:
    """Lines of a text with their numbers, each no longer than a limit."""

    def __init__(self, text: TextIO, name: str, longest: int) -> None:
        self._text = text
        self._name = name
        self._longest = longest
        self._held: str | None = None
        self.number = 0

    def next_or_none(self) -> str | None:
        line = self._held if self._held is not None else self._text.readline(self._longest)
        self._held = None
        if not line:
            return None
        self.number += 1
        if len(line) >= self._longest:
            raise DataError(
                f"Line {self.number} of {self._name} is longer than {self._longest} characters.",
                "This is not a structure file in xyz format.",
            )
        return line

    def up_to(self, count: int) -> list[str]:
        """Return ``count`` lines, or fewer where the text ends: a count in a file may be absurd."""
        found: list[str] = []
        while len(found) < count and (line := self.next_or_none()) is not None:
            found.append(line)
        return found

    def next_filled(self) -> str | None:
        """Pass over blank lines; a file of nothing else would take for ever."""
        for _ in range(_MOST_BLANK_LINES):
            line = self.next_or_none()
            if line is None or line.strip():
                return line
        raise DataError(
            f"{self._name} has more than {_MOST_BLANK_LINES} blank lines before line {self.number}.",
            "Remove the blank lines.",
        )

    def next_while_cell_vector(self) -> list[str]:
        found: list[str] = []
        while (line := self.next_or_none()) is not None:
            if not line.lstrip().startswith("VEC"):
                self._held = line
                self.number -= 1
                break
            found.append(line)
        return found


def _atom_count(head: str, number: int, line: int, name: str, limits: ReadLimits) -> int:
    try:
        n_atoms = int(head)
    except ValueError as error:
        shown = " ".join(head.split())[:40]
        raise DataError(
            f"Line {line} of {name} should hold the number of atoms of frame {number}, but reads {shown!r}.",
            "Check that the frame before it has as many atom lines as it announces.",
        ) from error
    if n_atoms < 1:
        raise DataError(f"Frame {number} of {name} (line {line}) has no atoms.", "Remove the empty frame.")
    limits.check_counts(0, n_atoms, name)
    return n_atoms


def _read_with_ase(frame: RawFrame, comment: str) -> Atoms:
    from ase.io.extxyz import read_xyz  # half a second of imports, which the page need not wait for

    text = "".join((f"{frame.n_atoms}\n", comment.rstrip("\n"), "\n", *frame.lines[1:]))
    return next(iter(read_xyz(io.StringIO(text), 0, properties_parser=_parse_comment)))


def _parse_comment(comment: str) -> dict[str, Any]:
    """Parse a comment line, refusing columns that ASE would make up or that would keep it busy for ever."""
    from ase.io.extxyz import key_val_str_to_dict

    info = key_val_str_to_dict(comment)
    fields = str(info.get("Properties", _DEFAULT)).split(":")
    if len(fields) % 3 or "pos" not in fields[::3] or not {"species", "Z"} & set(fields[::3]):
        raise ValueError("no column of positions or of species")
    if sum(int(width[:6]) for width in fields[2::3]) > _MOST_COLUMNS:
        raise ValueError("Properties names too many columns")
    return info


def _note_extra_columns(frame: RawFrame) -> str:
    match = _PROPERTIES.search(frame.lines[0])
    if match is None:
        return ""
    expected = sum(int(width) for width in match.group(2).split(":")[2::3])
    if len(frame.lines[1].split()) <= expected:
        return ""
    return "Some atom lines have more columns than their comment line names; the extra columns were left out."


def _mend(comment: str) -> tuple[str, str]:
    """Return a comment line with well-known slips mended, and a sentence saying what was done ("" if nothing)."""
    notes = []
    match = _PROPERTIES.search(comment)
    if match:
        fields = match.group(2).split(":")
        fields[1::3] = [kind.upper() for kind in fields[1::3]]
        mended = comment[: match.start(2)] + ":".join(fields) + comment[match.end(2) :]
        if mended != comment:
            comment = mended
            notes.append("the column types in Properties were in lower case")
    for tensor in list(_TENSOR.finditer(comment))[::-1]:
        if len(re.findall(r"[^\s,\"'{}]+", tensor.group(2))) != 9:
            comment = comment[: tensor.start()] + comment[tensor.end() :]
            notes.append(f"the {tensor.group(1)} has not 9 components and was left out")
    if not notes:
        return comment, ""
    return comment, f"Some comment lines break the rules of extended xyz and were mended: {' and '.join(notes)}."
