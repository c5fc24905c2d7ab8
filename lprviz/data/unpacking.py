"""Unpacking a tar archive that somebody else packed: files and folders only, inside one folder, within limits."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

from lprviz.errors import DataError

MOST_BYTES = 512 * 1024 * 1024
MOST_MEMBERS = 10_000


def unpack(archive: Path, folder: Path, *, most_bytes: int = MOST_BYTES, most_members: int = MOST_MEMBERS) -> Path:
    """Unpack an archive into a folder, all or nothing; a folder that is there already is taken as it is.

    Parameters
    ----------
    archive : Path
        tar, compressed or not.
    folder : Path
        Where the contents go; its parent must exist.
    most_bytes, most_members : int
        What the contents may take together.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If it is no archive, is too large, or holds a link, a device, or a path that leads out of the folder.
    """
    if folder.is_dir():
        return folder
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unpacking-"))
    try:
        with tarfile.open(archive) as tar:
            members = _checked_members(tar, archive.name, most_bytes, most_members)
            tar.extractall(temporary, members=members, filter="data")
        _settle(temporary, folder)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{archive.name} cannot be unpacked: {error}.", f"Delete {archive} and try again.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _checked_members(tar: tarfile.TarFile, name: str, most_bytes: int, most_members: int) -> list[tarfile.TarInfo]:
    """Every member, once all are known to be harmless; headers are read one by one, so that a bomb stops here."""
    members, total = [], 0
    for member in tar:
        members.append(member)
        total += member.size
        _require_plain(member, name)
        if len(members) > most_members or total > most_bytes:
            raise DataError(
                f"{name} holds more than {most_members} files or {most_bytes / 2**20:.0f} MB.",
                "This is not the archive it should be.",
            )
    return members


def _require_plain(member: tarfile.TarInfo, name: str) -> None:
    path = PurePosixPath(member.name)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name
    if leads_out or not (member.isreg() or member.isdir()):
        what = "a path that leads out of its folder" if leads_out else "something that is neither file nor folder"
        raise DataError(
            f"{name} holds {what}: {member.name[:80]!r}.", "This is not the archive it should be; nothing was unpacked."
        )


def _settle(temporary: Path, folder: Path) -> None:
    """Give the contents their place at once; another process may have been first."""
    try:
        temporary.replace(folder)
    except OSError:
        if not folder.is_dir():
            raise
    else:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - mkdtemp makes it private; what was published may be read
