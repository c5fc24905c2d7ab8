"""What one training set says about every atom and structure: the reading half of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Self

import numpy as np

from lprviz.core.accuracy import attainable_accuracy
from lprviz.core.arguments import Target, checked_environment, checked_indices, checked_target
from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.blas import one_blas_thread
from lprviz.core.block_edits import block_penalty
from lprviz.core.block_gains import block_gains
from lprviz.core.block_influence import block_leave_one_out
from lprviz.core.correlation import correlations, covariances
from lprviz.core.gains import candidate_gains, checked_goal
from lprviz.core.holding import decades_lost, member_losses
from lprviz.core.influence import leave_one_out
from lprviz.core.pool import PoolSpace
from lprviz.core.share import PenaltyChange, penalty_forms, regulariser_share
from lprviz.core.spectrum import Spectrum
from lprviz.core.state import RigidityState
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick


class Readings:
    """Everything that can be read off a solved training set; see `lprviz.core.engine.RigidityEngine`.

    Attributes
    ----------
    pool : PoolSpace
        The environments and structures, shared by every engine on them.
    members : tuple of int
        The training set, sorted.
    targets : ndarray of shape (n_structures,) or None
        Per-atom mean targets, nan where missing.
    """

    pool: PoolSpace
    members: tuple[int, ...]
    targets: FloatArray | None
    _state: RigidityState
    _spectrum: Spectrum | None
    _pending: tuple[FloatArray, PenaltyChange] | None

    def _adopt(
        self,
        pool: PoolSpace,
        members: tuple[int, ...],
        targets: FloatArray | None,
        state: RigidityState,
        spectrum: Spectrum | None = None,
        pending: tuple[FloatArray, PenaltyChange] | None = None,
    ) -> Self:
        self.pool, self.members, self.targets = pool, members, targets
        self._state, self._spectrum, self._pending = state, spectrum, pending
        return self

    @property
    def alpha(self) -> float:
        """Regulariser."""
        return self._state.alpha

    @property
    def n_environments(self) -> int:
        """Number of environments judged."""
        return self.pool.n_environments

    @property
    def n_structures(self) -> int:
        """Number of structures in the pool, in training or not."""
        return self.pool.n_structures

    @cached_property
    def lpr(self) -> FloatArray:
        """Local prediction rigidity (n_environments,); infinite for an environment without features."""
        return inverse(self.variance)

    @property
    def variance(self) -> FloatArray:
        """1/LPR (n_environments,): posterior variance of each local prediction in units of the label-noise variance."""
        return self._state.variance.values

    @property
    def leverage(self) -> FloatArray:
        """f^T P f of every structure (n_structures,): of a member its leverage h, below 1; of others what they face."""
        return self._state.leverage.values

    @cached_property
    def structure_rigidity(self) -> FloatArray:
        """Prediction rigidity 1/leverage of every structure (n_structures,); at least 1 in training."""
        return inverse(self.leverage)

    @cached_property
    def regulariser_share(self) -> FloatArray:
        """dlogLPR/dlogalpha (n_environments,), in [0, 1]: 0 is pinned by data, 1 is pure prior."""
        with one_blas_thread:
            return regulariser_share(self._penalty, self.variance, self.pool.residuals, self.alpha)

    @cached_property
    def _penalty(self) -> FloatArray:
        """|P a|^2 (n_environments,): carried over from the engine before where that one was asked, else solved."""
        pending, self._pending = self._pending, None
        if pending is not None:
            penalty, change = pending
            return change.applied(self.pool, penalty)
        if self._spectrum is not None:
            return self._spectrum.penalties(self.alpha)
        if self.pool.blocks is not None:
            return block_penalty(self.pool, self.root)
        return penalty_forms(self.pool.environments, self._state.root)

    @property
    def local_targets(self) -> FloatArray | None:
        """x_i . w of every environment (n_environments,), in the units of the targets; None if a member has none."""
        return None if self._state.fit is None else self._state.fit.local

    @property
    def predictions(self) -> FloatArray | None:
        """Per-atom mean prediction of every structure (n_structures,); None if a member has no target."""
        return None if self._state.fit is None else self._state.fit.predictions

    @property
    def weights(self) -> FloatArray | None:
        """Ridge weights in pool space (rank,): ``pool.basis @ weights`` over features; None if a target is missing."""
        return None if self._state.fit is None else self._state.fit.weights

    @property
    def root(self) -> FloatArray:
        """G (rank, rank) with G G^T = P, the inverse Hessian in pool space; combinations of atoms are judged by it."""
        return self._state.root

    @property
    def error_estimate(self) -> float:
        """Relative error to expect of `lpr`: what this alpha and this pool allow, plus what edits have gathered since.

        Up to rounding a bound, over all environments and whatever the training set: see `lprviz.core.accuracy`.
        """
        return attainable_accuracy(self.pool, self.variance, self.alpha, self._state.condition) + self._state.drift

    def covariance(self, environment: int) -> FloatArray:
        """x_i^T P x_k of one environment with every other (n_environments,), in label-noise variances."""
        index = checked_environment(environment, self.n_environments)
        with one_blas_thread:
            return covariances(self.pool, self._state.root, self.variance, self.alpha, index)

    def correlation(self, environment: int) -> FloatArray:
        """Correlation of one local prediction with every other (n_environments,), in [-1, 1]."""
        return correlations(self.covariance(environment), self.variance, environment)

    def influence(self, environment: int) -> FloatArray:
        """Decades of LPR one environment would lose without each member (n_members,), in the order of `members`."""
        index = checked_environment(environment, self.n_environments)
        hold = leave_one_out if self.pool.blocks is None else block_leave_one_out
        return hold(self.pool, self._state.root, self.variance, self.members, index)

    def leaning(self, structure: int) -> FloatArray:
        """Decades of LPR every environment would lose without one member (n_environments,): a column of `influence`."""
        (member,) = self._checked_members((structure,))
        with one_blas_thread:
            return decades_lost(self.pool, self.root, self.variance, member)

    def losses(
        self,
        goal: str = "mean-log",
        target: Target = slice(None),
        members: Iterable[int] | None = None,
        *,
        threshold: float = 1.0,
        tick: Tick = no_tick,
    ) -> FloatArray:
        """What removing each member by itself would cost, (n_members,), in the unit of `gains`; see there.

        In the order given, or that of `members` where none are given.
        """
        chosen = self.members if members is None else self._checked_members(members)
        where = checked_target(target, self.n_environments)
        with one_blas_thread:
            return member_losses(
                self.pool, self.root, self.variance, chosen, checked_goal(goal), where, threshold, tick
            )

    def spectrum(self) -> Spectrum:
        """The training rows by their singular values; worked out once."""
        if self._spectrum is None:
            with one_blas_thread:
                self._spectrum = Spectrum.of(self.pool, self.members, self.targets)
        return self._spectrum

    def _checked_members(self, structures: Iterable[int]) -> tuple[int, ...]:
        chosen, inside = checked_indices(structures, self.n_structures), set(self.members)
        outside = next((index for index in chosen if index not in inside), None)
        if outside is not None:
            raise ModelError(f"Structure {outside} is not in the training set.", "Name structures of the training set.")
        return chosen

    def gains(
        self,
        goal: str = "mean-log",
        target: Target = slice(None),
        candidates: Iterable[int] | None = None,
        *,
        threshold: float = 1.0,
        tick: Tick = no_tick,
    ) -> FloatArray:
        """What adding each candidate would be worth, all candidates at once (one by one where they bring blocks).

        Parameters
        ----------
        goal : {"mean-log", "worst", "d-optimal", "v-optimal", "coverage"}
            See `lprviz.core.gains.Goal`.
        target : slice, indices or mask
            The environments the goal looks at.
        candidates : iterable of int, optional
            Structures outside the training set; all of them, ascending, where none are given.
        threshold : float
            The LPR that counts as covered, for "coverage".
        tick : Tick

        Returns
        -------
        ndarray of shape (n_candidates,)
        """
        chosen = range(self.n_structures) if candidates is None else checked_indices(candidates, self.n_structures)
        outside = tuple(index for index in chosen if index not in set(self.members))
        if candidates is not None and len(outside) < len(chosen):
            inside = next(index for index in chosen if index in self.members)
            raise ModelError(f"Structure {inside} is already in the training set.", "Offer candidates outside it.")
        where = checked_target(target, self.n_environments)
        with one_blas_thread:
            arguments = (self.pool, self.root, self.variance, outside, checked_goal(goal), where, threshold, tick)
            if self.pool.blocks is None:
                return candidate_gains(*arguments)
            return block_gains(*arguments, self.alpha)


def inverse(values: FloatArray) -> FloatArray:
    """1/values, infinite where a value is zero."""
    with np.errstate(divide="ignore"):
        return frozen(1.0 / values)
