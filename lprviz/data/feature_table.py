"""`FeatureTable`: per-atom features that some other program computed, cut into structures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lprviz.data.structures import StructureSet
from lprviz.errors import DataError


@dataclass(frozen=True, eq=False, repr=False)
class FeatureTable:
    """Features of every environment of a data set. Equal tables have equal numbers, whatever they are called.

    Attributes
    ----------
    values : ndarray, shape (n_environments, n_features)
        float32 or float64, finite.
    offsets : ndarray of int, shape (n_structures + 1,)
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    names : tuple of str
        What each column is; empty where nobody said.
    title : str
        Where the features come from, in a few words.

    Raises
    ------
    DataError
        Where shapes disagree, offsets do not rise from 0, or a value is not finite.
    """

    values: NDArray[np.floating]
    offsets: NDArray[np.int64]
    names: tuple[str, ...] = ()
    title: str = "features"

    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        _check_values(values, self.title)
        object.__setattr__(self, "values", _sealed(values))
        object.__setattr__(self, "offsets", _sealed(_checked_offsets(self.offsets, len(values), self.title)))
        names = tuple(str(name) for name in self.names)
        if names and len(names) != values.shape[1]:
            raise DataError(
                f"{self.title} has {len(names)} names for {values.shape[1]} features.", "Give one name per feature."
            )
        object.__setattr__(self, "names", names)

    @classmethod
    def of(
        cls, structures: StructureSet, values: NDArray[np.floating], *, names: Iterable[str] = (), title: str = ""
    ) -> FeatureTable:
        """Features of the environments of ``structures``, in their order."""
        table = cls(values, structures.offsets, tuple(names), title or f"features of {structures.name or 'structures'}")
        table.require_fitting(structures)
        return table

    @property
    def n_environments(self) -> int:
        """Number of rows."""
        return self.values.shape[0]

    @property
    def n_structures(self) -> int:
        """Number of structures the rows are cut into."""
        return len(self.offsets) - 1

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.values.shape[1]

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint of the numbers and of the cuts."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((self.values.dtype.str, self.values.shape)).encode())
        digest.update(np.ascontiguousarray(self.values).tobytes())
        digest.update(self.offsets.tobytes())
        return digest.hexdigest()

    def require_fitting(self, structures: StructureSet) -> None:
        """Raise DataError, with both sizes, unless there is one row for each atom of each structure."""
        if self.n_environments != structures.n_environments or self.n_structures != structures.n_structures:
            raise DataError(
                f"{self.title} describes {self.n_environments} environments in {self.n_structures} structures, but the "
                f"data set has {structures.n_environments} in {structures.n_structures}.",
                "Compute the features for these very structures, in this order.",
            )
        if not np.array_equal(self.offsets, structures.offsets):
            wrong = int(np.argmax(np.diff(self.offsets) != structures.sizes))
            raise DataError(
                f"{self.title} gives {int(np.diff(self.offsets)[wrong])} atoms to structure {wrong}, which has "
                f"{int(structures.sizes[wrong])}.",
                "Compute the features for these very structures, in this order.",
            )

    def select(self, structures: Iterable[int]) -> FeatureTable:
        """The rows of some structures, in the order given."""
        picked = [range(self.n_structures)[int(s)] for s in structures]
        if not picked:
            raise DataError(f"The selection from {self.title} holds no structure.", "Select at least one.")
        rows = [self.values[self.offsets[s] : self.offsets[s + 1]] for s in picked]
        return replace(self, values=np.concatenate(rows), offsets=np.cumsum([0, *map(len, rows)]))

    def concatenate(self, other: FeatureTable) -> FeatureTable:
        """These rows followed by those of another table with the same columns."""
        if self.n_features != other.n_features:
            raise DataError(
                f"{self.title} has {self.n_features} features, but {other.title} has {other.n_features}.",
                "Export both from the same model.",
            )
        if self.names and other.names and self.names != other.names:
            first = next(i for i, pair in enumerate(zip(self.names, other.names, strict=True)) if pair[0] != pair[1])
            raise DataError(
                f"Column {first} is {self.names[first][:40]!r} in {self.title}, but {other.names[first][:40]!r} in "
                f"{other.title}.",
                "Export both from the same model.",
            )
        return FeatureTable(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]]),
            self.names or other.names,
            self.title if self.title == other.title else f"{self.title} + {other.title}",
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureTable) and self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __repr__(self) -> str:
        return (
            f"FeatureTable({self.title!r}: {self.n_environments} environments in {self.n_structures} structures, "
            f"{self.n_features} features)"
        )


def _check_values(values: NDArray, title: str) -> None:
    if values.ndim != 2 or 0 in values.shape:
        raise DataError(
            f"The features in {title} have shape {values.shape}.",
            "They must be a table of (environments, features), with at least one of each.",
        )
    for start in range(0, len(values), 4096):
        finite = np.isfinite(values[start : start + 4096]).all(axis=1)
        if not finite.all():
            row = start + int(np.argmin(finite))
            raise DataError(
                f"The features of environment {row} in {title} hold a value that is not a number, or is infinite.",
                "Check the structure it belongs to, and export again.",
            )


def _checked_offsets(offsets: NDArray, n_environments: int, title: str) -> NDArray[np.int64]:
    bounds = np.asarray(offsets)
    fits = bounds.ndim == 1 and len(bounds) >= 2 and bounds.dtype.kind in "iu"
    if fits:
        bounds = bounds.astype(np.int64)
        fits = bounds[0] == 0 and bounds[-1] == n_environments and bool((np.diff(bounds) > 0).all())
    if not fits:
        raise DataError(
            f"The offsets in {title} do not cut {n_environments} environments into structures.",
            "Give n_structures + 1 whole numbers that rise from 0 to the number of environments.",
        )
    return bounds


def _sealed(array: NDArray) -> NDArray:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
