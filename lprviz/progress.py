"""How pure code reports progress and learns of a cancel; it never hears of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Tick = Callable[[int, int], None]
"""Called as ``tick(done, total)``, often; it returns quickly and raises `Cancelled` when the work should stop."""

_WHOLE = 1000
_STEP = 64
_Item = TypeVar("_Item")


class Cancelled(Exception):
    """Raised by a `Tick` to unwind work that nobody waits for any more. Not an error: nothing is shown."""


def no_tick(done: int, total: int) -> None:
    """The `Tick` of a caller that neither watches nor cancels."""


def phase(tick: Tick, begin: float, end: float) -> Tick:
    """Return a tick for a piece of work that stands for the share ``begin`` to ``end`` (in 0..1) of the whole."""

    def report(done: int, total: int) -> None:
        share = done / total if total > 0 else 1.0
        tick(round(_WHOLE * (begin + (end - begin) * min(share, 1.0))), _WHOLE)

    return report


def ticking(items: Sequence[_Item], tick: Tick) -> Iterator[_Item]:
    """Go through items, calling ``tick(done, total)`` now and then and at the end."""
    for number, item in enumerate(items):
        if number % _STEP == 0:
            tick(number, len(items))
        yield item
    tick(len(items), len(items))
