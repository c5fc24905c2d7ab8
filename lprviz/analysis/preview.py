"""What switching one structure in or out would do, before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import FloatArray, IntArray, atoms_of, read_only
from lprviz.core.arguments import checked_indices

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


@dataclass(frozen=True, eq=False, repr=False)
class Preview:
    """LPR as it would be with one structure switched. Summaries are worked out when asked for.

    Attributes
    ----------
    structure : int
        The structure that is switched.
    joins : bool
        Whether it would join the training set, or leave it.
    lpr, lpr_before : (n_environments,) array
        In label-equivalents; right to 1e-4 where the model trains on forces.
    target : (n_target,) array of int
        The environments that `mean_change`, `worst_before`, `worst_after` and `covered` are about.
    offsets : (n_structures + 1,) array
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    """

    structure: int
    joins: bool
    lpr: FloatArray
    lpr_before: FloatArray
    target: IntArray
    offsets: IntArray

    @cached_property
    def log2_ratio(self) -> FloatArray:
        """log2 of LPR after over before (n_environments,); 0 for an atom without features."""
        finite = np.isfinite(self.lpr_before)
        ratio = np.divide(self.lpr, self.lpr_before, out=np.ones_like(self.lpr), where=finite)
        return read_only(np.log2(ratio, out=ratio))

    @cached_property
    def mean_change(self) -> float:
        """Mean change of log10 LPR over the target, decades."""
        return float(self.log2_ratio[self.target].mean() * np.log10(2.0))

    @cached_property
    def worst_before(self) -> tuple[int, float]:
        """The environment of the target that is least rigid now, and its LPR."""
        return self._worst(self.lpr_before)

    @cached_property
    def worst_after(self) -> tuple[int, float]:
        """The one that would be, and its LPR."""
        return self._worst(self.lpr)

    def covered(self, threshold: float = 1.0) -> tuple[float, float]:
        """Share of the target with LPR at or above a threshold, before and after."""
        before, after = (float(np.mean(lpr[self.target] >= threshold)) for lpr in (self.lpr_before, self.lpr))
        return before, after

    def of(self, structure: int) -> FloatArray:
        """LPR that the atoms of one structure would have, (n_atoms,)."""
        return self.lpr[atoms_of(self.offsets, structure)]

    def _worst(self, lpr: FloatArray) -> tuple[int, float]:
        environment = int(self.target[np.argmin(lpr[self.target])])
        return environment, float(lpr[environment])

    def __repr__(self) -> str:
        verb = "joins" if self.joins else "leaves"
        before, after = self.covered()
        return (
            f"Preview(structure {self.structure} {verb}: log10 LPR {self.mean_change:+.3g} in the mean, worst "
            f"{self.worst_before[1]:.3g} -> {self.worst_after[1]:.3g}, at least one label {before:.0%} -> {after:.0%})"
        )


def preview(fitted: FittedLPR, structure: int, target: IntArray) -> Preview:
    """Switch one structure in thought; see `FittedLPR.preview`."""
    (index,) = checked_indices((structure,), fitted.engine.n_structures)
    joins = index not in fitted.members
    if fitted.scale == "frozen":
        lpr = fitted.engine.preview(index)
    else:  # every feature is rescaled by the change
        lpr = (fitted.add(index) if joins else fitted.remove(index)).lpr
    return Preview(index, joins, lpr, fitted.lpr, target, fitted.analysis.structures.offsets)
