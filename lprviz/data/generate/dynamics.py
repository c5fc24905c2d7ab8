"""The one recipe for dynamics and minimisation that all sets share; NVT throughout, several structures side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms, units
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Field = Callable[[Floats], tuple[Floats, Floats]]
"""Per-atom energies (n_atoms,) in eV and forces (n_atoms, 3) in eV/angstrom at positions (n_atoms, 3) in angstrom."""
FieldMaker = Callable[[Sequence[Atoms]], Field]

BATCH = 5
"""Structures moved together: enough to spread NumPy's overhead, few enough to stay in the processor's cache."""
COLLISION_TIME = 100.0
"""Relaxation time of the Langevin thermostat, fs."""


@dataclass(frozen=True)
class Ramp:
    """A stretch of Langevin dynamics whose temperature goes linearly from ``start`` to ``end`` (kelvin)."""

    steps: int
    start: float
    end: float


def langevin(
    structures: Sequence[Atoms],
    ramps: Sequence[Sequence[Ramp]],
    make_field: FieldMaker,
    rng: np.random.Generator,
    *,
    timestep: float = 1.5,
) -> list[Atoms]:
    """Move structures by Langevin dynamics (BAOAB splitting) at fixed cells.

    Parameters
    ----------
    structures : sequence of ase.Atoms
        Starting points; an atom whose tag is -1 stays where it is.
    ramps : sequence of sequence of Ramp
        One temperature programme per structure; all of the same number of steps.
    make_field : callable
        Builds the force field of a batch of structures.
    rng : numpy.random.Generator
        Source of the velocities and of the thermostat's noise.
    timestep : float
        In fs.

    Returns
    -------
    list of ase.Atoms
        The last frames, wrapped into their cells.
    """
    moved: list[Atoms] = []
    for first in range(0, len(structures), BATCH):
        batch = structures[first : first + BATCH]
        programme = np.array([_temperatures(each) for each in ramps[first : first + BATCH]])
        moved += _langevin_batch(batch, programme, make_field(batch), rng, timestep * units.fs)
    return moved


def _temperatures(ramps: Sequence[Ramp]) -> Floats:
    return np.concatenate([np.linspace(ramp.start, ramp.end, ramp.steps) for ramp in ramps])


def _langevin_batch(
    batch: Sequence[Atoms], programme: Floats, field: Field, rng: np.random.Generator, step: float
) -> list[Atoms]:
    owner = np.repeat(np.arange(len(batch)), [len(atoms) for atoms in batch])
    positions = np.concatenate([atoms.positions for atoms in batch])
    masses = np.concatenate([atoms.get_masses() for atoms in batch])[:, None]
    free = np.concatenate([atoms.get_tags() for atoms in batch])[:, None] >= 0
    thermal = free * np.sqrt(units.kB * programme.T[:, owner, None] / masses)
    decay = np.exp(-step / (COLLISION_TIME * units.fs))
    kick = np.sqrt(1.0 - decay**2)
    velocities = thermal[0] * rng.standard_normal(positions.shape)
    push = 0.5 * step * free / masses
    forces = field(positions)[1]
    for width in thermal:
        velocities += push * forces
        positions += 0.5 * step * velocities
        velocities = decay * velocities + kick * width * rng.standard_normal(positions.shape)
        positions += 0.5 * step * velocities
        forces = field(positions)[1]
        velocities += push * forces
    return _placed(batch, positions)


def minimise(
    structures: Sequence[Atoms], make_field: FieldMaker, *, tolerance: float = 0.02, max_steps: int = 400
) -> list[Atoms]:
    """Relax the atoms at fixed cells until no force exceeds ``tolerance`` (eV/angstrom) or the steps run out.

    References
    ----------
    FIRE: E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006); each structure of a batch keeps its own clock.
    """
    relaxed: list[Atoms] = []
    for first in range(0, len(structures), BATCH):
        batch = structures[first : first + BATCH]
        relaxed += _minimise_batch(batch, make_field(batch), tolerance, max_steps)
    return relaxed


def _minimise_batch(batch: Sequence[Atoms], field: Field, tolerance: float, max_steps: int) -> list[Atoms]:
    count = len(batch)
    owner = np.repeat(np.arange(count), [len(atoms) for atoms in batch])
    free = np.concatenate([atoms.get_tags() for atoms in batch])[:, None] >= 0
    positions = np.concatenate([atoms.positions for atoms in batch])
    velocities = np.zeros_like(positions)
    step, mixing, downhill = np.full(count, 0.1), np.full(count, 0.1), np.zeros(count, dtype=int)

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(owner, values.sum(axis=1), minlength=count), dtype=np.float64)

    for _ in range(max_steps):
        forces = field(positions)[1] * free
        if np.einsum("ic,ic->i", forces, forces).max() < tolerance**2:
            break
        ahead = total(forces * velocities) > 0.0
        downhill = np.where(ahead, downhill + 1, 0)
        grow = downhill > 5
        step = np.where(grow, np.minimum(1.1 * step, 0.3), np.where(ahead, step, 0.5 * step))
        mixing = np.where(grow, 0.99 * mixing, np.where(ahead, mixing, 0.1))
        steer = np.sqrt(total(velocities**2) / np.maximum(total(forces**2), 1.0e-20))
        velocities = (1.0 - mixing)[owner, None] * velocities + (mixing * steer)[owner, None] * forces
        velocities = np.where(ahead[owner, None], velocities, 0.0) + step[owner, None] * forces
        move = step[owner, None] * velocities
        positions = positions + move * np.minimum(1.0, 0.2 / np.maximum(np.abs(move), 1.0e-12))
    return _placed(batch, positions)


def _placed(batch: Sequence[Atoms], positions: Floats) -> list[Atoms]:
    placed, first = [], 0
    for atoms in batch:
        copy = atoms.copy()
        copy.positions = positions[first : first + len(atoms)]
        if copy.pbc.all():
            copy.wrap()
        placed.append(copy)
        first += len(atoms)
    return placed
