"""Report several consecutive pieces of work through one `Tick`, as one rising number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from lprviz.progress import Tick

WHOLE = 1000
_STEP = 64
_Item = TypeVar("_Item")


def phase(tick: Tick, begin: float, end: float) -> Tick:
    """Return a tick for a piece of work that stands for the share ``begin`` to ``end`` (in 0..1) of the whole."""

    def report(done: int, total: int) -> None:
        share = done / total if total > 0 else 1.0
        tick(round(WHOLE * (begin + (end - begin) * min(share, 1.0))), WHOLE)

    return report


def ticking(items: Sequence[_Item], tick: Tick) -> Iterator[_Item]:
    """Go through items, calling ``tick(done, total)`` now and then and at the end."""
    for number, item in enumerate(items):
        if number % _STEP == 0:
            tick(number, len(items))
        yield item
    tick(len(items), len(items))
