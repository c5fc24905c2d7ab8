"""What lessons can do to a session: the same intents as the buttons, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lprviz.analysis.suggestion import goals
from lprviz.data.bundled import ORDER
from lprviz.errors import LessonError
from lprviz.gallery.toys.named import TOYS
from lprviz.lessons.expressions import parse_number, parse_selector
from lprviz.lessons.grammar import Selector
from lprviz.lessons.subject import atoms_of, some_atoms, structures_of, subject_of
from lprviz.lessons.values import Action
from lprviz.session import Session
from lprviz.session.gallery import menu
from lprviz.session.quantities import ELEMENT, QUANTITIES

FIGURES = ("beads", "parabola", "curve", "histogram", "map", "chart", "bands", "board", "training")
"""What can be drawn beside a step; ``chart 6`` is the chart of phenomenon 6."""

CONTROLS = (
    "data", "representation", "model", "alpha", "colour", "viewer", "map", "training", "suggest", "histogram",
    "history", "pins", "influence", "parity", "export",
)  # fmt: skip
"""Controls that a set-up or a teacher's link can hide or lock."""

LOADING = ("toy", "data", "gallery")
"""Actions that start afresh: nothing before them matters."""


@dataclass(frozen=True)
class Verb:
    """One kind of action: how its text is read, what it does (session, value, seed), and how it is written."""

    parse: Callable[[str], Any]
    perform: Callable[[Session, Any, int], None]
    usage: str


@dataclass(frozen=True)
class Greedy:
    """Let greedy choose: how many, out of what, for which atoms, by which goal."""

    count: int
    among: Selector
    target: Selector
    goal: str


@dataclass(frozen=True)
class Move:
    """Drag an atom of a toy to another coordinate."""

    atom: Selector
    to: float


def parse_action(name: str, text: str, line: int) -> Action:
    """Read one action.

    Raises
    ------
    LessonError
        If there is no such action, or its text is not as it should be.
    """
    if name not in ACTIONS:
        raise LessonError(f"There is no action {name!r}.", f"Actions: {', '.join(ACTIONS)}.")
    if not text:
        raise LessonError(f"The action {name!r} needs a value.", f"Write `{ACTIONS[name].usage}`.")
    return Action(name, ACTIONS[name].parse(text), line)


def perform(action: Action, session: Session, seed: int) -> None:
    """Do it; raises LessonError where it names what is not there. Other trouble is the session's `problem`."""
    ACTIONS[action.name].perform(session, action.value, seed)


def greedy_order(session: Session, wish: Greedy, seed: int) -> tuple[int, ...]:
    """The structures that greedy would add to the present training set, in its order."""
    subject = subject_of(session, seed)
    among, members = structures_of(wish.among, subject).tolist(), set(subject.fit.members)
    left = [each for each in among if each not in members]
    return subject.fit.suggest(wish.count, wish.goal, some_atoms(wish.target, subject), left).order


# -- reading --------------------------------------------------------------------------------------------------------


def _one_of(known: Callable[[], Any], what: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known():
            raise LessonError(f"There is no {what} {text!r}.", f"Choose one of {', '.join(known())}.")
        return text

    return parse


def _parse_alpha(text: str) -> float:
    alpha = parse_number(text)
    if alpha <= 0.0:
        raise LessonError(f"alpha cannot be {alpha:g}.", "It must be a positive number such as 1e-4.")
    return alpha


def _parse_greedy(text: str) -> Greedy:
    found = re.fullmatch(r"(\d+) of (.+?) for (.+?) by ([a-z-]+)", text)
    if found is None:
        raise LessonError(f"{text!r} does not say what greedy should do.", f"Write `{ACTIONS['greedy'].usage}`.")
    count, goal = int(found.group(1)), found.group(4)
    if goal not in goals() or count < 1:
        raise LessonError(f"There is no goal {goal!r} for {count}.", f"Goals: {', '.join(goals())}.")
    return Greedy(count, parse_selector(found.group(2)), parse_selector(found.group(3)), goal)


def _parse_move(text: str) -> Move:
    atom, _, to = text.rpartition(" to ")
    if not atom:
        raise LessonError(f"{text!r} does not say where to.", f"Write `{ACTIONS['move'].usage}`.")
    return Move(parse_selector(atom), parse_number(to))


# -- doing ----------------------------------------------------------------------------------------------------------


def _structures(session: Session, selector: Selector, seed: int) -> list[int]:
    return structures_of(selector, subject_of(session, seed)).tolist()


def _first_atom(session: Session, selector: Selector, seed: int) -> int:
    return int(some_atoms(selector, subject_of(session, seed))[0])


def _set_alpha(session: Session, alpha: float, seed: int) -> None:
    session.set_alpha(alpha if session.open_toy is None else alpha / session.open_toy.alpha_unit)


def _pin(session: Session, name: str, seed: int) -> None:
    session.remove_pin(name)
    session.add_pin(name)


def _open_entry(session: Session, key: str, seed: int) -> None:
    """Descriptors take seconds: an entry that is open with its own model is only put back to its start."""
    shown, settings = session.entry, session.settings
    if (
        shown is None
        or settings is None
        or shown.entry.key != key
        or session.fit is None
        or (settings.hypers, settings.model, settings.scale) != (shown.entry.hypers, shown.entry.model, "frozen")
    ):
        session.open_entry(key)
    else:
        session.set_alpha(shown.entry.alpha)
        session.use_training_set(shown.training_sets[0].name)


def _use_training_set(session: Session, name: str, seed: int) -> None:
    names = [] if session.entry is None else [each.name for each in session.entry.training_sets]
    if name not in names:
        raise LessonError(f"There is no training set {name!r}.", f"The entry has {', '.join(names) or 'none'}.")
    session.use_training_set(name)


def _greedy(session: Session, wish: Greedy, seed: int) -> None:
    order = greedy_order(session, wish, seed)
    session.set_members((*session.members, *order), f"Greedy chose {len(order)}")


def _move(session: Session, wish: Move, seed: int) -> None:
    session.move_bead(_first_atom(session, wish.atom, seed), wish.to)


ACTIONS: dict[str, Verb] = {
    "toy": Verb(_one_of(lambda: TOYS, "toy"), lambda s, name, seed: s.load_toy(name, seed), "toy: species"),
    "data": Verb(_one_of(lambda: ORDER, "data set"), lambda s, name, seed: s.load_bundled(name), "data: silicon"),
    "gallery": Verb(_one_of(lambda: menu().values(), "gallery entry"), _open_entry, "gallery: silicon"),
    "training-set": Verb(str, _use_training_set, "training-set: pristine only"),
    "train": Verb(parse_selector, lambda s, which, seed: s.set_members(_structures(s, which, seed), f"Train: {which}"),
                  "train: fixed 99 + A9B7"),
    "add": Verb(parse_selector, lambda s, which, seed: s.add_structures(_structures(s, which, seed)), "add: A9B7"),
    "remove": Verb(parse_selector, lambda s, which, seed: s.remove_structures(_structures(s, which, seed)),
                   "remove: fixed 10"),
    "greedy": Verb(_parse_greedy, _greedy, "greedy: 10 of candidate for target by mean-log"),
    "alpha": Verb(_parse_alpha, _set_alpha, "alpha: 1e-4"),
    "colour": Verb(_one_of(lambda: (*QUANTITIES, ELEMENT), "quantity"), lambda s, key, seed: s.colour(key),
                   "colour: lpr"),
    "show": Verb(parse_selector, lambda s, which, seed: s.show_structure(_structures(s, which, seed)[0]),
                 "show: target no 1"),
    "pick": Verb(parse_selector, lambda s, which, seed: s.pick(_first_atom(s, which, seed)),
                 "pick: target no 1 atom 1"),
    "select": Verb(parse_selector,
                   lambda s, which, seed: s.select_environments(atoms_of(which, subject_of(s, seed)).tolist()),
                   "select: target[lpr < 0.1]"),
    "pin": Verb(str, _pin, "pin: before"),
    "move": Verb(_parse_move, _move, "move: target no 1 atom 1 to 0.95"),
}  # fmt: skip
"""The actions, by name, with how they are written."""
