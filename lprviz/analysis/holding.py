"""Who holds a group of atoms, and whom a structure holds: leave-one-structure-out for many atoms at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.groups import Group, environments_of
from lprviz.analysis.results import FloatArray, IntArray, atoms_of, read_only
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


@dataclass(frozen=True, eq=False, repr=False)
class GroupInfluence:
    """Which training structures hold a group of atoms: the mean loss of log LPR if each were left out alone.

    Attributes
    ----------
    environments : (m,) array of int
        The group.
    members : (n_train,) array of int
        Training structures, the most important first.
    loss : (n_train,) array
        Decades of LPR lost without that structure, averaged over the atoms of the group. This is about the atoms one by
        one; how firmly their mean is held is `FittedLPR.group_rigidity`.
    leverage : (n_train,) array
        How much of its own label each structure explains alone, in [0, 1).
    """

    environments: IntArray
    members: IntArray
    loss: FloatArray
    leverage: FloatArray

    def top(self, n: int = 5) -> list[tuple[int, float]]:
        """The `n` most important training structures with their loss in decades."""
        return [(int(j), float(loss)) for j, loss in zip(self.members[:n], self.loss[:n], strict=True)]

    def __repr__(self) -> str:
        best = ", ".join(f"{j}: {loss:.2g}" for j, loss in self.top())
        return (
            f"GroupInfluence({len(self.environments)} atoms, mean decades of LPR lost without structure "
            f"{best or 'none'})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Leaning:
    """The atoms that lean on one training structure.

    Attributes
    ----------
    structure : int
    loss : (n_environments,) array
        Decades of LPR that every environment would lose without the structure, at least 0.
    order : (n_environments,) array of int
        Environments, those that lean most first.
    offsets : (n_structures + 1,) array
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    """

    structure: int
    loss: FloatArray
    order: IntArray
    offsets: IntArray

    @property
    def mean(self) -> float:
        """Mean over all environments, decades."""
        return float(self.loss.mean())

    def top(self, n: int = 5) -> list[tuple[int, float]]:
        """The `n` environments that lean most, with their loss in decades."""
        return [(int(i), float(self.loss[i])) for i in self.order[:n]]

    def of(self, structure: int) -> FloatArray:
        """Loss of the atoms of one structure, (n_atoms,), decades."""
        return self.loss[atoms_of(self.offsets, structure)]

    def __repr__(self) -> str:
        return (
            f"Leaning(on structure {self.structure}: {self.loss.max():.3g} decades of LPR at most, "
            f"{self.mean:.2g} in the mean, {np.mean(self.loss > np.log10(2.0)):.0%} of atoms lose more than half)"
        )


def group_influence(fitted: FittedLPR, group: Group, *, tick: Tick = no_tick) -> GroupInfluence:
    """Mean decades of LPR that a group would lose without each member; see `FittedLPR.group_influence`."""
    environments = environments_of(fitted.analysis.structures, group)
    members = np.array(fitted.members, dtype=np.intp)
    loss = fitted.engine.losses("mean-log", environments, tick=tick) / np.log(10.0)
    order = np.argsort(-loss, kind="stable")
    return GroupInfluence(
        environments=environments,
        members=members[order],
        loss=read_only(np.maximum(loss[order], 0.0)),
        leverage=read_only(fitted.engine.leverage[members][order]),
    )


def leaning(fitted: FittedLPR, structure: int) -> Leaning:
    """The atoms that lean on one member; see `FittedLPR.leaning`."""
    loss = fitted.engine.leaning(structure)
    order = np.argsort(-loss, kind="stable")
    return Leaning(int(structure), loss, order, fitted.analysis.structures.offsets)
