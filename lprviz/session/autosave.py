"""Sessions kept on the server's disk, so that a closed tab or a killed server loses nothing.

One file per browser token, written whole or not at all. A token is a random name that a browser keeps; it says nothing
about whose it is, and files are called by its fingerprint. What is in a file is what `Session.save_file` writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_dir

from lprviz.errors import LprvizError
from lprviz.session.keeping import Keeping
from lprviz.session.records.file import SUFFIX
from lprviz.session.records.taking import Snapshot

DELAY = 1.5
"""Seconds without a change before a session is kept."""

_MOST_POSTPONED = 4  # a slider that never rests is kept all the same
_SWITCH = "LPRVIZ_AUTOSAVE"
_FOLDER = "LPRVIZ_STATE_DIR"
_MB = 2**20
_DAY = 86_400.0
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_WATCHED = [
    "dataset", "settings", "members", "alpha", "selection", "camera", "colour_by", "component", "committee",
    "pins", "pin", "compared", "history",
]  # fmt: skip
_writing = threading.Lock()


def new_token() -> str:
    """Return a random name for a browser to keep."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class KeptSessions:
    """Session files of many browsers in one folder.

    Parameters
    ----------
    directory : path, optional
        By default the folder in the environment variable LPRVIZ_STATE_DIR, else the user's state folder. With
        ``LPRVIZ_AUTOSAVE=off`` in the environment nothing is kept.
    largest : int
        Bytes of one file. A state that needs more is kept without its structures.
    most_bytes, most_files, days
        What all files may take; those changed longest ago go first.

    Notes
    -----
    No failure of the disk is ever an error: what cannot be written is not kept, what cannot be read is not there.
    """

    directory: Path | str | None = None
    largest: int = 32 * _MB
    most_bytes: int = 512 * _MB
    most_files: int = 200
    days: float = 30.0

    @property
    def enabled(self) -> bool:
        """Whether the environment allows it."""
        return os.environ.get(_SWITCH, "").strip().lower() not in {"off", "0", "no", "false"}

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return Path(self.directory or os.environ.get(_FOLDER) or user_state_dir("lprviz")) / "sessions"

    def keep(self, token: str, snapshot: Snapshot) -> bool:
        """Write a session down; whether it is kept now. May be called from any thread."""
        path = self._path(token)
        content = self._content(snapshot) if path is not None and self.enabled else None
        if path is None or content is None:
            return False
        try:
            with _writing:
                self._write(path, content)
                self._evict(path)
        except OSError:
            return False
        return True

    def restore(self, token: str) -> bytes | None:
        """Return what was kept under a token, or None."""
        path = self._path(token)
        if path is None or not self.enabled:
            return None
        try:
            return path.read_bytes() if path.stat().st_size <= self.largest else None
        except OSError:
            return None

    def forget(self, token: str) -> None:
        """Delete what was kept under a token."""
        path = self._path(token)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, token: str) -> Path | None:
        """The file of a token; None for what is no token, which may come from a stranger."""
        if not _TOKEN.fullmatch(token):
            return None
        name = hashlib.blake2b(token.encode(), digest_size=20).hexdigest()
        return self.folder / f"{name}{SUFFIX}"

    def _content(self, snapshot: Snapshot) -> bytes | None:
        for embed in (None, False):
            with contextlib.suppress(LprvizError):
                content = snapshot.as_file(embed)
                if len(content) <= self.largest:
                    return content
        return None

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix="writing-", suffix=".tmp")  # only the user may read it
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)

    def _evict(self, newest: Path) -> None:
        """Delete what is too old or too much, the longest unchanged first, but never the newest."""
        now, total = time.time(), 0
        left_over = [path for path in self.folder.glob("writing-*.tmp") if now - _status(path)[0] > _DAY]
        kept = sorted(((*_status(path), path) for path in self.folder.glob(f"*{SUFFIX}")), reverse=True)
        for number, (changed, size, path) in enumerate(kept):
            total += size
            spent = number >= self.most_files or total > self.most_bytes or now - changed > self.days * _DAY
            if spent and path != newest:
                left_over.append(path)
        for path in left_over:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


class Autosave:
    """Keeps a session whenever it has changed and then rested for a moment.

    The snapshot is taken on the session's own loop, in microseconds; writing it down is a thread's work.

    Parameters
    ----------
    session : Keeping
    token : str
        The browser's; see `new_token`.
    store : KeptSessions
    later : callable
        ``later(seconds, callback)`` calls back on the session's own loop.
    threaded : bool
        Write in a thread of its own; otherwise at once.
    """

    def __init__(
        self,
        session: Keeping,
        token: str,
        store: KeptSessions,
        later: Callable[[float, Callable[[], None]], None],
        *,
        threaded: bool = True,
    ) -> None:
        self._session, self._token, self._store, self._later = session, token, store, later
        self._threaded = threaded
        self._changes = self._written = self._postponed = 0
        self._waiting = False
        self._thread: threading.Thread | None = None
        self._watcher = session.param.watch(self._changed, _WATCHED)

    def flush(self) -> None:
        """Keep the state now, if it has changed; returns when it is written."""
        if self._thread is not None:
            self._thread.join()
        if self._changes != self._written:
            self._keep(threaded=False)

    def close(self) -> None:
        """Keep the state now and watch no longer."""
        self._session.param.unwatch(self._watcher)
        self.flush()

    def _changed(self, *events: object) -> None:
        self._changes += 1
        if not self._waiting:
            self._wait()

    def _wait(self) -> None:
        self._waiting = True
        seen = self._changes
        self._later(DELAY, lambda: self._rested(seen))

    def _rested(self, seen: int) -> None:
        """Time is up: write, unless something has changed since or the last writing is not done."""
        self._waiting = False
        if self._changes == self._written:
            return
        writing = self._thread is not None and self._thread.is_alive()
        if writing or (self._changes != seen and self._postponed < _MOST_POSTPONED):
            self._postponed += 1
            self._wait()
        else:
            self._keep(threaded=self._threaded)

    def _keep(self, *, threaded: bool) -> None:
        self._written, self._postponed = self._changes, 0
        if self._session.fit is None:
            return  # while the first picture is on its way, what was kept before is worth more
        snapshot = self._session.snapshot()
        if not threaded:
            self._store.keep(self._token, snapshot)
            return
        self._thread = threading.Thread(
            target=self._store.keep, args=(self._token, snapshot), name="lprviz-autosave", daemon=True
        )
        self._thread.start()


def restore(session: Keeping, token: str, store: KeptSessions) -> bool:
    """Bring back what was kept under a token; whether there was anything."""
    content = store.restore(token)
    if content is None:
        return False
    session.open_file(content)
    return True


def _status(path: Path) -> tuple[float, int]:
    try:
        found = path.stat()
    except OSError:
        return 0.0, 0
    return found.st_mtime, found.st_size
