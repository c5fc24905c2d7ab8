"""What one call of `lprviz.analysis.models.compute_representation` is to make: checked, named, put together, kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.feature_maps import FeatureMap, map_from_arrays, map_to_arrays
from lprviz.analysis.force_rows import ForceTargets
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_training import TrainingRows
from lprviz.core.arrays import frozen
from lprviz.core.pool import PoolSpace
from lprviz.data.baseline import CompositionBaseline
from lprviz.data.cache import cache_key
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import Representation, pool_from_arrays, pool_to_arrays
from lprviz.data.species_baseline import species_baseline
from lprviz.data.structure_rows import row_roots
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

FloatArray = NDArray[np.float64]

_FORMAT = 1


@dataclass(frozen=True)
class ModelOrder:
    """Everything that a representation depends on.

    Attributes
    ----------
    structures, hypers, spec
        The data set, the descriptor and the model.
    roots : ndarray, shape (n_structures,), or None
        Roots of the structures' weights, where they are weighted.
    rows : TrainingRows or None
        What a network learns.
    forces : ForceTargets or None
        Forces to train on.
    alpha_min, accuracy : float
        How precise pool space has to be.
    """

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
    ) -> ModelOrder:
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


def assembled(
    order: ModelOrder, pool: PoolSpace, scale: float, norms: FloatArray, made: FeatureMap | None
) -> Representation:
    """The representation from its parts."""
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


def to_arrays(made: Representation) -> dict[str, NDArray]:
    """Take a representation apart for a cache."""
    own = {"square_norms": made.square_norms, "scale": np.array(made.scale)}
    if made.pool.blocks is not None:
        own["force_rows"] = made.pool.blocks.rows
    return {**pool_to_arrays(made.pool), **own, **map_to_arrays(made.feature_map)}


def from_arrays(arrays: dict[str, NDArray] | None, order: ModelOrder) -> Representation | None:
    """Put a representation together again; None where something is missing or does not fit."""
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
    return assembled(order, pool, float(arrays["scale"]), norms, made)


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
