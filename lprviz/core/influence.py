"""Who holds this atom: what each training structure contributes to its rigidity."""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.pool import PoolSpace

_SMALLEST_SLACK = float(np.finfo(np.float64).eps)


def leave_one_out(
    pool: PoolSpace, root: FloatArray, variance: FloatArray, members: tuple[int, ...], index: int
) -> FloatArray:
    r"""Decades of LPR that environment ``index`` would lose without each training structure.

    .. math:: I_{ic} = \log_{10} \frac{v_i^{(-c)}}{v_i} = \log_{10} \left( 1 + \frac{U_{ic}^2}{v_i (1 - h_c)} \right)

    with U = A P R^T and h_c the leverage of member c. Never negative; large where one structure alone holds the atom.

    Returns
    -------
    ndarray of shape (n_members,)
        In the order of ``members``.
    """
    inner = pool.structures[list(members)] @ root
    slack = np.maximum(1.0 - np.einsum("ij,ij->i", inner, inner), _SMALLEST_SLACK)
    if variance[index] == 0.0:
        return frozen(np.zeros(len(members)))
    tie = inner @ (pool.environments[index] @ root)
    return frozen(np.log1p(tie**2 / (variance[index] * slack)) / np.log(10.0))
