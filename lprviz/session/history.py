"""The edits of the training set as a tree, as a frozen value: an edit after an undo makes a branch, nothing is lost.

Undo goes to the state an edit was made from; redo goes down the branch that was on show last. Any state can be
returned to by its number. Edits change the training set; alpha and model are noted beside, since the metric of a state
belongs to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from lprviz.session.metrics import Metrics

MOST_ENTRIES = 500
MOST_INDICES = 4_000_000  # in all entries together, 32 MB: what a history may take


@dataclass(frozen=True)
class Entry:
    """One state of the training set and what led to it.

    Attributes
    ----------
    label : str
        What was done.
    members : tuple of int
        The training set after it.
    id : int
        Number of the entry; rising in the order in which they were made.
    parent : int or None
        The entry it was made from.
    following : int or None
        The entry made from it that was on show last: where redo goes.
    metrics : Metrics or None
        LPR after it, as it was when it was made; None until then.
    alpha : float or None
        The regulariser these metrics are for.
    settings_key : str
        Model these metrics are for; see `lprviz.session.values.settings_key`.
    """

    label: str
    members: tuple[int, ...]
    id: int = 0
    parent: int | None = None
    following: int | None = None
    metrics: Metrics | None = None
    alpha: float | None = None
    settings_key: str = ""


@dataclass(frozen=True)
class History:
    """All states of the training set in the order they were made, and which of them is shown."""

    entries: tuple[Entry, ...] = ()
    current_id: int = -1

    @classmethod
    def starting(cls, label: str, members: tuple[int, ...]) -> History:
        """Return a history with one state and nothing to undo."""
        return cls((Entry(label, members),), 0)

    def entry(self, number: int | None) -> Entry | None:
        """The entry with a number, or None."""
        return next((each for each in self.entries if each.id == number), None)

    @property
    def current(self) -> Entry | None:
        """The state shown."""
        return self.entry(self.current_id)

    @property
    def undo_label(self) -> str:
        """What undo would take back, or ""."""
        now = self.current
        return "" if now is None or now.parent is None else now.label

    @property
    def redo_label(self) -> str:
        """What redo would do again, or ""."""
        ahead = None if self.current is None else self.entry(self.current.following)
        return "" if ahead is None else ahead.label

    def branch(self) -> tuple[Entry, ...]:
        """The states from the first one through the one on show to the end of its branch."""
        behind = list(self._path(self.current_id))[::-1]
        ahead: list[Entry] = []
        following = behind[-1].following if behind else None
        while (each := self.entry(following)) is not None:
            ahead.append(each)
            following = each.following
        return (*behind, *ahead)

    def children(self, number: int) -> tuple[Entry, ...]:
        """The states made from one, oldest first: more than one where branches part."""
        return tuple(each for each in self.entries if each.parent == number)

    def push(self, label: str, members: tuple[int, ...]) -> History:
        """Return a history that goes on from the state on show; what had been undone stays, as another branch."""
        number = 1 + max((each.id for each in self.entries), default=-1)
        parent = self.current.id if self.current is not None else None
        made = Entry(label, members, number, parent)
        entries = (*(replace(e, following=number) if e.id == parent else e for e in self.entries), made)
        return History(entries, number)._pruned()

    def moved(self, step: int) -> History:
        """Return the history one state back (-1) or forward (+1) on its branch; unchanged at the ends."""
        now = self.current
        target = None if now is None else now.parent if step < 0 else now.following
        return self if target is None else self.at(target)

    def at(self, number: int) -> History:
        """Return the history with another state on show, from which redo leads back to where one came from."""
        if self.entry(number) is None or number == self.current_id:
            return self
        ways: dict[int, int] = {}
        for end in (self.current_id, number):
            path = [each.id for each in self._path(end)][::-1]
            ways.update(pairwise(path))
        entries = tuple(replace(e, following=ways.get(e.id, e.following)) for e in self.entries)
        return History(entries, number)

    def measured(self, metrics: Metrics, alpha: float, settings_key: str) -> History:
        """Return the history with the metrics of the state on show, unless it has them."""
        now = self.current
        if now is None or now.metrics is not None:
            return self
        noted = replace(now, metrics=metrics, alpha=alpha, settings_key=settings_key)
        return History(tuple(noted if e is now else e for e in self.entries), self.current_id)

    def returned_to(self, members: tuple[int, ...]) -> History:
        """Return the history at the nearest state with these members; what never came to be is forgotten."""
        given_up: set[int] = set()
        for each in self._path(self.current_id):
            ends_here = {child.id for child in self.children(each.id)} <= given_up
            if each.members == members or each.metrics is not None or each.parent is None or not ends_here:
                break
            given_up.add(each.id)
        kept = self._without(given_up)
        on_the_way = [each for each in kept._path(kept.current_id) if each.members == members]
        elsewhere = [each for each in reversed(kept.entries) if each.members == members]
        found = [*on_the_way, *elsewhere]
        return kept.at(found[0].id) if found else kept.push("Last good state", members)

    def _path(self, number: int) -> Iterator[Entry]:
        """The entry with a number and those it came from, the first state last."""
        known = {each.id: each for each in self.entries}
        while (each := known.pop(number, None)) is not None:
            yield each
            number = -1 if each.parent is None else each.parent

    def _without(self, gone: set[int]) -> History:
        """Return the history without some ends of branches."""
        kept = tuple(replace(e, following=None) if e.following in gone else e for e in self.entries if e.id not in gone)
        now = self.current_id
        while now in gone:
            entry = self.entry(now)
            now = -1 if entry is None or entry.parent is None else entry.parent
        return History(kept, now)

    def _pruned(self) -> History:
        """Return the history within its limits: the oldest ends of other branches go first, then the first states."""
        history = self
        while len(history.entries) > MOST_ENTRIES or sum(len(e.members) for e in history.entries) > MOST_INDICES:
            if len(history.entries) == 1:
                break
            history = history._shortened()
        return history

    def _shortened(self) -> History:
        kept = {each.id for each in self._path(self.current_id)}
        parents = {each.parent for each in self.entries}
        leaf = next((each for each in self.entries if each.id not in kept and each.id not in parents), None)
        if leaf is not None:
            return self._without({leaf.id})
        first = self.entries[0]  # one branch alone is left
        rest = tuple(replace(e, parent=None) if e.parent == first.id else e for e in self.entries[1:])
        return History(rest, self.current_id)
