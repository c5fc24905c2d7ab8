"""Bytes of a file, decompressed as they are read and never beyond a limit.

A small compressed file can expand to any size, so nothing here asks for "all of it": every stream counts what it has
given and stops with a clear error.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_XZ_MEMORY = 128 * 1024 * 1024
_BLOCK = 64 * 1024
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def compression_of(head: bytes) -> str | None:
    """Name the compression that the first bytes of a file announce, or None."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


class CountedStream(io.RawIOBase):
    """A readable stream that raises DataError once it has given more than a limit.

    Parameters
    ----------
    raw : binary stream
        Where the bytes come from.
    limit : int
        Number of bytes that may be read.
    name : str
        Name of the file, for messages.
    """

    def __init__(self, raw: Any, limit: int, name: str) -> None:
        self._raw = raw
        self._limit = limit
        self._name = name
        self.count = 0

    def readable(self) -> bool:
        """Reading is all it does."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer; the errors of every decompressor become one sentence."""
        try:
            block = self._raw.read(len(buffer))
        except _BROKEN as error:
            raise DataError(
                f"{self._name} is compressed, but its data is damaged or cut short.", "Compress or download it again."
            ) from error
        self.count += len(block)
        if self.count > self._limit:
            raise DataError(
                f"{self._name} expands to more than {self._limit / 2**20:.0f} MB.",
                "Keep fewer structures in the file.",
            )
        buffer[: len(block)] = block
        return len(block)


class XzReader:
    """Decompress xz with a cap on the memory that its header may ask for (`lzma.LZMAFile` has none)."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._inner = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; raises EOFError when the data is cut short."""
        while True:
            if self._inner.eof:
                return b""
            block = self._raw.read(_BLOCK) if self._inner.needs_input else b""
            if self._inner.needs_input and not block:
                raise EOFError("the compressed data ends too early")
            data = self._inner.decompress(block, max_length=size)
            if data:
                return data


_OPENERS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda raw: gzip.GzipFile(fileobj=raw),
    "bzip2": bz2.BZ2File,
    "xz": XzReader,
}


def open_bounded(raw: BinaryIO, name: str, limits: ReadLimits) -> io.BufferedReader:
    """Open a file for reading, decompressing gzip, bzip2 and xz by their content, whatever the file is called.

    Parameters
    ----------
    raw : binary stream
        The file, seekable.
    name : str
        Name for messages.
    limits : ReadLimits
        ``expanded_bytes`` bounds what may be read from the result.

    Raises
    ------
    DataError
        Later, on reading: damaged or truncated compression, or more bytes than the limit.
    """
    head = raw.read(6)
    raw.seek(0)
    kind = compression_of(head)
    inner = _OPENERS[kind](raw) if kind else raw
    return io.BufferedReader(CountedStream(inner, limits.expanded_bytes, name), _BLOCK)
