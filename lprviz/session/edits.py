"""Edits of the training set as pure functions: members now and a wish in, members after and a label out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lprviz.errors import ModelError

Members = tuple[int, ...]


@dataclass(frozen=True)
class Edit:
    """What the training set becomes, and what a person would call the step."""

    label: str
    members: Members


def adding(members: Members, structures: Iterable[int], n_structures: int) -> Edit:
    """Return the members with structures added."""
    new = sorted(_checked(structures, n_structures) - set(members))
    return Edit(f"Added {_named(new)}", tuple(sorted({*members, *new})))


def removing(members: Members, structures: Iterable[int], n_structures: int) -> Edit:
    """Return the members with structures removed."""
    gone = sorted(_checked(structures, n_structures) & set(members))
    return Edit(f"Removed {_named(gone)}", tuple(sorted(set(members) - set(gone))))


def choosing(members: Iterable[int], n_structures: int, label: str) -> Edit:
    """Return exactly these members."""
    return Edit(label, tuple(sorted(_checked(members, n_structures))))


def adding_random(members: Members, n: int, n_structures: int, seed: int | None) -> Edit:
    """Return the members with ``n`` others drawn at random; all that are left when fewer remain."""
    left = np.setdiff1d(np.arange(n_structures), members)
    if left.size == 0:
        raise ModelError("Every structure is in training already.", "Remove some first.")
    if n < 1:
        raise ModelError("The number of structures to add must be at least 1.", "Try 5.")
    drawn = np.random.default_rng(seed).choice(left, size=min(n, left.size), replace=False)
    edit = adding(members, drawn.tolist(), n_structures)
    return Edit(f"Added {drawn.size} at random", edit.members)


def first_outside(members: Members, n_structures: int) -> int:
    """Return the first structure that is not in training (what is judged is of more interest), or 0."""
    inside = set(members)
    return next((i for i in range(n_structures) if i not in inside), 0)


def _checked(structures: Iterable[int], n_structures: int) -> set[int]:
    chosen = {int(i) for i in structures}
    wrong = sorted(i for i in chosen if not 0 <= i < n_structures)
    if wrong:
        raise ModelError(
            f"There is no structure {wrong[0]} in this data set of {n_structures}.", "Structures are counted from 0."
        )
    return chosen


def _named(structures: list[int]) -> str:
    if len(structures) == 1:
        return f"structure {structures[0]}"
    return f"{len(structures)} structures"
