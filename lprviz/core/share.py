r"""How much of an atom's rigidity is the regulariser's doing.

.. math:: \eta_i = \frac{\mathrm{d} \log \mathrm{LPR}_i}{\mathrm{d} \log \alpha}
                 = \alpha \, \frac{|P a_i|^2 + \rho_i / \alpha^2}{v_i} \in [0, 1]

0: the data pin the atom. 1: only the prior does. The penalty forms :math:`q_i = |P a_i|^2` are what is carried along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.edits import Edits
from lprviz.core.forms import products, quadratic_forms
from lprviz.core.pool import PoolSpace


def penalty_forms(rows: FloatArray, root: FloatArray) -> FloatArray:
    """q = |P a|^2 for rows (k, rank), with P = G G^T -> (k,)."""
    return frozen(quadratic_forms(rows, root @ root.T))


def regulariser_share(penalty: FloatArray, variance: FloatArray, residuals: FloatArray, alpha: float) -> FloatArray:
    """eta (n_environments,) from q, v and rho; 1 for an environment without features, which nothing can inform."""
    share = residuals / alpha**2
    share += penalty
    share *= alpha
    share = np.divide(share, variance, out=np.ones_like(share), where=variance > 0.0)
    return frozen(np.clip(share, 0.0, 1.0, out=share))


@dataclass(frozen=True, eq=False)
class PenaltyChange:
    r"""What an edit will do to the penalty forms, kept until somebody asks.

    With P before and P' after, :math:`|P a|^2 - |P' a|^2 = \sum_j s_j (u_j \cdot a) \, ((P + P') u_j) \cdot a`, with
    the edits' signs s and vectors u: one more matrix-vector product per edit.
    """

    root_before: FloatArray
    edits: Edits
    environment_products: FloatArray
    repaired: NDArray[np.intp]

    def applied(self, pool: PoolSpace, penalty: FloatArray) -> FloatArray:
        """The penalty forms (n_environments,) after the edit, from those before."""
        vectors, before, after = self.edits.vectors, self.root_before, self.edits.root
        images = before @ (before.T @ vectors) + after @ (after.T @ vectors)
        changed = penalty.copy()
        rows = zip(self.edits.signs, self.environment_products, products(pool.environments, images), strict=True)
        for sign, product, image in rows:
            image *= product
            changed -= sign * image
        if self.repaired.size:
            changed[self.repaired] = penalty_forms(pool.environments[self.repaired], after)
        return frozen(changed)
