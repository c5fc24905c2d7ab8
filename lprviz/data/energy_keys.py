"""Find which number stored with each structure is its reference energy.

Every code spells it differently (``energy``, ``QM_energy``, ``U0``, ...), and files mix reference values with the
predictions of models. The rules below rank what is there, pick one key for the whole data set and keep the others as
candidates, so that the choice can be shown and changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.progress import Tick, no_tick, ticking

USUAL_NAMES = (
    "energy",
    "total_energy",
    "ref_energy",
    "reference_energy",
    "qm_energy",
    "dft_energy",
    "energy_total",
    "potential_energy",
    "free_energy",
    "e",
    "e0",
    "etot",
    "toten",
    "u0",
)
"""Lower-case names of reference energies, most trusted first."""

_ENERGY_LIKE = re.compile(r"(^|_)(energy|energies|etot|toten)(_|$)", re.IGNORECASE)
_NOT_A_TARGET = re.compile(
    r"cut_?off|tol(erance)?(_|$)|smear|fermi|kinetic|weight|homo|lumo|gap|zpe|error|(^|_)(std|var|sigma|uncertainty)(_|$)"
    r"|correction|dispersion|interaction|above_hull",
    re.IGNORECASE,
)
_FROM_A_MODEL = re.compile(
    r"(^|_)(mace|ff|ml|mlp|gap|nep|nequip|ace|pred(icted)?|model|lj|sw|soap)(_|$)", re.IGNORECASE
)
_PER_ATOM = re.compile(r"per_?atom|(^|_)pa(_|$)|/atom", re.IGNORECASE)
_LARGEST = 1e15
_CALCULATOR_KEYS = ("energy", "free_energy")


@dataclass(frozen=True)
class EnergyChoice:
    """The energies of a data set and where they came from.

    Attributes
    ----------
    key : str or None
        The key in use; None when no structure carries an energy.
    candidates : tuple of str
        Other keys that could be the energy, most likely first.
    energies : ndarray, shape (n_structures,)
        Total energies as the file gives them (eV assumed), nan where missing.
    per_atom : bool
        Whether the file's values were per atom and have been multiplied by the number of atoms.
    """

    key: str | None
    candidates: tuple[str, ...]
    energies: NDArray[np.float64]
    per_atom: bool


def is_per_atom(key: str) -> bool:
    """Whether the name of the key says that its values are per atom."""
    return bool(_PER_ATOM.search(key))


def is_from_a_model(key: str) -> bool:
    """Whether the name of the key says that a model predicted its values."""
    return key.lower() not in USUAL_NAMES and bool(_FROM_A_MODEL.search(key))


def find_energy_keys(structures: Sequence[Atoms], *, tick: Tick = no_tick) -> tuple[str, ...]:
    """List the keys that may hold the energy, most likely first.

    A key counts when its name is usual or energy-like and at least one structure holds a finite number under it.
    Reference values come before the predictions of models; a key that covers fewer than half as many structures as
    another cannot come before it.
    """
    coverage: dict[str, int] = {}
    for atoms in ticking(structures, tick):
        for key in _scalar_keys(atoms):
            coverage[key] = coverage.get(key, 0) + 1
    most = max(coverage.values(), default=0)
    return tuple(sorted(coverage, key=lambda key: (2 * coverage[key] < most, *_rank(key), -coverage[key], key)))


def choose_energies(structures: Sequence[Atoms], key: str | None = None, *, tick: Tick = no_tick) -> EnergyChoice:
    """Read total energies under ``key``, or under the most likely key when ``key`` is None.

    The caller checks that a key asked for by name is worth having: here an unknown key simply gives all nan.
    """
    keys = find_energy_keys(structures, tick=tick)
    chosen = key if key is not None else (keys[0] if keys else None)
    others = tuple(other for other in keys if other != chosen)
    if chosen is None:
        return EnergyChoice(None, others, _read_only(np.full(len(structures), np.nan)), per_atom=False)
    values = np.array([energy_under(atoms, chosen) for atoms in structures], dtype=float)
    per_atom = is_per_atom(chosen)
    if per_atom:
        values *= [len(atoms) for atoms in structures]
    return EnergyChoice(chosen, others, _read_only(values), per_atom)


def energy_under(atoms: Atoms, key: str) -> float:
    """Return the finite number stored under ``key`` with one structure, or nan."""
    value: Any = atoms.info.get(key)
    if not _is_number(value) and key in _CALCULATOR_KEYS:
        value = _calculated(atoms, key)
    return float(value) if _is_number(value) else math.nan


def _scalar_keys(atoms: Atoms) -> list[str]:
    """Names under which this structure holds a finite number that may be its energy."""
    keys = [key for key, value in atoms.info.items() if isinstance(key, str) and _may_be_energy(key, value)]
    return keys + [key for key in _CALCULATOR_KEYS if key not in keys and _is_number(_calculated(atoms, key))]


def _may_be_energy(key: str, value: object) -> bool:
    named = key.lower() in USUAL_NAMES or (_ENERGY_LIKE.search(key) and not _NOT_A_TARGET.search(key))
    return bool(named) and _is_number(value)


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number of a size that an energy can have."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return bool(abs(value) < _LARGEST)


def _calculated(atoms: Atoms, key: str) -> Any:
    """Result that the attached calculator holds for these very positions; never starts a calculation.

    ``calc.get_property`` would do, but compares every detail of the structure at each call: a second for a thousand.
    """
    calculator = atoms.calc
    if calculator is None:
        return None
    subject = getattr(calculator, "atoms", None)
    if subject is None or len(subject) != len(atoms) or not np.array_equal(subject.positions, atoms.positions):
        return None
    return getattr(calculator, "results", {}).get(key)


def _rank(key: str) -> tuple[int, int]:
    """Sort key by name alone: usual names, then names containing one, then the output of models."""
    lowered = key.lower()
    if lowered in USUAL_NAMES:
        return 0, USUAL_NAMES.index(lowered)
    if _FROM_A_MODEL.search(key):
        return 2, 0
    contained = [i for i, name in enumerate(USUAL_NAMES) if len(name) > 2 and lowered.endswith("_" + name)]
    return 1, max(contained, key=lambda i: len(USUAL_NAMES[i]), default=len(USUAL_NAMES))


def _read_only(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.flags.writeable = False
    return values
