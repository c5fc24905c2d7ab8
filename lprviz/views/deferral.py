"""Put off what can wait until the atoms have been recoloured; of several askings only the newest runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import panel as pn

PAUSE_MS = 60  # enough for the browser to upload the viewer's colours before the map's twenty thousand points arrive


class Scheduler(Protocol):
    """What a deferral needs of a Bokeh document."""

    def add_timeout_callback(self, callback: Callable[[], None], timeout_milliseconds: int) -> Any: ...


class Deferral:
    """Runs a callback a little later on the document's own loop; at once where there is no document.

    Parameters
    ----------
    document : Scheduler or None
        The Bokeh document of this browser session.
    """

    def __init__(self, document: Scheduler | None) -> None:
        self._document = document
        self._waiting: dict[str, Callable[[], None]] = {}

    def later(self, key: str, callback: Callable[[], None]) -> None:
        """Run ``callback`` soon; a later call with the same key takes its place."""
        if self._document is None:
            callback()
            return
        idle = not self._waiting
        self._waiting[key] = callback
        if idle:
            self._document.add_timeout_callback(self._run, PAUSE_MS)

    def _run(self) -> None:
        waiting, self._waiting = self._waiting, {}
        with pn.io.hold():
            for callback in waiting.values():
                callback()
