"""The structures that are measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lprviz.data import SoapHypers, load_dataset, read_structures
from lprviz.errors import DataError

if TYPE_CHECKING:
    from lprviz.data import StructureSet

PUBLISHED_HYPERS = SoapHypers(cutoff=2.85, max_radial=9, max_angular=12, width=0.5, smoothing=0.1)
"""The recipe that the authors of the LPR paper publish for amorphous silicon."""

PUBLISHED_ALPHA = 1e-4
N_STRUCTURES = 450
N_ATOMS = 64
_RATTLE = 0.03
_SEED = 20231


@dataclass(frozen=True)
class Workload:
    """Structures to measure on, with the descriptor to use.

    Attributes
    ----------
    name : str
    structures : StructureSet
    hypers : SoapHypers
    n_train : int
        How many of the structures are in training, evenly spread.
    """

    name: str
    structures: StructureSet
    hypers: SoapHypers
    n_train: int

    @property
    def members(self) -> tuple[int, ...]:
        """Indices of the training structures."""
        return tuple(int(j) for j in np.linspace(0, len(self.structures) - 1, self.n_train).round())


def silicon(n_structures: int = N_STRUCTURES) -> Workload:
    """The published recipe's size: the bundled 64-atom cells, repeated with a seeded rattle (0.03 A) up to 450."""
    from lprviz.data import StructureSet

    cells = [atoms for atoms in load_dataset("silicon") if len(atoms) == N_ATOMS]
    rng = np.random.default_rng(_SEED)
    chosen = []
    for number in range(n_structures):
        atoms = cells[number % len(cells)].copy()
        if number >= len(cells):
            atoms.positions += rng.normal(scale=_RATTLE, size=atoms.positions.shape)
        chosen.append(atoms)
    structures = StructureSet.from_atoms(chosen, name="silicon, 64 atoms each")
    return Workload("silicon", structures, PUBLISHED_HYPERS, n_train=n_structures * 8 // 9)


def public_sets(folder: Path) -> Iterator[Workload]:
    """Real sets, where `folder` holds them: ``mlearn_Si`` and ``InP_FitSNAP_full`` (the ``s_*`` groups)."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}.", "Name the folder that holds mlearn_Si or InP_FitSNAP_full.")
    mlearn = folder / "mlearn_Si" / "training.xyz.gz"
    if mlearn.exists():
        structures = read_structures(mlearn)
        yield Workload("mlearn_Si", structures, PUBLISHED_HYPERS, n_train=len(structures) * 8 // 9)
    phosphide = folder / "InP_FitSNAP_full" / "data.xyz.gz"
    if phosphide.exists():
        everything = read_structures(phosphide)
        small = everything.select([j for j, group in enumerate(everything.groups) if group.startswith("s_")])
        hypers = SoapHypers(cutoff=4.0, max_radial=5, max_angular=4, width=0.5, smoothing=0.5)
        yield Workload("InP", small, hypers, n_train=len(small) * 8 // 9)
