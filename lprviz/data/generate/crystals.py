"""Starting points that several sets share: strained crystals, vacancies, thermal and quenched cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from ase import Atoms

from lprviz.data.generate.dynamics import Ramp, langevin, minimise
from lprviz.data.generate.tersoff import TersoffField


def strained(atoms: Atoms, rng: np.random.Generator, size: float) -> Atoms:
    """A copy under a random symmetric strain, each component within ``size``."""
    strain = rng.uniform(-size, size, (3, 3))
    copy = atoms.copy()
    copy.set_cell(np.asarray(atoms.cell) @ (np.eye(3) + 0.5 * (strain + strain.T)), scale_atoms=True)
    return copy


def at_density(atoms: Atoms, grams_per_cm3: float) -> Atoms:
    """A copy scaled to a mass density."""
    copy = atoms.copy()
    present = atoms.get_masses().sum() * 1.66053907 / atoms.get_volume()
    copy.set_cell(np.asarray(atoms.cell) * (present / grams_per_cm3) ** (1.0 / 3.0), scale_atoms=True)
    return copy


def without(atoms: Atoms, indices: Iterable[int]) -> Atoms:
    """A copy that lacks some atoms."""
    copy = atoms.copy()
    del copy[sorted({int(index) for index in indices})]
    return copy


def heated(
    structures: Sequence[Atoms],
    rng: np.random.Generator,
    *,
    low: float,
    high: float,
    steps: int = 300,
    timestep: float = 1.5,
) -> list[Atoms]:
    """Snapshots after ``steps`` of dynamics, at temperatures spread evenly from ``low`` to ``high`` (K)."""
    temperatures = np.linspace(low, high, len(structures))
    ramps = [[Ramp(steps, temperature, temperature)] for temperature in temperatures]
    return langevin(structures, ramps, TersoffField, rng, timestep=timestep)


def relaxed(structures: Sequence[Atoms]) -> list[Atoms]:
    """The structures at rest in their own cells."""
    return minimise(structures, TersoffField)


def cooled(
    structures: Sequence[Atoms],
    first: Sequence[Ramp],
    ends: Iterable[float],
    rng: np.random.Generator,
    *,
    steps: int,
    timestep: float = 2.0,
) -> list[Atoms]:
    """Snapshots after the ramps ``first``, then ``steps`` down to each structure's own end temperature (K)."""
    ramps = [[*first, Ramp(steps, first[-1].end, float(end))] for end in ends]
    return langevin(structures, ramps, TersoffField, rng, timestep=timestep)
