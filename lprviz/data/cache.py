"""A cache of arrays on disk, so that a second start does not compute what the first one did.

An entry is one uncompressed ``.npz`` file, written beside its place and moved in at once: readers in other processes
see a whole entry or none. The least recently used entries are deleted when the cache grows beyond its cap.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_dir

DEFAULT_CAP = 2 * 1024**3
_SWITCH = "LPRVIZ_CACHE"
_FOLDER = "LPRVIZ_CACHE_DIR"


@dataclass(frozen=True)
class DiskCache:
    """Named groups of arrays on disk.

    Parameters
    ----------
    directory : path, optional
        By default the folder in the environment variable LPRVIZ_CACHE_DIR, else the user's cache folder. With
        ``LPRVIZ_CACHE=off`` in the environment nothing is read or written.
    max_bytes : int
        Cap on the size of all entries together.

    Notes
    -----
    No failure of the disk is ever an error: an entry that cannot be read is a miss, one that cannot be written is
    not kept.
    """

    directory: Path | str | None = None
    max_bytes: int = DEFAULT_CAP

    @property
    def enabled(self) -> bool:
        """Whether the environment allows a cache."""
        return os.environ.get(_SWITCH, "").strip().lower() not in {"off", "0", "no", "false"}

    @property
    def folder(self) -> Path:
        """Where the entries are."""
        return Path(self.directory or os.environ.get(_FOLDER) or user_cache_dir("lprviz"))

    def get(self, key: str) -> dict[str, NDArray[Any]] | None:
        """Return the arrays kept under a key, or None; a damaged entry is deleted."""
        path = self._path(key)
        if not self.enabled or not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as entry:
                arrays = {name: entry[name] for name in entry.files}
            os.utime(path)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, MemoryError):
            _delete(path)
            return None
        return arrays

    def put(self, key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a key, then delete the entries used longest ago until the cap is met."""
        if not self.enabled or sum(array.nbytes for array in arrays.values()) > self.max_bytes:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix="writing-", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})
                Path(name).replace(self._path(key))
            finally:
                _delete(Path(name))
            self._evict()

    def clear(self) -> None:
        """Delete every entry."""
        for path in self._entries():
            _delete(path)

    @property
    def size(self) -> int:
        """Bytes taken by all entries."""
        return sum(_status(path)[1] for path in self._entries())

    def _path(self, key: str) -> Path:
        return self.folder / f"{cache_key(key)}.npz"

    def _entries(self) -> list[Path]:
        return list(self.folder.glob("*.npz")) if self.folder.is_dir() else []

    def _evict(self) -> None:
        by_age = sorted((*_status(path), path) for path in self._entries())
        excess = sum(size for _, size, _ in by_age) - self.max_bytes
        for _, size, path in by_age:
            if excess <= 0:
                return
            _delete(path)
            excess -= size


def cache_key(*parts: object) -> str:
    """Return a short name that depends on every part, and on the versions of lprviz and featomic."""
    digest = hashlib.blake2b(digest_size=20)
    for part in (*parts, *map(_version, ("lprviz", "featomic"))):
        digest.update(repr(part).encode() + b"\x00")
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _status(path: Path) -> tuple[float, int]:
    """Time of last use and size; zeros when another process has deleted the file meanwhile."""
    try:
        found = path.stat()
    except OSError:
        return 0.0, 0
    return found.st_mtime, found.st_size


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
