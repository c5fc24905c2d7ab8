"""The training set of a fit as rows and targets in pool space, for what looks at it row by row.

Where structures are weighted, the rows and targets of the engine are sqrt(w) times those of the structures. Here they
are taken apart again, so that errors and spreads are those of energies per atom whatever the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import FloatArray
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
    rows, weights = structure_rows(fitted)[members], structure_weights(fitted)[members]
    blocks = fitted.engine.pool.blocks
    if blocks is None:
        return TrainingRows.of(rows, targets[members], weights)
    return _with_blocks(rows, targets[members], weights, [blocks.of(index) for index in members])


def _with_blocks(
    rows: FloatArray, targets: FloatArray, weights: FloatArray, blocks: list[tuple[FloatArray, FloatArray]]
) -> TrainingRows:
    """Each structure's mean, followed by the rows it brings besides; those carry their weight already."""
    tables, labels, loads = [], [], []
    for row, target, weight, (further, further_labels) in zip(rows, targets, weights, blocks, strict=True):
        tables += [row[None], further]
        labels += [[target], further_labels]
        loads += [[weight], np.ones(len(further))]
    offsets = np.concatenate([[0], np.cumsum([1 + len(further) for further, _ in blocks])])
    return TrainingRows.of(np.concatenate(tables), np.concatenate(labels), np.concatenate(loads), offsets)


def structure_rows(fitted: FittedLPR) -> FloatArray:
    """Mean features of every structure in pool space (n_structures, rank), without weights."""
    return fitted.engine.pool.structures / np.sqrt(structure_weights(fitted))[:, None]


def structure_variance(fitted: FittedLPR) -> FloatArray:
    """v = 1/PR of every structure's energy per atom (n_structures,), in label-noise variances."""
    return fitted.engine.leverage / structure_weights(fitted)


def structure_weights(fitted: FittedLPR) -> FloatArray:
    """Weight of every structure in the loss (n_structures,)."""
    roots = fitted.analysis.representation.row_roots
    return np.ones(fitted.engine.n_structures) if roots is None else roots**2
