r"""Rigidity of one component of a prediction: what some columns of the features alone contribute.

A linear prediction is a sum over columns; those of one component C (a neighbour species, a degree, ...) contribute
:math:`x_C \cdot w`, where :math:`x_C` is x with every other column set to zero. How firmly the data pin that
contribution is [1]_

.. math:: \mathrm{LCPR}_{i,C} = \frac{1}{x_{i,C}^T (F_S^T F_S + \alpha I)^{-1} x_{i,C}} , \qquad
          \mathrm{CPR}_{A,C} = \frac{1}{f_{A,C}^T (F_S^T F_S + \alpha I)^{-1} f_{A,C}} ,

with the inverse of the full matrix: what is learnt about other columns counts. So masked rows are nothing but further
rows to be judged by the same training set, and one engine follows them through every edit.

Laws (tested): with all columns LCPR = LPR and CPR = PR; with none both are infinite; adding a structure lowers neither;
contributions can only cancel, so that over components that share out the columns
:math:`\mathrm{LPR}^{-1/2} \le \sum_C \mathrm{LCPR}_C^{-1/2}`. There is no such bound the other way: a training
structure has PR of at least 1, its CPR may be as low as alpha.

References
----------
.. [1] S. Chong et al., Faraday Discuss. 2024, doi 10.1039/D4FD00101J; the convention is that of
   ``skmatter.metrics.componentwise_prediction_rigidity``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arrays import FloatArray, row_blocks, row_square_norms
from lprviz.core.blas import one_blas_thread
from lprviz.core.engine import RigidityEngine
from lprviz.core.pool import PoolSpace
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick


def component_pool(pool: PoolSpace, offsets: ArrayLike, columns: ArrayLike, *, tick: Tick = no_tick) -> PoolSpace:
    """Pool space whose environments are masked: first every environment, then the mean of every structure.

    The rows to train on, and with them every training set, stay those of ``pool``.

    Parameters
    ----------
    pool : PoolSpace
        With features.
    offsets : array of shape (n_structures + 1,)
        Environments of structure c are ``offsets[c]:offsets[c + 1]``.
    columns : array of bool, shape (n_features,)
        The component.
    tick : Tick
        Called for each chunk of rows.

    Returns
    -------
    PoolSpace
        With n_environments + n_structures environments. Its `ties` are bounds: masked rows lie outside pool space in
        directions that were never compared with what the basis leaves out of the structures.

    Raises
    ------
    ModelError
        Where the pool kept no features, or the mask or the offsets do not fit.
    """
    chosen, bounds = _checked_columns(pool, columns), _checked_offsets(pool, offsets)
    features = _features(pool)
    n_rows = len(features) + len(bounds) - 1
    projected, residuals = np.empty((n_rows, pool.rank), order="F"), np.empty(n_rows)
    means = np.add.reduceat(features, bounds[:-1], axis=0, dtype=np.float64) / np.diff(bounds)[:, None]
    with one_blas_thread:
        for rows, start in ((features, 0), (means, len(features))):
            for block in row_blocks(*rows.shape):
                where = slice(start + block.start, start + block.stop)
                projected[where], residuals[where] = _masked(rows[block], chosen, pool.basis)
                tick(where.stop, n_rows)
    # By the choice of the basis no singular value of what it leaves out exceeds the root of accuracy x alpha_min.
    ties = np.sqrt(pool.accuracy * pool.alpha_min * residuals)
    return replace(pool, environments=projected, residuals=residuals, ties=ties, features=None)


@dataclass(frozen=True, eq=False, repr=False)
class ComponentRigidity:
    """LCPR of every environment and CPR of every structure for one training set, following its edits.

    Attributes
    ----------
    engine : RigidityEngine
        On a `component_pool`: all its readings (influence, gains, regulariser share, ...) are of the masked rows.
    n_environments : int
        How many of those rows are environments; the rest are structures.
    """

    engine: RigidityEngine
    n_environments: int

    @classmethod
    def of(cls, engine: RigidityEngine, masked: PoolSpace, *, tick: Tick = no_tick) -> ComponentRigidity:
        """Judge the rows of ``masked``, a `component_pool` of the engine's pool, by the engine's training set."""
        _require_same_structures(engine.pool, masked)
        solved = type(engine).from_pool(masked, alpha=engine.alpha, members=engine.members, tick=tick)
        return cls(solved, engine.n_environments)

    @property
    def local(self) -> FloatArray:
        """LCPR (n_environments,); infinite for an environment without features in the component."""
        return self.engine.lpr[: self.n_environments]

    @property
    def structures(self) -> FloatArray:
        """CPR (n_structures,), training set or not."""
        return self.engine.lpr[self.n_environments :]

    @property
    def error_estimate(self) -> float:
        """Relative error to expect at most; see ``RigidityEngine.error_estimate``."""
        return self.engine.error_estimate

    def follow(self, engine: RigidityEngine, *, tick: Tick = no_tick) -> ComponentRigidity:
        """The same component for the training set and regulariser of ``engine``, on the same pool.

        Another training set costs one pass over the masked rows, as it does for the engine itself; another
        regulariser a matrix-vector product after the first; both at once, as under the training scale, a fresh solve.

        Raises
        ------
        ModelError
            Where the engine is on another pool.
        """
        _require_same_structures(engine.pool, self.engine.pool)
        if engine.alpha == self.engine.alpha:
            before, after = set(self.engine.members), set(engine.members)
            edited = self.engine.edit(add=sorted(after - before), remove=sorted(before - after), tick=tick)
        elif engine.members == self.engine.members:
            edited = self.engine.with_alpha(engine.alpha, tick=tick)
        else:
            edited = type(engine).from_pool(self.engine.pool, alpha=engine.alpha, members=engine.members, tick=tick)
        return ComponentRigidity(edited, self.n_environments)

    def preview(self, structure: int) -> FloatArray:
        """LCPR (n_environments,) as it would be with ``structure`` switched."""
        return self.engine.preview(structure)[: self.n_environments]

    def __repr__(self) -> str:
        return (
            f"ComponentRigidity({self.n_environments} environments and {len(self.structures)} structures, "
            f"{len(self.engine.members)} in training, alpha {self.engine.alpha:g})"
        )


def _masked(rows: NDArray, chosen: NDArray[np.intp], basis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coordinates and explicit residuals of rows (k, n_features) with all but the chosen columns set to zero."""
    part = np.asarray(rows[:, chosen], dtype=np.float64)
    inside = part @ basis[chosen]
    outside = inside @ -basis.T
    outside[:, chosen] += part
    return inside, row_square_norms(outside)


def _features(pool: PoolSpace) -> NDArray:
    if pool.features is None:
        raise ModelError(
            "The rigidity of a component needs the features, which this pool did not keep.",
            "Build the pool with keep_features=True.",
        )
    return pool.features


def _checked_columns(pool: PoolSpace, columns: ArrayLike) -> NDArray[np.intp]:
    mask = np.asarray(columns)
    if mask.dtype != bool or mask.shape != (pool.n_features,):
        raise ModelError(
            f"The columns of a component are {mask.dtype} of shape {mask.shape}, for {pool.n_features} features.",
            "Give one true or false per feature.",
        )
    return np.flatnonzero(mask)


def _checked_offsets(pool: PoolSpace, offsets: ArrayLike) -> NDArray[np.intp]:
    bounds = np.asarray(offsets, dtype=np.intp)
    fits = bounds.shape == (pool.n_structures + 1,) and bounds[0] == 0 and bounds[-1] == pool.n_environments
    if not fits or (np.diff(bounds) < 1).any():
        raise ModelError(
            f"Offsets of shape {bounds.shape} do not cut {pool.n_environments} environments into "
            f"{pool.n_structures} structures.",
            "Give n_structures + 1 rising offsets, from 0 to the number of environments.",
        )
    return bounds


def _require_same_structures(pool: PoolSpace, other: PoolSpace) -> None:
    if not np.may_share_memory(pool.structures, other.structures):
        raise ModelError(
            "The component and the engine are on different pools.",
            "Ask for the component again after a change of data set, representation or model.",
        )
