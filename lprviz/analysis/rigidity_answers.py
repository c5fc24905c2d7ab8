"""The part of `FittedLPR` that answers for structures, groups, differences and components, and that tugs at atoms."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from lprviz.analysis.component_rigidity import ComponentResult, component_rigidity
from lprviz.analysis.groups import Group, Weights, environments_of
from lprviz.analysis.influence import Atom, environment_of
from lprviz.analysis.results import FloatArray
from lprviz.analysis.rigidities import covariance, covariance_matrix, difference_rigidity, group_rigidity
from lprviz.analysis.training_rows import structure_variance
from lprviz.analysis.tug import Tug, tug
from lprviz.core.correlation import correlations
from lprviz.core.subsets import needs_features
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.components import Component
    from lprviz.analysis.fitted import FittedLPR


class RigidityAnswers:
    """Rigidities of a `FittedLPR` besides LPR; each is answered by a function of another module."""

    @property
    def _fitted(self) -> FittedLPR:
        return cast("FittedLPR", self)

    def correlation(self, atom: Atom) -> FloatArray:
        """Posterior correlation of every environment with this one, in [-1, 1], shape (n_environments,).

        Forcing this atom up by one of its standard deviations moves each other by this share of its own. What lies
        outside pool space is correlated through the features themselves, which are computed again (seconds) the
        first time, unless the analysis was made with ``keep_features=True``.
        """
        environment = environment_of(self._fitted.analysis.structures, atom)
        return correlations(covariance(self._fitted, environment), self._fitted.variance, environment)

    def lacks_features_for(self, environments: Group) -> bool:
        """Whether correlations and combinations of these environments must first compute the features again (seconds).

        What lies outside the space of the structures often does not matter; where it does, the features tell.
        """
        fitted = self._fitted
        if fitted.analysis.has_features_at_hand:
            return False
        chosen = environments_of(fitted.analysis.structures, environments)
        return needs_features(fitted.engine.pool, fitted.engine.root, fitted.engine.alpha, chosen)

    def covariance(self, atom: Atom) -> FloatArray:
        """Posterior covariance of every local prediction with one, (n_environments,), in label-noise variances.

        As for `correlation`, features are computed again where they matter and were not kept.
        """
        return covariance(self._fitted, atom)

    def covariance_matrix(self, environments: Group) -> FloatArray:
        """Posterior covariances among a group of m environments, (m, m), in the order given; see `group_rigidity`."""
        return covariance_matrix(self._fitted, environments)

    def tug(self, atom: Atom, eps: float, *, keep_total: bool = False) -> Tug:
        """Force one local energy up by `eps` eV: where every other goes, and how much the loss rises.

        With `keep_total` the energy of the atom's own structure is held, so that its other atoms make up for it.

        Raises
        ------
        ModelError
            If nothing can move the atom: it has no features, or under `keep_total` no other environment is there to
            make up for it.
        """
        return tug(self._fitted, atom, eps, keep_total=keep_total)

    def structure_rigidity(self) -> FloatArray:
        """Prediction rigidity of every structure's mean per-atom prediction, (n_structures,).

        In training it is at least the structure's weight in the loss, which is 1 unless weights were given or total
        energies are learnt.
        """
        with np.errstate(divide="ignore"):
            return 1.0 / structure_variance(self._fitted)

    def group_rigidity(self, environments: Group, weights: Weights = "mean") -> float:
        """Rigidity of the mean, the sum or any other combination of local predictions, in label-equivalents.

        Parameters
        ----------
        environments : slice, mask, numbers of environments, or (structure, atom) pairs
            Each once. The group of all atoms of a structure has that structure's rigidity.
        weights : {"mean", "sum"} or array of shape (m,)
            How much each environment counts. The sum over m environments is m^2 times less rigid than their mean.

        Raises
        ------
        ModelError
            If the group is empty, holds an environment twice, or weights do not fit.
        """
        return group_rigidity(self._fitted, environments, weights)

    def difference_rigidity(self, a: Atom | Group, b: Atom | Group) -> float:
        """Rigidity of the difference between two atoms, or between the means of two groups; infinite for the same.

        A number, or a tuple of two, (structure, atom), names an atom; a list, array, slice or mask names a group.
        """
        return difference_rigidity(self._fitted, a, b)

    def component_rigidity(self, component: Component | str, *, tick: Tick = no_tick) -> ComponentResult:
        """Rigidity of what one component of the features contributes, to every atom (LCPR) and structure (CPR).

        Parameters
        ----------
        component : Component or str
            One of `LPRAnalysis.components` or its key, such as ``"species:Si"``, or a `Component` of your own.
        tick : Tick
            Features are computed where they were not kept, then projected; `ComponentResult.follow` spares both.

        Raises
        ------
        ModelError
            If there is no such component, or the model has none.
        """
        return component_rigidity(self._fitted, component, tick=tick)
