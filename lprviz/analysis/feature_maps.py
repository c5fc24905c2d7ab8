"""What turns the features of a descriptor into those of a model: a sparse kernel, or a network up to its last layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.model_spec import ModelSpec
from lprviz.core.kernels import SparseKernel
from lprviz.core.perceptron import Perceptron
from lprviz.progress import Tick, no_tick

FloatArray = NDArray[np.float64]
FeatureMap = SparseKernel | Perceptron

_PREFIX = "map "


def apply_map(made: FeatureMap, values: FloatArray, *, intercept: bool, tick: Tick = no_tick) -> FloatArray:
    """Unscaled features of the model, shape (n_environments, n_features).

    A network's have a constant column of their own, for the bias of its last layer; a kernel's get one where an
    intercept is asked for.
    """
    if isinstance(made, Perceptron):
        return made.last_layer(values, tick=tick)
    phi = made.transform(values, tick=tick)
    return np.column_stack([phi, np.ones(len(phi))]) if intercept else phi


def map_to_arrays(made: FeatureMap | None) -> dict[str, NDArray]:
    """Take a map apart for a cache."""
    if made is None:
        return {}
    if isinstance(made, Perceptron):
        arrays = made.to_arrays()
    else:
        arrays = {"points": made.points, "factor": made.factor, "jitter": np.array(made.jitter)}
    return {_PREFIX + name: array for name, array in arrays.items()}


def map_from_arrays(arrays: dict[str, NDArray], spec: ModelSpec) -> FeatureMap | None:
    """Put the map of a model together again; KeyError where something is missing."""
    own = {name.removeprefix(_PREFIX): array for name, array in arrays.items() if name.startswith(_PREFIX)}
    if spec.kind == "sparse-kernel":
        points, factor = own["points"], own["factor"]
        points.flags.writeable = factor.flags.writeable = False
        return SparseKernel(points, factor, spec.zeta, float(own["jitter"]))
    if spec.kind == "network":
        return Perceptron.from_arrays(own, spec.network.activation)
    return None
