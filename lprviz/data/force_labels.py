"""Find the reference forces stored with structures, under whatever name their code gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.data.energy_keys import is_from_a_model
from lprviz.data.structures import StructureSet

USUAL_NAMES = ("forces", "force", "ref_forces", "reference_forces", "qm_forces", "dft_forces", "f")
"""Lower-case names of reference forces, most trusted first."""

_LARGEST = 1e6


@dataclass(frozen=True, eq=False, repr=False)
class ForceLabels:
    """Reference forces of the structures that have them.

    Attributes
    ----------
    key : str
        The name they were found under.
    structures : tuple of int
        Structures in which every atom has a finite force, rising.
    values : ndarray, shape (3 * atoms of these structures,)
        In eV/Å, x, y and z of one atom after the other, structure after structure.
    offsets : ndarray of int, shape (n_structures + 1,)
        Where the values of each structure of the data set are; none for those without forces.
    """

    key: str
    structures: tuple[int, ...]
    values: NDArray[np.float64]
    offsets: NDArray[np.intp]

    def of(self, structure: int) -> NDArray[np.float64] | None:
        """Forces (n_atoms, 3) of one structure in eV/Å, or None."""
        found = self.values[self.offsets[structure] : self.offsets[structure + 1]]
        return found.reshape(-1, 3) if found.size else None

    def __repr__(self) -> str:
        return f"ForceLabels({self.key!r}: {len(self.structures)} of {len(self.offsets) - 1} structures)"


def find_forces(structures: StructureSet) -> ForceLabels | None:
    """Find the forces that belong to the energies in use; None where no structure has any.

    Preferred are names that go with the energy's (``QM_energy`` and ``QM_forces``), then the usual ones; of these the
    first that at least half as many structures have as any other. The predictions of models are passed over.
    """
    counts = {key: sum(_forces(atoms, key) is not None for atoms in structures) for key in _keys(structures)}
    most = max(counts.values(), default=0)
    if not most:
        return None
    key = next(key for key, count in counts.items() if 2 * count >= most)
    found = {index: forces for index, atoms in enumerate(structures) if (forces := _forces(atoms, key)) is not None}
    counts_of_values = np.zeros(structures.n_structures, dtype=np.intp)
    counts_of_values[list(found)] = [forces.size for forces in found.values()]
    values = np.concatenate([forces.ravel() for forces in found.values()])
    offsets = np.concatenate([[0], np.cumsum(counts_of_values)]).astype(np.intp)
    values.flags.writeable = offsets.flags.writeable = False
    return ForceLabels(key, tuple(found), values, offsets)


def _keys(structures: StructureSet) -> Sequence[str]:
    """Names of per-atom vectors that may be forces, most trusted first, as they are spelt in the data."""
    spelt = {str(key): None for atoms in structures for key in atoms.arrays}
    if any(_calculated(atoms) is not None for atoms in structures):
        spelt["forces"] = None
    trusted = [*_beside(structures.energy_key), *USUAL_NAMES]
    ranked = {key: trusted.index(key.lower()) for key in spelt if key.lower() in trusted}
    return sorted((key for key in ranked if not is_from_a_model(key)), key=lambda key: ranked[key])


def _beside(energy_key: str | None) -> list[str]:
    """Lower-case names that forces would have beside energies of this name."""
    lowered = (energy_key or "").lower()
    if "energy" not in lowered:
        return []
    return [lowered.replace("energy", "forces"), lowered.replace("energy", "force")]


def _forces(atoms: Atoms, key: str) -> NDArray[np.float64] | None:
    """Finite forces (n_atoms, 3) under a name, or None."""
    value: Any = atoms.arrays.get(key)
    if value is None and key == "forces":
        value = _calculated(atoms)
    if value is None:
        return None
    forces = np.asarray(value)
    if forces.shape != (len(atoms), 3) or forces.dtype.kind not in "fi":
        return None
    forces = forces.astype(np.float64)
    return forces if np.isfinite(forces).all() and np.abs(forces).max() < _LARGEST else None


def _calculated(atoms: Atoms) -> Any:
    """Forces that the attached calculator holds for these very positions; never starts a calculation."""
    calculator = atoms.calc
    subject = getattr(calculator, "atoms", None)
    if subject is None or len(subject) != len(atoms) or not np.array_equal(subject.positions, atoms.positions):
        return None
    return getattr(calculator, "results", {}).get("forces")
