"""Put off what can wait until the atoms have been recoloured; of several askings only the newest runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import panel as pn

PAUSE_MS = 60  # enough for the browser to upload the viewer's colours before the map's twenty thousand points arrive

AFTER_PICTURE = 1
"""Precedence of those who watch the session and speak after the viewer: each message costs a millisecond or more."""


class Scheduler(Protocol):
    """Whoever knows when the page may be changed."""

    @property
    def is_watched(self) -> bool: ...
    def after(self, milliseconds: int, callback: Callable[[], None]) -> None: ...


class Deferral:
    """Runs a callback a little later on the page's own loop; at once while nobody is looking yet.

    What one callback raises is raised when all have run.

    Parameters
    ----------
    scheduler : Scheduler or None
        None where there is no served page, as in a notebook.
    """

    def __init__(self, scheduler: Scheduler | None) -> None:
        self._scheduler = scheduler
        self._waiting: dict[str, Callable[[], None]] = {}

    def later(self, key: str, callback: Callable[[], None]) -> None:
        """Run ``callback`` soon; a later call with the same key takes its place."""
        if self._scheduler is None or not self._scheduler.is_watched:
            callback()
            return
        idle = not self._waiting
        self._waiting[key] = callback
        if idle:
            self._scheduler.after(PAUSE_MS, self._run)

    def _run(self) -> None:
        waiting, self._waiting = self._waiting, {}
        failures: list[Exception] = []
        with pn.io.hold():
            for callback in waiting.values():
                try:
                    callback()
                except Exception as failure:  # the others know nothing of this one, and are due all the same
                    failures.append(failure)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ExceptionGroup("several parts of the page could not be drawn", failures)
