"""Rows of the loss: one per structure, its mean features times the root of its weight.

A model that learns energies per atom has rows f = mean of x over the atoms and targets y = E / n; one that learns total
energies has n f and n y, the same rows with the weight w = n^2. Any other weight w of a structure multiplies its
squared error. So rows are sqrt(w) f and targets sqrt(w) y, and everything an engine says of structures is divided back:
predictions by sqrt(w), leverages by w. The rigidity of a structure is always that of its unweighted mean.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

FloatArray = NDArray[np.float64]


def structure_means(values: NDArray[np.floating], structures: StructureSet) -> FloatArray:
    """Mean over the atoms of each structure of ``values`` (n_environments, n_features)."""
    sums = np.add.reduceat(np.asarray(values, dtype=np.float64), structures.offsets[:-1], axis=0)
    return sums / structures.sizes[:, None]


def row_roots(
    structures: StructureSet, target: str = "mean", weights: str | tuple[float, ...] | None = None
) -> FloatArray | None:
    """sqrt(w) of each structure, shape (n_structures,), or None where every weight is 1.

    Parameters
    ----------
    target : {"mean", "sum"}
        ``"sum"`` weighs each structure by the square of its number of atoms.
    weights : str or tuple of float, optional
        Further weights: one each, or the key in ``atoms.info`` that holds them.

    Raises
    ------
    ModelError
        Where weights are missing, not positive, or not one for each structure.
    """
    roots = structures.sizes.astype(np.float64) if target == "sum" else np.ones(structures.n_structures)
    if weights is not None:
        given = _from_info(structures, weights) if isinstance(weights, str) else np.array(weights, dtype=np.float64)
        if given.shape != roots.shape:
            raise ModelError(
                f"There are {len(given)} weights for {len(roots)} structures.", "Give one weight per structure."
            )
        roots = roots * np.sqrt(given)
    roots.flags.writeable = False
    return None if (roots == 1.0).all() else roots


def _from_info(structures: StructureSet, key: str) -> FloatArray:
    """Weights from ``atoms.info[key]`` of every structure."""
    values = np.empty(structures.n_structures)
    for number, atoms in enumerate(structures.atoms):
        value = atoms.info.get(key)
        weight = float(value) if isinstance(value, int | float | np.integer | np.floating) else math.nan
        if isinstance(value, bool) or not (math.isfinite(weight) and weight > 0.0):
            what = "no weight" if value is None else f"the weight {str(value)[:30]!r}"
            raise ModelError(
                f"Structure {number} has {what} under the key {key!r}.",
                "Give every structure a positive number; to leave one out, leave it out of training.",
            )
        values[number] = weight
    return values
