"""Every model is a feature map and one engine: from a data set and a `ModelSpec` to a `Representation`.

============== ======================================== =================================== ==========================
kind           feature of an environment                frozen scale                        what moves it
============== ======================================== =================================== ==========================
ridge          SOAP, constant columns                   mean of |x|^2 is 1                  data set, hypers, spec
features       imported ones, constant columns          mean of |x|^2 is 1                  the file, spec
sparse-kernel  k_M(x) K_MM^(-1/2), perhaps a constant   1: k(x, x) = 1                      data set, hypers, spec
network        last hidden layer and its bias column    mean of |x|^2 is 1                  all that, and retraining
============== ======================================== =================================== ==========================

Whatever the training set, the representation stays: that is what "frozen" means, and why edits are live.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.base_features import BaseFeatures, base_features
from lprviz.analysis.feature_maps import FeatureMap, apply_map
from lprviz.analysis.force_rows import force_blocks
from lprviz.analysis.model_order import ModelOrder, assembled, from_arrays, to_arrays
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_training import train_perceptron
from lprviz.core.kernels import SparseKernel, default_n_sparse
from lprviz.core.perceptron import Perceptron
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import RowBlocks
from lprviz.data.baseline import CompositionBaseline
from lprviz.data.cache import DiskCache
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import ACCURACY, ALPHA_MIN, Representation, compute_pool, square_norms
from lprviz.data.structure_rows import structure_means
from lprviz.data.structures import StructureSet
from lprviz.progress import Tick, no_tick, phase

FloatArray = NDArray[np.float64]


def compute_representation(
    structures: StructureSet,
    hypers: SoapHypers,
    spec: ModelSpec | None = None,
    *,
    baseline: CompositionBaseline | None = None,
    alpha_min: float = ALPHA_MIN,
    accuracy: float = ACCURACY,
    keep_features: bool = False,
    start: Perceptron | None = None,
    base: BaseFeatures | None = None,
    tick: Tick = no_tick,
    cache: DiskCache | None = None,
) -> Representation:
    """Features of every environment under a model, in pool space: computed, or fetched from a cache.

    Parameters
    ----------
    structures : StructureSet
        The data set.
    hypers : SoapHypers
        The descriptor; of no account for imported features.
    spec : ModelSpec, optional
        The model; plain ridge by default.
    baseline : CompositionBaseline, optional
        What a network need not learn; by the spec by default. Other models do not look at energies here.
    alpha_min, accuracy : float
        Smallest regulariser to be served, and the relative error of rigidities to accept there.
    keep_features : bool
        Let the pool keep the features, which correlations between atoms need; the cache is then not read.
    start : Perceptron, optional
        A trained network to go on from (a warm start, a tenth of the epochs); the cache is then not used.
    base : BaseFeatures, optional
        What `base_features` gave for these structures, hypers and this spec, where it is at hand.
    tick : Tick
        One rising progress over everything; may cancel.
    cache : DiskCache, optional
        Where to look first and to keep the result.

    Raises
    ------
    DescriptorError, DataError, ModelError
        Where descriptors cannot be computed, imported features do not fit, or a network cannot be trained.
    """
    spec = spec or ModelSpec()
    order = ModelOrder.of(structures, hypers, spec, baseline, alpha_min, accuracy)
    if order.roots is None and base is None and spec.is_plain:
        made = compute_pool(
            structures,
            hypers,
            species_columns=spec.species_columns,
            alpha_min=alpha_min,
            accuracy=accuracy,
            tick=tick,
            cache=cache,
            keep_features=keep_features,
        )
        return replace(made, description=spec.describe())
    usable = cache if start is None else None
    if usable is not None and not keep_features:
        found = from_arrays(usable.get(order.key()), order)
        if found is not None:
            tick(1, 1)
            return found
    made = _computed(order, start, base, keep_features, tick)
    if usable is not None:
        usable.put(order.key(), to_arrays(made))
    return made


def representation_key(
    structures: StructureSet,
    hypers: SoapHypers,
    spec: ModelSpec,
    *,
    baseline: CompositionBaseline | None = None,
    alpha_min: float = ALPHA_MIN,
    accuracy: float = ACCURACY,
) -> str:
    """A name for what `compute_representation` gives for the same arguments, and for nothing else.

    The structures' positions are not all: weights may come from ``atoms.info``, and a network learns from energies.
    Raises as `compute_representation` does before it computes anything.
    """
    return ModelOrder.of(structures, hypers, spec, baseline, alpha_min, accuracy).key()


def features_again(
    structures: StructureSet, hypers: SoapHypers, spec: ModelSpec, known: Representation, *, tick: Tick = no_tick
) -> FloatArray:
    """The features (n_environments, n_features) of a representation that has let go of them; nothing is trained."""
    base = base_features(structures, hypers, spec, tick=phase(tick, 0.0, 0.9))
    if known.feature_map is None:
        return base.values
    phi = apply_map(known.feature_map, base.values, intercept=spec.intercept, tick=phase(tick, 0.9, 1.0))
    return phi / known.scale


def _computed(
    order: ModelOrder, start: Perceptron | None, base: BaseFeatures | None, keep_features: bool, tick: Tick
) -> Representation:
    spec = order.spec
    learns = spec.kind == "network" or spec.forces
    base = base or base_features(order.structures, order.hypers, spec, tick=phase(tick, 0.0, 0.4 if learns else 0.7))
    blocks = None
    if order.forces is not None:
        blocks = force_blocks(order.structures, order.hypers, spec, base, order.forces, tick=phase(tick, 0.4, 0.7))
    made = _feature_map(order, base.values, start, phase(tick, *((0.4, 0.9) if learns else (0.7, 0.85))))
    values, scale = base.values, base.scale
    if made is not None:
        values = apply_map(made, base.values, intercept=spec.intercept, tick=phase(tick, 0.9, 0.93))
        scale = _map_scale(made, values, intercept=spec.intercept)
        values /= scale
        values.flags.writeable = False
    pool = _pool(values, order, blocks, keep_features, phase(tick, 0.93 if made is not None else 0.7, 1.0))
    return assembled(order, pool, scale, square_norms(values), made)


def _pool(
    values: FloatArray, order: ModelOrder, blocks: RowBlocks | None, keep_features: bool, tick: Tick
) -> PoolSpace:
    means = structure_means(values, order.structures)
    rows = means if order.roots is None else means * order.roots[:, None]
    return PoolSpace.from_features(
        values,
        rows,
        alpha_min=order.alpha_min,
        accuracy=order.accuracy,
        keep_features=keep_features,
        blocks=blocks,
        tick=tick,
    )


def _feature_map(order: ModelOrder, values: FloatArray, start: Perceptron | None, tick: Tick) -> FeatureMap | None:
    """Sparse points chosen, or a network trained; None where the features serve as they are."""
    spec = order.spec
    if spec.kind == "sparse-kernel":
        n_sparse = default_n_sparse(len(values)) if spec.n_sparse is None else spec.n_sparse
        return SparseKernel.from_features(values, n_sparse, zeta=spec.zeta, sampling=spec.sampling, tick=tick)
    if order.rows is not None:
        return train_perceptron(values, order.rows, spec.network, start=start, tick=tick)
    return None


def _map_scale(made: FeatureMap, values: FloatArray, *, intercept: bool) -> float:
    """A kernel has its own scale; the outputs of a network are brought to a mean of |x|^2 of 1."""
    if isinstance(made, SparseKernel):
        return float(np.sqrt(1.0 + intercept))
    return float(np.sqrt(np.einsum("ij,ij->", values, values) / len(values)))
