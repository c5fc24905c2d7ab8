"""The rigidity engine: how firmly a training set pins each atom, following every edit of that set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lprviz.core.accuracy import DRIFT_TOLERANCE, require_digits
from lprviz.core.arguments import checked_alpha, checked_indices, checked_targets
from lprviz.core.arrays import FloatArray
from lprviz.core.blas import one_blas_thread
from lprviz.core.block_edits import block_variance, state_after_blocks, turned_by
from lprviz.core.block_preview import block_preview
from lprviz.core.edits import Edits, apply_edits
from lprviz.core.fit import is_labelled
from lprviz.core.forms import products
from lprviz.core.plan import EditPlan
from lprviz.core.pool import PoolSpace
from lprviz.core.readings import Readings, inverse
from lprviz.core.row_blocks import RowBlocks
from lprviz.core.spectrum import Spectrum
from lprviz.core.state import RigidityState
from lprviz.progress import Tick, no_tick, phase


class RigidityEngine(Readings):
    r"""Local prediction rigidity of every environment, for one training set out of a pool of structures.

    .. math:: \mathrm{LPR}_i = \frac{1}{x_i^T (F_S^T F_S + \alpha I)^{-1} x_i}

    where the rows of F are structure means of the features and S is the training set [1]_. The engine is immutable:
    every edit returns a new engine and costs one pass over the pool, whatever the number of structures in training.
    LPR counts direct labels: adding a structure whose mean feature equals x_i raises LPR_i by exactly one.

    Parameters
    ----------
    environments : array of shape (n_environments, n_features)
        Features of every atom to be judged, divided by the scale in force.
    structures : array of shape (n_structures, n_features)
        Mean features of every structure that may be trained on, divided by the same scale.
    alpha : float
        Regulariser, positive.
    members : iterable of int
        Structures in the training set.
    targets : array of shape (n_structures,), optional
        Per-atom mean target of each structure, nan where missing.
    blocks : RowBlocks, optional
        Further rows and targets that a structure brings into training, such as its forces.
    tick : Tick
        Called while the features are projected.

    Raises
    ------
    ModelError
        Where alpha is not positive, shapes disagree, values are not finite, or members do not exist.

    References
    ----------
    .. [1] S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020, doi 10.1021/acs.jctc.3c00704.
    """

    def __init__(
        self,
        environments: ArrayLike,
        structures: ArrayLike,
        *,
        alpha: float,
        members: Iterable[int] = (),
        targets: ArrayLike | None = None,
        blocks: RowBlocks | None = None,
        tick: Tick = no_tick,
    ) -> None:
        alpha_min = min(1e-10, checked_alpha(alpha))
        pool = PoolSpace.from_features(
            environments, structures, alpha_min=alpha_min, keep_features=True, blocks=blocks, tick=tick
        )
        self._solve(pool, alpha, members, targets)

    @classmethod
    def from_pool(
        cls,
        pool: PoolSpace,
        *,
        alpha: float,
        members: Iterable[int] = (),
        targets: ArrayLike | None = None,
        tick: Tick = no_tick,
    ) -> RigidityEngine:
        """Build an engine on a pool already projected; see the class for the parameters.

        Below ``pool.alpha_min`` accuracy falls as 1/alpha, and `error_estimate` says to what.

        Raises
        ------
        ModelError
            Where not one digit would be left, besides what the class refuses.
        """
        engine = cls.__new__(cls)
        engine._solve(pool, alpha, members, targets, tick)
        return engine

    def _solve(
        self,
        pool: PoolSpace,
        alpha: float,
        members: Iterable[int],
        targets: ArrayLike | None,
        tick: Tick = no_tick,
    ) -> None:
        """Factor from scratch."""
        alpha = checked_alpha(alpha)
        chosen = tuple(sorted(checked_indices(members, pool.n_structures)))
        labels = checked_targets(targets, pool.n_structures)
        with one_blas_thread:
            rows_done, atoms_done = _phases(pool, tick)
            spectrum = Spectrum.of(pool, chosen, labels, tick=rows_done)
            state = RigidityState.solved(spectrum, alpha, tick=atoms_done)
        require_digits(pool, state.variance.values, alpha)
        self._adopt(pool, chosen, labels, state, spectrum)

    def _successor(self, members: tuple[int, ...], state: RigidityState, **kept: Any) -> RigidityEngine:
        return RigidityEngine.__new__(RigidityEngine)._adopt(self.pool, members, self.targets, state, **kept)

    def add(self, structure: int) -> RigidityEngine:
        """The engine with one more structure in training: one pass over the pool."""
        return self.edit(add=(structure,))

    def remove(self, structure: int) -> RigidityEngine:
        """The engine with one structure less in training: one pass over the pool."""
        return self.edit(remove=(structure,))

    def edit(self, add: Iterable[int] = (), remove: Iterable[int] = (), *, tick: Tick = no_tick) -> RigidityEngine:
        """The engine after several additions and removals at once.

        A few edits share one pass over the pool; many, or one that would cost too many digits, factor afresh.

        Raises
        ------
        ModelError
            Where a structure does not exist, is named twice, or already is where it should go.
        """
        plan = EditPlan.checked(self.members, self.n_structures, add, remove)
        if not plan.indices:
            return self
        if self.pool.blocks is not None:
            return self._edited_in_blocks(plan, tick)
        with one_blas_thread:
            edits = self._edits(plan) if len(plan.indices) <= max(1, self.pool.rank // 4) else None
            if edits is None or self._state.drift + edits.drift > DRIFT_TOLERANCE:
                return self._fresh(plan.members, tick)
            state, change = self._state.after(self.pool, edits)
            pending = (self._penalty, change) if "_penalty" in self.__dict__ else None
            if state.fit is not None or not is_labelled(self.targets, plan.members):
                return self._successor(plan.members, state, pending=pending)
            # The last structure without a target has left: predictions are possible again.
            spectrum = Spectrum.of(self.pool, plan.members, self.targets)
            return self._successor(plan.members, state.fitted(spectrum), spectrum=spectrum, pending=pending)

    def preview(self, structure: int) -> FloatArray:
        """LPR (n_environments,) as it would be with ``structure`` switched; nothing else is worked out.

        Where structures bring blocks of rows, right to `lprviz.core.block_preview.TOLERANCE`.
        """
        plan = EditPlan.toggle(self.members, self.n_structures, structure)
        with one_blas_thread:
            if self.pool.blocks is not None:
                return self._preview_of_blocks(plan)
            edits = self._edits(plan)
            if edits is None:
                return self._fresh(plan.members).lpr
            atoms = products(self.pool.environments, edits.vectors)
            return inverse(self._state.variance_after(self.pool, edits, atoms)[0].values)

    def with_alpha(self, alpha: float, *, tick: Tick = no_tick) -> RigidityEngine:
        """The engine at another regulariser, exactly down to ``pool.alpha_min``; see `from_pool` for below.

        The first call for a training set decomposes it and keeps the squared coordinates of every environment (as
        large as the pool); engines that differ in alpha alone share them, and each call is a matrix-vector product.
        """
        value = checked_alpha(alpha)
        with one_blas_thread:
            spectrum = self._spectrum or Spectrum.of(self.pool, self.members, self.targets)
            self._spectrum = spectrum.expanded(tick=tick)
            state = RigidityState.solved(self._spectrum, value)
        require_digits(self.pool, state.variance.values, value)
        return self._successor(self.members, state, spectrum=self._spectrum)

    def refactored(self, *, tick: Tick = no_tick) -> RigidityEngine:
        """The same training set and alpha, solved from scratch."""
        with one_blas_thread:
            return self._fresh(self.members, tick)

    def _edited_in_blocks(self, plan: EditPlan, tick: Tick) -> RigidityEngine:
        """The engine after a plan, where structures bring blocks of rows."""
        with one_blas_thread:
            state = state_after_blocks(self.pool, self._state, plan, self.targets, tick=tick)
            if state is None or state.drift > DRIFT_TOLERANCE:
                return self._fresh(plan.members, tick)
            return self._successor(plan.members, state)

    def _preview_of_blocks(self, plan: EditPlan) -> FloatArray:
        (structure,), (sign,) = plan.indices, plan.signs
        quick = block_preview(self.pool, self.root, self.variance, structure, sign)
        if quick is not None:
            return inverse(quick)
        change = turned_by(self.pool, self.root, plan)
        if change is None:
            return self._fresh(plan.members).lpr
        return inverse(block_variance(self.pool, change.root, self.alpha))

    def _fresh(self, members: tuple[int, ...], tick: Tick = no_tick) -> RigidityEngine:
        rows_done, atoms_done = _phases(self.pool, tick)
        spectrum = Spectrum.of(self.pool, members, self.targets, tick=rows_done)
        state = RigidityState.solved(spectrum, self.alpha, tick=atoms_done)
        return self._successor(members, state, spectrum=spectrum)

    def _edits(self, plan: EditPlan) -> Edits | None:
        """The plan worked through in pool space; None where it would cost too many digits."""
        rows, fit = self.pool.structures[plan.indices], self._state.fit
        if fit is None or not is_labelled(self.targets, plan.indices):
            return apply_edits(self._state.root, rows, plan.signs)
        return apply_edits(self._state.root, rows, plan.signs, fit.weights, self.targets[plan.indices])

    def __repr__(self) -> str:
        labels = "no targets" if self.targets is None else f"{np.isfinite(self.targets).sum()} targets"
        return (
            f"RigidityEngine({len(self.members)} of {self.n_structures} structures in training, "
            f"{self.n_environments} environments, alpha {self.alpha:g}, {labels}, rank {self.pool.rank}, "
            f"error about {self.error_estimate:.0e})"
        )


def _phases(pool: PoolSpace, tick: Tick) -> tuple[Tick, Tick]:
    """Progress of a fresh solution over the rows in training, which take time in blocks only, and over the atoms."""
    return (no_tick, tick) if pool.blocks is None else (phase(tick, 0.0, 0.5), phase(tick, 0.5, 1.0))
