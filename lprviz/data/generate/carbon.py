"""Carbon: diamond, vacancies, graphite, amorphous carbon of two densities, and cells that mix two phases."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.build import bulk

from lprviz.data.generate.crystals import at_density, cooled, heated, relaxed, strained, without
from lprviz.data.generate.dynamics import Ramp
from lprviz.data.generate.labels import label_with_tersoff
from lprviz.data.generate.writing import Recipe, tersoff_recipe

SEED = 20230816
LATTICE, SHEET_BOND, SHEET_SPACING = 3.566, 1.46, 3.35
"""Lattice constant of diamond, bond length and spacing of graphite, angstrom."""
TIMESTEP = 0.6
MELT = (Ramp(1200, 14000.0, 11000.0), Ramp(600, 11000.0, 8000.0))
LAYERS = 12
"""Atomic (001) layers in a cell that mixes diamond and amorphous carbon."""


def frames() -> list[Atoms]:
    """All labelled frames, group by group."""
    rng = np.random.default_rng(SEED)
    halves = [LAYERS // 2] * 18
    others = [layers for layers in range(2, LAYERS - 1) if layers != LAYERS // 2]
    groups = {
        "diamond": _diamonds(rng, 25),
        "vacancy": _vacancies(rng, 20),
        "graphite": _graphites(rng, 20),
        "amorphous-light": _amorphous(rng, 25, 2.2),
        "amorphous-dense": _amorphous(rng, 25, 3.1),
        "mixed-half": _mixed(rng, halves),
        "mixed-varied": _mixed(rng, [others[index % len(others)] for index in range(24)]),
    }
    return [frame for group, members in groups.items() for frame in label_with_tersoff(members, group)]


def _supercell(height: int = 2) -> Atoms:
    return bulk("C", "diamond", a=LATTICE, cubic=True) * (2, 2, height)


def _diamonds(rng: np.random.Generator, count: int) -> list[Atoms]:
    perfect = _supercell()
    still = [perfect, *(strained(perfect, rng, 0.03) for _ in range(count // 5 - 1))]
    warm = [strained(perfect, rng, 0.015) for _ in range(count - len(still))]
    return still + heated(warm, rng, low=100.0, high=2500.0, timestep=TIMESTEP)


def _vacancies(rng: np.random.Generator, count: int) -> list[Atoms]:
    perfect = _supercell()
    cells = []
    for index in range(count):
        missing = rng.choice(len(perfect), size=2 if index % 4 == 3 else 1, replace=False)
        cells.append(strained(without(perfect, missing), rng, 0.01))
    return heated(relaxed(cells), rng, low=50.0, high=1500.0, timestep=TIMESTEP)


def _graphites(rng: np.random.Generator, count: int) -> list[Atoms]:
    """AB-stacked sheets in a right-angled cell of 64 atoms."""
    width, depth = np.sqrt(3.0) * SHEET_BOND, 3.0 * SHEET_BOND
    sheet = np.array([[0.0, 0.0], [0.5, 1.0 / 6.0], [0.5, 0.5], [0.0, 2.0 / 3.0]])
    upper = (sheet + np.array([0.0, 1.0 / 3.0])) % 1.0
    flat = np.vstack([np.column_stack([sheet, np.zeros(4)]), np.column_stack([upper, np.full(4, 0.5)])])
    cell = Atoms("C8", scaled_positions=flat, cell=[width, depth, 2.0 * SHEET_SPACING], pbc=True) * (4, 2, 1)
    still = [cell, *(strained(cell, rng, 0.02) for _ in range(count // 5 - 1))]
    warm = [strained(cell, rng, 0.015) for _ in range(count - len(still))]
    return still + heated(warm, rng, low=100.0, high=2000.0, timestep=TIMESTEP)


def _amorphous(rng: np.random.Generator, count: int, density: float) -> list[Atoms]:
    cells = [at_density(_supercell(), density + float(rng.uniform(-0.1, 0.1))) for _ in range(count)]
    ends = [float(end) for end in rng.uniform(200.0, 1000.0, count)]
    return cooled(cells, MELT, ends, rng, steps=2500, timestep=TIMESTEP)


def _mixed(rng: np.random.Generator, crystalline: list[int]) -> list[Atoms]:
    """Cells of 96 atoms with the given numbers of (001) layers left as diamond, the rest melted and quenched."""
    cells = [_half_frozen(layers) for layers in crystalline]
    cells = cooled(cells, MELT, [500.0] * len(cells), rng, steps=2500, timestep=TIMESTEP)
    for cell in cells:
        cell.set_tags(0)
    return heated(cells, rng, low=200.0, high=1000.0, timestep=TIMESTEP)


def _half_frozen(layers: int) -> Atoms:
    """Diamond whose upper part has room to become amorphous carbon of about 3.1 g/cm3; the lower part is held still."""
    cell = _supercell(LAYERS // 4)
    spacing, swell = LATTICE / 4.0, 1.12
    height = cell.positions[:, 2]
    edge = (layers - 0.5) * spacing
    held = height < edge
    cell.positions[:, 2] = np.where(held, height, edge + swell * (height - edge))
    tall = LAYERS * spacing + (swell - 1.0) * (LAYERS * spacing - edge)
    cell.set_cell([2.0 * LATTICE, 2.0 * LATTICE, tall])
    cell.set_tags(np.where(held, -1, 0))
    return cell


def recipe() -> Recipe:
    """What the card says beyond what the frames tell."""
    return tersoff_recipe(
        name="carbon",
        title="Carbon: diamond, graphite, glass and mixtures",
        summary=(
            "Cells of 62 to 96 carbon atoms in several phases. "
            "Some cells hold diamond and amorphous carbon side by side, always half and half in one group and in "
            "varied proportion in another."
        ),
        made=(
            "Diamond, vacancies and graphite: strained supercells, relaxed where defective, then Langevin dynamics at "
            "50 to 2500 K. Amorphous: melted at 14000 K and quenched at fixed volume in 1.5 ps, at 2.1 to 2.3 and 3.0 "
            "to 3.2 g/cm3. Mixed: part of the (001) layers of a 96-atom diamond held still while the rest was melted "
            "and quenched, then all atoms let go at 200 to 1000 K."
        ),
        citations=["J. Tersoff, Phys. Rev. Lett. 61, 2879 (1988)"],
        seed=SEED,
        hypers={"cutoff": 2.6, "max_radial": 6, "max_angular": 6, "width": 0.35, "smoothing": 0.3},
        training={"mixed-half": "all"},
        story=(
            "Every training structure is half diamond, half glass. Pure diamond is held ten times more firmly than "
            "graphite, which was never seen: add five cells of graphite and watch it rise fortyfold. Then try cells of "
            "varied proportion against as many of one pure phase."
        ),
        notes=[
            "The potential ends at 2.1 A, so graphite's sheets do not attract each other; they were set 3.35 A apart.",
            "Threefold atoms: 82 % in the light glass, 61 % in the dense one. Tetrahedral amorphous carbon of that "
            "density has far fewer in experiments; so fast a quench of this potential makes a model, not a replica.",
        ],
    )
