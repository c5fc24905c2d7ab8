"""Read structures from files on this machine, and the data sets that come with lprviz."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ase.utils import string2index

from lprviz.data.archives import parse_file_or_archive
from lprviz.data.file_formats import display_name
from lprviz.data.limits import ReadLimits
from lprviz.data.parsing import ALL, FileToParse, ParsedFile
from lprviz.data.structures import StructureSet
from lprviz.data.validation import validate
from lprviz.errors import DataError
from lprviz.progress import Tick, no_tick, phase

PathLike = str | os.PathLike[str]
_PARSING = 0.7


def read_structures(
    paths: PathLike | Sequence[PathLike],
    *,
    energy_key: str | None = None,
    tick: Tick = no_tick,
    limits: ReadLimits | None = None,
) -> StructureSet:
    """Read one or several files into one data set.

    Parameters
    ----------
    paths : str, path, or sequence of these
        Files in any of: (extended) xyz, cif, POSCAR, ASE traj, db and json, plain or compressed with gzip, bzip2 or
        xz, or several in a zip. A selection in ASE's way may follow: ``"file.xyz@0:100"``.
    energy_key : str, optional
        The key to read energies from; by default the most likely one is taken.
    tick : Tick
        Progress and cancel.
    limits : ReadLimits, optional
        By default `ReadLimits.local`.

    Returns
    -------
    StructureSet
        With total energies in eV where found, and warnings about what looks doubtful.

    Raises
    ------
    DataError
        If a file cannot be read, or a structure cannot be used; the message names both.
    """
    limits = limits or ReadLimits.local()
    chosen = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not chosen:
        raise DataError("No file was named.", "Name at least one file.")
    parsed: list[ParsedFile] = []
    for number, path in enumerate(chosen):
        share = _PARSING / len(chosen)
        parsed.extend(_read_one(path, limits, phase(tick, number * share, (number + 1) * share)))
    names = [display_name(os.fspath(path)) for path in chosen]
    return collect(parsed, names, energy_key=energy_key, tick=phase(tick, _PARSING, 1.0))


def structures_from_atoms(
    structures: Sequence, *, name: str = "structures", energy_key: str | None = None, tick: Tick = no_tick
) -> StructureSet:
    """Make a validated data set of ase.Atoms already in memory (DataError when one cannot be used)."""
    gathered = StructureSet.from_atoms(structures, name=name, energy_key=energy_key, tick=phase(tick, 0.0, 0.4))
    return validate(gathered, tick=phase(tick, 0.4, 1.0))


def load_dataset(name: str, *, tick: Tick = no_tick) -> StructureSet:
    """Load one of the data sets that come with lprviz (DataError, listing the names, when there is no such set)."""
    from lprviz.data.bundled import dataset_card, dataset_path

    card = dataset_card(name)
    return replace(read_structures(dataset_path(name), tick=tick), name=card.name, source="bundled with lprviz")


def collect(
    parsed: Sequence[ParsedFile], names: Sequence[str], *, energy_key: str | None = None, tick: Tick = no_tick
) -> StructureSet:
    """Join what was read from several files into one validated data set."""
    title = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return validate(
        StructureSet.from_atoms(
            [atoms for file in parsed for atoms in file.atoms],
            name=title,
            source=", ".join(names[:5]),
            energy_key=energy_key,
            warnings=tuple(dict.fromkeys(note for file in parsed for note in file.notes)),
            copy=False,
            tick=phase(tick, 0.0, 0.4),
        ),
        tick=phase(tick, 0.4, 1.0),
    )


def _read_one(path: PathLike, limits: ReadLimits, tick: Tick) -> list[ParsedFile]:
    file, index = split_index(os.fspath(path))
    name = display_name(str(file))
    try:
        with file.open("rb") as raw:
            return parse_file_or_archive(FileToParse(name, raw, file.stat().st_size, index), limits, tick)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {str(path)!r}.", "Check the path.") from error
    except IsADirectoryError as error:
        raise DataError(f"{str(path)!r} is a folder, not a file.", "Name the files in it.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be opened: {error.strerror}.", "Check the path and its permissions.") from error


def split_index(path: str) -> tuple[Path, int | slice]:
    """Separate ASE's selection from a path: ``"file.xyz@0:100"``; a file whose very name has an @ is kept whole."""
    if "@" not in Path(path).name or Path(path).exists():
        return Path(path).expanduser(), ALL
    file, text = path.rsplit("@", 1)
    try:
        index = string2index(text)
    except ValueError:
        index = text
    if isinstance(index, str):
        raise DataError(
            f"{text!r} after the @ is not a selection of structures.",
            "Write for instance file.xyz@0:100 or file.xyz@3.",
        )
    return Path(file).expanduser(), index
