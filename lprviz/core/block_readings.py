"""Gains of candidates and the hold of members, where structures bring blocks of rows."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.forms import REPAIR_BELOW
from lprviz.core.gains import Tally
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import training_rows
from lprviz.progress import Tick

_ATOMS_AT_ONCE = 2048
_EPS = float(np.finfo(np.float64).eps)


def block_gains(
    pool: PoolSpace,
    root: FloatArray,
    variance: FloatArray,
    candidates: tuple[int, ...],
    goal: str,
    target: slice | NDArray[np.intp],
    threshold: float,
    tick: Tick,
    alpha: float,
) -> FloatArray:
    r"""Gain of every candidate, one after another; see `lprviz.core.gains.candidate_gains` for the parameters.

    With W = B G the whitened rows of a candidate and t = G^T a an environment,
    :math:`v' = v - |C^{-1} W t|^2`, :math:`C C^T = I + W W^T`; the log det of C C^T is the d-optimal gain. Whitened,
    everything is of one size, so single precision does and halves the time: variances are right to about 1e-5.
    """
    if goal == "d-optimal":
        return _log_determinants(pool, root, candidates, tick)
    outside = pool.residuals[target] / alpha
    judge = _Judge(pool.environments[target] @ root, outside, variance[target], goal, threshold)
    gains = np.zeros(len(candidates))
    for number, candidate in enumerate(candidates):
        gains[number] = judge.gain(_whitened(pool, root, candidate))
        tick(number + 1, len(candidates))
    return gains


def _log_determinants(pool: PoolSpace, root: FloatArray, candidates: tuple[int, ...], tick: Tick) -> FloatArray:
    gains = np.zeros(len(candidates))
    for number, candidate in enumerate(candidates):
        gains[number] = 2.0 * np.log(np.abs(np.diagonal(_lower(_whitened(pool, root, candidate))))).sum()
        tick(number + 1, len(candidates))
    return gains


class _Judge:
    """The target atoms, whitened once, before whom every candidate appears."""

    def __init__(self, atoms: FloatArray, outside: FloatArray, before: FloatArray, goal: str, threshold: float) -> None:
        self._atoms = atoms
        self._light = atoms.astype(np.float32)
        self._outside, self._before = outside, before
        self._goal, self._threshold = goal, threshold

    def gain(self, whitened: FloatArray) -> float:
        """What a candidate with these whitened rows (k, rank) would bring."""
        tally = Tally(self._goal, self._threshold, 1)
        image = scipy.linalg.solve_triangular(_lower(whitened), whitened, lower=True, check_finite=False)
        light = np.asfortranarray(image.T, dtype=np.float32)
        for start in range(0, len(self._before), _ATOMS_AT_ONCE):
            part = slice(start, start + _ATOMS_AT_ONCE)
            before = self._before[part]
            after = before - np.square(self._light[part] @ light).sum(axis=1)
            low = np.flatnonzero(after < REPAIR_BELOW * before)
            if low.size:
                after[low] = self._exact(start + low, whitened)
            tally.absorb(before, after[:, None])
        return float(tally.gains()[0])

    def _exact(self, rows: NDArray[np.intp], whitened: FloatArray) -> FloatArray:
        """The variances of atoms that would lose too many digits in a difference, without one."""
        factor = np.linalg.qr(np.concatenate([np.eye(whitened.shape[1]), whitened]), "r")
        turned = scipy.linalg.solve_triangular(factor, self._atoms[rows].T, trans=1, check_finite=False)
        return np.square(turned).sum(axis=0) + self._outside[rows]


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
            whitened = _whitened(pool, root, member)
            lost[number] = _loss(whitened, whitened @ image) / variance[index]
    return frozen(np.log1p(lost) / np.log(10.0))


def _whitened(pool: PoolSpace, root: FloatArray, structure: int) -> FloatArray:
    """W = B G: all rows of one structure, or as many as there are directions that stand for them."""
    return training_rows(pool, (structure,), None)[0] @ root


def _lower(whitened: FloatArray) -> FloatArray:
    """C (k, k), lower triangular with C C^T = I + W W^T, without squaring W."""
    stacked = np.concatenate([np.eye(len(whitened)), whitened.T])
    return np.asarray(np.linalg.qr(stacked, "r")).T


def _loss(whitened: FloatArray, tie: FloatArray) -> float:
    """u^T (I - W W^T)^-1 u; what nothing else holds is lost up to rounding of the slack, as for single rows."""
    slack, directions = np.linalg.eigh(np.eye(len(whitened)) - whitened @ whitened.T)
    return float(np.sum((directions.T @ tie) ** 2 / np.maximum(slack, _EPS)))
