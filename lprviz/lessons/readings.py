"""The readings that lessons can show, check and set predictions against, and how expressions are worked out.

Expressions are walked as trees; nothing of a lesson's file ever runs as code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lprviz.errors import LessonError
from lprviz.gallery.systems.readings import typical
from lprviz.gallery.toys import PHENOMENA, phenomenon
from lprviz.gallery.toys.outcome import Outcome as Phenomenon
from lprviz.lessons.grammar import Comparison, Expression, Number, Operation, Selector
from lprviz.lessons.subject import Subject, atoms_of, some_atoms, structures_of
from lprviz.session.plans import moved


@dataclass(frozen=True)
class Reader:
    """One reading: what it is called, the kinds of its arguments, what it means, and how it is had."""

    name: str
    kinds: tuple[str, ...]
    meaning: str
    read: Callable[..., float]


def value_of(expression: Expression, subject: Subject) -> float:
    """Work an expression out.

    Raises
    ------
    LessonError
        If a reading cannot be had in this state; the message says why.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Operation):
        left, right = value_of(expression.left, subject), value_of(expression.right, subject)
        return _combined(expression.operator, left, right)
    return float(READERS[expression.name].read(subject, *expression.arguments))


def holds(comparison: Comparison, subject: Subject) -> bool:
    """Whether a comparison holds; raises LessonError like `value_of`."""
    return comparison.holds(value_of(comparison.left, subject), value_of(comparison.right, subject))


@lru_cache(maxsize=64)
def phenomenon_once(number: int, seed: int) -> Phenomenon:
    """One of the fourteen phenomena, computed once for all who ask: a classroom asks for the same few."""
    return phenomenon(number, seed)


def _combined(sign: str, left: float, right: float) -> float:
    if sign == "/":
        return left / right if right else float("nan")
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


# -- the readings ---------------------------------------------------------------------------------------------------


def _over_lpr(combine: Callable[[NDArray], Any]) -> Callable[[Subject, Selector], float]:
    return lambda subject, atoms: float(combine(subject.fit.lpr[some_atoms(atoms, subject)]))


def _one_lpr(subject: Subject, selector: Selector) -> float:
    atoms = some_atoms(selector, subject)
    if atoms.size > 1:
        raise LessonError(f"lpr({selector}) names {atoms.size} atoms.", "Name one, or use typical(...).")
    return float(subject.fit.lpr[atoms[0]])


def _pinned(subject: Subject) -> NDArray[np.float64]:
    if subject.pin is None:
        raise LessonError("Nothing is pinned to compare with.", "Put `pin: before` into an earlier set-up.")
    return subject.pin.lpr


def _was(subject: Subject, selector: Selector) -> float:
    return typical(_pinned(subject)[some_atoms(selector, subject)])


def _ratio(subject: Subject, selector: Selector) -> float:
    atoms = some_atoms(selector, subject)
    return typical(subject.fit.lpr[atoms] / _pinned(subject)[atoms])


def _gained(subject: Subject, selector: Selector) -> float:
    atoms = some_atoms(selector, subject)
    return float(np.mean(subject.fit.lpr[atoms] - _pinned(subject)[atoms]))


def _share(subject: Subject, selector: Selector) -> float:
    return float(np.mean(subject.fit.regulariser_share[some_atoms(selector, subject)]))


def _covered(subject: Subject, selector: Selector, threshold: float) -> float:
    return float(np.mean(subject.fit.lpr[some_atoms(selector, subject)] >= threshold))


def _correlation(subject: Subject, one: Selector, others: Selector) -> float:
    atom = int(some_atoms(one, subject)[0])
    rest = np.setdiff1d(some_atoms(others, subject), [atom])
    return float(np.mean(subject.fit.correlation(atom)[rest]))


def _rigidity(subject: Subject, selector: Selector) -> float:
    return typical(subject.fit.structure_rigidity()[_some_structures(selector, subject)])


def _rigidity_was(subject: Subject, selector: Selector) -> float:
    _pinned(subject)
    assert subject.pin is not None
    return _rigidity(subject.trained(moved(subject.fit, subject.pin.members, subject.pin.alpha)), selector)


def _cost(subject: Subject, selector: Selector, eps: float) -> float:
    return subject.fit.tug(int(some_atoms(selector, subject)[0]), eps).loss_rise


def _follows(subject: Subject, one: Selector, others: Selector, eps: float) -> float:
    atom = int(some_atoms(one, subject)[0])
    rest = np.setdiff1d(some_atoms(others, subject), [atom])
    return float(np.mean(subject.fit.tug(atom, eps).displacement[rest]))


def _total_error(subject: Subject, selector: Selector) -> float:
    chosen, predicted = _some_structures(selector, subject), subject.fit.predict()
    energies, sizes = subject.dataset.structures.energies, np.diff(subject.dataset.structures.offsets)
    if predicted is None or energies is None:
        raise LessonError("There are no energies to be wrong about here.", "Use a data set with energies.")
    return float(np.sqrt(np.mean(((predicted - energies) / sizes)[chosen] ** 2)))


def _atom_error(subject: Subject, selector: Selector) -> float:
    atoms, made = some_atoms(selector, subject), subject.fit.local_energies()
    truth = subject.dataset.structures.local_energies
    if made is None or truth is None:
        raise LessonError("The true local energies are not known here.", "They are in the toys.")
    return float(np.sqrt(np.mean((made - truth)[atoms] ** 2)))


def _alpha(subject: Subject) -> float:
    return subject.fit.alpha * (1.0 if subject.toy is None else subject.toy.alpha_unit)


def _phenomenon(subject: Subject, number: float, key: str) -> float:
    if int(number) not in PHENOMENA:
        raise LessonError(f"There is no phenomenon {number:g}.", f"Choose one from 1 to {max(PHENOMENA)}.")
    outcome = phenomenon_once(int(number), subject.seed)
    for finding in outcome.findings:
        if _as_word(finding.claim.key) == key:
            return finding.value
    known = ", ".join(_as_word(finding.claim.key) for finding in outcome.findings)
    raise LessonError(f"Phenomenon {number:g} has no value {key!r}.", f"Its values are {known}.")


def _as_word(key: str) -> str:
    """A finding's key as lessons write it: hyphens for all that is no letter or digit."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in key).split())


def _some_structures(selector: Selector, subject: Subject) -> NDArray[np.intp]:
    chosen = structures_of(selector, subject)
    if not chosen.size:
        raise LessonError(f"'{selector}' names no structure here.", "Choose a selector that does.")
    return chosen


_A, _N, _W = "selector", "number", "word"
READERS: dict[str, Reader] = {
    each.name: each
    for each in (
        Reader("typical", (_A,), "typical LPR of atoms: their geometric mean", _over_lpr(typical)),
        Reader("lowest", (_A,), "lowest LPR of atoms", _over_lpr(np.min)),
        Reader("highest", (_A,), "highest LPR of atoms", _over_lpr(np.max)),
        Reader("lpr", (_A,), "LPR of one atom", _one_lpr),
        Reader("covered", (_A, _N), "share of atoms with at least this LPR", _covered),
        Reader("share", (_A,), "mean share of the regulariser", _share),
        Reader("count", (_A,), "number of atoms", lambda s, a: atoms_of(a, s).size),
        Reader("structures", (_A,), "number of structures", lambda s, a: structures_of(a, s).size),
        Reader("was", (_A,), "typical LPR under the pin", _was),
        Reader("ratio", (_A,), "LPR now over LPR under the pin: geometric mean", _ratio),
        Reader("gained", (_A,), "LPR now less LPR under the pin: mean", _gained),
        Reader("correlation", (_A, _A), "mean correlation of the first atom with the others", _correlation),
        Reader("rigidity", (_A,), "rigidity of structures as wholes: geometric mean", _rigidity),
        Reader("rigidity_was", (_A,), "the same under the pin", _rigidity_was),
        Reader("cost", (_A, _N), "rise of the loss when an atom is moved so far", _cost),
        Reader("follows", (_A, _A, _N), "mean shift of the others when the first atom is moved so far", _follows),
        Reader("total_error", (_A,), "root mean square error of structures, per atom", _total_error),
        Reader("atom_error", (_A,), "root mean square error of single atoms", _atom_error),
        Reader("phenomenon", (_N, _W), "a value of one of the fourteen phenomena", _phenomenon),
        Reader("alpha", (), "the regulariser, in a toy's own units", _alpha),
        Reader("prediction", (), "the number predicted in this step", lambda s: s.predicted),
        Reader("score", (), "how good the prediction was, from 0 to 1", lambda s: s.score),
    )
}
"""The readings, by name."""

SIGNATURES = {name: reader.kinds for name, reader in READERS.items()}
"""Kinds of the arguments of each reading, for the parser."""
