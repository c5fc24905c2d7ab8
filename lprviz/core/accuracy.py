"""How many digits the engine can promise, and when to stop trusting edits."""

from __future__ import annotations

import numpy as np

from lprviz.core.pool import TRUNCATION

BASE_ACCURACY = 1e-10
"""What a fresh factorisation in float64 promises; a bare bound of a few eps proved too hopeful."""

DRIFT_TOLERANCE = 1e-9
"""Relative rounding that edits may gather before the engine factors afresh by itself."""

_EPS = float(np.finfo(np.float64).eps)


def attainable_accuracy(alpha: float, alpha_min: float, condition: float) -> float:
    """Relative error to expect of a variance solved from scratch.

    The base accuracy, unless alpha is so small that rounding, magnified by the condition number of the root, or the
    directions left out of pool space weigh more.
    """
    return max(BASE_ACCURACY, 4.0 * _EPS * condition, TRUNCATION * alpha_min / alpha)
