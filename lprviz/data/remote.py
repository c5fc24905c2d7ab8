"""Archives that others have published and lprviz can fetch when asked: their cards, and the way to their structures.

Nothing here is fetched unless `fetch_archive` is called, which only ``lprviz datasets NAME`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from lprviz.data.bundled import dataset_folder
from lprviz.data.cache import DiskCache
from lprviz.data.download import Download, fetch
from lprviz.data.structures import StructureSet
from lprviz.data.unpacking import unpack
from lprviz.errors import DataError
from lprviz.progress import Tick, no_tick, phase


@dataclass(frozen=True)
class ArchiveCard:
    """What a published archive is and where it is kept.

    Attributes
    ----------
    name, title, summary, record, licence : str
    citations : tuple of str
    download : Download
        File name, size, checksum and addresses.
    structures : mapping of str to str
        Group -> path inside the archive of the structure files to read.
    hypers : mapping of str to float
        SOAP parameters that the authors used, in our names.
    alpha : float
        Their regulariser.
    """

    name: str
    title: str
    summary: str
    record: str
    licence: str
    citations: tuple[str, ...]
    download: Download
    structures: Mapping[str, str]
    hypers: Mapping[str, float]
    alpha: float


def list_archives() -> tuple[ArchiveCard, ...]:
    """The cards of all archives that can be fetched."""
    return tuple(_read_card(path) for path in sorted((dataset_folder() / "archives").glob("*.yaml")))


def archive_card(name: str) -> ArchiveCard:
    """The card of one archive.

    Raises
    ------
    DataError
        If there is no such archive.
    """
    for card in list_archives():
        if card.name == name:
            return card
    known = ", ".join(card.name for card in list_archives())
    raise DataError(f"There is no archive called {name!r}.", f"The names are {known}.")


def archive_folder(card: ArchiveCard) -> Path:
    """Where an archive and its contents are kept: inside the user's cache folder."""
    return DiskCache().folder / "archives" / card.name


def fetch_archive(card: ArchiveCard, *, tick: Tick = no_tick) -> Path:
    """Fetch an archive unless it is there already, check it, and unpack it.

    Parameters
    ----------
    card : ArchiveCard
    tick : Tick
        Progress of the download; a cancel keeps what has come, and the next call goes on from there.

    Returns
    -------
    Path
        Folder with the contents.

    Raises
    ------
    DataError
        If it cannot be fetched, is not what the card says, or holds what an archive of data should not.
    """
    folder = archive_folder(card)
    path = fetch(card.download, folder, tick=phase(tick, 0.0, 0.95))
    contents = unpack(path, folder / f"contents-{card.download.md5[:8]}")
    tick(1, 1)
    return contents


def archive_structures(card: ArchiveCard, contents: Path, *, tick: Tick = no_tick) -> StructureSet:
    """Read the structure files that the card names; each file is a group.

    Raises
    ------
    DataError
        If a file is not in the archive, or cannot be read.
    """
    from lprviz.data.reading import read_structures

    frames, share = [], 1.0 / len(card.structures)
    for number, (group, inside) in enumerate(card.structures.items()):
        path = contents / inside
        if not path.is_file():
            raise DataError(f"The archive {card.name} does not hold {inside}.", f"What it holds is in {contents}.")
        for atoms in read_structures(path, tick=phase(tick, number * share, (number + 1) * share)):
            copy = atoms.copy()
            copy.calc = atoms.calc
            copy.info["group"] = group
            frames.append(copy)
    return StructureSet.from_atoms(frames, name=card.name, source=card.record, copy=False)


@cache
def _read_card(path: Path) -> ArchiveCard:
    fields: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    download = Download(fields.pop("file"), fields.pop("size"), fields.pop("md5"), tuple(fields.pop("addresses")))
    for key in ("structures", "hypers"):
        fields[key] = MappingProxyType(fields[key])
    fields["citations"] = tuple(fields["citations"])
    return ArchiveCard(**fields, download=download)
