"""Rigidity of one component of every prediction, and how it follows the training set.

Source: S. Chong et al., Faraday Discuss. 2024, doi 10.1039/D4FD00101J.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.components import Component, find_component
from lprviz.analysis.results import FloatArray, IntArray, atoms_of
from lprviz.core.components import ComponentRigidity
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


@dataclass(frozen=True, eq=False, repr=False)
class ComponentResult:
    """How firmly one component of every prediction is pinned; `follow` carries it to the next training set.

    Attributes
    ----------
    component : Component
    rigidity : ComponentRigidity
        The engine underneath; its ``engine`` answers for the component what engines answer for atoms.
    offsets : (n_structures + 1,) array
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    alpha : float
        The regulariser as asked for.
    """

    component: Component
    rigidity: ComponentRigidity
    offsets: IntArray
    alpha: float

    @property
    def local(self) -> FloatArray:
        """LCPR of every environment, (n_environments,); infinite where the component holds nothing of an atom."""
        return self.rigidity.local

    @property
    def structures(self) -> FloatArray:
        """CPR of every structure, (n_structures,)."""
        return self.rigidity.structures

    @property
    def n_train(self) -> int:
        """Number of training structures."""
        return len(self.rigidity.engine.members)

    @property
    def error_estimate(self) -> float:
        """Relative error to expect at most. A bound, as masked features lie far outside pool space; see the core."""
        return self.rigidity.error_estimate

    def of(self, structure: int) -> FloatArray:
        """LCPR of the atoms of one structure, (n_atoms,)."""
        return self.local[atoms_of(self.offsets, structure)]

    def follow(self, fitted: FittedLPR, *, tick: Tick = no_tick) -> ComponentResult:
        """The same component for another training set or alpha of the same analysis; a toggle costs what a toggle does.

        Raises
        ------
        ModelError
            If `fitted` belongs to another analysis.
        """
        rigidity = self.rigidity.follow(fitted.engine, tick=tick)
        return ComponentResult(self.component, rigidity, self.offsets, fitted.alpha)

    def __repr__(self) -> str:
        finite = self.local[np.isfinite(self.local)]
        low, middle, high = np.quantile(finite, (0.05, 0.5, 0.95)) if len(finite) else (np.inf,) * 3
        return (
            f"ComponentResult({self.component.title}, {self.n_train} training structures, alpha {self.alpha:g}: "
            f"LCPR median {middle:.3g}, 5-95 % {low:.3g} to {high:.3g})"
        )


def component_rigidity(fitted: FittedLPR, component: Component | str, *, tick: Tick = no_tick) -> ComponentResult:
    """LCPR and CPR of one component; see `FittedLPR.component_rigidity`."""
    analysis = fitted.analysis
    found = find_component(analysis, component)
    masked = analysis.component_pools.get(analysis, found.columns, tick=phase(tick, 0.0, 0.8))
    rigidity = ComponentRigidity.of(fitted.engine, masked, tick=phase(tick, 0.8, 1.0))
    return ComponentResult(found, rigidity, analysis.structures.offsets, fitted.alpha)
