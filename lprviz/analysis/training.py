"""What a training set means to an analysis: indices, the regulariser in force, and what is learnt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lprviz.core.scaling import training_scale
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.analysis import LPRAnalysis

Members = int | Iterable[int]


def as_members(structures: Members) -> tuple[int, ...]:
    """One index or many as a tuple of plain integers."""
    if isinstance(structures, int | np.integer):
        return (int(structures),)
    members = tuple(structures)
    wrong = next((j for j in members if isinstance(j, bool | np.bool_) or not isinstance(j, int | np.integer)), None)
    if wrong is not None:
        raise ModelError(
            f"Training structures are chosen by integer index, not by {wrong!r}.",
            "Give indices such as [0, 1, 2]; turn a mask into indices with numpy.flatnonzero.",
        )
    return tuple(int(j) for j in members)


def effective_alpha(analysis: LPRAnalysis, members: tuple[int, ...], alpha: float) -> float:
    """The regulariser for unscaled features: ``alpha``, or ``alpha s_S^2`` under the training scale."""
    if analysis.scale == "frozen":
        return alpha
    if not members:
        raise ModelError(
            "The training scale is not defined without training structures.",
            'Keep at least one structure in training, or use scale="frozen".',
        )
    representation = analysis.representation
    return alpha * training_scale(representation.square_norms, analysis.structures.offsets, members) ** 2


def per_atom_targets(analysis: LPRAnalysis) -> NDArray[np.float64] | None:
    """(energy - baseline) / atoms of every structure, nan where there is no energy; None if none has one."""
    structures = analysis.structures
    if not np.isfinite(structures.energies).any():
        return None
    return analysis.baseline.targets(structures)


def row_targets(analysis: LPRAnalysis) -> NDArray[np.float64] | None:
    """Targets of the engine's rows: those per atom, times the roots of the structures' weights where there are any."""
    targets, roots = per_atom_targets(analysis), analysis.representation.row_roots
    return targets if targets is None or roots is None else targets * roots


def require_possible_edit(members: tuple[int, ...], added: tuple[int, ...], removed: tuple[int, ...]) -> None:
    """Refuse to add what is in, to remove what is not, or to name a structure twice."""
    present = set(members)
    again = sorted(set(added) & present)
    absent = sorted(set(removed) - present)
    repeated = len(set(added)) < len(added) or len(set(removed)) < len(removed)
    if again or absent or repeated:
        which = f"structure {again[0]} is in already" if again else ""
        which = which or (f"structure {absent[0]} is not in training" if absent else "a structure is given twice")
        raise ModelError(f"The training set cannot be changed like this: {which}.", "Give each structure once.")
