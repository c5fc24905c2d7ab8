"""What looks doubtful about the energies of a data set, as sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.data.energy_keys import EnergyChoice, energy_under, is_from_a_model

_FAR_OUT = 25.0
"""Deviations from the median, in units of the median deviation, that make an outlier."""

_AT_LEAST = 5.0
"""eV per atom; smaller deviations are not called wild, as chemical bonds can make them."""

_DEEPEST = 1.5
"""How far below the Thomas-Fermi energy of its free atoms a total energy in eV may lie before it is doubted."""

_QM9_HARTREE = {"U0", "U", "H", "G", "u0"}


def energy_notes(structures: Sequence[Atoms], choice: EnergyChoice) -> tuple[str, ...]:
    """Return warnings about energies: converted, partial, in conflict, in odd units, or wildly scattered."""
    if choice.key is None:
        return ("No energy was found, so there are no predictions; rigidity (LPR) needs none.",)
    sizes = np.array([len(atoms) for atoms in structures], dtype=float)
    found = (
        _converted(choice),
        _partial(choice.energies),
        _in_conflict(structures, choice),
        _odd_units(structures, choice),
        _scattered(structures, choice.energies / np.maximum(sizes, 1)),
    )
    return tuple(note for note in found if note)


def _converted(choice: EnergyChoice) -> str:
    if not choice.per_atom:
        return ""
    return (
        f"The key {choice.key!r} says that its energies are per atom; "
        "they were multiplied by the number of atoms to give totals."
    )


def _partial(energies: NDArray[np.float64]) -> str:
    missing = int(np.isnan(energies).sum())
    if not missing:
        return ""
    return f"{missing} of {len(energies)} structures have no energy; those can be judged, but not compared."


def _in_conflict(structures: Sequence[Atoms], choice: EnergyChoice) -> str:
    """Other keys holding reference energies whose values differ from those in use."""
    rivals = [key for key in choice.candidates if not is_from_a_model(key) and _differs(structures, choice, key)]
    if not rivals:
        return ""
    named = ", ".join(map(repr, rivals[:5]))
    return f"Several keys could be the energy: {choice.key!r} is used, and other values stand under {named}."


def _differs(structures: Sequence[Atoms], choice: EnergyChoice, key: str) -> bool:
    others = np.array([energy_under(atoms, key) for atoms in structures])
    both = np.isfinite(others) & np.isfinite(choice.energies)
    return not np.allclose(others[both], choice.energies[both], rtol=1e-9, atol=1e-6)


def _odd_units(structures: Sequence[Atoms], choice: EnergyChoice) -> str:
    """Total energies in eV cannot lie far below the all-electron energies of the free atoms, about -20.9 Z^(7/3)."""
    if choice.key in _QM9_HARTREE:
        return f"Energies under {choice.key!r} are usually in Hartree (as in QM9); they were taken as eV."
    numbers, owners = _atoms_of(structures)
    bound = -20.9 * np.bincount(owners, numbers.clip(0) ** (7 / 3), minlength=len(structures))
    labelled = np.isfinite(choice.energies) & (bound < 0)
    if not labelled.any() or np.median(choice.energies[labelled] / bound[labelled]) < _DEEPEST:
        return ""
    return (
        f"The energies under {choice.key!r} are lower than these atoms can have in eV; "
        "they may be in kcal/mol or another unit."
    )


def _scattered(structures: Sequence[Atoms], per_atom: NDArray[np.float64]) -> str:
    """Energies that no set of energies per species can bring near the others."""
    bonded = np.array([len(atoms) > 1 for atoms in structures])  # isolated atoms are meant to be off
    labelled = np.flatnonzero(np.isfinite(per_atom) & bonded)
    if len(labelled) < 10:
        return ""
    residuals = _composition_residuals([structures[int(i)] for i in labelled], per_atom[labelled])
    deviations = np.abs(residuals - np.median(residuals))
    wild = deviations > max(_FAR_OUT * float(np.median(deviations)), _AT_LEAST)
    if not wild.any():
        return ""
    worst = int(labelled[np.argmax(deviations)])
    return (
        f"{int(wild.sum())} of {len(labelled)} energies are wildly off the others (structure {worst} by "
        f"{deviations.max():.3g} eV per atom); they may come from another code or unit, or lie far from equilibrium."
    )


def _composition_residuals(structures: Sequence[Atoms], per_atom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Energy per atom minus a fit of energies per species that outliers cannot pull (reweighted least squares)."""
    numbers, owners = _atoms_of(structures)
    counts = [np.bincount(owners, numbers == z, minlength=len(structures)) for z in np.unique(numbers)]
    shares = np.stack(counts, axis=1) / np.maximum(np.sum(counts, axis=0), 1)[:, None]
    residuals = per_atom - np.median(per_atom)
    for _ in range(20):
        weights = 1.0 / np.sqrt(np.maximum(np.abs(residuals), 1e-3))
        fitted, *_ = np.linalg.lstsq(shares * weights[:, None], per_atom * weights, rcond=1e-10)
        residuals = per_atom - shares @ fitted
    return residuals


def _atoms_of(structures: Sequence[Atoms]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Atomic number of every atom, and the structure it belongs to."""
    numbers = np.concatenate([atoms.numbers for atoms in structures])
    return numbers, np.repeat(np.arange(len(structures)), [len(atoms) for atoms in structures])
