r"""Switching structures that bring blocks of rows: the root of the inverse Hessian is turned, everything else follows.

With P = G G^T and rows B of what joins (sign +1) or leaves (-1), whitened to W = B G,

.. math:: P' = G \, (I + \mathrm{sign} \, W^T W)^{-1} G^T = G' G'^T, \qquad G' = G T^{-1}, \quad
          T^T T = I + \mathrm{sign} \, W^T W .

For what joins, T comes from a QR decomposition of I stacked on W, and no condition number is squared. For what leaves
it is a Cholesky factor, which is safe while the smallest eigenvalue of :math:`I - W^T W`, the slack, is not small.
Whitened, both are about 1 whatever alpha is: a Gram matrix taken off the Hessian itself would lose eps |H| / alpha.

G is kept upper triangular, so that the forms |G^T a|^2 of all atoms, most of the time of an edit, cost half a matrix
product. They are always worked out anew: with as many rows as directions that is as quick as updating them, and what
rounding an edit leaves is in the root alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from lprviz.core.arrays import FloatArray, frozen, row_blocks, row_square_norms
from lprviz.core.edits import SMALLEST_SLACK
from lprviz.core.fit import RidgeFit, is_labelled
from lprviz.core.forms import TrackedForms, quadratic_forms
from lprviz.core.plan import EditPlan
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import training_rows
from lprviz.core.state import RigidityState
from lprviz.progress import Tick, no_tick

_PANEL = 64
"""Columns of the triangular root multiplied at once: above the diagonal of a panel nothing is wasted."""

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class TurnedRoot:
    """The root after some edits.

    Attributes
    ----------
    root : ndarray of shape (rank, rank)
        G', upper triangular.
    drift : float
        Rounding the edits add, relative, before the condition number of the root.
    """

    root: FloatArray
    drift: float


def turned(root: FloatArray, joining: FloatArray, leaving: FloatArray) -> TurnedRoot | None:
    """G (rank, rank) after rows ``joining`` (k, rank) and then without rows ``leaving`` (m, rank).

    None where what leaves is held by nothing else: too many digits would go, so factor afresh instead.
    """
    root, drift = upper(root), 0.0
    identity = np.eye(len(root))
    if len(joining):
        stacked = np.concatenate([identity, joining @ root])
        root = _divided(root, np.asarray(np.linalg.qr(stacked, "r")))
        drift += _EPS
    if len(leaving):
        whitened = leaving @ root
        try:
            factor = scipy.linalg.cholesky(identity - whitened.T @ whitened, check_finite=False)
        except np.linalg.LinAlgError:
            return None
        inverse = _divided(identity, factor)
        # The eigenvalues of T^-1 T^-T are 1 or more, so this bounds the largest of them: 1 / slack.
        loss = 1.0 + max(0.0, float(np.einsum("ij,ij->", inverse, inverse)) - len(root))
        if not loss < 1.0 / SMALLEST_SLACK:
            return None
        root = root @ inverse
        drift += _EPS * loss
    return TurnedRoot(np.triu(root), drift)


def upper(root: FloatArray) -> FloatArray:
    """An upper triangular root of the same P; ``root`` itself where it is one."""
    if not np.tril(root, -1).any():
        return root
    return np.asarray(scipy.linalg.rq(root, mode="r", check_finite=False))


def upper_forms(rows: FloatArray, root: FloatArray, *, tick: Tick = no_tick) -> FloatArray:
    """|G^T x|^2 for rows (k, rank) and an upper triangular root -> (k,): the zeros are left out of the products."""
    forms = np.zeros(len(rows))
    rank = len(root)
    for block in row_blocks(*rows.shape):
        for start in range(0, rank, _PANEL):
            stop = min(start + _PANEL, rank)
            forms[block] += row_square_norms(rows[block, :stop] @ root[:stop, start:stop])
        tick(block.stop, len(rows))
    return forms


def turned_by(pool: PoolSpace, root: FloatArray, plan: EditPlan) -> TurnedRoot | None:
    """The root after the edits of a plan; None where it has to be factored afresh."""
    return turned(
        root, training_rows(pool, plan.joining, None)[0], training_rows(pool, plan.leaving, None)[0]
    )  # fmt: skip


def block_variance(pool: PoolSpace, root: FloatArray, alpha: float, *, tick: Tick = no_tick) -> FloatArray:
    """v = 1/LPR of every environment (n_environments,), for an upper triangular root."""
    forms = upper_forms(pool.environments, root, tick=tick)
    forms += pool.residuals / alpha
    return forms


def block_penalty(pool: PoolSpace, root: FloatArray) -> FloatArray:
    """|P a|^2 of every environment (n_environments,): P turned into a triangle costs half as much as P itself."""
    return frozen(upper_forms(pool.environments, upper(root @ root.T)))


def state_after_blocks(
    pool: PoolSpace, state: RigidityState, plan: EditPlan, targets: FloatArray | None, *, tick: Tick = no_tick
) -> RigidityState | None:
    """The state after the edits of a plan; None where it has to be solved afresh."""
    change = turned_by(pool, state.root, plan)
    labelled = is_labelled(targets, plan.indices)
    if change is None or (state.fit is None and is_labelled(targets, plan.members)):
        return None
    weights = None
    if state.fit is not None and labelled:
        pull = _pull(pool, plan.joining, state.fit.weights, targets) - _pull(
            pool, plan.leaving, state.fit.weights, targets
        )
        weights = state.fit.weights + change.root @ (change.root.T @ pull)
    growth = _square(pool, plan.joining) - _square(pool, plan.leaving)
    return RigidityState(
        alpha=state.alpha,
        root=frozen(change.root),
        variance=TrackedForms.exact(block_variance(pool, change.root, state.alpha, tick=tick)),
        leverage=TrackedForms.exact(quadratic_forms(pool.structures, change.root)),
        fit=None if weights is None else RidgeFit.from_weights(pool, weights),
        condition=float(np.sqrt(max(1.0, state.condition**2 + growth / state.alpha))),
        drift=state.drift + change.drift,
    )


def _divided(root: FloatArray, factor: FloatArray) -> FloatArray:
    """G T^-1 for an upper triangular T."""
    return scipy.linalg.solve_triangular(factor, root.T, trans=1, check_finite=False).T


def _pull(pool: PoolSpace, structures: list[int], weights: FloatArray, targets: FloatArray) -> FloatArray:
    """B^T (y - B w) (rank,) over all rows of some structures: what they ask of the weights."""
    means = pool.structures[structures]
    pull = means.T @ (targets[structures] - means @ weights)
    if pool.blocks is not None:
        for structure in structures:
            rows, labels = pool.blocks.of(structure)
            pull += rows.T @ (labels - rows @ weights)
    return pull


def _square(pool: PoolSpace, structures: list[int]) -> float:
    """Sum of the squares of all rows of some structures: by how much they raise the trace of the Hessian."""
    total = float(np.square(pool.structures[structures]).sum())
    if pool.blocks is not None:
        total += sum(float(np.square(pool.blocks.of(structure)[0]).sum()) for structure in structures)
    return total
