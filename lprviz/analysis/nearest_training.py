"""The training environments most like one atom's, by distance in the model's feature space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.results import FloatArray, IntArray
from lprviz.core.blas import one_blas_thread

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.core.pool import PoolSpace

_SHORTLIST = 32
"""How many times more candidates than asked for are measured without cancellation."""

_COMPLETE = 1e-6
"""A distance inside pool space is the whole distance where what may lie outside is below this share of its square."""


@dataclass(frozen=True)
class NearEnvironment:
    """A training environment near an atom's.

    Attributes
    ----------
    structure, atom : int
    distance : float
        ``|x - x'|`` of the scaled features; 1 is about the length of a typical environment's features.
    """

    structure: int
    atom: int
    distance: float


def nearest_training(fitted: FittedLPR, environment: int, k: int) -> tuple[tuple[NearEnvironment, ...], bool]:
    """The `k` nearest training environments, the atom itself left out, and whether their distances are complete.

    What lies outside pool space counts where the features are at hand. Where they are not, distances are those inside
    pool space, which the model's rigidity is made of up to the regulariser, and are complete where nothing is outside.
    """
    structures = fitted.analysis.structures
    inside = np.isin(structures.structure_of, fitted.members)
    inside[environment] = False
    chosen = np.flatnonzero(inside)
    pool = fitted.engine.pool
    if fitted.analysis.has_features_at_hand:
        pool = fitted.analysis.pool_with_features()
    found, distances = _nearest(pool, fitted.analysis.representation.square_norms, environment, chosen, k)
    near = tuple(
        NearEnvironment(*structures.of(int(j)), float(distance)) for j, distance in zip(found, distances, strict=True)
    )
    return near, pool.features is not None or _is_complete(pool, environment, found, distances)


def _nearest(
    pool: PoolSpace, square_norms: FloatArray, environment: int, chosen: IntArray, k: int
) -> tuple[IntArray, FloatArray]:
    """Ranked by |x|^2 + |x'|^2 - 2 x.x' in one pass, then measured by the difference itself."""
    rows: NDArray = pool.environments if pool.features is None else pool.features
    squares = square_norms - pool.residuals if pool.features is None else square_norms
    here = np.asarray(rows[environment], dtype=np.float64)
    with one_blas_thread:
        closeness = squares[chosen] - 2.0 * (rows @ here)[chosen]
    count = min(len(chosen), max(k, 1) * _SHORTLIST)
    if count < len(chosen):
        chosen = chosen[np.argpartition(closeness, count - 1)[:count]]
    away = np.asarray(rows[chosen], dtype=np.float64) - here
    distances = np.sqrt(np.einsum("ij,ij->i", away, away))
    order = np.lexsort((chosen, distances))[:k]
    return chosen[order], distances[order]


def _is_complete(pool: PoolSpace, environment: int, found: IntArray, distances: FloatArray) -> bool:
    reach = np.sqrt(pool.residuals[environment]) + np.sqrt(pool.residuals[found])
    return bool((reach**2 <= _COMPLETE * distances**2).all())
