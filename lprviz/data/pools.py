"""From structures and hypers to pool space, in one step, with one progress and one cache."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.core.kernels import SparseKernel
from lprviz.core.perceptron import Perceptron
from lprviz.core.pool import PoolSpace
from lprviz.data.cache import DiskCache, cache_key
from lprviz.data.descriptors import Features, compute_features
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.progress import Tick, no_tick, phase

ALPHA_MIN = 1e-8
"""Smallest regulariser that a representation serves to `ACCURACY`, unless another is asked for."""

ACCURACY = 1e-6
"""Relative error of rigidities at the smallest regulariser; it falls as 1/alpha above: 1e-10 at 1e-4."""

_FORMAT = 2
_DESCRIPTORS = 0.75
_POOL_ARRAYS = ("environments", "residuals", "structures", "basis", "ties")


@dataclass(frozen=True)
class Representation:
    """A data set as the model sees it.

    Attributes
    ----------
    pool : PoolSpace
        Environments and structures in the space that the structures span.
    hypers : SoapHypers
        The descriptor it was made with.
    species_columns : bool
        Whether each species has a column of its own.
    scale : float
        What the raw power spectrum was divided by; frozen for this data set and these hypers.
    square_norms : ndarray, shape (n_environments,)
        \\|x\\|² of the scaled features; their mean is 1.
    n_features : int
        Number of features before the projection.
    features : Features or None
        The scaled features themselves, where they were asked for.
    row_roots : ndarray, shape (n_structures,), or None
        Where structures are weighted: sqrt(w) of each. Rows of the pool are then sqrt(w) times the mean features, and
        targets are multiplied likewise; None where every weight is 1.
    kind : str
        The model it belongs to: "ridge", "sparse-kernel", "network" or "features".
    description : str
        The same in one line for people.
    feature_map : object or None
        What turned features into those of the pool, where it was more than scaling: a `SparseKernel` or `Perceptron`.
    trained_on : tuple of int or None
        Structures whose targets shaped the features: those of a network's backbone.
    """

    pool: PoolSpace
    hypers: SoapHypers
    species_columns: bool
    scale: float
    square_norms: NDArray[np.float64]
    n_features: int
    features: Features | None = None
    row_roots: NDArray[np.float64] | None = None
    kind: str = "ridge"
    description: str = ""
    feature_map: SparseKernel | Perceptron | None = None
    trained_on: tuple[int, ...] | None = None


def compute_pool(
    structures: StructureSet,
    hypers: SoapHypers,
    *,
    species_columns: bool | None = None,
    alpha_min: float = ALPHA_MIN,
    accuracy: float = ACCURACY,
    tick: Tick = no_tick,
    cache: DiskCache | None = None,
    keep_features: bool = False,
) -> Representation:
    """Compute descriptors and project them into pool space, or fetch both from a cache.

    Parameters
    ----------
    structures : StructureSet
        The data set.
    hypers : SoapHypers
        The descriptor.
    species_columns : bool, optional
        One column per species; by default where there are several species.
    alpha_min : float
        Smallest regulariser to be served to full accuracy.
    accuracy : float
        Relative error of rigidities to accept there; about ``accuracy * alpha_min / alpha`` above it.
    tick : Tick
        One rising progress over both phases.
    cache : DiskCache, optional
        Where to look first and to keep the result; by default none.
    keep_features : bool
        Keep the features too; they are then computed, as the cache holds only the pool.

    Returns
    -------
    Representation

    Raises
    ------
    DescriptorError
        If the descriptors cannot be computed.
    """
    if species_columns is None:
        species_columns = len(structures.species) > 1
    key = cache_key("pool", _FORMAT, structures.content_hash, hypers.key(), species_columns, alpha_min, accuracy)
    if cache is not None and not keep_features:
        found = _from_arrays(cache.get(key), structures, hypers, species_columns, alpha_min, accuracy)
        if found is not None:
            tick(1, 1)
            return found
    features = compute_features(structures, hypers, species_columns=species_columns, tick=phase(tick, 0, _DESCRIPTORS))
    pool = PoolSpace.from_features(
        features.values,
        features.structure_means(structures.offsets),
        alpha_min=alpha_min,
        accuracy=accuracy,
        keep_features=keep_features,
        tick=phase(tick, _DESCRIPTORS, 1),
    )
    made = Representation(
        pool,
        hypers,
        species_columns,
        features.scale,
        square_norms(features.values),
        features.n_features,
        features if keep_features else None,
    )
    if cache is not None:
        cache.put(key, _to_arrays(made))
    return made


def _to_arrays(made: Representation) -> dict[str, NDArray]:
    return {**pool_to_arrays(made.pool), "square_norms": made.square_norms, "scale": np.array(made.scale)}


def _from_arrays(
    arrays: dict[str, NDArray] | None,
    structures: StructureSet,
    hypers: SoapHypers,
    species_columns: bool,
    alpha_min: float,
    accuracy: float,
) -> Representation | None:
    """Rebuild what `_to_arrays` took apart; None where an entry is missing something or does not fit the set."""
    pool = pool_from_arrays(arrays, structures, alpha_min, accuracy)
    if arrays is None or pool is None or not {"square_norms", "scale"} <= arrays.keys():
        return None
    norms = arrays["square_norms"]
    norms.flags.writeable = False
    return Representation(pool, hypers, species_columns, float(arrays["scale"]), norms, len(arrays["basis"]))


def pool_to_arrays(pool: PoolSpace) -> dict[str, NDArray]:
    """Take a pool apart for a cache."""
    return {name: getattr(pool, name) for name in _POOL_ARRAYS}


def pool_from_arrays(
    arrays: dict[str, NDArray] | None, structures: StructureSet, alpha_min: float, accuracy: float
) -> PoolSpace | None:
    """Put a pool together again; None where an array is missing, or it is not of these structures."""
    if arrays is None or not set(_POOL_ARRAYS) <= arrays.keys():
        return None
    if len(arrays["environments"]) != structures.n_environments or len(arrays["structures"]) != len(structures):
        return None
    environments, residuals, rows, basis, ties = (arrays[name] for name in _POOL_ARRAYS)
    return PoolSpace(environments, residuals, rows, basis, ties, alpha_min, accuracy)


def square_norms(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """\\|x\\|² of every row, read-only."""
    norms = np.einsum("ij,ij->i", values, values)
    norms.flags.writeable = False
    return norms
