"""Toys: small data sets of numbers whose local truth is known, and the phenomena they show.

==============  =====================================================================================
toy             `Toy`: environments as rows of numbers, structures, labels, groups; `Toy.engine`
species         the species toy: two kinds of atoms, three numbers for their surroundings
environments    the environment toy: one coordinate seen through 25 Gaussians; disorder, phases, defects
beads           a toy as a `StructureSet` that a viewer can draw, and as an `LPRAnalysis`
outcome         `Outcome`: what a phenomenon turned out to be
composition     phenomena 1 to 4 and 8
surroundings    phenomena 5, 6, 7, 9 and 11
laws            phenomena 10, 13 and 14
choice          phenomenon 12
seven_points    seven labelled points, three models, three bands
==============  =====================================================================================

Everything is a pure function of a seed.
"""

from __future__ import annotations

from collections.abc import Callable

from lprviz.errors import ModelError
from lprviz.gallery.toys import choice, composition, laws, surroundings
from lprviz.gallery.toys.beads import as_analysis, as_structures
from lprviz.gallery.toys.environments import (
    choice_toy,
    defect_toy,
    disorder_toy,
    environment_features,
    environment_toy,
    moved,
    phase_toy,
)
from lprviz.gallery.toys.outcome import Outcome
from lprviz.gallery.toys.species import species_toy
from lprviz.gallery.toys.toy import Toy

_PHENOMENA: dict[int, Callable[[int], Outcome]] = {
    1: composition.fixed_composition,
    2: composition.swap_one,
    3: composition.references,
    4: composition.force_rows,
    5: surroundings.order_and_disorder,
    6: surroundings.smaller_structures,
    7: surroundings.proportions,
    8: composition.equal_global_error,
    9: surroundings.rare_defect,
    10: laws.repeat_one,
    11: surroundings.one_label,
    12: choice.choose,
    13: laws.regulariser,
    14: laws.remove_one,
}

PHENOMENA = tuple(_PHENOMENA)
"""Numbers of the phenomena."""


def phenomenon(number: int, seed: int = 0) -> Outcome:
    """Show one of the fourteen phenomena.

    Parameters
    ----------
    number : int
        1 to 14.
    seed : int
        Decides every random draw.

    Raises
    ------
    ModelError
        If there is no such phenomenon.
    """
    if number not in _PHENOMENA:
        raise ModelError(f"There is no phenomenon {number}.", f"Choose one from 1 to {max(PHENOMENA)}.")
    return _PHENOMENA[number](seed)


__all__ = [
    "PHENOMENA",
    "Outcome",
    "Toy",
    "as_analysis",
    "as_structures",
    "choice_toy",
    "defect_toy",
    "disorder_toy",
    "environment_features",
    "environment_toy",
    "moved",
    "phase_toy",
    "phenomenon",
    "species_toy",
]
