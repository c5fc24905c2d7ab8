"""The one hook through which pure code reports progress and learns of a cancel; it never hears of threads."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[int, int], None]
"""Called as ``tick(done, total)``, often; it returns quickly and raises `Cancelled` when the work should stop."""


class Cancelled(Exception):
    """Raised by a `Tick` to unwind work that nobody waits for any more. Not an error: nothing is shown."""


def no_tick(done: int, total: int) -> None:
    """The `Tick` of a caller that neither watches nor cancels."""
