"""Say what is wrong with a frame of an xyz file that could not be read: which line, which column, which word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ase.data import atomic_numbers

from lprviz.errors import DataError

_PROPERTIES = re.compile(r"Properties\s*=\s*[\"']?([^\s\"']+)")
_LATTICE = re.compile(r"Lattice\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{([^}]*)\}|(\S+))")
_DEFAULT = "species:S:1:pos:R:3"


def explain_frame(
    lines: Sequence[str], n_atoms: int, number: int, first_line: int, name: str, error: Exception
) -> DataError:
    """Build the error for a frame that ASE refused.

    Parameters
    ----------
    lines : sequence of str
        Comment line and atom lines.
    number, first_line : int
        Frame from 0, and the line of its atom count from 1.
    error : Exception
        What ASE raised, quoted when nothing more telling is found.
    """
    where = f"frame {number} of {name}"
    complaint = _comment_complaint(lines[0]) or _atom_complaint(lines, n_atoms, first_line)
    if complaint:
        return DataError(f"Cannot read {where}: {complaint}.", "Correct the file and load it again.")
    said = " ".join(str(error).split())[:120] or type(error).__name__
    return DataError(f"Cannot read {where} (line {first_line}): {said}.", "Check it against the extended xyz format.")


def _comment_complaint(comment: str) -> str:
    columns = _columns(comment)
    if isinstance(columns, str):
        return columns
    names = {name for name, _, _ in columns}
    if "pos" not in names:
        return "Properties names no column of positions (pos:R:3)"
    if not {"species", "Z"} & names:
        return "Properties names no column of elements (species:S:1)"
    lattice = _LATTICE.search(comment)
    if lattice:
        words = next(group for group in lattice.groups() if group is not None).replace(",", " ").split()
        if len(words) != 9 or not all(map(_is_real, words)):
            return f"Lattice should be nine numbers, and has {len(words)} words"
    return ""


def _atom_complaint(lines: Sequence[str], n_atoms: int, first_line: int) -> str:
    columns = _columns(lines[0])
    assert not isinstance(columns, str)
    kinds = [kind for _, kind, width in columns for _ in range(width)]
    names = [name for name, _, width in columns for _ in range(width)]
    for atom, line in enumerate(lines[1 : 1 + n_atoms]):
        words = line.split()
        at = f"line {first_line + 2 + atom} (atom {atom})"
        if len(words) < len(kinds):
            return f"{at} has {len(words)} columns, and {len(kinds)} are needed"
        for word, kind, name in zip(words, kinds, names, strict=False):
            if not _fits(word, kind):
                return f"{at} has {word[:30]!r} in the column {name[:30]!r}, where a number is needed"
            if name == "species" and word.capitalize() not in atomic_numbers:
                return f"{at} names {word[:30]!r}, which is not a chemical element"
    return ""


def _columns(comment: str) -> list[tuple[str, str, int]] | str:
    """Return (name, type, width) of the columns that Properties names, or what is wrong with it."""
    match = _PROPERTIES.search(comment)
    fields = (match.group(1) if match else _DEFAULT).split(":")
    if len(fields) % 3:
        return "Properties is not a list of name:type:width"
    columns = []
    for name, kind, width in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        if kind.upper() not in {"R", "I", "S", "L"}:
            return f"Properties gives the column {name[:30]!r} the type {kind[:10]!r}, and only R, I, S and L exist"
        if not width.isdecimal() or not 1 <= int(width[:6]) <= 1000:
            return f"Properties gives the column {name[:30]!r} the width {width[:10]!r}"
        columns.append((name, kind.upper(), int(width)))
    return columns


def _fits(word: str, kind: str) -> bool:
    if kind == "I":
        return word.lstrip("+-").isdecimal()
    return kind != "R" or _is_real(word)


def _is_real(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
