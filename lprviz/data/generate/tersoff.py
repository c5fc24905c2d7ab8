"""Tersoff energies and forces of many periodic structures at once.

matscipy's own calculator labels every frame that is written (see `labels`). It needs about 9 ms for 64 atoms, which is
too slow for the dynamics that make the frames, so the dynamics runs on the same formula and the same published
parameters, evaluated for a whole batch of structures with padded neighbour arrays (about 0.2 ms per 64 atoms).
`tests/data/test_generate.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FAR = 1.0e3
"""Length (angstrom) of the vectors that pad the neighbour arrays: beyond every cutoff."""


@dataclass(frozen=True)
class PairTerms:
    """Radial parts of the potential for every padded pair, each of shape (n_atoms, n_neighbours)."""

    cutoff: Floats
    cutoff_slope: Floats
    repulsion: Floats
    repulsion_slope: Floats
    attraction: Floats
    attraction_slope: Floats


class TersoffField:
    """Energies and forces by Tersoff's 1989 potential for silicon, carbon and their compounds.

    Parameters
    ----------
    structures : sequence of ase.Atoms
        Periodic structures of silicon and carbon, evaluated side by side; they do not see each other.
    skin : float
        Extra reach (angstrom) of the neighbour list, which is rebuilt once an atom has moved by half of it.

    References
    ----------
    J. Tersoff, Phys. Rev. B 39, 5566 (1989); parameters as tabulated in matscipy.
    """

    def __init__(self, structures: Sequence[Atoms], skin: float = 0.7) -> None:
        self._sizes = np.array([len(atoms) for atoms in structures])
        self._cells = [np.asarray(atoms.cell) for atoms in structures]
        self._kind = (np.concatenate([atoms.numbers for atoms in structures]) == 14).astype(np.int64)
        self._table = _parameter_table()
        self._skin = skin
        self._reach = float(self._table["r2"][np.ix_(np.unique(self._kind), np.unique(self._kind))].max())
        self._listed_at: Floats | None = None
        self._neighbours = np.zeros((0, 0), dtype=np.int64)
        self._shifts = np.zeros((0, 0, 3))

    def __call__(self, positions: Floats) -> tuple[Floats, Floats]:
        """Energies (n_atoms,) in eV, one per atom, and forces (n_atoms, 3) in eV/angstrom at ``positions``."""
        self._refresh_neighbours(positions)
        neighbours, vectors, distances = self._near(positions)
        kind, other = self._kind[:, None], self._kind[neighbours]
        terms = self._pair_terms(distances, kind, other)
        units = vectors / distances[..., None]
        cosines = units @ units.transpose(0, 2, 1)
        angular, angular_slope = self._angular(cosines)
        # zeta_ij sums the cutoff of the third atom k times the angular term over k != j: `angular` is 0 there.
        zeta = np.einsum("ijk,ik->ij", angular, terms.cutoff)
        order, order_slope = self._bond_order(zeta, kind, other)
        bond = terms.repulsion + order * terms.attraction
        energies = 0.5 * np.einsum("ij,ij->i", terms.cutoff, bond)
        weight = 0.5 * terms.cutoff * terms.attraction * order_slope
        radial = 0.5 * (
            terms.cutoff_slope * bond + terms.cutoff * (terms.repulsion_slope + order * terms.attraction_slope)
        ) + terms.cutoff_slope * np.einsum("ijk,ik->ij", angular, weight)
        turn = weight[:, :, None] * terms.cutoff[:, None, :]
        turn = (turn + turn.transpose(0, 2, 1)) * angular_slope
        pull = turn @ units - np.einsum("ijk,ijk->ij", turn, cosines)[..., None] * units
        gradient = radial[..., None] * units + pull / distances[..., None]
        return energies, self._forces(gradient, neighbours)

    def _forces(self, gradient: Floats, neighbours: Integers) -> Floats:
        forces = gradient.sum(axis=1)
        flat = neighbours.ravel()
        for axis in range(3):
            forces[:, axis] -= np.bincount(flat, gradient[..., axis].ravel(), minlength=len(forces))
        return forces

    def _near(self, positions: Floats) -> tuple[Integers, Floats, Floats]:
        vectors = positions[self._neighbours] - positions[:, None] + self._shifts
        distances = np.sqrt(np.einsum("ijc,ijc->ij", vectors, vectors))
        width = max(1, int((distances < self._reach).sum(axis=1).max()))
        nearest = np.argsort(distances, axis=1, kind="stable")[:, :width]
        row = np.arange(len(positions))[:, None]
        return self._neighbours[row, nearest], vectors[row, nearest], distances[row, nearest]

    def _refresh_neighbours(self, positions: Floats) -> None:
        if self._listed_at is not None:
            moved = positions - self._listed_at
            if np.einsum("ic,ic->i", moved, moved).max() < (0.5 * self._skin) ** 2:
                return
        self._listed_at = positions.copy()
        centres, others, shifts = self._list_pairs(positions)
        counts = np.bincount(centres, minlength=len(positions))
        width = max(1, int(counts.max()))
        slot = np.arange(len(centres)) - np.repeat(np.cumsum(counts) - counts, counts)
        self._neighbours = np.repeat(np.arange(len(positions))[:, None], width, axis=1)
        self._shifts = np.full((len(positions), width, 3), FAR)
        self._neighbours[centres, slot] = others
        self._shifts[centres, slot] = shifts

    def _list_pairs(self, positions: Floats) -> tuple[Integers, Integers, Floats]:
        from matscipy.neighbours import neighbour_list

        centres, others, shifts = [], [], []
        first = 0
        for size, cell in zip(self._sizes, self._cells, strict=True):
            atoms = Atoms(np.ones(size), positions[first : first + size], cell=cell, pbc=True)
            i, j, image = neighbour_list("ijS", atoms, self._reach + self._skin)
            centres.append(i + first)
            others.append(j + first)
            shifts.append(image @ cell)
            first += size
        return np.concatenate(centres), np.concatenate(others), np.concatenate(shifts)

    def _pair_terms(self, distances: Floats, kind: Integers, other: Integers) -> PairTerms:
        table = self._table
        inner, outer = table["r1"][kind, other], table["r2"][kind, other]
        angle = np.pi * (np.clip(distances, inner, outer) - inner) / (outer - inner)
        repulsion = table["A"][kind, other] * np.exp(-table["lambda"][kind, other] * distances)
        attraction = -table["B"][kind, other] * np.exp(-table["mu"][kind, other] * distances)
        return PairTerms(
            cutoff=0.5 * (1.0 + np.cos(angle)) * (distances < outer),
            cutoff_slope=-0.5 * np.pi * np.sin(angle) / (outer - inner) * (distances < outer),
            repulsion=repulsion,
            repulsion_slope=-table["lambda"][kind, other] * repulsion,
            attraction=attraction,
            attraction_slope=-table["mu"][kind, other] * attraction,
        )

    def _angular(self, cosines: Floats) -> tuple[Floats, Floats]:
        kind = self._kind[:, None, None]
        c2, d2 = self._table["c"][kind] ** 2, self._table["d"][kind] ** 2
        offset = self._table["h"][kind] - cosines
        spread = d2 + offset**2
        value, slope = 1.0 + c2 / d2 - c2 / spread, -2.0 * c2 * offset / spread**2
        diagonal = np.arange(cosines.shape[1])
        value[:, diagonal, diagonal] = 0.0
        slope[:, diagonal, diagonal] = 0.0
        return value, slope

    def _bond_order(self, zeta: Floats, kind: Integers, other: Integers) -> tuple[Floats, Floats]:
        beta, n, chi = self._table["beta"][kind], self._table["n"][kind], self._table["chi"][kind, other]
        # n < 1 makes the slope infinite at zeta = 0, where no third atom is in reach and its weight is zero anyway.
        scaled = beta * np.maximum(zeta, 1.0e-12)
        power = scaled**n
        order = chi * (1.0 + power) ** (-0.5 / n)
        slope = -0.5 * order * power / (1.0 + power) / scaled * beta
        return order, np.where(zeta > 0.0, slope, 0.0)


def _parameter_table() -> dict[str, Floats]:
    """Parameters as arrays over the kinds (0 carbon, 1 silicon): (2,) per atom, (2, 2) per pair."""
    from matscipy.calculators.manybody.explicit_forms.tersoff_brenner import Tersoff_PRB_39_5566_Si_C

    published: dict[str, Any] = Tersoff_PRB_39_5566_Si_C
    table = {name: np.array(published[name]) for name in ("beta", "n", "c", "d", "h")}
    for name in ("A", "B", "chi", "lambda", "mu", "r1", "r2"):
        carbon, mixed, silicon = published[name]
        table[name] = np.array([[carbon, mixed], [mixed, silicon]])
    return table
