"""Checks of single structures: what makes one unusable, named down to the atom."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols, covalent_radii
from numpy.typing import NDArray

from lprviz.data.nearest import nearest_neighbours, thicknesses
from lprviz.errors import DataError

CLOSEST = 0.4
"""Å; the shortest bond there is (H2) has 0.74."""

FLATTEST = 0.5
"""Å between opposite faces of a periodic cell; a flatter one puts atoms on their own images."""

FARTHEST = 1e6
"""Å; a coordinate beyond this is not a position."""


def check_structure(atoms: Atoms, number: int) -> NDArray[np.float64]:
    """Raise DataError when a structure cannot be used.

    Parameters
    ----------
    atoms : ase.Atoms
        The structure.
    number : int
        Its index in the data set, for the message.

    Returns
    -------
    ndarray, shape (n_atoms,)
        Distance from each atom to its nearest neighbour over the sum of their covalent radii, inf where it is alone.
    """
    if len(atoms) == 0:
        raise DataError(f"Structure {number} has no atoms.", "Remove it from the file.")
    _check_elements(atoms, number)
    _check_positions(atoms, number)
    if atoms.pbc.any():
        _check_cell(atoms, number)
    distances, neighbours = nearest_neighbours(atoms)
    _check_overlap(atoms, distances, neighbours, number)
    return distances / (covalent_radii[atoms.numbers] + covalent_radii[atoms.numbers[neighbours]])


def _check_elements(atoms: Atoms, number: int) -> None:
    wrong = (atoms.numbers < 1) | (atoms.numbers >= len(chemical_symbols))
    if wrong.any():
        raise DataError(
            f"Atom {int(np.argmax(wrong))} of structure {number} has no chemical element.",
            "Give every atom the symbol of an element; dummy atoms (X) cannot be used.",
        )


def _check_positions(atoms: Atoms, number: int) -> None:
    usable = np.isfinite(atoms.positions) & (np.abs(atoms.positions) < FARTHEST)
    if not usable.all():
        atom = int(np.argmin(usable.all(axis=1)))
        x, y, z = atoms.positions[atom]
        raise DataError(
            f"Atom {atom} of structure {number} is at ({x:.4g}, {y:.4g}, {z:.4g}), which is not a position.",
            "Correct or remove the structure.",
        )


def _check_cell(atoms: Atoms, number: int) -> None:
    cell = atoms.cell.array
    if not np.isfinite(cell).all() or np.abs(cell).max() >= FARTHEST:
        raise DataError(f"The cell of structure {number} is not finite.", "Correct or remove the structure.")
    lengths = np.linalg.norm(cell, axis=1)
    if (lengths[atoms.pbc] == 0).any():
        raise DataError(
            f"The cell of structure {number} is singular: it is periodic along a vector of length zero.",
            "Give it a cell, or switch its periodicity off (pbc).",
        )
    flattest = thicknesses(atoms.cell.complete().array)[atoms.pbc].min()
    if flattest < FLATTEST:
        raise DataError(
            f"The cell of structure {number} is singular or nearly so: opposite faces are {flattest:.2g} Å apart.",
            "Check its three cell vectors.",
        )


def _check_overlap(atoms: Atoms, distances: NDArray[np.float64], neighbours: NDArray[np.int64], number: int) -> None:
    atom = int(np.argmin(distances))
    if distances[atom] >= CLOSEST:
        return
    other = int(neighbours[atom])
    what = f"Atoms {min(atom, other)} and {max(atom, other)}" if other != atom else f"Atom {atom} and its own image"
    raise DataError(
        f"{what} of structure {number} are {distances[atom]:.2f} Å apart.",
        "The positions look fractional; multiply them by the cell vectors."
        if _look_fractional(atoms)
        else "Check the units of the positions (Å) and the cell, or remove the structure.",
    )


def _look_fractional(atoms: Atoms) -> bool:
    inside = (atoms.positions > -0.01) & (atoms.positions < 1.01)
    return bool(atoms.pbc.all() and inside.all() and atoms.cell.lengths().min() > 2.0)
