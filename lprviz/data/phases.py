"""Report several consecutive pieces of work through one `Tick`, as one rising number."""

from __future__ import annotations

from lprviz.progress import Tick

WHOLE = 1000


def phase(tick: Tick, begin: float, end: float) -> Tick:
    """Return a tick for a piece of work that stands for the share ``begin`` to ``end`` (in 0..1) of the whole."""

    def report(done: int, total: int) -> None:
        share = done / total if total > 0 else 1.0
        tick(round(WHOLE * (begin + (end - begin) * min(share, 1.0))), WHOLE)

    return report
