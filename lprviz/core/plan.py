"""What an edit asks for, checked before anything is computed."""

from __future__ import annotations

from bisect import bisect_left, insort
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

    @property
    def joining(self) -> list[int]:
        """The structures to add."""
        return [index for index, sign in zip(self.indices, self.signs, strict=True) if sign > 0]

    @property
    def leaving(self) -> list[int]:
        """The structures to remove."""
        return [index for index, sign in zip(self.indices, self.signs, strict=True) if sign < 0]

    @classmethod
    def checked(
        cls, members: tuple[int, ...], n_structures: int, add: Iterable[int] = (), remove: Iterable[int] = ()
    ) -> EditPlan:
        """Plan additions to and removals from ``members``, refusing what makes no sense."""
        joining, leaving = checked_indices(add, n_structures), checked_indices(remove, n_structures)
        for index in joining:
            if _holds(members, index):
                raise ModelError(f"Structure {index} is already in the training set.", "Remove it, or add another.")
        for index in leaving:
            if not _holds(members, index):
                raise ModelError(f"Structure {index} is not in the training set.", "Add it, or remove another.")
        after = list(members)
        for index in leaving:
            del after[bisect_left(after, index)]
        for index in joining:
            insort(after, index)
        return cls(tuple(after), [*joining, *leaving], [1] * len(joining) + [-1] * len(leaving))

    @classmethod
    def toggle(cls, members: tuple[int, ...], n_structures: int, index: int) -> EditPlan:
        """Plan to switch one structure, whichever way it stands."""
        (index,) = checked_indices((index,), n_structures)
        if _holds(members, index):
            return cls.checked(members, n_structures, remove=(index,))
        return cls.checked(members, n_structures, add=(index,))


def _holds(members: tuple[int, ...], index: int) -> bool:
    """Whether sorted ``members`` hold ``index``; building a set of them would take longer than the rest of a plan."""
    place = bisect_left(members, index)
    return place < len(members) and members[place] == index
