"""How a user names a group of atoms, and what the rigidities of groups are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.analysis.influence import Atom, environment_of
from lprviz.analysis.results import FloatArray, IntArray
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.data.structures import StructureSet

Group = Any
"""Environments by number, as a slice or as a mask, or atoms as (structure, atom) pairs."""

Weights = Literal["mean", "sum"] | ArrayLike
"""How much each environment of a group counts."""

_UNREADABLE = "Give numbers of environments, (structure, atom) pairs, a slice, or one true or false per environment."


def environments_of(structures: StructureSet, group: Group) -> IntArray:
    """Numbers of the environments of a group, in the order given.

    Parameters
    ----------
    structures : StructureSet
    group : slice, mask (n_environments,), collection of int, or collection of (structure, atom)

    Raises
    ------
    ModelError
        If it holds nothing, an environment twice, or something else altogether.
    DataError
        If an environment does not exist.
    """
    chosen = np.arange(structures.n_environments)[group] if isinstance(group, slice) else _listed(structures, group)
    if not len(chosen):
        raise ModelError("The group holds no environment.", "Choose at least one atom.")
    if len(np.unique(chosen)) < len(chosen):
        raise ModelError("The group holds an environment twice.", "Name each once; give weights to count it more.")
    return chosen


def atom_or_group(structures: StructureSet, what: Atom | Group) -> IntArray:
    """One atom where `what` is a number or a *tuple* of two numbers (structure, atom); a group where it is not."""
    pair = isinstance(what, tuple) and len(what) == 2 and all(isinstance(each, int | np.integer) for each in what)
    if pair or isinstance(what, int | np.integer):
        atom: Any = what
        return np.array([environment_of(structures, atom)], dtype=np.intp)
    return environments_of(structures, what)


def weights_of(weights: Weights, n_environments: int) -> FloatArray:
    """The weight of each environment of a group, (n_environments,)."""
    if isinstance(weights, str):
        if weights not in ("mean", "sum"):
            raise ModelError(f"There are no weights {weights!r}.", 'Choose "mean", "sum", or give one number each.')
        return np.full(n_environments, 1.0 / n_environments if weights == "mean" else 1.0)
    row = np.asarray(weights, dtype=np.float64)
    if row.shape != (n_environments,) or not np.isfinite(row).all():
        raise ModelError(
            f"Weights of shape {row.shape} do not go with {n_environments} environments, or one is not finite.",
            "Give one finite number for each environment of the group.",
        )
    return row


def difference_of(first: IntArray, second: IntArray) -> tuple[IntArray, FloatArray]:
    """Mean over one group less mean over another: the environments that take part, and their weights."""
    chosen, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    row = np.zeros(len(chosen))
    np.add.at(row, where[: len(first)], 1.0 / len(first))
    np.add.at(row, where[len(first) :], -1.0 / len(second))
    return chosen, row


def _listed(structures: StructureSet, group: Group) -> IntArray:
    try:
        values: NDArray[Any] = np.asarray(group if isinstance(group, np.ndarray) else list(group))
    except (TypeError, ValueError) as error:  # not a collection, or a ragged one
        raise ModelError("The group of environments cannot be read.", _UNREADABLE) from error
    if values.dtype == bool and values.shape == (structures.n_environments,):
        return np.flatnonzero(values)
    if values.size == 0:
        return np.zeros(0, dtype=np.intp)
    if values.dtype.kind not in "iu" or values.ndim > 2 or (values.ndim == 2 and values.shape[1] != 2):
        kind = f"{values.dtype} values of shape {values.shape}"
        raise ModelError(f"A group of environments cannot be read from {kind}.", _UNREADABLE)
    if values.ndim == 2:
        return np.array([structures.environment_index(int(s), int(atom)) for s, atom in values], dtype=np.intp)
    for outermost in (values.min(), values.max()):
        structures.of(int(outermost))
    return values.astype(np.intp)
