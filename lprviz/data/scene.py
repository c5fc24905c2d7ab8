"""From one structure to what is drawn of it: spheres, half-bonds and cell edges, as plain arrays.

Periodicity is settled here, once: wrapping, supercell images and bonds across the cell. The picture only draws, and
every drawn thing knows the atom it stands for, so images share colour and picking with their parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lprviz.errors import DataError

if TYPE_CHECKING:
    from ase import Atoms

BOND_FACTOR = 1.15
"""Two atoms are bonded when closer than this times the sum of their covalent radii."""


@dataclass(frozen=True)
class Scene:
    """What is drawn of one structure; all arrays are read-only, lengths in angstrom.

    Attributes
    ----------
    n_atoms : int
        Atoms of the structure itself, without images.
    positions : ndarray of shape (n_spheres, 3), float32
        Centres of the drawn spheres: the atoms first, in order, then their images in the supercell.
    parent : ndarray of shape (n_spheres,), int32
        Atom each sphere stands for.
    numbers : ndarray of shape (n_spheres,), int32
        Atomic numbers.
    radii : ndarray of shape (n_spheres,), float32
        Covalent radii; the picture scales them.
    bond_starts, bond_ends : ndarray of shape (n_half_bonds, 3), float32
        A bond is two halves meeting in the middle. A half whose partner is not drawn is a stub to the halfway point.
    bond_parent : ndarray of shape (n_half_bonds,), int32
        Atom that colours each half.
    cell_lines : ndarray of shape (n_lines, 2, 3), float32
        Edges of the cell, or of every cell of a supercell.
    axes : ndarray of shape (n_axes, 3), float32
        Unit vectors along the cell vectors, for the orientation mark; the cartesian axes without a cell.
    periodic : bool
        Whether `axes` are cell vectors.
    view : ndarray of shape (3, 3), float32
        Orthonormal directions that a first look puts to the right, up, and towards the onlooker.
    centre : ndarray of shape (3,), float32
        Point the camera turns about.
    radius : float
        Everything drawn lies within this distance of `centre`.
    """

    n_atoms: int
    positions: NDArray[np.float32]
    parent: NDArray[np.int32]
    numbers: NDArray[np.int32]
    radii: NDArray[np.float32]
    bond_starts: NDArray[np.float32]
    bond_ends: NDArray[np.float32]
    bond_parent: NDArray[np.int32]
    cell_lines: NDArray[np.float32]
    axes: NDArray[np.float32]
    periodic: bool
    view: NDArray[np.float32]
    centre: NDArray[np.float32]
    radius: float


def build_scene(
    atoms: Atoms, *, repeat: tuple[int, int, int] = (1, 1, 1), bonds: bool = True, wrap: bool = True
) -> Scene:
    """Lay out a structure for drawing.

    Parameters
    ----------
    atoms : ase.Atoms
        Any periodicity, with or without a cell.
    repeat : tuple of three int, optional
        Images along each cell vector; ignored along vectors of zero length.
    bonds : bool, optional
        Whether to look for bonds (covalent radii x `BOND_FACTOR`, through the periodic boundaries).
    wrap : bool, optional
        Whether to move atoms into the cell along the periodic vectors.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        Without atoms, with positions that are not finite, or with a repeat below 1.
    """
    _check(atoms, repeat)
    cell = np.asarray(atoms.cell.array, dtype=float)
    home = _wrapped(atoms) if wrap else np.asarray(atoms.get_positions(), dtype=float)
    shifts = _image_shifts(cell, repeat)
    offsets = shifts.astype(float) @ cell
    n_atoms, n_images = len(atoms), len(shifts)
    positions = (offsets[:, None, :] + home[None, :, :]).reshape(-1, 3)
    numbers = np.asarray(atoms.get_atomic_numbers(), dtype=np.int32)
    lines = _cell_lines(cell, shifts.max(axis=0) + 1)
    starts, ends, owners = _half_bonds(atoms, home, offsets) if bonds else _no_bonds()
    centre, radius = _bounds(positions, lines)
    axes, periodic = _axes(cell)
    return Scene(
        n_atoms=n_atoms,
        positions=_frozen(positions, np.float32),
        parent=_frozen(np.tile(np.arange(n_atoms), n_images), np.int32),
        numbers=_frozen(np.tile(numbers, n_images), np.int32),
        radii=_frozen(np.tile(_radii(numbers), n_images), np.float32),
        bond_starts=_frozen(starts, np.float32),
        bond_ends=_frozen(ends, np.float32),
        bond_parent=_frozen(owners, np.int32),
        cell_lines=_frozen(lines, np.float32),
        axes=_frozen(axes, np.float32),
        periodic=periodic,
        view=_frozen(_view(cell, home), np.float32),
        centre=_frozen(centre, np.float32),
        radius=radius,
    )


def _check(atoms: Atoms, repeat: tuple[int, int, int]) -> None:
    if len(atoms) == 0:
        raise DataError("The structure has no atoms, so there is nothing to draw.", "Choose another structure.")
    bad = np.flatnonzero(~np.isfinite(atoms.get_positions()).all(axis=1))
    if len(bad):
        raise DataError(f"Atom {bad[0]} has a position that is not a number.", "Correct the file and load it again.")
    if len(repeat) != 3 or min(repeat) < 1:
        raise DataError(f"A supercell of {repeat} cannot be drawn.", "Give three counts of at least 1.")


def _periodic_box(atoms: Atoms) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Three independent vectors and the directions to repeat in; none where the cell's own vectors are dependent."""
    cell = np.asarray(atoms.cell.array, dtype=float)
    present = cell.any(axis=1)
    if np.linalg.matrix_rank(cell) < present.sum():
        return np.eye(3), np.zeros(3, dtype=bool)
    return np.asarray(atoms.cell.complete().array), np.asarray(atoms.pbc) & present


def _wrapped(atoms: Atoms) -> NDArray[np.float64]:
    """Positions moved into the cell along periodic vectors that exist."""
    from ase.geometry import wrap_positions

    box, pbc = _periodic_box(atoms)
    positions = np.asarray(atoms.get_positions(), dtype=float)
    if not pbc.any():
        return positions
    return wrap_positions(positions, box, pbc=pbc)  # pyright: ignore[reportArgumentType]  # ASE takes three flags


def _image_shifts(cell: NDArray[np.float64], repeat: tuple[int, int, int]) -> NDArray[np.int64]:
    """Integer cell shifts of all images, home first, shape (n_images, 3)."""
    counts = np.where(cell.any(axis=1), repeat, 1)
    return np.stack(np.meshgrid(*(np.arange(n) for n in counts), indexing="ij"), axis=-1).reshape(-1, 3)


def _half_bonds(
    atoms: Atoms, home: NDArray[np.float64], offsets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """One half-bond for each directed neighbour pair and image.

    The neighbour list holds every bond from both ends, so drawing each entry up to its midpoint yields whole bonds
    inside, stubs at the faces, and never a cylinder longer than half a bond.
    """
    from ase.neighborlist import primitive_neighbor_list

    box, pbc = _periodic_box(atoms)
    reach = BOND_FACTOR * _radii(np.asarray(atoms.get_atomic_numbers()))
    first, vectors = primitive_neighbor_list("iD", pbc, box, home, cutoff=reach)
    starts = offsets[:, None, :] + home[first][None, :, :]
    ends = starts + 0.5 * vectors[None, :, :]
    return starts.reshape(-1, 3), ends.reshape(-1, 3), np.tile(first, len(offsets))


def _no_bonds() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    return np.empty((0, 3)), np.empty((0, 3)), np.empty(0, dtype=np.int64)


def _cell_lines(cell: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Edges of all cells without doubles, shape (n_lines, 2, 3); none when the cell has no volume."""
    if not _has_volume(cell):
        return np.empty((0, 2, 3))
    lines = []
    for axis in range(3):
        ranges = [np.arange(n + 1) for n in counts]
        ranges[axis] = np.zeros(1, dtype=int)
        feet = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3) @ cell
        lines.append(np.stack([feet, feet + counts[axis] * cell[axis]], axis=1))
    return np.concatenate(lines)


def _axes(cell: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    if not _has_volume(cell):
        return np.eye(3), False
    return cell / np.linalg.norm(cell, axis=1, keepdims=True), True


def _view(cell: NDArray[np.float64], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """With a cell z is up and x to the right; without, the widest side of the structure faces the onlooker."""
    if _has_volume(cell) or len(positions) < 3:
        return np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    right, up, _ = np.linalg.svd(positions - positions.mean(axis=0), full_matrices=True)[2]
    return np.stack([right, up, np.cross(right, up)])


def _has_volume(cell: NDArray[np.float64]) -> bool:
    lengths = np.linalg.norm(cell, axis=1)
    return bool(lengths.all() and abs(np.linalg.det(cell)) > 1e-6 * lengths.prod())


def _bounds(positions: NDArray[np.float64], lines: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Centre and radius of everything drawn; the cell, where there is one, decides the centre."""
    corners = lines.reshape(-1, 3)
    frame = corners if len(corners) else positions
    centre = 0.5 * (frame.min(axis=0) + frame.max(axis=0))
    drawn = np.concatenate([positions, corners])
    return centre, float(np.linalg.norm(drawn - centre, axis=1).max()) + 1.0


def _radii(numbers: NDArray[np.integer]) -> NDArray[np.float64]:
    from ase.data import covalent_radii

    return covalent_radii[np.clip(numbers, 0, len(covalent_radii) - 1)]


def _frozen(values: NDArray, dtype: type) -> NDArray:
    array = np.ascontiguousarray(values, dtype=dtype)
    array.flags.writeable = False
    return array
