"""Small organic molecules of H, C, N and O, with the four free atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import molecule
from ase.collections import g2
from ase.units import Bohr, Hartree

from lprviz.data.generate.dynamics import Floats, Ramp, langevin, minimise
from lprviz.data.generate.labels import UNPAIRED, label_with_xtb
from lprviz.data.generate.writing import Recipe

SEED = 20230818
TEMPERATURES = (150.0, 300.0, 450.0, 600.0, 800.0)
"""Kelvin; one snapshot of every molecule at each, besides the one at rest."""
REACTIVE = ("CH2_s1A1d",)
"""Closed-shell entries of the G2 set left out: singlet methylene is not a molecule one meets."""
GROUPS = {
    frozenset("CH"): "hydrocarbon",
    frozenset("CHO"): "with-oxygen",
    frozenset("CHN"): "with-nitrogen",
    frozenset("CHNO"): "with-both",
}


class XtbField:
    """GFN2-xTB forces of several molecules, each converged from its previous density."""

    def __init__(self, structures: Sequence[Atoms]) -> None:
        from tblite.interface import Calculator

        self._sizes = [len(atoms) for atoms in structures]
        self._calculators = [Calculator("GFN2-xTB", each.numbers, each.positions / Bohr) for each in structures]
        self._results: list[Any] = [None] * len(structures)
        for calculator in self._calculators:
            calculator.set("verbosity", 0)

    def __call__(self, positions: Floats) -> tuple[Floats, Floats]:
        """Energies (n_atoms,) in eV and forces (n_atoms, 3) in eV/angstrom at ``positions``."""
        energies, forces = [], []
        pieces = np.split(positions / Bohr, np.cumsum(self._sizes)[:-1])
        for index, (calculator, piece) in enumerate(zip(self._calculators, pieces, strict=True)):
            calculator.update(piece)
            result = self._results[index] = calculator.singlepoint(self._results[index])
            energies.append(np.asarray(result.get("energies")) * Hartree)
            forces.append(np.asarray(result.get("gradient")) * -Hartree / Bohr)
        return np.concatenate(energies), np.concatenate(forces)


def frames() -> list[Atoms]:
    """All labelled frames, group by group."""
    rng = np.random.default_rng(SEED)
    groups: dict[str, list[Atoms]] = {group: [] for group in (*GROUPS.values(), "no-hydrogen-or-no-carbon")}
    make: Any = XtbField
    for atoms in minimise(_molecules(), make, tolerance=0.01, max_steps=1000):
        groups[_group(atoms)] += [atoms, *_snapshots(atoms, make, rng)]
    groups["isolated-atom"] = [_free_atom(symbol) for symbol in UNPAIRED]
    return [frame for group, members in groups.items() for frame in label_with_xtb(members, group)]


def _snapshots(atoms: Atoms, make_field: Any, rng: np.random.Generator) -> list[Atoms]:
    ramps = [[Ramp(250, temperature, temperature)] for temperature in TEMPERATURES]
    return langevin([atoms] * len(ramps), ramps, make_field, rng, timestep=0.5)


def _molecules() -> list[Atoms]:
    """Closed-shell molecules of the G2 set that hold only H, C, N and O."""
    chosen = []
    for name in g2.names:
        atoms = molecule(name)
        if len(atoms) == 1 or name in REACTIVE or not set(atoms.symbols) <= set("CHNO"):
            continue
        if abs(atoms.get_initial_magnetic_moments()).sum() > 0.1:
            continue
        bare = Atoms(atoms.numbers, atoms.positions)
        bare.info["name"] = name
        chosen.append(bare)
    return chosen


def _group(atoms: Atoms) -> str:
    return GROUPS.get(frozenset(atoms.symbols), "no-hydrogen-or-no-carbon")


def _free_atom(symbol: str) -> Atoms:
    atom = Atoms(symbol, [(0.0, 0.0, 0.0)])
    atom.info["name"] = symbol
    return atom


def recipe() -> Recipe:
    """What the card says beyond what the frames tell."""
    return Recipe(
        name="molecules",
        title="Organic molecules of H, C, N and O",
        summary=(
            "Sixty small molecules, each at rest and in five warm geometries, and the four free atoms. "
            "Groups say which elements a molecule holds."
        ),
        made=(
            "Closed-shell CHNO molecules of the G2 set (names as in ase.collections.g2), relaxed with GFN2-xTB, then "
            "125 fs of Langevin dynamics at 150, 300, 450, 600 and 800 K. Free atoms: H doublet, C triplet, N quartet, "
            "O triplet, in GFN2-xTB's spin-unpolarised form."
        ),
        potential="GFN2-xTB, by tblite",
        local_energy=(
            "GFN2-xTB's own atom-resolved energies (repulsion, electronic, dispersion and halogen terms assigned to "
            "atoms by the code). This split is a convention of the code, not an observable: two codes agree on totals "
            "and correlate 0.4 to 0.6 on the parts."
        ),
        citations=[
            "C. Bannwarth, S. Ehlert, S. Grimme, J. Chem. Theory Comput. 15, 1652 (2019)",
            "L. A. Curtiss, K. Raghavachari, P. C. Redfern, J. A. Pople, J. Chem. Phys. 106, 1063 (1997)",
        ],
        seed=SEED,
        packages=("numpy", "ase", "tblite"),
        hypers={"cutoff": 3.0, "max_radial": 3, "max_angular": 3, "width": 0.5, "smoothing": 0.5},
        training={"hydrocarbon": "all"},
        story=(
            "Only hydrocarbons train: oxygen and nitrogen sit at the regulariser, never seen; hydrogen and carbon "
            "stand about ten times higher and still far below 1, since totals say little about the split inside a "
            "molecule. Add the molecules with oxygen, or just the four free atoms, and see how far each gets you."
        ),
    )
