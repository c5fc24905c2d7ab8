"""The ridge fit that lives in the same space as the rigidity, and follows each edit without being solved again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.edits import Edits
from lprviz.core.pool import PoolSpace


@dataclass(frozen=True, eq=False)
class RidgeFit:
    """Weights in pool space and what they predict.

    Attributes
    ----------
    weights : ndarray of shape (rank,)
    local : ndarray of shape (n_environments,)
        Local targets e_i = x_i . w, in the units of the targets.
    predictions : ndarray of shape (n_structures,)
        Per-atom mean prediction of every structure.
    """

    weights: FloatArray
    local: FloatArray
    predictions: FloatArray

    @classmethod
    def from_weights(cls, pool: PoolSpace, weights: FloatArray) -> RidgeFit:
        """Predict everything from weights; the part of x outside pool space has no weight."""
        return cls(frozen(weights), frozen(pool.environments @ weights), frozen(pool.structures @ weights))

    def after(self, edits: Edits, environment_products: FloatArray, structure_products: FloatArray) -> RidgeFit | None:
        """The fit after ``edits``, given u . a of every environment (m, n_environments) and every structure
        (m, n_structures).

        None where the edits know no targets.
        """
        if edits.weights is None or edits.innovations is None:
            return None
        return RidgeFit(
            frozen(edits.weights),
            frozen(_raised(self.local, edits.innovations, environment_products)),
            frozen(_raised(self.predictions, edits.innovations, structure_products)),
        )


def is_labelled(targets: FloatArray | None, structures: Sequence[int]) -> TypeGuard[FloatArray]:
    """Whether there are targets at all, and none of the given structures lacks one."""
    return targets is not None and not np.isnan(targets[list(structures)]).any()


def _raised(values: FloatArray, innovations: FloatArray, products: FloatArray) -> FloatArray:
    """values + sum_j innovations_j products_j, with one temporary."""
    total = products[0] * innovations[0]
    for innovation, row in zip(innovations[1:], products[1:], strict=True):
        total += innovation * row
    return np.add(total, values, out=total)
