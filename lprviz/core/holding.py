r"""What a training set would lose without one of its structures: for every atom, and for every structure at once.

Taking away all rows of a member, whitened to W = B G with :math:`W W^T = Q s^2 Q^T`, raises the variance of an
environment by :math:`|K t|^2`, with t = G^T a and :math:`K = (I - s^2)^{-1/2} Q^T W`. A member without further rows has
one row, :math:`s^2 = h` its leverage, and :math:`|K t|^2 = U^2 / (1 - h)`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen, row_blocks, row_square_norms
from lprviz.core.block_preview import image_squares
from lprviz.core.gains import Tally, part_of
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import whitened_rows
from lprviz.progress import Tick

WEAK = 1e-6
"""Of a block of rows, those with s^2 below this are left out: they raise no variance by more than this share."""

_SMALLEST_SLACK = float(np.finfo(np.float64).eps)


def decades_lost(pool: PoolSpace, root: FloatArray, variance: FloatArray, member: int) -> FloatArray:
    r"""Decades of LPR that every environment would lose without one member (n_environments,), never negative.

    .. math:: I_{ic} = \log_{10} (v_i^{(-c)} / v_i)

    An environment without features has nothing to lose.
    """
    rise = image_squares(pool.environments, _lifted(whitened_rows(pool, root, member)) @ root.T)
    ratio = np.divide(rise, variance, out=np.zeros_like(rise), where=variance > 0.0)
    return frozen(np.log1p(ratio) / np.log(10.0))


def member_losses(
    pool: PoolSpace,
    root: FloatArray,
    variance: FloatArray,
    members: tuple[int, ...],
    goal: str,
    target: slice | NDArray[np.intp],
    threshold: float,
    tick: Tick,
) -> FloatArray:
    """What removing each member by itself would cost (n_members,): the mirror of `lprviz.core.gains.candidate_gains`.

    For ``"d-optimal"`` that is -log det(I - W W^T), which is -log(1 - h) for a single row.
    """
    if pool.blocks is None and goal != "d-optimal":
        return _losses_of_rows(pool, root, variance, members, goal, target, threshold, tick)
    losses, before = np.zeros(len(members)), variance[target]
    for number, member in enumerate(members):
        whitened = whitened_rows(pool, root, member)
        if goal == "d-optimal":
            losses[number] = information_lost(whitened)
        else:
            after = before + image_squares(pool.environments[target], _lifted(whitened) @ root.T)
            losses[number] = -_gain(goal, threshold, before, after[:, None])[0]
        tick(number + 1, len(members))
    return losses


def information_lost(whitened: FloatArray) -> float:
    """-log det(I - W W^T) of whitened rows (k, rank): by how much the log det of the Hessian falls without them."""
    slack = np.linalg.eigvalsh(np.eye(len(whitened)) - whitened @ whitened.T)
    return -float(np.log(np.maximum(slack, _SMALLEST_SLACK)).sum())


def _losses_of_rows(
    pool: PoolSpace,
    root: FloatArray,
    variance: FloatArray,
    members: tuple[int, ...],
    goal: str,
    target: slice | NDArray[np.intp],
    threshold: float,
    tick: Tick,
) -> FloatArray:
    """All members at once, in blocks of atoms, where each brings a single row."""
    inner = pool.structures[list(members)] @ root
    slack = np.maximum(1.0 - row_square_norms(inner), _SMALLEST_SLACK)
    images = np.ascontiguousarray((root @ inner.T) / np.sqrt(slack))
    before = variance[target]
    tally = Tally(goal, threshold, len(members))
    for block in row_blocks(len(before), max(len(members), pool.rank, 1)):
        after = pool.environments[part_of(target, block)] @ images
        np.square(after, out=after)
        after += before[block, None]
        tally.absorb(before[block], after)
        tick(block.stop, len(before))
    return -tally.gains()


def _lifted(whitened: FloatArray) -> FloatArray:
    """K (m, rank) of the m rows that matter, with the slack of what nothing else holds known up to rounding."""
    slack, directions = np.linalg.eigh(np.eye(len(whitened)) - whitened @ whitened.T)
    if len(whitened) > 1:
        strong = 1.0 - slack > WEAK
        slack, directions = slack[strong], directions[:, strong]
    return (directions / np.sqrt(np.maximum(slack, _SMALLEST_SLACK))).T @ whitened


def _gain(goal: str, threshold: float, before: FloatArray, after: FloatArray) -> FloatArray:
    tally = Tally(goal, threshold, after.shape[1])
    tally.absorb(before, after)
    return tally.gains()
