"""What every candidate would be worth, without adding any of them."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, row_blocks, row_square_norms
from lprviz.core.pool import PoolSpace
from lprviz.errors import ModelError
from lprviz.progress import Tick

Goal = Literal["mean-log", "worst", "d-optimal", "v-optimal", "coverage"]
"""What a good addition does to the target atoms.

mean-log
    Raises the mean of log LPR (natural logarithm).
worst
    Raises log LPR of the least rigid atom.
d-optimal
    Raises log det of the Hessian, log(1 + S_cc); no target enters.
v-optimal
    Lowers the sum of the variances 1/LPR.
coverage
    Raises the share of atoms with LPR at or above a threshold.
"""


def checked_goal(goal: str) -> str:
    """Return ``goal``, refusing a name that is not one of `Goal`."""
    if goal not in get_args(Goal):
        raise ModelError(f"There is no goal called {goal!r}.", f"Choose one of: {', '.join(get_args(Goal))}.")
    return goal


class Tally:
    """Gathers one goal's gain over blocks of target atoms, for all candidates at once."""

    def __init__(self, goal: str, threshold: float, n_candidates: int) -> None:
        self._goal = goal
        self._threshold = threshold
        self._sum = np.zeros(n_candidates)
        self._largest = np.zeros(n_candidates)
        self._sum_before = 0.0
        self._largest_before = 0.0
        self._n_atoms = 0

    def absorb(self, before: FloatArray, after: FloatArray) -> None:
        """Take in variances before (k,) and after each candidate (k, n_candidates); ``after`` is consumed."""
        self._n_atoms += len(before)
        if self._goal == "mean-log":
            # An atom without features has no variance to lose.
            ratio = np.divide(after, before[:, None], out=np.ones_like(after), where=before[:, None] > 0.0)
            self._sum -= np.log(ratio, out=ratio).sum(axis=0)
        elif self._goal == "v-optimal":
            self._sum += np.subtract(before[:, None], after, out=after).sum(axis=0)
        elif self._goal == "worst":
            self._largest_before = max(self._largest_before, float(before.max()))
            np.maximum(self._largest, after.max(axis=0), out=self._largest)
        else:
            self._sum_before += np.count_nonzero(before * self._threshold <= 1.0)
            self._sum += np.count_nonzero(after * self._threshold <= 1.0, axis=0)

    def gains(self) -> FloatArray:
        """The gain of each candidate over all atoms absorbed."""
        if self._goal == "mean-log":
            return self._sum / self._n_atoms
        if self._goal == "v-optimal":
            return self._sum
        if self._goal == "worst":
            if self._largest_before == 0.0:
                return np.zeros_like(self._largest)
            return np.log(self._largest_before) - np.log(self._largest)
        return (self._sum - self._sum_before) / self._n_atoms


def candidate_gains(
    pool: PoolSpace,
    root: FloatArray,
    variance: FloatArray,
    candidates: tuple[int, ...],
    goal: str,
    target: slice | NDArray[np.intp],
    threshold: float,
    tick: Tick,
) -> FloatArray:
    r"""Gain of every candidate at once, :math:`v'_{ic} = v_i - U_{ic}^2 / (1 + S_{cc})`, with U = A P R^T in blocks.

    Parameters
    ----------
    pool : PoolSpace
    root : ndarray of shape (rank, rank)
        G with G G^T = P.
    variance : ndarray of shape (n_environments,)
    candidates : tuple of int
        Structures not in the training set.
    goal : str
        One of `Goal`.
    target : slice or ndarray of int
        The environments the goal looks at.
    threshold : float
        LPR that counts as covered, for goal "coverage".
    tick : Tick

    Returns
    -------
    ndarray of shape (n_candidates,)
        In the order of ``candidates``.
    """
    inner = pool.structures[list(candidates)] @ root
    leverage = row_square_norms(inner)
    if goal == "d-optimal" or not candidates:
        return np.log1p(leverage)
    images = np.ascontiguousarray((root @ inner.T) / np.sqrt(1.0 + leverage))
    before = variance[target]
    tally = Tally(goal, threshold, len(candidates))
    for block in row_blocks(len(before), max(len(candidates), pool.rank)):
        rows = pool.environments[part_of(target, block)]
        after = rows @ images
        np.square(after, out=after)
        np.subtract(before[block, None], after, out=after)
        # v' >= v / (1 + S) by Cauchy and Schwarz: the floor keeps a nearly complete cancellation positive.
        np.maximum(after, before[block, None] / (1.0 + leverage), out=after)
        tally.absorb(before[block], after)
        tick(block.stop, len(before))
    return tally.gains()


def part_of(target: slice | NDArray[np.intp], block: slice) -> slice | NDArray[np.intp]:
    """A block of the target, counted within it."""
    if isinstance(target, slice):
        return slice(target.start + block.start, target.start + block.stop)
    return target[block]
