"""What an edit asks for, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lprviz.core.arguments import checked_indices
from lprviz.errors import ModelError


@dataclass(frozen=True)
class EditPlan:
    """Edits of a training set, additions first: every intermediate variance then stays below both ends.

    Attributes
    ----------
    members : tuple of int
        The training set afterwards, sorted.
    indices : list of int
        The structures to switch, in order.
    signs : list of int
        +1 to add, -1 to remove.
    """

    members: tuple[int, ...]
    indices: list[int]
    signs: list[int]

    @classmethod
    def checked(
        cls, members: tuple[int, ...], n_structures: int, add: Iterable[int] = (), remove: Iterable[int] = ()
    ) -> EditPlan:
        """Plan additions to and removals from ``members``, refusing what makes no sense."""
        joining, leaving = checked_indices(add, n_structures), checked_indices(remove, n_structures)
        present = set(members)
        for index in joining:
            if index in present:
                raise ModelError(f"Structure {index} is already in the training set.", "Remove it, or add another.")
        for index in leaving:
            if index not in present:
                raise ModelError(f"Structure {index} is not in the training set.", "Add it, or remove another.")
        after = tuple(sorted(present.difference(leaving).union(joining)))
        return cls(after, [*joining, *leaving], [1] * len(joining) + [-1] * len(leaving))

    @classmethod
    def toggle(cls, members: tuple[int, ...], n_structures: int, index: int) -> EditPlan:
        """Plan to switch one structure, whichever way it stands."""
        (index,) = checked_indices((index,), n_structures)
        if index in members:
            return cls.checked(members, n_structures, remove=(index,))
        return cls.checked(members, n_structures, add=(index,))
