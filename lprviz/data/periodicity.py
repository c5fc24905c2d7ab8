"""Slabs and wires: structures that are periodic in some directions only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ase import Atoms

from lprviz.data.structures import StructureSet

VACUUM = 12.0
"""Å of empty space added; the largest cutoff there is, so that no environment sees through it."""


def is_partly_periodic(atoms: Atoms) -> bool:
    """Whether a structure is periodic in one or two directions."""
    return bool(atoms.pbc.any()) and not bool(atoms.pbc.all())


def with_full_periodicity(structures: StructureSet, vacuum: float = VACUUM) -> StructureSet:
    """Make slabs and wires periodic in all directions, with vacuum between the copies.

    Environments stay exactly what they were for any cutoff up to ``vacuum``. Other structures are left alone.

    Parameters
    ----------
    structures : StructureSet
        Any set.
    vacuum : float
        Least distance in Å between a structure and its new images.
    """
    return replace(structures, atoms=tuple(fully_periodic(atoms, vacuum) for atoms in structures))


def fully_periodic(atoms: Atoms, vacuum: float = VACUUM) -> Atoms:
    """Return a structure periodic in all directions; itself unless it is periodic in one or two."""
    if not is_partly_periodic(atoms):
        return atoms
    cell = _upright(atoms)
    heights = atoms.positions @ np.linalg.inv(cell)
    lengths = np.linalg.norm(cell, axis=1)
    span = (heights.max(axis=0) - heights.min(axis=0)) * lengths
    scale = np.where(atoms.pbc, 1.0, (span + vacuum) / lengths)
    padded = atoms.copy()
    padded.calc = atoms.calc
    padded.set_cell(cell * scale[:, None])
    padded.pbc = True
    return padded


def _upright(atoms: Atoms) -> np.ndarray:
    """Cell whose vectors along the open directions stand at right angles to all others."""
    cell = np.where(atoms.pbc[:, None], atoms.cell.array, 0.0)
    return np.asarray(type(atoms.cell)(cell).complete())
