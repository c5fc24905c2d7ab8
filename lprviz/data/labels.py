"""Find the labels stored with structures: the group each belongs to, and reference energies of single atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

GROUP_KEYS = ("group", "config_type", "label", "category", "phase", "structure_type", "tag", "class", "system", "split")
"""Lower-case names of keys that sort structures into groups, most telling first."""

LOCAL_ENERGY_KEYS = ("local_energy", "local_energies", "energies", "atomic_energy", "atomic_energies")
"""Names of per-atom arrays that hold reference energies, most explicit first."""

LONGEST_LABEL = 80


def find_groups(structures: Sequence[Atoms]) -> tuple[str | None, tuple[str, ...]]:
    """Return the key that groups the structures and the label of each, "" where it has none.

    The first of `GROUP_KEYS` (in any case) that at least half of the structures carry is taken.
    """
    for wanted in GROUP_KEYS:
        labels = tuple(_label(atoms, wanted) for atoms in structures)
        if 2 * sum(map(bool, labels)) >= len(structures) > 0:
            return _spelling(structures, wanted), labels
    return None, ("",) * len(structures)


def find_local_energies(structures: Sequence[Atoms]) -> NDArray[np.float64] | None:
    """Return per-atom reference energies in eV, shape (n_environments,), or None unless every structure has them."""
    for key in LOCAL_ENERGY_KEYS:
        columns = [_per_atom(atoms, key) for atoms in structures]
        found = [column for column in columns if column is not None]
        if len(found) == len(structures) > 0:
            energies = np.concatenate(found)
            energies.flags.writeable = False
            return energies
    return None


def _label(atoms: Atoms, wanted: str) -> str:
    value = next((value for key, value in atoms.info.items() if str(key).lower() == wanted), None)
    if isinstance(value, str | int | np.integer) and not isinstance(value, bool):
        return " ".join(str(value).split())[:LONGEST_LABEL]
    return ""


def _spelling(structures: Sequence[Atoms], wanted: str) -> str:
    return next(str(key) for atoms in structures for key in atoms.info if str(key).lower() == wanted)


def _per_atom(atoms: Atoms, key: str) -> NDArray[np.float64] | None:
    value: Any = atoms.arrays.get(key)
    if value is None and key == "energies" and atoms.calc is not None:
        value = getattr(atoms.calc, "results", {}).get("energies")
    if value is None:
        return None
    column = np.asarray(value)
    if column.shape != (len(atoms),) or column.dtype.kind not in "fi":
        return None
    column = column.astype(float)
    return column if np.isfinite(column).all() else None
