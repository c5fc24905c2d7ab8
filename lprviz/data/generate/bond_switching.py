"""Continuous random networks: fully four-coordinated amorphous silicon by bond switching.

A fast quench of a potential leaves coordination defects in every cell, so perfectly coordinated glass is made as
Wooten, Winer and Weaire made it: keep a list of bonds, four per atom, switch pairs of bonds, relax the atoms in
Keating's potential (which knows bonds, not distances), accept by the Metropolis rule.

References
----------
F. Wooten, K. Winer, D. Weaire, Phys. Rev. Lett. 54, 1392 (1985). G. T. Barkema, N. Mousseau, Phys. Rev. B 62, 4985
(2000), for choosing the acceptance threshold first and giving up early on hopeless relaxations.
P. N. Keating, Phys. Rev. 145, 637 (1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from ase import Atoms
from ase.build import bulk
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BOND = 2.35
"""Equilibrium bond length, angstrom."""
STRETCH, BEND = 2.965, 0.285 * 2.965
"""Keating's constants for silicon, eV/angstrom^2."""
CLOSEST, WALL = 3.4, 2.0
"""Atoms without a bond are pushed apart within this distance (angstrom), by a harmonic wall (eV/angstrom^2)."""
DISORDER = 14
"""Switches accepted without question at the start. More of them leave strains that a short anneal cannot heal."""


@dataclass
class Network:
    """Positions (n_atoms, 3) in a cubic cell and the four bonded neighbours of each atom, (n_atoms, 4)."""

    positions: Floats
    bonded: Integers
    side: float
    pairs: tuple[Integers, Integers] = field(init=False)

    def __post_init__(self) -> None:
        self.pairs = self.unbonded_pairs()

    def energy_and_forces(self, positions: Floats) -> tuple[float, Floats]:
        """Keating energy (eV) plus the wall between unbonded atoms, and its forces (eV/angstrom)."""
        energy, forces = self._wall(positions)
        vectors = positions[self.bonded] - positions[:, None]
        vectors -= self.side * np.round(vectors / self.side)
        products = vectors @ vectors.transpose(0, 2, 1)
        strain = products + BOND**2 / 3.0
        diagonal = np.arange(4)
        stretch = products[:, diagonal, diagonal] - BOND**2
        strain[:, diagonal, diagonal] = 0.0
        # Every bond is seen from both ends and every angle (j, k) as (k, j) too: hence the halves.
        scale_stretch, scale_bend = 3.0 / 32.0 * STRETCH / BOND**2, 3.0 / 16.0 * BEND / BOND**2
        energy += scale_stretch * float((stretch**2).sum()) + scale_bend * float((strain**2).sum())
        gradient = 4.0 * (scale_stretch * stretch[..., None] * vectors + scale_bend * (strain @ vectors))
        forces += gradient.sum(axis=1)
        for axis in range(3):
            forces[:, axis] -= np.bincount(self.bonded.ravel(), gradient[..., axis].ravel(), minlength=len(forces))
        return energy, forces

    def unbonded_pairs(self) -> tuple[Integers, Integers]:
        """Pairs (i < j) without a bond that are, or may soon come, within reach of the wall."""
        vectors = self.positions[None] - self.positions[:, None]
        vectors -= self.side * np.round(vectors / self.side)
        near = np.einsum("ijc,ijc->ij", vectors, vectors) < (CLOSEST + 0.7) ** 2
        near[np.arange(len(near))[:, None], self.bonded] = False
        first, second = np.nonzero(np.triu(near, 1))
        return first, second

    def _wall(self, positions: Floats) -> tuple[float, Floats]:
        first, second = self.pairs
        vectors = positions[second] - positions[first]
        vectors -= self.side * np.round(vectors / self.side)
        distance = np.sqrt(np.einsum("pc,pc->p", vectors, vectors))
        overlap = np.maximum(CLOSEST - distance, 0.0)
        push = (WALL * overlap / np.maximum(distance, 1.0e-6))[:, None] * vectors
        forces = np.zeros_like(positions)
        for axis in range(3):
            forces[:, axis] += np.bincount(second, push[:, axis], minlength=len(forces))
            forces[:, axis] -= np.bincount(first, push[:, axis], minlength=len(forces))
        return 0.5 * WALL * float((overlap**2).sum()), forces

    def atoms(self) -> Atoms:
        """The network as a periodic structure."""
        cell = Atoms(f"Si{len(self.positions)}", self.positions, cell=[self.side] * 3, pbc=True)
        cell.wrap()
        return cell


class _Hopeless(Exception):
    """Raised inside a relaxation that cannot end below its acceptance threshold."""


def random_network(rng: np.random.Generator, *, side: float, sweeps: int = 80) -> Network:
    """Make an amorphous network of 64 silicon atoms.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all choices.
    side : float
        Edge of the cubic cell, angstrom.
    sweeps : int
        Attempted switches per atom while the temperature falls from 0.3 eV to 0.15 eV.

    Returns
    -------
    Network
        Every atom has four bonds; whether it has exactly four near neighbours is for the caller to check.
    """
    network, energy = _crystal(side), math.inf
    switched = 0
    while switched < DISORDER:
        candidate = _switched(network, rng)
        if candidate is not None:
            network, energy = _relaxed(candidate, math.inf, max_evaluations=25)
            switched += 1
    for thermal in np.linspace(0.3, 0.15, sweeps * len(network.positions)):
        candidate = _switched(network, rng)
        if candidate is None:
            continue
        try:
            network, energy = _relaxed(candidate, energy - thermal * math.log(rng.random()))
        except _Hopeless:
            continue
    return _relaxed(network, math.inf, max_evaluations=400)[0]


def _crystal(side: float) -> Network:
    cell = bulk("Si", "diamond", a=side / 2.0, cubic=True) * (2, 2, 2)
    distances = cell.get_all_distances(mic=True)
    return Network(cell.positions, np.argsort(distances, axis=1, kind="stable")[:, 1:5], side)


def _switched(network: Network, rng: np.random.Generator) -> Network | None:
    """A copy in which a-b, c-d became b-d, a-c around a random bond b-c; None where that is not allowed."""
    bonded = network.bonded
    b = int(rng.integers(len(bonded)))
    c = int(bonded[b, rng.integers(4)])
    a = int(bonded[b, rng.integers(4)])
    d = int(bonded[c, rng.integers(4)])
    if a in (c, d) or d == b or a in bonded[c] or d in bonded[b]:
        return None
    bonded = bonded.copy()
    for atom, old, new in ((a, b, c), (b, a, d), (c, d, a), (d, c, b)):
        bonded[atom, bonded[atom] == old] = new
    return Network(network.positions, bonded, network.side)


def _relaxed(network: Network, threshold: float, max_evaluations: int = 100) -> tuple[Network, float]:
    """Relax the atoms; raise `_Hopeless` as soon as the energy is bound to end above ``threshold``."""
    calls = 0

    def objective(flat: Floats) -> tuple[float, Floats]:
        nonlocal calls
        calls += 1
        energy, forces = network.energy_and_forces(flat.reshape(-1, 3))
        # Near a minimum the energy left to gain is about |F|^2 / (2 k); k of a bond, softened by a factor for safety.
        if calls > 2 and energy - 0.25 * float((forces**2).sum()) > threshold:
            raise _Hopeless
        return energy, -forces.ravel()

    options = {"maxfun": max_evaluations, "ftol": 1.0e-7, "maxcor": 8}
    found = minimize(objective, network.positions.ravel(), jac=True, method="L-BFGS-B", options=options)
    if found.fun > threshold:
        raise _Hopeless
    return Network(found.x.reshape(-1, 3), network.bonded, network.side), float(found.fun)
