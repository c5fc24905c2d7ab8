"""Fetching one file: resumable, bounded, and checked before it counts as fetched."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from lprviz.errors import DataError
from lprviz.progress import Tick, no_tick

TIMEOUT = 30.0
"""Seconds without a byte after which a server counts as gone."""

_CHUNK = 64 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Download:
    """A file to fetch.

    Attributes
    ----------
    file : str
        Name to keep it under.
    size : int
        Bytes, exactly; no more are ever read.
    md5 : str
        Checksum that its publisher states. It guards against damage, and comes over another way than the file.
    addresses : tuple of str
        Tried in this order; https, or http on this very machine.
    """

    file: str
    size: int
    md5: str
    addresses: tuple[str, ...]


def fetch(download: Download, folder: Path, *, tick: Tick = no_tick) -> Path:
    """Fetch a file into a folder, unless it is there already.

    What has come stays in a ``.part`` file, and the next call goes on from there. A file that someone put into the
    folder by hand serves as well, if it is the right one.

    Returns
    -------
    Path
        The complete file, with the size and checksum that were asked for.

    Raises
    ------
    DataError
        If no address answers, the file is another one, or the folder cannot be written.
    """
    path = folder / download.file
    try:
        if path.is_file() and _is_right(path, download):
            tick(download.size, download.size)
            return path
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        _fetch_from_any(download, part, tick)
        if not _is_right(part, download):
            part.unlink()
            raise DataError(
                f"{download.file} came with another content than published.",
                "Try again later; if it happens again, the file has changed at its source.",
            )
        part.replace(path)
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise DataError(f"{download.file} cannot be kept in {folder}: {reason}.", "Free space there.") from error
    return path


def _fetch_from_any(download: Download, part: Path, tick: Tick) -> None:
    """Complete ``part`` from the first address that can."""
    reasons = []
    for address in download.addresses:
        _require_safe(address)
        try:
            _fetch_from(address, download.size, part, tick)
        except _Refused as error:
            reasons.append(f"{urlsplit(address).hostname}: {error}")
        else:
            return
    raise DataError(
        f"{download.file} could not be fetched ({'; '.join(dict.fromkeys(reasons))}).",
        f"Check the network and try again: what has come is kept. Or put the file into {part.parent} yourself.",
    )


class _Refused(Exception):
    """An address that did not give the file, and why."""


def _fetch_from(address: str, size: int, part: Path, tick: Tick) -> None:
    have = part.stat().st_size if part.is_file() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return
    request = urllib.request.Request(address, headers={"User-Agent": "lprviz", "Accept-Encoding": "identity"})  # noqa: S310 - checked by _require_safe
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with _opener().open(request, timeout=TIMEOUT) as answer:
            start = _start_of(answer, have)
            mode = "ab" if start else "wb"
            with part.open(mode) as file:
                _copy(answer, file, start, size, tick)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
        raise _Refused(f"answer {error.code}") from error
    except urllib.error.URLError as error:
        raise _Refused(_words(error.reason)) from error
    except TimeoutError as error:
        raise _Refused("no answer in time") from error
    except (ConnectionError, http.client.HTTPException) as error:
        raise _Refused(_words(error)) from error
    if part.stat().st_size < size:
        raise _Refused("the connection ended early")


def _start_of(answer: Any, asked: int) -> int:
    """Where the answer begins: where it was asked to, or at 0 from a server that knows no ranges."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return 0
    stated = str(answer.headers.get("Content-Range", ""))
    if not stated.startswith(f"bytes {asked}-"):
        raise _Refused("answered with another part of the file")
    return asked


def _copy(answer: Any, file: IO[bytes], have: int, size: int, tick: Tick) -> None:
    """Copy until the end, and not one byte beyond the size that is known."""
    tick(have, size)
    while chunk := answer.read(_CHUNK):
        have += len(chunk)
        if have > size:
            file.truncate(0)
            raise _Refused("sent more than the file has")
        file.write(chunk)
        tick(have, size)


def _is_right(path: Path, download: Download) -> bool:
    if path.stat().st_size != download.size:
        return False
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest() == download.md5


def _require_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise DataError(f"{address[:80]!r} is not an address to fetch from.", "Use one that begins with https.")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to an address that would have been accepted itself."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        _require_safe(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_SafeRedirects())


def _words(reason: Any) -> str:
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join(str(text).split())[:120]
