"""Silicon carbide: one composition over and over, and the few structures that break it."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.build import bulk

from lprviz.data.generate.crystals import cooled, heated, relaxed, strained, without
from lprviz.data.generate.dynamics import Ramp
from lprviz.data.generate.labels import label_with_tersoff
from lprviz.data.generate.writing import Recipe, tersoff_recipe

SEED = 20230817
LATTICE = {"SiC": 4.32, "Si": 5.432, "C": 3.566}
VOLUME_FRACTIONS, VOLUMES = (0.0, 0.5, 1.0), (6.4, 10.9, 20.6)
"""Volume per atom (angstrom^3) of the amorphous cells at these fractions of silicon; linear in between."""
TIMESTEP = 0.8
MELT = (Ramp(1200, 9000.0, 7000.0), Ramp(500, 7000.0, 5000.0))


def frames() -> list[Atoms]:
    """All labelled frames, group by group."""
    rng = np.random.default_rng(SEED)
    groups = {
        "cubic": _cubic(rng, 30),
        "amorphous": _amorphous(rng, [0.5] * 30),
        "antisite-pair": _antisites(rng, [(1, 1)] * 9 + [(2, 2)] * 6),
        "antisite": _antisites(rng, [(1, 0), (0, 1), (2, 0), (0, 2)] * 5),
        "vacancy": _vacancies(rng, 20),
        "other-composition": _amorphous(rng, [float(x) for x in np.linspace(0.25, 0.75, 24) if abs(x - 0.5) > 0.02]),
        "silicon": _pure(rng, "Si"),
        "carbon": _pure(rng, "C"),
    }
    return [frame for group, members in groups.items() for frame in label_with_tersoff(members, group)]


def _supercell(what: str = "SiC") -> Atoms:
    return bulk(what, "zincblende" if what == "SiC" else "diamond", a=LATTICE[what], cubic=True) * (2, 2, 2)


def _cubic(rng: np.random.Generator, count: int) -> list[Atoms]:
    perfect = _supercell()
    still = [perfect, *(strained(perfect, rng, 0.03) for _ in range(count // 5 - 1))]
    warm = [strained(perfect, rng, 0.015) for _ in range(count - len(still))]
    return still + heated(warm, rng, low=100.0, high=2000.0, timestep=TIMESTEP)


def _antisites(rng: np.random.Generator, swaps: list[tuple[int, int]]) -> list[Atoms]:
    """Crystals in which (a) silicon sites hold carbon and (b) carbon sites hold silicon."""
    cells = []
    for to_carbon, to_silicon in swaps:
        cell = strained(_supercell(), rng, 0.01)
        silicon, carbon = (np.flatnonzero(cell.numbers == number) for number in (14, 6))
        cell.numbers[rng.choice(silicon, to_carbon, replace=False)] = 6
        cell.numbers[rng.choice(carbon, to_silicon, replace=False)] = 14
        cells.append(cell)
    return heated(relaxed(cells), rng, low=50.0, high=1200.0, timestep=TIMESTEP)


def _vacancies(rng: np.random.Generator, count: int) -> list[Atoms]:
    """One atom missing, silicon and carbon in turn; in every fourth cell one of each."""
    cells = []
    for index in range(count):
        cell = strained(_supercell(), rng, 0.01)
        silicon, carbon = (rng.choice(np.flatnonzero(cell.numbers == number)) for number in (14, 6))
        cells.append(without(cell, [(silicon,), (carbon,), (silicon,), (silicon, carbon)][index % 4]))
    return heated(relaxed(cells), rng, low=50.0, high=1200.0, timestep=TIMESTEP)


def _amorphous(rng: np.random.Generator, fractions: list[float]) -> list[Atoms]:
    """Melted and quenched cells of 64 atoms with the given fractions of silicon."""
    cells = []
    for fraction in fractions:
        cell = _supercell("Si")
        n_silicon = round(fraction * len(cell))
        cell.numbers[rng.permutation(len(cell))[n_silicon:]] = 6
        volume = len(cell) * np.interp(fraction, VOLUME_FRACTIONS, VOLUMES) * rng.uniform(0.97, 1.03)
        cell.set_cell([volume ** (1.0 / 3.0)] * 3, scale_atoms=True)
        cells.append(cell)
    ends = [float(end) for end in rng.uniform(200.0, 1000.0, len(cells))]
    return cooled(relaxed(cells), MELT, ends, rng, steps=2500, timestep=TIMESTEP)


def _pure(rng: np.random.Generator, element: str) -> list[Atoms]:
    """Six crystals and four glasses of one element."""
    crystals = [strained(_supercell(element), rng, 0.015) for _ in range(6)]
    warm = heated(crystals, rng, low=100.0, high=1000.0, timestep=TIMESTEP)
    return warm + _amorphous(rng, [1.0 if element == "Si" else 0.0] * 4)


def recipe() -> Recipe:
    """What the card says beyond what the frames tell."""
    return tersoff_recipe(
        name="silicon-carbide",
        title="Silicon carbide: one composition, and what breaks it",
        summary=(
            "Cells of about 64 atoms of silicon and carbon. "
            "Crystals, glasses and swapped pairs keep one silicon for each carbon; antisites, vacancies, other "
            "compositions and the pure elements do not."
        ),
        made=(
            "Crystals (3C), antisites and vacancies: strained supercells, relaxed where defective, then Langevin "
            "dynamics at 50 to 2000 K. Amorphous cells: random occupation, relaxed, melted at 9000 K and quenched at "
            "fixed volume in 2 ps; 25 to 75 % silicon in the group other-composition."
        ),
        citations=[],
        seed=SEED,
        hypers={"cutoff": 3.5, "max_radial": 5, "max_angular": 4, "width": 0.5, "smoothing": 0.5},
        training={"cubic": "all", "amorphous": "all"},
        story=(
            "Sixty structures, all 1:1: the totals are firm, their split between silicon and carbon is not. Add all "
            "the swapped pairs, and nothing moves; add one single antisite, and every atom doubles; add one cell of "
            "pure silicon, and every atom gains sixfold or more."
        ),
    )
