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

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.base_features import BaseFeatures, base_features
from lprviz.analysis.feature_maps import FeatureMap, apply_map, map_from_arrays, map_to_arrays
from lprviz.analysis.force_rows import ForceTargets, force_blocks
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_training import TrainingRows, train_perceptron
from lprviz.core.arrays import frozen
from lprviz.core.kernels import SparseKernel, default_n_sparse
from lprviz.core.perceptron import Perceptron
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import RowBlocks
from lprviz.data.baseline import CompositionBaseline
from lprviz.data.cache import DiskCache, cache_key
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import (
    ACCURACY,
    ALPHA_MIN,
    Representation,
    compute_pool,
    pool_from_arrays,
    pool_to_arrays,
    square_norms,
)
from lprviz.data.species_baseline import species_baseline
from lprviz.data.structure_rows import row_roots, structure_means
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

FloatArray = NDArray[np.float64]

_FORMAT = 1


@dataclass(frozen=True)
class _Order:
    """What one call of `compute_representation` is to make, and how precisely."""

    structures: StructureSet
    hypers: SoapHypers
    spec: ModelSpec
    roots: FloatArray | None
    rows: TrainingRows | None
    forces: ForceTargets | None
    alpha_min: float
    accuracy: float

    @classmethod
    def of(
        cls,
        structures: StructureSet,
        hypers: SoapHypers,
        spec: ModelSpec,
        baseline: CompositionBaseline | None,
        alpha_min: float,
        accuracy: float,
    ) -> _Order:
        """The order for these arguments, after what can be refused at once has been."""
        roots = row_roots(structures, spec.target, spec.weights)
        rows = _training_rows(structures, spec, baseline, roots) if spec.kind == "network" else None
        forces = ForceTargets.of(structures, spec) if spec.forces else None
        return cls(structures, hypers, spec, roots, rows, forces, alpha_min, accuracy)

    def key(self) -> str:
        """Name in the cache: whatever the result depends on."""
        hypers = "" if self.spec.kind == "features" else self.hypers.key()
        digest = hashlib.blake2b(digest_size=16)
        forces = (None, None) if self.forces is None else (self.forces.labels.offsets, self.forces.labels.values)
        for array in (self.roots, None if self.rows is None else self.rows.targets, *forces):
            digest.update(b"none" if array is None else array.tobytes())
        own = (self.structures.content_hash, hypers, self.spec.key(), digest.hexdigest())
        return cache_key("model", _FORMAT, *own, self.alpha_min, self.accuracy)


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
    order = _Order.of(structures, hypers, spec, baseline, alpha_min, accuracy)
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
        found = _from_arrays(usable.get(order.key()), order)
        if found is not None:
            tick(1, 1)
            return found
    made = _computed(order, start, base, keep_features, tick)
    if usable is not None:
        usable.put(order.key(), _to_arrays(made))
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
    return _Order.of(structures, hypers, spec, baseline, alpha_min, accuracy).key()


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
    order: _Order, start: Perceptron | None, base: BaseFeatures | None, keep_features: bool, tick: Tick
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
    return _representation(order, pool, scale, square_norms(values), made)


def _pool(values: FloatArray, order: _Order, blocks: RowBlocks | None, keep_features: bool, tick: Tick) -> PoolSpace:
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


def _feature_map(order: _Order, values: FloatArray, start: Perceptron | None, tick: Tick) -> FeatureMap | None:
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


def _training_rows(
    structures: StructureSet, spec: ModelSpec, baseline: CompositionBaseline | None, roots: FloatArray | None
) -> TrainingRows:
    """What a backbone is trained on, checked before anything long begins."""
    labelled = np.isfinite(structures.energies)
    members = np.flatnonzero(labelled) if spec.trained_on is None else np.array(spec.trained_on, dtype=np.intp)
    if len(members) and members[-1] >= structures.n_structures:
        raise ModelError(
            f"There is no structure {members[-1]} to train the network on.",
            f"The set has {structures.n_structures}, counted from 0.",
        )
    if not len(members) or not labelled[members].all():
        without = "no structure" if not len(members) else f"structure {members[~labelled[members]][0]}"
        problem = "has an energy" if not len(members) else "has no energy"
        raise ModelError(
            f"A network is trained on energies, but {without} {problem}.", "Train it on structures that have one."
        )
    offsets = baseline if baseline is not None else species_baseline(structures, spec.baseline)
    weights = np.ones(structures.n_structures) if roots is None else roots**2
    targets = offsets.targets(structures)
    return TrainingRows(tuple(members.tolist()), targets, weights, structures.offsets)


def _representation(
    order: _Order, pool: PoolSpace, scale: float, norms: FloatArray, made: FeatureMap | None
) -> Representation:
    spec = order.spec
    return Representation(
        pool=pool,
        hypers=order.hypers,
        species_columns=spec.has_species_columns(order.structures),
        scale=scale,
        square_norms=norms,
        n_features=pool.n_features,
        row_roots=order.roots,
        kind=spec.kind,
        description=spec.describe(),
        feature_map=made,
        trained_on=None if order.rows is None else order.rows.members,
    )


def _to_arrays(made: Representation) -> dict[str, NDArray]:
    own = {"square_norms": made.square_norms, "scale": np.array(made.scale)}
    if made.pool.blocks is not None:
        own["force_rows"] = made.pool.blocks.rows
    return {**pool_to_arrays(made.pool), **own, **map_to_arrays(made.feature_map)}


def _from_arrays(arrays: dict[str, NDArray] | None, order: _Order) -> Representation | None:
    pool = pool_from_arrays(arrays, order.structures, order.alpha_min, order.accuracy)
    if arrays is None or pool is None or not {"square_norms", "scale"} <= arrays.keys():
        return None
    try:
        made = map_from_arrays(arrays, order.spec)
        if order.forces is not None:
            pool = replace(pool, blocks=order.forces.blocks(frozen(arrays["force_rows"])))
    except (KeyError, ValueError, ModelError):
        return None
    norms = arrays["square_norms"]
    norms.flags.writeable = False
    return _representation(order, pool, float(arrays["scale"]), norms, made)
