"""What the picture says in words: per atom on hover, and as a whole for those who cannot see it."""

from __future__ import annotations

import numpy as np
from ase.data import chemical_symbols

from lprviz.core.colours import format_value
from lprviz.data.structures import StructureSet
from lprviz.session.quantities import ELEMENT
from lprviz.session.state import SessionState
from lprviz.session.values import Picture


def atom_labels(structures: StructureSet, picture: Picture, atoms: slice) -> list[str]:
    """Return one line per atom of a structure: symbol, number, value, and whether the prior holds it."""
    symbols = [chemical_symbols[z] for z in structures.numbers[atoms]]
    if picture.quantity == ELEMENT:
        return [f"{symbol} {i}" for i, symbol in enumerate(symbols)]
    short = picture.title.split(" (")[0]
    return [
        f"{symbol} {i} · {short} {format_value(value)}{' · mostly the prior' if ringed else ''}"
        for i, (symbol, value, ringed) in enumerate(
            zip(symbols, picture.values[atoms].tolist(), picture.outlined[atoms].tolist(), strict=True)
        )
    ]


def picture_summary(session: SessionState, picture: Picture, atoms: slice) -> str:
    """Return the picture in one sentence."""
    dataset = session.dataset
    assert dataset is not None
    structure = int(dataset.structures.structure_of[atoms.start])
    formula = dataset.structures.formulas[structure]
    values = picture.values[atoms]
    if picture.quantity == ELEMENT:
        return f"Structure {structure}, {formula}, coloured by element."
    if not np.isfinite(values).any():
        return f"Structure {structure}, {formula}, grey: {picture.title} is undefined for all its atoms."
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return (
        f"Structure {structure}, {formula}, coloured by {picture.title}: from {format_value(values[low])} "
        f"(atom {low}) to {format_value(values[high])} (atom {high})."
    )
