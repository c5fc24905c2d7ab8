"""Turn the bytes of one structure file into ase.Atoms, whatever its format, and nothing worse than DataError."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from ase import Atoms

from lprviz.data.ase_database import read_ase_db
from lprviz.data.ase_json import read_ase_json
from lprviz.data.ase_trajectory import read_ase_traj
from lprviz.data.byte_sources import open_bounded
from lprviz.data.extxyz import parse_frame, select_frames, split_frames
from lprviz.data.file_formats import detect_format
from lprviz.data.limits import ReadLimits
from lprviz.data.poscar import check_poscar_counts
from lprviz.errors import DataError
from lprviz.progress import Cancelled, Tick, no_tick

_PEEK = 8192
ALL = slice(None)


@dataclass(frozen=True)
class ParsedFile:
    """Structures of one file, and sentences about what was mended or passed over while reading."""

    atoms: tuple[Atoms, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FileToParse:
    """One file on its way: how it is called in messages, its bytes as they come, and what to take from it."""

    name: str
    raw: BinaryIO
    size: int
    index: int | slice


def parse_file(file: FileToParse, limits: ReadLimits, tick: Tick = no_tick) -> ParsedFile:
    """Read one structure file, compressed or not.

    Parameters
    ----------
    file : FileToParse
        Name, bytes and selection.
    limits : ReadLimits
        What to accept.
    tick : Tick
        Called with (bytes consumed, size of the file).

    Raises
    ------
    DataError
        Whatever is wrong with the file.
    """
    limits.check_file_size(file.size, file.name)
    stream = open_bounded(file.raw, file.name, limits)
    kind = detect_format(stream.peek(_PEEK)[:_PEEK], file.name)
    try:
        parsed = _PARSERS.get(kind, _parse_with_ase(kind))(stream, file, limits, tick)
    except (DataError, Cancelled):
        raise
    except Exception as error:  # arbitrary bytes bring arbitrary errors out of a reader
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(f"{file.name} cannot be read as {kind}: {said}.", "It may be damaged or cut short.") from error
    if not parsed.atoms and file.index != ALL:
        raise DataError(f"{file.name} has no structures in the selection made.", "Structures are counted from 0.")
    if not parsed.atoms:
        raise DataError(f"{file.name} holds no structures.", "Choose a file that holds at least one.")
    limits.check_counts(len(parsed.atoms), sum(map(len, parsed.atoms)), file.name)
    return parsed


_Parser = Callable[[io.BufferedReader, FileToParse, ReadLimits, Tick], ParsedFile]


def _parse_extxyz(stream: io.BufferedReader, file: FileToParse, limits: ReadLimits, tick: Tick) -> ParsedFile:
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
    atoms: list[Atoms] = []
    notes: dict[str, None] = {}
    environments = 0
    for frame in select_frames(split_frames(text, file.name, limits), file.index):
        environments += frame.n_atoms
        limits.check_counts(len(atoms) + 1, environments, file.name)
        structure, note = parse_frame(frame, file.name)
        atoms.append(structure)
        notes.setdefault(note)
        tick(min(file.raw.tell(), file.size), file.size)
    return ParsedFile(tuple(atoms), tuple(note for note in notes if note))


def _parse_records(read: Callable[[bytes, str, ReadLimits, Tick], list[Atoms]]) -> _Parser:
    """Adapt a reader of whole files, which applies no selection of its own."""

    def parse(stream: io.BufferedReader, file: FileToParse, limits: ReadLimits, tick: Tick) -> ParsedFile:
        return ParsedFile(_selected(read(stream.read(), file.name, limits, tick), file.index), ())

    return parse


def _parse_with_ase(kind: str) -> _Parser:
    def parse(stream: io.BufferedReader, file: FileToParse, limits: ReadLimits, tick: Tick) -> ParsedFile:
        content = stream.read().decode("utf-8", errors="replace")
        if kind in {"vasp", "vasp-xdatcar"}:
            check_poscar_counts(content, file.name, limits)
        tick(1, 2)
        from ase.io.formats import ioformats

        how: Any = ioformats[kind]
        atoms = list(how.read(io.StringIO(content), *(() if how.single else (ALL,))))
        tick(2, 2)
        return ParsedFile(_selected(atoms, file.index), ())

    return parse


def _selected(atoms: list[Atoms], index: int | slice) -> tuple[Atoms, ...]:
    return tuple(atoms[index if isinstance(index, slice) else slice(index, index + 1 or None)])


_PARSERS: dict[str, _Parser] = {
    "extxyz": _parse_extxyz,
    "json": _parse_records(read_ase_json),
    "traj": _parse_records(read_ase_traj),
    "db": _parse_records(read_ase_db),
}
