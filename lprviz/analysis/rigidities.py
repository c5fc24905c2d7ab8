r"""Rigidities of groups of atoms and of differences, and covariances of local predictions.

All rigidities are :math:`1/(g^T P g)` with :math:`P = (F_S^T F_S + \alpha I)^{-1}` and some direction g of feature
space: an atom's features (LPR), a structure's mean (PR), any combination over a group, or the difference of two.
Source: S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.groups import Group, Weights, atom_or_group, difference_of, environments_of, weights_of
from lprviz.analysis.influence import Atom, environment_of
from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.core.subsets import Directions, combined, needs_features
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.core.pool import PoolSpace

_LARGEST_MATRIX = 4000


def group_rigidity(fitted: FittedLPR, environments: Group, weights: Weights = "mean") -> float:
    """Rigidity of one combination of local predictions; see `FittedLPR.group_rigidity`."""
    chosen = environments_of(fitted.analysis.structures, environments)
    return _rigidity(fitted, chosen, weights_of(weights, len(chosen)))


def difference_rigidity(fitted: FittedLPR, a: Atom | Group, b: Atom | Group) -> float:
    """Rigidity of the difference of two means; see `FittedLPR.difference_rigidity`."""
    structures = fitted.analysis.structures
    return _rigidity(fitted, *difference_of(atom_or_group(structures, a), atom_or_group(structures, b)))


def covariance_matrix(fitted: FittedLPR, environments: Group) -> FloatArray:
    """Covariances among a few local predictions; see `FittedLPR.covariance_matrix`."""
    chosen = environments_of(fitted.analysis.structures, environments)
    if len(chosen) > _LARGEST_MATRIX:
        raise ModelError(
            f"A covariance matrix of {len(chosen)} environments is too large to look at.",
            f"Choose at most {_LARGEST_MATRIX}.",
        )
    return directions_of(fitted, chosen)[0].covariance(fitted.engine.root, fitted.engine.alpha)


def covariance(fitted: FittedLPR, atom: Atom) -> FloatArray:
    """Covariance of every local prediction with one; see `FittedLPR.covariance`."""
    environment = environment_of(fitted.analysis.structures, atom)
    directions, pool = directions_of(fitted, np.array([environment]))
    values = directions.covariance_with(pool, fitted.engine.root, fitted.engine.alpha)[0].copy()
    values[environment] = fitted.variance[environment]  # the one that the engine keeps to full accuracy
    return read_only(values)


def directions_of(fitted: FittedLPR, chosen: IntArray, rows: FloatArray | None = None) -> tuple[Directions, PoolSpace]:
    """The combinations, and the pool they are made on: one with features only where those can matter."""
    engine = fitted.engine
    pool = engine.pool
    if pool.features is None and needs_features(pool, engine.root, engine.alpha, chosen, rows):
        pool = fitted.analysis.pool_with_features()
    return combined(pool, engine.root, engine.alpha, chosen, rows), pool


def _rigidity(fitted: FittedLPR, chosen: IntArray, row: FloatArray) -> float:
    directions, _ = directions_of(fitted, chosen, row[None])
    variance = float(directions.covariance(fitted.engine.root, fitted.engine.alpha)[0, 0])
    return 1.0 / variance if variance > 0.0 else math.inf
