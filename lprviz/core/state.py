"""Everything the engine knows about one training set, and how an edit carries it to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.edits import Edits
from lprviz.core.fit import RidgeFit
from lprviz.core.forms import TrackedForms, products, quadratic_forms, weighted_squares
from lprviz.core.pool import PoolSpace
from lprviz.core.share import PenaltyChange
from lprviz.core.spectrum import Spectrum
from lprviz.progress import Tick, no_tick


@dataclass(frozen=True, eq=False)
class RigidityState:
    """One training set at one regulariser.

    Attributes
    ----------
    alpha : float
    root : ndarray of shape (rank, rank)
        G with G G^T = (R_S^T R_S + alpha I)^-1.
    variance : TrackedForms of n_environments
        v = 1/LPR, including what lies outside pool space.
    leverage : TrackedForms of n_structures
        f^T P f of every structure, member or not.
    fit : RidgeFit or None
        None where a member's target is missing.
    condition : float
        Condition number of the root, or a bound of it.
    drift : float
        Rounding gathered since the last factorisation.
    """

    alpha: float
    root: FloatArray
    variance: TrackedForms
    leverage: TrackedForms
    fit: RidgeFit | None
    condition: float
    drift: float = 0.0

    @classmethod
    def solved(cls, spectrum: Spectrum, alpha: float, *, tick: Tick = no_tick) -> RigidityState:
        """Solve from scratch, blockwise, without keeping anything of the size of the pool."""
        pool, root = spectrum.pool, spectrum.root(alpha)
        variance = quadratic_forms(pool.environments, root, tick=tick)
        variance += pool.residuals / alpha
        leverage = quadratic_forms(pool.structures, root)
        return cls._exact(spectrum, alpha, variance, leverage)

    @classmethod
    def at_alpha(cls, spectrum: Spectrum, alpha: float) -> RigidityState:
        """Solve from the squares the spectrum keeps: one matrix-vector product over the environments."""
        damping = 1.0 / (spectrum.singular**2 + alpha)
        variance = spectrum.environment_squares @ damping
        variance += spectrum.pool.residuals / alpha
        return cls._exact(spectrum, alpha, variance, spectrum.structure_squares @ damping)

    @classmethod
    def _exact(cls, spectrum: Spectrum, alpha: float, variance: FloatArray, leverage: FloatArray) -> RigidityState:
        forms = TrackedForms.exact(variance), TrackedForms.exact(leverage)
        return cls(alpha, frozen(spectrum.root(alpha)), *forms, None, spectrum.condition(alpha)).fitted(spectrum)

    def fitted(self, spectrum: Spectrum) -> RigidityState:
        """The same state, its fit solved from scratch."""
        weights = spectrum.weights(self.alpha)
        return replace(self, fit=None if weights is None else RidgeFit.from_weights(spectrum.pool, weights))

    def variance_after(
        self, pool: PoolSpace, edits: Edits, environment_products: FloatArray
    ) -> tuple[TrackedForms, NDArray[np.intp]]:
        """v after ``edits``, and which environments had to be solved exactly."""
        change = weighted_squares(environment_products, edits.coefficients)
        return self.variance.lowered_by(change, pool.environments, edits.root, pool.residuals / self.alpha)

    def after(self, pool: PoolSpace, edits: Edits) -> tuple[RigidityState, PenaltyChange]:
        """The state after ``edits``: one pass over the environments."""
        atoms = products(pool.environments, edits.vectors)
        means = products(pool.structures, edits.vectors)
        variance, repaired = self.variance_after(pool, edits, atoms)
        change = weighted_squares(means, edits.coefficients)
        leverage, _ = self.leverage.lowered_by(change, pool.structures, edits.root, 0.0)
        fit = None if self.fit is None else self.fit.after(edits, atoms, means)
        condition = float(np.hypot(self.condition, np.sqrt(edits.growth / self.alpha)))
        state = RigidityState(
            self.alpha, frozen(edits.root), variance, leverage, fit, condition, self.drift + edits.drift
        )
        return state, PenaltyChange(self.root, edits, atoms, repaired)
