"""The factor all features are divided by, so that alpha means the same from one descriptor to the next."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from lprviz.core.arguments import checked_indices, checked_rows
from lprviz.core.arrays import row_blocks
from lprviz.errors import ModelError


def feature_scale(environments: ArrayLike) -> float:
    """Root mean square norm of the features of all atoms (n_environments, n_features): the frozen scale.

    Frozen for the data set and hypers, it makes adding a structure unable to lower any LPR.
    """
    rows = checked_rows(environments, "environments")
    total = 0.0
    for block in row_blocks(*rows.shape):
        chunk = np.asarray(rows[block], dtype=np.float64)
        total += float(np.einsum("ij,ij->", chunk, chunk))
    return _root_mean(total, len(rows))


def training_scale(square_norms: ArrayLike, offsets: ArrayLike, members: Iterable[int]) -> float:
    r"""Root mean square norm over the atoms of the training structures only, the scale that scikit-matter uses.

    An engine at :math:`\alpha s^2` gives the numbers ``skmatter.metrics.local_prediction_rigidity`` gives at alpha. It
    moves with the training set, so adding a structure can then lower an LPR.

    Parameters
    ----------
    square_norms : array of shape (n_environments,)
        |x|^2 of every atom.
    offsets : array of shape (n_structures + 1,)
        Atoms of structure c are ``offsets[c]:offsets[c + 1]``.
    members : iterable of int
        Structures in the training set.
    """
    squares, bounds = np.asarray(square_norms, dtype=np.float64), np.asarray(offsets)
    if bounds.ndim != 1 or len(bounds) == 0 or squares.shape != (bounds[-1],):
        raise ModelError(
            f"Offsets of shape {bounds.shape} do not cut {squares.shape} square norms into structures.",
            "Give n_structures + 1 offsets that end at the number of atoms.",
        )
    chosen = checked_indices(members, len(bounds) - 1)
    total = sum(float(squares[bounds[c] : bounds[c + 1]].sum()) for c in chosen)
    return _root_mean(total, sum(int(bounds[c + 1] - bounds[c]) for c in chosen))


def _root_mean(total: float, count: int) -> float:
    if count == 0 or not total > 0.0:
        raise ModelError("There are no features to take a scale from.", "Put at least one structure with atoms in.")
    return float(np.sqrt(total / count))
