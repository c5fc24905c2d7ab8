"""The training set of a fit as rows and targets in pool space, for what looks at it row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lprviz.core.training_rows import TrainingRows
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


def training_rows(fitted: FittedLPR, purpose: str) -> TrainingRows:
    """Mean features and per-atom targets (eV) of the members; refused, naming the `purpose`, where one is missing."""
    members, targets = list(fitted.members), fitted.targets
    if not members:
        raise ModelError(f"There is no training structure for {purpose}.", "Add structures to the training set.")
    if targets is None:
        raise ModelError(f"The data set has no energies, which {purpose} needs.", "Load structures with energies.")
    missing = [index for index in members if np.isnan(targets[index])]
    if missing:
        raise ModelError(
            f"Training structure {missing[0]} has no energy, which {purpose} needs.",
            "Remove structures without energies from the training set.",
        )
    return TrainingRows.of(fitted.engine.pool.structures[members], targets[members])
