"""Everything the engine knows about one training set, and how an edit carries it to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.edits import Edits
from lprviz.core.fit import RidgeFit
from lprviz.core.forms import TrackedForms, products
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
        A bound of the condition number of the root.
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
        """Solve from scratch, or by a matrix-vector product where the spectrum is expanded."""
        variance = TrackedForms.exact(spectrum.variances(alpha, tick=tick))
        leverage = TrackedForms.exact(spectrum.leverages(alpha))
        root = frozen(spectrum.root(alpha))
        return cls(alpha, root, variance, leverage, None, spectrum.condition(alpha)).fitted(spectrum)

    def fitted(self, spectrum: Spectrum) -> RigidityState:
        """The same state, its fit solved from scratch."""
        weights = spectrum.weights(self.alpha)
        return replace(self, fit=None if weights is None else RidgeFit.from_weights(spectrum.pool, weights))

    def variance_after(
        self, pool: PoolSpace, edits: Edits, environment_products: FloatArray
    ) -> tuple[TrackedForms, NDArray[np.intp]]:
        """v after ``edits``, and which environments had to be solved exactly."""
        return self.variance.after(
            edits, environment_products, pool.environments, lambda rows: pool.residuals[rows] / self.alpha
        )

    def after(self, pool: PoolSpace, edits: Edits) -> tuple[RigidityState, PenaltyChange]:
        """The state after ``edits``: one pass over the environments."""
        atoms = products(pool.environments, edits.vectors)
        means = products(pool.structures, edits.vectors)
        variance, repaired = self.variance_after(pool, edits, atoms)
        leverage, _ = self.leverage.after(edits, means, pool.structures)
        fit = None if self.fit is None else self.fit.after(edits, atoms, means)
        condition = float(np.sqrt(max(1.0, self.condition**2 + edits.growth / self.alpha)))
        state = RigidityState(
            self.alpha, frozen(edits.root), variance, leverage, fit, condition, self.drift + edits.drift
        )
        return state, PenaltyChange(self.root, edits, atoms, repaired)
