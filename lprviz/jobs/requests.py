"""What goes to the worker and what comes back: frozen values, matched by a serial number."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lprviz.progress import Tick

Work = Callable[[Tick], Any]
"""Pure work on frozen values. It reports through the tick it is given and lets `Cancelled` pass."""


@dataclass(frozen=True)
class Request:
    """One piece of background work.

    Parameters
    ----------
    kind : str
        What the reply is for ("read", "represent", "fit"); the session dispatches on it.
    label : str
        What a person reads while it runs, e.g. "Computing SOAP descriptors".
    work : callable
        Called with a `Tick`; its return value becomes ``Reply.value``.
    """

    kind: str
    label: str
    work: Work


@dataclass(frozen=True)
class Reply:
    """How a request ended: with a value or with an error, never both."""

    serial: int
    request: Request
    value: Any = None
    error: Exception | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Progress:
    """A snapshot of the work under way."""

    serial: int
    label: str
    done: int = 0
    total: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def fraction(self) -> float | None:
        """Share done in [0, 1], or None while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total > 0 else None

    def remaining_seconds(self, now: float | None = None) -> float | None:
        """Estimate the time left from the rate so far; None before there is a rate to go by."""
        share = self.fraction
        elapsed = (time.monotonic() if now is None else now) - self.started
        if not share or elapsed < 0.5:
            return None
        return elapsed * (1 - share) / share
