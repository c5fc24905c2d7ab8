"""Toys by name, each with the training set it opens with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lprviz.errors import ModelError
from lprviz.gallery.toys.environments import choice_toy, defect_toy, disorder_toy, phase_toy
from lprviz.gallery.toys.seven_points import seven_points_toy
from lprviz.gallery.toys.species import species_toy
from lprviz.gallery.toys.toy import Toy


@dataclass(frozen=True)
class NamedToy:
    """A toy that can be asked for by name.

    Attributes
    ----------
    name, title : str
    make : callable
        Seed -> Toy.
    opens_with : str
        Group that trains at first.
    """

    name: str
    title: str
    make: Callable[[int], Toy]
    opens_with: str


TOYS: dict[str, NamedToy] = {
    each.name: each
    for each in (
        NamedToy("species", "Atoms of two species", species_toy, "fixed"),
        NamedToy("disorder", "Disorder and crystals", disorder_toy, "disordered"),
        NamedToy("phases", "Two phases", phase_toy, "half"),
        NamedToy("defect", "A rare defect", defect_toy, "host"),
        NamedToy("choice", "Choosing what to add", choice_toy, "base"),
        NamedToy("points", "Seven points", lambda seed: seven_points_toy(), "labelled"),
    )
}
"""The toys, by name."""


def named_toy(name: str) -> NamedToy:
    """One toy by name.

    Raises
    ------
    ModelError
        If there is no such toy.
    """
    if name not in TOYS:
        raise ModelError(f"There is no toy {name!r}.", f"The toys are {', '.join(TOYS)}.")
    return TOYS[name]
