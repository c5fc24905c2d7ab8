"""Read zip archives of structure files, and single files, through one door.

A zip is opened in memory, member by member, each through the same bounded stream as any file. Names inside it are
never used as paths.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lprviz.data.byte_sources import CountedStream
from lprviz.data.file_formats import display_name, has_known_suffix
from lprviz.data.limits import ReadLimits
from lprviz.data.parsing import FileToParse, ParsedFile, parse_file
from lprviz.errors import DataError
from lprviz.progress import Cancelled, Tick, no_tick, phase

_PLAIN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


def parse_file_or_archive(file: FileToParse, limits: ReadLimits, tick: Tick = no_tick) -> list[ParsedFile]:
    """Read a structure file, or every structure file inside a zip archive.

    Raises
    ------
    DataError
        As `parse_file`, and for archives that are damaged, encrypted, too large, or without structure files.
    """
    limits.check_file_size(file.size, file.name)
    head = file.raw.read(4)
    file.raw.seek(0)
    if head != b"PK\x03\x04" and head != b"PK\x05\x06":
        return [parse_file(file, limits, tick)]
    try:
        with zipfile.ZipFile(file.raw) as archive:
            return _parse_members(archive, file, limits, tick)
    except (DataError, Cancelled):
        raise
    except Exception as error:  # zipfile answers damage with errors of many kinds
        raise DataError(f"{file.name} is a damaged zip archive.", "Make or download it again.") from error


def _parse_members(archive: zipfile.ZipFile, file: FileToParse, limits: ReadLimits, tick: Tick) -> list[ParsedFile]:
    members = _structure_files(archive, file.name, limits)
    parsed: list[ParsedFile] = []
    remaining = limits.expanded_bytes
    for number, member in enumerate(members):
        name = f"{display_name(member.filename)} in {file.name}"
        content = _expand(archive, member, name, remaining)
        remaining -= len(content)
        inner = FileToParse(name, io.BytesIO(content), len(content), file.index)
        share = phase(tick, number / len(members), (number + 1) / len(members))
        parsed.append(parse_file(inner, replace(limits, file_bytes=limits.expanded_bytes), share))
        together = [atoms for each in parsed for atoms in each.atoms]
        limits.check_counts(len(together), sum(map(len, together)), file.name)
    return parsed


def _structure_files(archive: zipfile.ZipFile, name: str, limits: ReadLimits) -> list[zipfile.ZipInfo]:
    """Members that are structure files by their suffix; a lone member of any name is taken at its content."""
    files = [member for member in archive.infolist() if not member.is_dir() and not _hidden(member.filename)]
    chosen = files if len(files) == 1 else [member for member in files if has_known_suffix(member.filename)]
    if not chosen:
        raise DataError(
            f"{name} is a zip archive without structure files.", "Put xyz, cif, traj, db or json files in it."
        )
    if len(chosen) > limits.archive_members:
        raise DataError(
            f"{name} holds {len(chosen)} structure files, and {limits.archive_members} is the limit.",
            "Join them into one extended xyz file.",
        )
    return chosen


def _expand(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise DataError(f"{name} is encrypted.", "Make the archive without a password.")
    if member.compress_type not in _PLAIN_METHODS:
        raise DataError(f"{name} is compressed in an unusual way.", "Make the zip archive with the usual settings.")
    with archive.open(member) as raw:
        return b"".join(_blocks(CountedStream(raw, limit, name)))


def _blocks(stream: CountedStream) -> Iterator[bytes]:
    while block := stream.read(1 << 16):
        yield block


def _hidden(filename: str) -> bool:
    """What operating systems put into archives unasked."""
    *folders, name = filename.split("/")
    return name.startswith(".") or "__MACOSX" in folders
