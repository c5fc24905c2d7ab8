r"""What candidates that bring blocks of rows would be worth.

With W = B G the whitened rows of a candidate, t = G^T a an environment and :math:`C C^T = I + W W^T`,

.. math:: v' = v - |C^{-1} W t|^2 .

The log det of C C^T is the d-optimal gain, and the sum of the second term, the trace of a product with the second
moments of all t, the v-optimal one. Both are exact and do not depend on the number of atoms. Other goals look at atoms
one by one. Whitened, everything is of one size, so single precision does for that and halves the time; atoms that would
lose too many digits in the difference are worked out without one.

Of many atoms, the mean of :math:`-\ln(1 - u)` with :math:`u = (v - v')/v` takes the mean of u from such a trace, and
only the rest, small where u is, from `SAMPLE` atoms spread evenly over the target.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray
from lprviz.core.gains import Tally
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import whitened_rows
from lprviz.progress import Tick

SAMPLE = 1024
"""Atoms that the mean-log gain is worked out on one by one: all where there are fewer, else good to a few per cent."""

_ATOMS_AT_ONCE = 1024
_REPAIR_BELOW = 0.01
"""Down to this share of a variance, a difference in single precision leaves 1e-5 of what remains."""

_SQUARED_SAFELY = 1e4
"""With |W|^2 below this, a Gram matrix costs no more digits than single precision does."""


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
    """Gain of every candidate, one after another; see `lprviz.core.gains.candidate_gains` for the parameters."""
    gains = np.zeros(len(candidates))
    judge = None
    if goal != "d-optimal":
        outside = pool.residuals[target] / alpha
        judge = _Judge(pool.environments[target] @ root, outside, variance[target], goal, threshold)
    for number, candidate in enumerate(candidates):
        whitened = whitened_rows(pool, root, candidate)
        factor = lower_factor(whitened)
        if judge is None:
            gains[number] = 2.0 * np.log(np.abs(np.diagonal(factor))).sum()
        else:
            image = scipy.linalg.solve_triangular(factor, whitened, lower=True, check_finite=False)
            gains[number] = judge.gain(image, whitened)
        tick(number + 1, len(candidates))
    return gains


def lower_factor(whitened: FloatArray) -> FloatArray:
    """C (k, k), lower triangular with C C^T = I + W W^T."""
    identity = np.eye(len(whitened))
    if np.einsum("ij,ij->", whitened, whitened) < _SQUARED_SAFELY:
        return np.asarray(np.linalg.cholesky(identity + whitened @ whitened.T), dtype=np.float64)
    return np.asarray(np.linalg.qr(np.concatenate([identity, whitened.T]), "r")).T


class _Judge:
    """The target atoms, whitened once, before whom every candidate appears."""

    def __init__(self, atoms: FloatArray, outside: FloatArray, before: FloatArray, goal: str, threshold: float) -> None:
        self._goal, self._threshold = goal, threshold
        self._moments: FloatArray | None = None
        if goal == "v-optimal":
            self._moments = atoms.T @ atoms
        elif goal == "mean-log" and len(atoms) > SAMPLE:
            self._moments = _relative_moments(atoms, before)
            chosen = np.linspace(0, len(atoms) - 1, SAMPLE).round().astype(np.intp)
            atoms, outside, before = atoms[chosen], outside[chosen], before[chosen]
        self._atoms, self._outside, self._before = atoms, outside, before
        self._light = atoms.astype(np.float32)

    def gain(self, image: FloatArray, whitened: FloatArray) -> float:
        """What a candidate with whitened rows W (k, rank) and C^-1 W (k, rank) would bring."""
        traced = 0.0 if self._moments is None else float(np.einsum("ij,ij->", image @ self._moments, image))
        if self._goal == "v-optimal":
            return traced
        after = self._after(image, whitened)
        tally = Tally(self._goal, self._threshold, 1)
        tally.absorb(self._before, after[:, None].copy())
        found = float(tally.gains()[0])
        if self._moments is None:
            return found
        falls = np.divide(self._before - after, self._before, out=np.zeros_like(after), where=self._before > 0.0)
        return found - float(falls.mean()) + traced

    def _after(self, image: FloatArray, whitened: FloatArray) -> FloatArray:
        """Variances (n_atoms,) with the candidate in training."""
        light = np.asfortranarray(image.T, dtype=np.float32)
        after = self._before.copy()
        for start in range(0, len(after), _ATOMS_AT_ONCE):
            part = slice(start, start + _ATOMS_AT_ONCE)
            falls = self._light[part] @ light
            after[part] -= np.einsum("ij,ij->i", falls, falls)
        low = np.flatnonzero(after < _REPAIR_BELOW * self._before)
        if low.size:
            after[low] = self._exact(low, whitened)
        return after

    def _exact(self, rows: NDArray[np.intp], whitened: FloatArray) -> FloatArray:
        """The variances of atoms that would lose too many digits in a difference, without one."""
        factor = np.linalg.qr(np.concatenate([np.eye(whitened.shape[1]), whitened]), "r")
        turned = scipy.linalg.solve_triangular(factor, self._atoms[rows].T, trans=1, check_finite=False)
        return np.square(turned).sum(axis=0) + self._outside[rows]


def _relative_moments(atoms: FloatArray, before: FloatArray) -> FloatArray:
    """Mean of t t^T / v over all atoms (rank, rank); an atom without features has nothing to lose."""
    scale = np.divide(1.0, np.sqrt(before), out=np.zeros_like(before), where=before > 0.0)
    scaled = atoms * scale[:, None]
    return (scaled.T @ scaled) / len(atoms)
