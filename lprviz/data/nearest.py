"""Nearest neighbour of every atom of one structure, periodic or not, fast enough to check a whole data set."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

REACH = 5.0
"""Å beyond the cell within which images are looked at: no nearest neighbour of real matter is farther."""


def nearest_neighbours(atoms: Atoms) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find the nearest neighbour of each atom, images of itself included.

    Images one cell away on each side are looked at. That is exact for distances shorter than every thickness of the
    cell, which is what overlaps need; in thin cells a longer distance may come out too long.

    Returns
    -------
    distances : ndarray, shape (n_atoms,)
        In Å, inf for an atom on its own.
    neighbours : ndarray, shape (n_atoms,)
        The neighbour, whichever image of it; the atom itself where it is alone or next to its own image.
    """
    points, owners = _with_images(atoms) if atoms.pbc.any() else (atoms.positions, np.arange(len(atoms)))
    if len(points) < 2:
        return np.full(len(atoms), np.inf), np.arange(len(atoms))
    from scipy.spatial import KDTree  # slow to import, and needed only once something is read

    result: Any = KDTree(points).query(points[: len(atoms)], k=2)
    distances, found = result
    own = found[:, 1] == np.arange(len(atoms))  # of two atoms at one place, either may be reported as the first
    column = np.where(own, 0, 1)
    rows = np.arange(len(atoms))
    return distances[rows, column], owners[found[rows, column]]


def thicknesses(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance between opposite faces of a cell along each of its vectors in Å, shape (3,); 0 when it is flat."""
    volume = abs(np.linalg.det(cell))
    areas = np.linalg.norm(np.cross(cell[[1, 2, 0]], cell[[2, 0, 1]]), axis=1)
    return np.divide(volume, areas, out=np.zeros(3), where=areas > 0)


def _with_images(atoms: Atoms) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Atoms wrapped into the cell, followed by the images of them that lie within `REACH` of it."""
    cell = atoms.cell.complete().array
    fractional = np.linalg.solve(cell.T, atoms.positions.T).T
    fractional[:, atoms.pbc] %= 1.0
    shifts = np.array(list(product(*((0, -1, 1) if periodic else (0,) for periodic in atoms.pbc))), dtype=float)
    images = (fractional + shifts[:, None]).reshape(-1, 3)
    owners = np.tile(np.arange(len(atoms)), len(shifts))
    margin = REACH / np.maximum(thicknesses(cell), 1e-9)
    inside = (images >= -margin) & (images <= 1.0 + margin)
    near = np.logical_or(np.arange(len(images)) < len(atoms), inside[:, atoms.pbc].all(axis=1))
    return images[near] @ cell, owners[near]
