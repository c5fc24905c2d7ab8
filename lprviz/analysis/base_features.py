"""The features that every model starts from: SOAP or imported, one scale, with the constant columns asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from lprviz.analysis.model_spec import ModelSpec
from lprviz.data.descriptors import compute_features, require_memory
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BaseFeatures:
    """Features of every environment.

    Attributes
    ----------
    values : ndarray, shape (n_environments, n_features)
    scale : float
        What the descriptor itself was divided by.
    """

    values: FloatArray
    scale: float


def base_features(
    structures: StructureSet, hypers: SoapHypers, spec: ModelSpec, *, tick: Tick = no_tick
) -> BaseFeatures:
    r"""Descriptors divided by s = sqrt(mean \|x\|^2), and beside them the constant columns, each part of mean square 1.

    With k parts everything is divided by sqrt(k), so that the mean of \|x\|^2 is 1 again. With weights per centre
    species the descriptor takes one block of columns for each species, zero for atoms of the others; this leaves
    \|x\|^2 as it is. The intercept of a kernel is not here: it stands beside the kernel's columns.

    Raises
    ------
    DescriptorError
        As `lprviz.data.descriptors.compute_features`.
    DataError
        Where imported features do not describe these structures.
    """
    descriptor, scale = _descriptor(structures, hypers, spec, tick)
    if spec.per_centre_species:
        descriptor = _by_centre_species(descriptor, structures)
    one_hot = spec.has_species_columns(structures)
    intercept = spec.intercept and spec.kind != "sparse-kernel"
    n_constant = (len(structures.species) if one_hot else 0) + int(intercept)
    if n_constant:
        descriptor = _with_constants(descriptor, structures, one_hot=one_hot, intercept=intercept)
    descriptor.flags.writeable = False
    return BaseFeatures(descriptor, scale)


def _descriptor(structures: StructureSet, hypers: SoapHypers, spec: ModelSpec, tick: Tick) -> tuple[FloatArray, float]:
    if spec.features is None:
        soap = compute_features(structures, hypers, species_columns=False, tick=tick)
        return soap.values, soap.scale
    spec.features.require_fitting(structures)
    values = np.asarray(spec.features.values, dtype=np.float64)
    tick(1, 1)
    scale = float(np.sqrt(np.einsum("ij,ij->", values, values) / len(values)))
    if not scale > 0.0:
        raise ModelError(f"Every feature in {spec.features.title} is zero.", "Export the features again.")
    return values / scale, scale


def _by_centre_species(values: FloatArray, structures: StructureSet) -> FloatArray:
    """One block of columns per centre species: shape (n_environments, n_species * n_features)."""
    n_species, (n_environments, n_features) = len(structures.species), values.shape
    require_memory(n_environments, n_species * n_features)
    blocks = np.zeros((n_environments, n_species, n_features))
    blocks[np.arange(n_environments), _species_index(structures)] = values
    return blocks.reshape(n_environments, n_species * n_features)


def _with_constants(values: FloatArray, structures: StructureSet, *, one_hot: bool, intercept: bool) -> FloatArray:
    n_species = len(structures.species) if one_hot else 0
    wide = np.zeros((len(values), values.shape[1] + n_species + int(intercept)))
    wide[:, : values.shape[1]] = values
    if one_hot:
        wide[np.arange(len(values)), values.shape[1] + _species_index(structures)] = 1.0
    if intercept:
        wide[:, -1] = 1.0
    wide /= np.sqrt(1.0 + one_hot + intercept)
    return wide


def _species_index(structures: StructureSet) -> NDArray[np.intp]:
    """Place of each environment's own species among ``structures.species``, shape (n_environments,)."""
    return np.searchsorted([atomic_numbers[symbol] for symbol in structures.species], structures.numbers)
