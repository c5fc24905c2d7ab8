"""What readings look at: one state of a session, and the atoms and structures that a selector means in it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.errors import LessonError
from lprviz.gallery.systems.silicon import coordination
from lprviz.gallery.toys.beads import BEADS
from lprviz.lessons.grammar import Condition, Part, Selector

if TYPE_CHECKING:
    from lprviz.analysis import FittedLPR
    from lprviz.data.structures import StructureSet
    from lprviz.session import Session
    from lprviz.session.toys import OpenToy
    from lprviz.session.values import Dataset, Pin, Selection

Indices = NDArray[np.intp]

_RELATIONS: dict[str, Callable[[NDArray, float], NDArray]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
KEYS = ("species", "t", "neighbours", "lpr", "share")
"""What atoms can be told apart by."""


@dataclass(frozen=True, eq=False)
class Subject:
    """One state of a session.

    Attributes
    ----------
    dataset : Dataset
    fit : FittedLPR
    selection : Selection
    pin : Pin or None
        The state that is compared with.
    toy : OpenToy or None
    seed : int
    predicted, score : float
        What the learner predicted in this step, where it was a number, and how good any prediction was; else nan.
    """

    dataset: Dataset
    fit: FittedLPR
    selection: Selection
    pin: Pin | None = None
    toy: OpenToy | None = None
    seed: int = 0
    predicted: float = float("nan")
    score: float = float("nan")

    def trained(self, fit: FittedLPR) -> Subject:
        """The same with another fit."""
        return replace(self, fit=fit)


def subject_of(session: Session, seed: int = 0) -> Subject:
    """The present state of a session.

    Raises
    ------
    LessonError
        If nothing has been computed yet.
    """
    if session.dataset is None or session.fit is None:
        raise LessonError("Nothing is loaded yet.", "Load a toy or a data set first: `toy: species`.")
    return Subject(session.dataset, session.fit, session.selection, session.pin, session.open_toy, seed)


def structures_of(selector: Selector, subject: Subject) -> Indices:
    """Structures that a selector means, in its order, each once.

    Raises
    ------
    LessonError
        If there is no such group, or it has not so many structures, or the selector is about atoms.
    """
    if selector.conditions or selector.atom is not None:
        raise LessonError(f"'{selector}' names atoms where structures are needed.", "Leave conditions and atoms out.")
    found = [index for part in selector.parts for index in _part(part, subject)]
    return np.array(list(dict.fromkeys(found)), dtype=np.intp)


def atoms_of(selector: Selector, subject: Subject) -> Indices:
    """Environments that a selector means, each once.

    Raises
    ------
    LessonError
        If there is no such group, structure or atom, or a condition cannot be asked here.
    """
    named = [each for part in selector.parts for each in _atoms_of_part(part, selector.atom, subject)]
    atoms = np.array(list(dict.fromkeys(named)), dtype=np.intp)
    for condition in selector.conditions:
        atoms = atoms[_fulfilled(condition, subject)[atoms]]
    return atoms


def some_atoms(selector: Selector, subject: Subject) -> Indices:
    """The same, at least one; raises LessonError also where there is none."""
    atoms = atoms_of(selector, subject)
    if not atoms.size:
        raise LessonError(f"'{selector}' names no atom here.", "Choose a selector that does.")
    return atoms


def _atoms_of_part(part: Part, atom: int | None, subject: Subject) -> list[int]:
    if part.group == "picked":
        return [] if subject.selection.picked is None else [subject.selection.picked]
    if part.group == "selected":
        return subject.selection.group.tolist()
    offsets, found = subject.dataset.structures.offsets, []
    for structure in _part(part, subject):
        first, last = int(offsets[structure]), int(offsets[structure + 1])
        if atom is None:
            found += range(first, last)
        elif first + atom > last:
            raise LessonError(f"'{part}' has no atom {atom}: there are {last - first}.", "Atoms are counted from 1.")
        else:
            found.append(first + atom - 1)
    return found


def _part(part: Part, subject: Subject) -> list[int]:
    known = _named(part.group, subject)
    if part.first is None or part.last is None:
        return known
    if part.last > len(known):
        raise LessonError(f"'{part}' asks for structure {part.last} of {len(known)}.", "Ask for fewer.")
    return known[part.first - 1 : part.last]


def _named(name: str, subject: Subject) -> list[int]:
    structures, members = subject.dataset.structures, subject.fit.members
    special: dict[str, Callable[[], list[int]]] = {
        "everything": lambda: list(range(structures.n_structures)),
        "training": lambda: list(members),
        "outside": lambda: sorted(set(range(structures.n_structures)) - set(members)),
        "shown": lambda: [subject.selection.structure],
    }
    if name in special:
        return special[name]()
    found = [index for index, group in enumerate(structures.groups) if group == name]
    if not found:
        known = ", ".join(dict.fromkeys(each for each in structures.groups if each))
        raise LessonError(f"There is no group {name!r} in this data set.", f"Groups: {known}; or {', '.join(special)}.")
    return found


def _fulfilled(condition: Condition, subject: Subject) -> NDArray[np.bool_]:
    structures = subject.dataset.structures
    if condition.key == "species":
        return _RELATIONS[condition.relation](structures.numbers, _species(str(condition.value), subject))
    if isinstance(condition.value, str):
        raise LessonError(f"'{condition}' needs a number.", "Write it as lpr < 0.1.")
    return _RELATIONS[condition.relation](_values(condition.key, subject), condition.value)


def _values(key: str, subject: Subject) -> NDArray[np.float64]:
    if key == "lpr":
        return subject.fit.lpr
    if key == "share":
        return subject.fit.regulariser_share
    if key == "neighbours":
        return _neighbours(subject.dataset.structures).astype(np.float64)
    if key == "t" and subject.toy is not None and subject.toy.toy.coordinates is not None:
        return subject.toy.toy.coordinates
    raise LessonError(f"Atoms here have no {key!r}.", f"Conditions are on {', '.join(KEYS)} (t in some toys only).")


def _neighbours(structures: StructureSet) -> NDArray[np.intp]:
    """Counted once for each data set: it takes a second, and every reading asks."""
    if structures not in _COUNTED:
        _COUNTED[structures] = coordination(structures)
    return _COUNTED[structures]


_COUNTED: WeakKeyDictionary[StructureSet, NDArray[np.intp]] = WeakKeyDictionary()


def _species(name: str, subject: Subject) -> int:
    symbol = dict(zip("AB", BEADS, strict=True)).get(name, name) if subject.toy is not None else name
    if symbol not in atomic_numbers:
        raise LessonError(f"There is no species {name!r}.", "Use A or B in toys, chemical symbols elsewhere.")
    return atomic_numbers[symbol]
