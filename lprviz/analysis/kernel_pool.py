"""The sparse-kernel model as a representation: descriptors, sparse points, whitened kernel columns, pool space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lprviz.core.kernels import SparseKernel
from lprviz.core.pool import PoolSpace
from lprviz.data.descriptors import compute_features
from lprviz.data.pools import ACCURACY, ALPHA_MIN, Representation
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.data.hypers import SoapHypers
    from lprviz.data.structures import StructureSet

DEFAULT_MAX_SPARSE = 500


def default_n_sparse(n_environments: int) -> int:
    """Sparse points when none are asked for: half the environments, at most 500, at least one."""
    return max(1, min(DEFAULT_MAX_SPARSE, n_environments // 2))


def compute_kernel_pool(
    structures: StructureSet,
    hypers: SoapHypers,
    *,
    species_columns: bool | None = None,
    n_sparse: int | None = None,
    zeta: int = 2,
    alpha_min: float = ALPHA_MIN,
    accuracy: float = ACCURACY,
    keep_features: bool = False,
    tick: Tick = no_tick,
) -> Representation:
    """Representation of the sparse polynomial kernel ``(x . y)^zeta`` on normalised features.

    The kernel of an environment with itself is 1, so the frozen scale of this model is 1 by construction. Features
    of a structure are the means of its atoms' whitened kernel columns, as for any other feature map.

    Parameters
    ----------
    structures, hypers, species_columns
        As for the plain features; species columns, where on, enter the kernel's scalar product.
    n_sparse : int, optional
        Most sparse points to choose, by farthest-point sampling; ``min(500, N // 2)`` by default.
    zeta : int
        Exponent.
    alpha_min, accuracy : float
        Smallest regulariser to be served, and the relative error of rigidities to accept there.
    keep_features : bool
        Let the pool keep the whitened kernel columns, which correlations between atoms need.
    """
    features = compute_features(structures, hypers, species_columns=species_columns, tick=phase(tick, 0, 0.7))
    n_sparse = default_n_sparse(structures.n_environments) if n_sparse is None else n_sparse
    kernel = SparseKernel.from_features(features.values, n_sparse, zeta=zeta, tick=phase(tick, 0.7, 0.85))
    phi = kernel.transform(features.values, tick=phase(tick, 0.85, 0.95))
    counts = np.diff(structures.offsets)
    means = np.add.reduceat(phi, structures.offsets[:-1], axis=0) / counts[:, None]
    pool = PoolSpace.from_features(
        phi,
        means,
        alpha_min=alpha_min,
        accuracy=accuracy,
        keep_features=keep_features,
        tick=phase(tick, 0.95, 1),
    )
    return Representation(
        pool=pool,
        hypers=hypers,
        species_columns=features.has_species_columns,
        scale=1.0,
        square_norms=np.einsum("ij,ij->i", phi, phi),
        n_features=kernel.n_sparse,
    )
