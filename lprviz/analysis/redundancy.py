"""Members that nothing else stands in for, and members that stand in for each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.core.blas import one_blas_thread
from lprviz.core.redundancy import held_alone, pairs_held_together
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

IRREPLACEABLE = 0.9
"""Leverage from which a structure counts as irreplaceable: without it, its own energy is ten times less rigid."""

AFFORDABLE = 2.5
"""Fold that a member of a redundant pair may cost by itself; an exact copy costs 2."""

EXCESS = 4.0
"""Fold that both of a redundant pair must cost beyond what each costs by itself."""


@dataclass(frozen=True)
class RedundantPair:
    """Two members that stand in for each other: either may go, but not both.

    Attributes
    ----------
    first, second : int
    alone : (float, float)
        By how much the rigidity of its own energy falls without each by itself: ``1 / (1 - h)``.
    together : float
        What both cost at once: ``1 / ((1 - h_c)(1 - h_d) - S_cd^2)``, the product of `alone` where they have nothing in
        common.
    """

    first: int
    second: int
    alone: tuple[float, float]
    together: float

    @property
    def excess(self) -> float:
        """What only the two together hold: `together` over the product of `alone`, ``1 / (1 - r^2)``, at least 1."""
        return self.together / (self.alone[0] * self.alone[1])

    def __str__(self) -> str:
        return (
            f"Structures {self.first} and {self.second} stand in for each other: leaving out one costs a factor "
            f"{max(self.alone):.2g}, both {self.together:.3g}."
        )


@dataclass(frozen=True, eq=False, repr=False)
class Redundancy:
    """Irreplaceable structures and redundant pairs of a training set; see `FittedLPR.redundancy`.

    Attributes
    ----------
    members : (n_train,) array of int
    leverage : (n_train,) array
        ``h = 1 - det(I - W W^T)^(1/k)`` with W the k rows that a structure brings, whitened; for a single row the usual
        leverage ``f^T P f``, in [0, 1).
    irreplaceable : tuple of int
        Members with leverage at or above `threshold`, the most irreplaceable first.
    pairs : tuple of RedundantPair
        The most entangled first.
    threshold : float
    """

    members: IntArray
    leverage: FloatArray
    irreplaceable: tuple[int, ...]
    pairs: tuple[RedundantPair, ...]
    threshold: float

    def partners(self, structure: int) -> tuple[int, ...]:
        """The members that stand in for one structure."""
        both = [(pair.first, pair.second) for pair in self.pairs]
        return tuple(d if c == structure else c for c, d in both if structure in (c, d))

    def __repr__(self) -> str:
        return (
            f"Redundancy({len(self.members)} members: {len(self.irreplaceable)} irreplaceable (leverage >= "
            f"{self.threshold:g}), {len(self.pairs)} redundant pairs)"
        )


def redundancy(
    fitted: FittedLPR, threshold: float, affordable: float, excess: float, *, tick: Tick = no_tick
) -> Redundancy:
    """Look for irreplaceable members and redundant pairs; see `FittedLPR.redundancy`."""
    if not (0.0 < threshold < 1.0 and affordable > 1.0 and excess > 1.0):
        raise ModelError(
            "The threshold must be a leverage between 0 and 1, and the two factors above 1.",
            f"The defaults are {IRREPLACEABLE:g}, {AFFORDABLE:g} and {EXCESS:g}.",
        )
    engine, members = fitted.engine, fitted.members
    with one_blas_thread:
        lost, counts = held_alone(engine.pool, engine.root, members, tick=phase(tick, 0.0, 0.5))
        found = pairs_held_together(engine.pool, engine.root, members, np.log(excess), tick=phase(tick, 0.5, 1.0))
    each = lost / counts
    leverage = -np.expm1(-each)
    fold = dict(zip(members, np.exp(each).tolist(), strict=True))
    pairs = [
        RedundantPair(c, d, (fold[c], fold[d]), fold[c] * fold[d] * float(np.exp(more)))
        for c, d, more in found
        if max(fold[c], fold[d]) <= affordable
    ]
    ranked = [members[k] for k in np.argsort(-leverage, kind="stable") if leverage[k] >= threshold]
    return Redundancy(
        np.array(members, dtype=np.intp), read_only(leverage), tuple(ranked), tuple(pairs), float(threshold)
    )
