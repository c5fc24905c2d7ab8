"""Which regulariser predicts best: leave-one-structure-out and generalised cross-validation of a fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from lprviz.analysis.training_rows import structure_weights, training_rows
from lprviz.core.alpha_choice import AlphaCurve, alpha_curve
from lprviz.core.arguments import checked_alpha
from lprviz.core.arrays import FloatArray, frozen
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

LARGEST_ALPHA = 100.0
"""Features have square norms near one: beyond this a few hundred structures hardly speak against the prior."""

_PER_DECADE, _PER_DECADE_WITH_BLOCKS = 6, 2
"""With forces each regulariser takes a solution per structure, so fewer are tried."""


def cross_validated_alphas(fitted: FittedLPR, alphas: ArrayLike | None = None, *, tick: Tick = no_tick) -> AlphaCurve:
    """Cross-validation errors in eV per atom of every regulariser, from one decomposition of the training rows.

    Regularisers are as `LPRAnalysis` takes them. Under the training scale that of the whole training set is used
    throughout: leaving one structure out would change it slightly. The energy per species that is taken off before
    the fit stays as it is too.
    """
    training = training_rows(fitted, "cross-validation")
    effective = fitted.engine.alpha / fitted.alpha  # 1 under the frozen scale, s^2 under the training scale
    given = default_alphas(fitted) if alphas is None else np.unique([checked_alpha(each) for each in np.ravel(alphas)])
    curve = alpha_curve(training, given * effective, tick=tick)
    return replace(curve, alphas=frozen(given))


def default_alphas(fitted: FittedLPR) -> FloatArray:
    """Six regularisers per decade (two with forces), from the smallest that pool space serves up to 100.

    Rows of weighted structures are longer, and the end of the range moves up with them.
    """
    per_decade = _PER_DECADE if fitted.engine.pool.blocks is None else _PER_DECADE_WITH_BLOCKS
    smallest = fitted.engine.pool.alpha_min * fitted.alpha / fitted.engine.alpha
    largest = LARGEST_ALPHA * float(np.mean(structure_weights(fitted)))
    count = 1 + int(np.ceil(per_decade * np.log10(largest / smallest)))
    return np.geomspace(smallest, largest, max(count, 2))
