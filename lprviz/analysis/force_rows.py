r"""Forces as rows of the loss: the derivatives of each structure's features, its reference forces, and their weight.

Trained on forces as well, a structure adds

.. math:: w_c \left[ (y_c - f_c \cdot \theta)^2
          + \omega \sum_{jx} \left( F_{jx} + \frac{\partial}{\partial r_{jx}} \sum_i x_i \cdot \theta \right)^2 \right]

to the loss, with y in eV per atom and F in eV/Å, whatever the weight w_c of the structure. With noise of standard
deviation sigma_E on an energy per atom and sigma_F on a force component, :math:`\omega = (\sigma_E / \sigma_F)^2`, in
Å^2. LPR then still counts labels of energies per atom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import FloatArray
from lprviz.core.row_blocks import RowBlocks
from lprviz.data.force_labels import ForceLabels, find_forces
from lprviz.data.gradients import force_rows
from lprviz.data.structure_rows import row_roots
from lprviz.errors import DataError, ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.base_features import BaseFeatures
    from lprviz.analysis.model_spec import ModelSpec
    from lprviz.data.hypers import SoapHypers
    from lprviz.data.structures import StructureSet

DEFAULT_FORCE_WEIGHT = 0.001
"""About (3 meV per atom / 100 meV/Å)^2, in Å^2: the noise that models of this kind are commonly fitted with."""


@dataclass(frozen=True, eq=False)
class ForceTargets:
    """Reference forces of a data set with the root of the weight of each in the loss.

    Attributes
    ----------
    labels : ForceLabels
    roots : ndarray, shape (n_force_components,)
        sqrt(w_c omega) of every force component: what rows and targets are multiplied by.
    """

    labels: ForceLabels
    roots: FloatArray

    @classmethod
    def of(cls, structures: StructureSet, spec: ModelSpec) -> ForceTargets:
        """Find the forces of a data set; DataError where no structure has any."""
        labels = find_forces(structures)
        if labels is None:
            raise DataError("No structure of this data set has forces.", "Train without forces, or load them as well.")
        own = row_roots(structures, "mean", spec.weights)
        root = np.sqrt(spec.force_weight)
        each = np.full(structures.n_structures, root) if own is None else root * own
        return cls(labels, np.repeat(each, np.diff(labels.offsets)))

    def blocks(self, rows: FloatArray) -> RowBlocks:
        """Rows as they enter the loss (n_force_components, n_columns), with their targets."""
        return RowBlocks(rows, self.labels.values * self.roots, self.labels.offsets)


def force_blocks(
    structures: StructureSet,
    hypers: SoapHypers,
    spec: ModelSpec,
    base: BaseFeatures,
    targets: ForceTargets,
    *,
    tick: Tick = no_tick,
) -> RowBlocks:
    """Force rows over the features of ``base``, weighted; see `lprviz.data.gradients.force_rows` for what is raised."""
    rows = feature_force_rows(
        structures, hypers, spec, base.scale, base.values.shape[1], targets.labels.structures, tick=tick
    )
    rows *= targets.roots[:, None]
    return targets.blocks(rows)


def feature_force_rows(
    structures: StructureSet,
    hypers: SoapHypers,
    spec: ModelSpec,
    scale: float,
    n_features: int,
    chosen: tuple[int, ...],
    *,
    tick: Tick = no_tick,
) -> FloatArray:
    """Minus the derivatives of the summed features of some structures, without weight, per Å.

    ``scale`` is what `lprviz.analysis.base_features` divided the descriptor by, before the constant columns.
    """
    n_constant = spec.has_species_columns(structures) + spec.intercept
    return force_rows(
        structures,
        hypers,
        divisor=scale * float(np.sqrt(1.0 + n_constant)),
        n_features=n_features,
        chosen=chosen,
        per_centre_species=spec.per_centre_species,
        tick=tick,
    )


def require_forces_possible(spec: ModelSpec) -> None:
    """Refuse forces for models whose features have no derivatives here, and a weight that is none."""
    if not isinstance(spec.forces, bool):
        raise ModelError(f"forces must be true or false, not {spec.forces!r}.", "Give True or False.")
    if spec.forces and spec.kind != "ridge":
        raise ModelError(
            f"A {spec.kind} model cannot be trained on forces here: its features have no derivatives.",
            'Use model="ridge", or train on energies alone.',
        )
    weight = spec.force_weight
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0.0 < weight < 1e6:
        raise ModelError(
            f"The weight of forces must be a positive number of Å^2, not {weight!r}.",
            f"Try {DEFAULT_FORCE_WEIGHT:g}: the square of energy noise per atom over force noise.",
        )
