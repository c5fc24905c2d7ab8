"""Who holds an atom, where structures bring blocks of rows."""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import whitened_rows

_EPS = float(np.finfo(np.float64).eps)


def block_leave_one_out(
    pool: PoolSpace, root: FloatArray, variance: FloatArray, members: tuple[int, ...], index: int
) -> FloatArray:
    r"""Decades of LPR that environment ``index`` would lose without each member, all of its rows taken away.

    .. math:: v_i^{(-c)} = v_i + u^T (I - W W^T)^{-1} u, \qquad u = W G^T a_i

    Returns
    -------
    ndarray of shape (n_members,)
        In the order of ``members``.
    """
    lost = np.zeros(len(members))
    if variance[index] > 0.0:
        image = pool.environments[index] @ root
        for number, member in enumerate(members):
            rows = whitened_rows(pool, root, member)
            lost[number] = _loss(rows, rows @ image) / variance[index]
    return frozen(np.log1p(lost) / np.log(10.0))


def _loss(whitened: FloatArray, tie: FloatArray) -> float:
    """u^T (I - W W^T)^-1 u; what nothing else holds is lost up to rounding of the slack, as for single rows."""
    slack, directions = np.linalg.eigh(np.eye(len(whitened)) - whitened @ whitened.T)
    return float(np.sum((directions.T @ tie) ** 2 / np.maximum(slack, _EPS)))
