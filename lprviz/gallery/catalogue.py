"""All entries, in the order in which they are best met."""

from __future__ import annotations

from lprviz.errors import ModelError
from lprviz.gallery.entry import GalleryEntry
from lprviz.gallery.systems.carbon import CARBON
from lprviz.gallery.systems.molecules import MOLECULES
from lprviz.gallery.systems.network import NETWORK
from lprviz.gallery.systems.silicon import SILICON
from lprviz.gallery.systems.silicon_carbide import SILICON_CARBIDE
from lprviz.gallery.toy_entries import ENVIRONMENT_TOY, SEVEN_POINTS, SPECIES_TOY

ENTRIES = (
    SEVEN_POINTS,
    SPECIES_TOY,
    ENVIRONMENT_TOY,
    SILICON,
    SILICON_CARBIDE,
    CARBON,
    MOLECULES,
    NETWORK,
)
"""The gallery."""


def gallery_entry(key: str) -> GalleryEntry:
    """One entry by its key.

    Raises
    ------
    ModelError
        If there is no such entry.
    """
    for entry in ENTRIES:
        if entry.key == key:
            return entry
    known = ", ".join(entry.key for entry in ENTRIES)
    raise ModelError(f"There is no gallery entry {key!r}.", f"The keys are {known}.")
