"""Silicon: crystal, point defects, melt, quench and two kinds of amorphous cell, 64 atoms or so each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import neighbor_list

from lprviz.data.generate.bond_switching import random_network
from lprviz.data.generate.crystals import at_density, cooled, heated, relaxed, strained, without
from lprviz.data.generate.dynamics import Ramp
from lprviz.data.generate.labels import label_with_tersoff
from lprviz.data.generate.writing import Recipe, tersoff_recipe

SEED = 20230815
LATTICE = 5.432
NEAR = 2.7
"""Two silicon atoms closer than this (angstrom) count as neighbours, as in the published recipe."""


def coordination(atoms: Atoms, reach: float = NEAR) -> np.ndarray:
    """Neighbours of each atom within ``reach`` (angstrom), shape (n_atoms,)."""
    return np.bincount(neighbor_list("i", atoms, reach), minlength=len(atoms))


def is_pristine(atoms: Atoms) -> bool:
    """Whether every atom has exactly four neighbours."""
    return bool((coordination(atoms) == 4).all())


def is_defective(atoms: Atoms) -> bool:
    """Whether more than four atoms have another number of neighbours than four."""
    return int((coordination(atoms) != 4).sum()) > 4


def frames() -> list[Atoms]:
    """All labelled frames, group by group."""
    rng = np.random.default_rng(SEED)
    groups = {
        "crystal": _crystals(rng, 30),
        "vacancy": _vacancies(rng, 25),
        "interstitial": _interstitials(rng, 20),
        **_melts_and_glasses(rng),
        "amorphous-pristine": _pristine(rng, 45),
    }
    return [frame for group, members in groups.items() for frame in label_with_tersoff(members, group)]


def _supercell() -> Atoms:
    return bulk("Si", "diamond", a=LATTICE, cubic=True) * (2, 2, 2)


def _crystals(rng: np.random.Generator, count: int) -> list[Atoms]:
    perfect = _supercell()
    still = [perfect, *(strained(perfect, rng, 0.03) for _ in range(count // 3 - 1))]
    warm = [strained(perfect, rng, 0.015) for _ in range(count - len(still))]
    return still + heated(warm, rng, low=100.0, high=1500.0)


def _vacancies(rng: np.random.Generator, count: int) -> list[Atoms]:
    """Single vacancies, and one in three with a second atom missing nearby or far away."""
    perfect = _supercell()
    cells = []
    for index in range(count):
        missing = rng.choice(len(perfect), size=2 if index % 3 == 2 else 1, replace=False)
        cells.append(strained(without(perfect, missing), rng, 0.01))
    return heated(relaxed(cells), rng, low=50.0, high=900.0)


def _interstitials(rng: np.random.Generator, count: int) -> list[Atoms]:
    """One atom too many: in the tetrahedral hole, in the hexagonal ring, or sharing a site as a dumbbell."""
    perfect = _supercell()
    cells = []
    for index in range(count):
        cell = perfect.copy()
        site = cell.positions[int(rng.integers(len(cell) // 8)) * 8]
        if index % 3 < 2:
            offset = (np.array([0.5, 0.5, 0.5]), np.array([0.375, 0.375, 0.625]))[index % 3]
            cell.append("Si")
            cell.positions[-1] = site + LATTICE * offset
        else:
            split = 0.8 * np.array([1.0, 1.0, 0.0])
            cell.append("Si")
            cell.positions[-1] = site + split
            cell.positions[np.argmin(np.linalg.norm(cell.positions - site, axis=1))] -= split
        cells.append(strained(cell, rng, 0.01))
    return heated(relaxed(cells), rng, low=50.0, high=800.0)


def _melts_and_glasses(rng: np.random.Generator) -> dict[str, list[Atoms]]:
    """Cells melted, cooled and quenched too fast to lose their coordination defects, with snapshots on the way down."""
    count = 48
    cells = [at_density(_supercell(), density) for density in rng.uniform(2.2, 2.5, count)]
    liquids = cooled(cells, [Ramp(400, 6500.0, 5000.0)], np.linspace(2800.0, 3800.0, count), rng, steps=500)
    halfway = cooled(liquids, [Ramp(50, 3300.0, 3300.0)], np.linspace(700.0, 2300.0, count), rng, steps=1100)
    glasses = cooled(halfway, [Ramp(50, 1500.0, 1500.0)], rng.uniform(100.0, 500.0, count), rng, steps=1400)
    return {
        "melt": liquids[::2][:20],
        "quench": halfway[1::2] + halfway[:1],
        "amorphous-defective": _first([glass for glass in glasses if is_defective(glass)], 45),
    }


def _pristine(rng: np.random.Generator, count: int) -> list[Atoms]:
    """Continuous random networks, each at rest and in up to three warm snapshots that stay four-coordinated."""
    snapshots: list[Atoms] = []
    while len(snapshots) < count:
        network = relaxed([random_network(rng, side=float(rng.uniform(10.9, 11.1))).atoms()])[0]
        if not is_pristine(network) or _angle_spread(network) < 9.0:
            continue
        moving = heated([strained(network, rng, 0.01) for _ in range(4)], rng, low=50.0, high=300.0)
        snapshots += [network, *(cell for cell in moving if is_pristine(cell))][:4]
    return _first(snapshots, count)


def _angle_spread(atoms: Atoms) -> float:
    """Standard deviation of the bond angles (degrees): about 10 in good amorphous silicon, 0 in the crystal."""
    centres, vectors = neighbor_list("iD", atoms, NEAR)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    bonds = units[np.argsort(centres, kind="stable")].reshape(len(atoms), 4, 3)
    cosines = (bonds @ bonds.transpose(0, 2, 1))[:, *np.triu_indices(4, 1)]
    return float(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))).std())


def _first(cells: Sequence[Atoms], count: int) -> list[Atoms]:
    if len(cells) < count:
        raise RuntimeError(f"Only {len(cells)} of {count} structures met their definition; change the seed.")
    return list(cells[:count])


def recipe() -> Recipe:
    """What the card says beyond what the frames tell."""
    return tersoff_recipe(
        name="silicon",
        title="Silicon: crystal, defects, melt and glass",
        summary=(
            "Cells of about 64 silicon atoms, from the perfect crystal to the melt. "
            "Pristine amorphous cells have four neighbours within 2.7 A around every atom; "
            "defective ones have more than four atoms with another coordination."
        ),
        made=(
            "Crystal, vacancies and interstitials: strained supercells, relaxed where defective, then Langevin "
            "dynamics at 50 to 1500 K. Melt, quench and amorphous-defective: 48 cells melted at 6500 K and cooled at "
            "fixed volume in 7 ps (2.2 to 2.5 g/cm3), taken when liquid, on the way down, and as glass. "
            "Amorphous-pristine: bond switching (Wooten, Winer, Weaire) in Keating's potential, relaxed with "
            "Tersoff's, up to four snapshots at 0 to 300 K from each network; bond angles spread by 13 to 16 "
            "degrees, more than the 10 or so of good glass."
        ),
        citations=[
            "F. Wooten, K. Winer, D. Weaire, Phys. Rev. Lett. 54, 1392 (1985)",
            "P. N. Keating, Phys. Rev. 145, 637 (1966)",
        ],
        seed=SEED,
        hypers={"cutoff": 2.85, "max_radial": 9, "max_angular": 12, "width": 0.5, "smoothing": 0.1},
        training={"crystal": 10, "amorphous-pristine": 35},
        story=(
            "Look at a defective glass: the pristine training set holds its four-coordinated atoms a hundred times "
            "more firmly than its five-coordinated ones. Add five defective structures and watch the latter rise."
        ),
    )
