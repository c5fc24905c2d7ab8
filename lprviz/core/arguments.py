"""Checks at the border: what a caller hands to the engine is made sound here, or refused with both sizes and a hint."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.core.arrays import FloatArray, frozen, row_blocks
from lprviz.errors import ModelError

Target = slice | ArrayLike
"""Which environments a goal looks at: a slice, indices, or a boolean mask."""


def checked_alpha(alpha: float) -> float:
    """Return ``alpha`` as a float, refusing anything that is not finite and positive."""
    value = float(alpha)
    if not math.isfinite(value) or value <= 0.0:
        raise ModelError(
            f"The regulariser alpha must be a positive number, not {value:g}.",
            "Without it some atoms are not determined at all; try 1e-4.",
        )
    return value


def checked_accuracy(accuracy: float) -> float:
    """Return ``accuracy`` as a float, refusing what is not a relative error between 0 and 1."""
    value = float(accuracy)
    if not 0.0 < value < 1.0:
        raise ModelError(
            f"The accuracy must be a relative error between 0 and 1, not {value:g}.",
            "Try 1e-6; a smaller one keeps more directions and makes edits slower.",
        )
    return value


def checked_rows(values: ArrayLike, name: str) -> NDArray:
    """Return a two-dimensional array of finite numbers with at least one column; float32 is left as it is."""
    rows = np.asarray(values)
    if rows.dtype not in (np.float32, np.float64):
        rows = rows.astype(np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ModelError(
            f"The {name} must be a table of (rows, features), not an array of shape {rows.shape}.",
            "Give one row of features each.",
        )
    for block in row_blocks(*rows.shape):
        finite = np.isfinite(rows[block]).all(axis=1)
        if not finite.all():
            row = block.start + int(np.argmin(finite))
            raise ModelError(
                f"Row {row} of the {name} holds a value that is not a number, or is infinite.",
                "Check the structure it belongs to.",
            )
    return rows


def checked_same_columns(first: NDArray, first_name: str, second: NDArray, second_name: str) -> None:
    """Refuse two tables whose rows live in different feature spaces."""
    if first.shape[1] != second.shape[1]:
        raise ModelError(
            f"The {first_name} have {first.shape[1]} features but the {second_name} have {second.shape[1]}.",
            "Compute both with the same hypers and species.",
        )


def checked_indices(indices: Iterable[int], n_structures: int) -> tuple[int, ...]:
    """Return structure indices as ints, in the given order, refusing those out of range and duplicates."""
    values: list[int] = []
    for index in indices:
        if isinstance(index, (bool, np.bool_)) or not isinstance(index, (int, np.integer)):
            raise ModelError(
                f"A structure is named by a whole number, not by {index!r}.",
                "Give indices; turn a mask into indices with numpy.flatnonzero.",
            )
        if not 0 <= index < n_structures:
            raise ModelError(
                f"There is no structure {index} among {n_structures}.", f"Indices run from 0 to {n_structures - 1}."
            )
        values.append(int(index))
    if len(set(values)) != len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise ModelError(f"Structure {twice} is named twice.", "Name each structure once.")
    return tuple(values)


def checked_targets(targets: ArrayLike | None, n_structures: int) -> FloatArray | None:
    """Return per-atom mean targets (n_structures,), where nan stands for a missing one; infinities are refused."""
    if targets is None:
        return None
    values = frozen(targets)
    if values.shape != (n_structures,):
        raise ModelError(
            f"There are targets of shape {values.shape} for {n_structures} structures.",
            "Give one per-atom mean target per structure, nan where it is missing.",
        )
    if np.isinf(values).any():
        raise ModelError(
            f"The target of structure {int(np.argmax(np.isinf(values)))} is infinite.", "Use nan where it is missing."
        )
    return values


def checked_environment(index: int, n_environments: int) -> int:
    """Return the index of one environment, refusing one out of range."""
    if not 0 <= index < n_environments:
        raise ModelError(
            f"There is no environment {index} among {n_environments}.", f"Indices run from 0 to {n_environments - 1}."
        )
    return int(index)


def checked_target(target: Target, n_environments: int) -> slice | NDArray[np.intp]:
    """Return the chosen environments as a slice with step 1 or as indices, refusing an empty or foreign choice."""
    if isinstance(target, slice):
        start, stop, step = target.indices(n_environments)
        chosen: slice | NDArray[np.intp] = slice(start, stop) if step == 1 else np.arange(start, stop, step)
        count = len(range(start, stop, step))
    else:
        chosen = _target_indices(np.asarray(target), n_environments)
        count = chosen.size
    if count == 0:
        raise ModelError("No environment is chosen as the target.", "Choose at least one atom.")
    return chosen


def _target_indices(values: NDArray, n_environments: int) -> NDArray[np.intp]:
    if values.dtype == bool:
        if values.shape != (n_environments,):
            raise ModelError(
                f"The target mask has shape {values.shape} for {n_environments} environments.",
                "Give one true or false per environment.",
            )
        return np.flatnonzero(values)
    values = np.atleast_1d(values)
    if values.size and (values.dtype.kind not in "iu" or values.min() < 0 or values.max() >= n_environments):
        raise ModelError(
            "The target names environments that do not exist.", f"Indices run from 0 to {n_environments - 1}."
        )
    return values.astype(np.intp).ravel()
