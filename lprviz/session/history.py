"""Undo and redo of the training set, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

LIMIT = 200  # entries kept; each is a tuple of indices, so a few megabytes at the very most


@dataclass(frozen=True)
class Entry:
    """One state of the training set and what led to it."""

    label: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class History:
    """States of the training set in the order they were made, and which of them is shown."""

    entries: tuple[Entry, ...] = ()
    position: int = -1

    @classmethod
    def starting(cls, label: str, members: tuple[int, ...]) -> History:
        """Return a history with one state and nothing to undo."""
        return cls((Entry(label, members),), 0)

    @property
    def current(self) -> Entry | None:
        """The state shown."""
        return self.entries[self.position] if self.entries else None

    @property
    def undo_label(self) -> str:
        """What undo would take back, or ""."""
        return self.entries[self.position].label if self.position > 0 else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again, or ""."""
        ahead = self.position + 1
        return self.entries[ahead].label if ahead < len(self.entries) else ""

    def push(self, label: str, members: tuple[int, ...]) -> History:
        """Return a history that continues from here; what had been undone is forgotten."""
        kept = (*self.entries[: self.position + 1], Entry(label, members))[-LIMIT:]
        return History(kept, len(kept) - 1)

    def returned_to(self, members: tuple[int, ...]) -> History:
        """Return the history at its last state with these members; what came after was given up."""
        places = [i for i, entry in enumerate(self.entries[: self.position + 1]) if entry.members == members]
        if not places:
            return History.starting("Last good state", members)
        return History(self.entries[: places[-1] + 1], places[-1])

    def moved(self, step: int) -> History:
        """Return the history one state back (-1) or forward (+1); unchanged at its ends."""
        target = self.position + step
        return History(self.entries, target) if 0 <= target < len(self.entries) else self
