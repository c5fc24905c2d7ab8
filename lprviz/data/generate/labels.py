"""Energies, local energies and forces of the frames, by the codes the cards cite, at the positions as written."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from ase import Atoms
from ase.units import Bohr, Hartree

POSITION_DECIMALS, FORCE_DECIMALS, ENERGY_DECIMALS = 5, 5, 6
UNPAIRED = {"H": 1, "C": 2, "N": 3, "O": 2}
"""Unpaired electrons of the free atoms (Hund's rules): doublet H, triplet C, quartet N, triplet O."""


@cache
def tersoff_calculator() -> Any:
    """matscipy's Tersoff potential for silicon and carbon (J. Tersoff, Phys. Rev. B 39, 5566, 1989)."""
    from matscipy.calculators.manybody import Manybody
    from matscipy.calculators.manybody.explicit_forms.tersoff_brenner import (
        Tersoff_PRB_39_5566_Si_C,
        TersoffBrenner,
    )

    return Manybody(**TersoffBrenner(Tersoff_PRB_39_5566_Si_C))


def label_with_tersoff(structures: Iterable[Atoms], group: str) -> list[Atoms]:
    """Frames of one group, labelled by matscipy's Tersoff potential."""
    frames = []
    for atoms in structures:
        frame = _rounded(atoms)
        scratch = frame.copy()
        scratch.calc = tersoff_calculator()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'where' used without 'out'")
            local, forces = scratch.get_potential_energies(), scratch.get_forces()
        frames.append(_with_labels(frame, local, forces, group))
    return frames


def xtb_local_energies_and_forces(atoms: Atoms, unpaired: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """GFN2-xTB energies per atom (n_atoms,) in eV and forces (n_atoms, 3) in eV/angstrom of a neutral molecule."""
    from tblite.interface import Calculator

    calculator = Calculator("GFN2-xTB", atoms.numbers, atoms.positions / Bohr, uhf=unpaired)
    calculator.set("verbosity", 0)
    result = calculator.singlepoint()
    return np.asarray(result.get("energies")) * Hartree, -np.asarray(result.get("gradient")) * Hartree / Bohr


def label_with_xtb(structures: Iterable[Atoms], group: str) -> list[Atoms]:
    """Frames of one group, labelled by GFN2-xTB; each structure carries its ``name`` in ``info``."""
    frames = []
    for atoms in structures:
        frame = _rounded(atoms)
        unpaired = UNPAIRED[frame.get_chemical_symbols()[0]] if len(frame) == 1 else 0
        local, forces = xtb_local_energies_and_forces(frame, unpaired)
        frames.append(_with_labels(frame, local, forces, group, name=atoms.info["name"]))
    return frames


def _rounded(atoms: Atoms) -> Atoms:
    """A bare copy at the precision of the file, so that the labels belong to exactly what a reader will read."""
    cell = np.round(np.asarray(atoms.cell), POSITION_DECIMALS) + 0.0
    positions = np.round(atoms.positions, POSITION_DECIMALS) + 0.0
    return Atoms(atoms.numbers, positions, cell=cell, pbc=atoms.pbc)


def _with_labels(frame: Atoms, local: np.ndarray, forces: np.ndarray, group: str, **info: str) -> Atoms:
    local = np.round(local, ENERGY_DECIMALS) + 0.0
    frame.info.update(energy=round(float(local.sum()), ENERGY_DECIMALS), group=group, **info)
    frame.arrays["forces"] = np.round(forces, FORCE_DECIMALS) + 0.0
    frame.arrays["local_energy"] = local
    return frame
