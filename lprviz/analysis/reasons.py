"""The part of `FittedLPR` to reason and act with: previews, who holds whom, why an atom is low, and what can go."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from lprviz.analysis.budget import BudgetCurve, budget_curve
from lprviz.analysis.dispensing import Dispensable, dispensable
from lprviz.analysis.explanation import Explanation, explain
from lprviz.analysis.groups import Group
from lprviz.analysis.holding import GroupInfluence, Leaning, group_influence, leaning
from lprviz.analysis.influence import Atom
from lprviz.analysis.preview import Preview, preview
from lprviz.analysis.redundancy import AFFORDABLE, EXCESS, IRREPLACEABLE, Redundancy, redundancy
from lprviz.analysis.suggestion import target_environments
from lprviz.core.blas import one_blas_thread
from lprviz.core.environment_spread import EnvironmentSpread
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


class Reasons:
    """Questions to a `FittedLPR` that lead to the next edit; each is answered by a function of another module.

    Under the training scale, what removing or adding would do is told at the scale in force, except by `preview`.
    """

    @property
    def _fitted(self) -> FittedLPR:
        return cast("FittedLPR", self)

    def preview(self, structure: int, target: Any = None) -> Preview:
        """LPR of every atom with one structure switched, in or out, before it is done: one pass over the pool.

        Parameters
        ----------
        structure : int
        target : indices, slice, mask or (structure, atom) pairs, optional
            The environments that means and extremes are about; all by default.
        """
        return preview(self._fitted, structure, target_environments(self._fitted.analysis.structures, target))

    def group_influence(self, group: Group, *, tick: Tick = no_tick) -> GroupInfluence:
        """Which training structures hold a group of atoms: mean decades of LPR lost over the group without each.

        With ``slice(None)`` as the group, structures are ranked by what the whole data set owes to them.
        """
        return group_influence(self._fitted, group, tick=tick)

    def leaning(self, structure: int) -> Leaning:
        """The reverse of `influence`: decades of LPR that every atom would lose without one training structure."""
        return leaning(self._fitted, structure)

    def redundancy(
        self,
        threshold: float = IRREPLACEABLE,
        *,
        affordable: float = AFFORDABLE,
        excess: float = EXCESS,
        tick: Tick = no_tick,
    ) -> Redundancy:
        """Irreplaceable structures, and pairs of which either may go but not both.

        Parameters
        ----------
        threshold : float
            Leverage from which a structure is irreplaceable.
        affordable : float
            Fold that each of a redundant pair may cost by itself, ``1 / (1 - h)``.
        excess : float
            Fold that both must cost beyond the product of that: ``1 / (1 - r^2)``,
            ``r^2 = S_cd^2 / ((1 - h_c)(1 - h_d))``.
        tick : Tick
            Where structures bring forces, all their rows are looked at, which takes a while; what is lost is then
            counted per row, and pairs are sought among those whose mean features overlap most.
        """
        return redundancy(self._fitted, threshold, affordable, excess, tick=tick)

    def explain(
        self, atom: Atom, *, k: int = 5, candidates: Iterable[int] | None = None, tick: Tick = no_tick
    ) -> Explanation:
        """Why one atom is as rigid as it is, and what would help.

        Parameters
        ----------
        atom : (structure, atom) or int
        k : int
            How many of the nearest training environments to name.
        candidates : iterable of int, optional
            Structures outside training that could help; all by default.
        tick : Tick
        """
        return explain(self._fitted, atom, self._training_spread, k=k, candidates=candidates, tick=tick)

    def budget_curve(
        self,
        n: int,
        goal: str = "mean-log",
        target: Any = None,
        candidates: Iterable[int] | None = None,
        *,
        target_structures: Iterable[int] | None = None,
        target_species: str | Iterable[str] | None = None,
        own_order: Iterable[int] | None = None,
        n_seeds: int = 20,
        seed: int = 0,
        threshold: float = 1.0,
        tick: Tick = no_tick,
    ) -> BudgetCurve:
        """The metric of a goal after 0 to `n` additions: greedy, at random, and in an order of your own.

        Parameters
        ----------
        n, goal, target, candidates, target_structures, target_species, threshold
            As for `FittedLPR.suggest`.
        own_order : iterable of int, optional
            Structures outside training in the order you would add them; any number, candidates or not.
        n_seeds, seed : int
            How many random orders of the candidates, and where they start.
        tick : Tick
        """
        return budget_curve(
            self._fitted,
            n,
            goal=goal,
            target=self._environments(target, target_structures, target_species),
            candidates=candidates,
            own_order=own_order,
            n_seeds=n_seeds,
            seed=seed,
            threshold=threshold,
            tick=tick,
        )

    def dispensable(
        self,
        n: int,
        goal: str = "mean-log",
        target: Any = None,
        members: Iterable[int] | None = None,
        *,
        target_structures: Iterable[int] | None = None,
        target_species: str | Iterable[str] | None = None,
        threshold: float = 1.0,
        tick: Tick = no_tick,
    ) -> Dispensable:
        """Choose `n` training structures that can go with the least loss, greedily; the mirror of `suggest`.

        Parameters
        ----------
        n : int
        goal, target, target_structures, target_species, threshold
            As for `FittedLPR.suggest`.
        members : iterable of int, optional
            Training structures that may go; all by default.
        tick : Tick

        Raises
        ------
        ModelError
            If `n` is below 1, a goal or index is unknown, or a structure is not in training.
        """
        return dispensable(
            self._fitted,
            n,
            goal=goal,
            target=self._environments(target, target_structures, target_species),
            members=members,
            threshold=threshold,
            tick=tick,
        )

    @cached_property
    def _training_spread(self) -> EnvironmentSpread | None:
        """Mean and covariance of the training environments: one for all atoms that are asked about."""
        members = self._fitted.members
        if not members:
            return None
        with one_blas_thread:
            return EnvironmentSpread.of(self._fitted.engine.pool, self._fitted.analysis.structures.offsets, members)

    def _environments(self, target: Any, target_structures: Any, target_species: Any) -> Any:
        return target_environments(self._fitted.analysis.structures, target, target_structures, target_species)
