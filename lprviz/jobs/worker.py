"""One worker thread per browser session. It runs the newest request, drops what nobody waits for, and knows no science.

The thread never touches the session: it files replies and wakes the owner with no data; the owner then drains the
replies on its own event loop. A reactive design that wrote results from the thread left stale ones behind after
double-clicks; this one cannot.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from lprviz.errors import LprvizError
from lprviz.jobs.requests import Progress, Reply, Request
from lprviz.progress import Cancelled

_REPORT_EVERY = 0.1  # seconds; oftener than this nobody can read it
_BUSY = threading.BoundedSemaphore(
    max(1, os.cpu_count() or 1)
)  # process-wide: thirty sessions, as many at work as cores


class Runner(Protocol):
    """What a session needs of a worker."""

    def submit(self, request: Request) -> int: ...
    def cancel(self) -> None: ...
    def take_replies(self) -> list[Reply]: ...
    @property
    def progress(self) -> Progress | None: ...
    def close(self) -> None: ...


class Worker:
    """Runs one request at a time in a thread of its own; a newer request replaces an older one.

    Parameters
    ----------
    wake : callable
        Called from the worker thread, without arguments, whenever there is something to drain.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._changed = threading.Condition()
        self._waiting: tuple[int, Request] | None = None
        self._wanted = 0  # serial of the only request whose reply anybody waits for
        self._serial = 0
        self._closed = False
        self._replies: list[Reply] = []
        self._progress: Progress | None = None
        self._thread: threading.Thread | None = None

    @property
    def progress(self) -> Progress | None:
        """The work under way, or None."""
        with self._changed:
            return self._progress

    def submit(self, request: Request) -> int:
        """Queue a request in place of any other and return its serial number."""
        with self._changed:
            if self._closed:
                raise LprvizError("This session has been closed.", "Reload the page to start a new one.")
            self._serial += 1
            self._wanted = self._serial
            self._waiting = (self._serial, request)
            self._progress = Progress(self._serial, request.label)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lprviz-worker", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._serial

    def cancel(self) -> None:
        """Stop waiting for the work under way; its thread unwinds at its next tick."""
        with self._changed:
            self._wanted = 0
            self._waiting = None
            self._progress = None

    def take_replies(self) -> list[Reply]:
        """Return the replies that are still wanted and forget them all."""
        with self._changed:
            fresh = [reply for reply in self._replies if reply.serial == self._wanted]
            self._replies = []
            return fresh

    def close(self) -> None:
        """Cancel, and let the thread end."""
        self.cancel()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            serial, request = job
            with _BUSY:
                reply = run_request(serial, request, self._tick_for(serial))
            if reply is not None:
                self._file(reply)

    def _next(self) -> tuple[int, Request] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting is not None)
            job, self._waiting = self._waiting, None
            return None if self._closed else job

    def _file(self, reply: Reply) -> None:
        with self._changed:
            if reply.serial != self._wanted:
                return
            self._replies.append(reply)
            self._progress = None
        self._wake()

    def _tick_for(self, serial: int) -> Callable[[int, int], None]:
        reported = 0.0

        def tick(done: int, total: int) -> None:
            nonlocal reported
            if self._wanted != serial:
                raise Cancelled
            now = time.monotonic()
            if now - reported < _REPORT_EVERY and done < total:
                return
            reported = now
            with self._changed:
                if self._wanted == serial and self._progress is not None:
                    self._progress = replace(self._progress, done=done, total=total)
            self._wake()

        return tick


class InlineWorker:
    """Runs the real thing at once, in the caller's thread: for tests, notebooks and the command line."""

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self._serial = 0
        self._replies: list[Reply] = []
        self.progress: Progress | None = None

    def submit(self, request: Request) -> int:
        """Run the request now; the reply waits to be taken."""
        self._serial += 1
        reply = run_request(self._serial, request, lambda done, total: None)
        self._replies = [reply] if reply is not None else []
        self._wake()
        return self._serial

    def cancel(self) -> None:
        """Forget replies that were not taken."""
        self._replies = []

    def take_replies(self) -> list[Reply]:
        """Return the replies and forget them."""
        replies, self._replies = self._replies, []
        return replies

    def close(self) -> None:
        """Nothing to end."""


def run_request(serial: int, request: Request, tick: Callable[[int, int], None]) -> Reply | None:
    """Run a request to its reply; None when it was cancelled."""
    started = time.perf_counter()
    try:
        value, error = request.work(tick), None
    except Cancelled:
        return None
    except Exception as caught:
        value, error = None, caught
    return Reply(serial, request, value, error, time.perf_counter() - started)
