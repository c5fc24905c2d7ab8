r"""How many digits the engine can promise, and when to stop trusting edits.

Dropping directions changes variances. Let E and e be what the kept basis leaves out of the structures and of an
environment, :math:`t = |E e|` over the whole pool, and v the variance without them. For every subset S of the pool,
block elimination of :math:`F_S^T F_S + \alpha I` gives

.. math:: \frac{|v_{exact} - v|}{v} \le \frac{|E|^2}{\alpha} + 2 \theta + \theta^2 ,
          \qquad \theta = \frac{t}{\alpha \sqrt v} ,

(to first order in :math:`|E|^2 / \alpha`), where :math:`|E|^2 \le` accuracy :math:`\times \alpha_{min}` by the
choice of the basis. For an environment unlike any structure :math:`\theta` may reach :math:`|E| / \sqrt\alpha`,
so the middle term has to be looked at; for atoms that structures are made of it is as small as the first.
"""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray
from lprviz.core.pool import PoolSpace
from lprviz.errors import ModelError

BASE_ACCURACY = 1e-10
"""What a fresh factorisation in float64 promises; a bare bound of a few eps proved too hopeful."""

DRIFT_TOLERANCE = 1e-9
"""Relative rounding that edits may gather before the engine factors afresh by itself."""

LARGEST_TRUNCATION = 0.1
"""A regulariser so small that the dropped directions leave less than one digit is refused."""

_EPS = float(np.finfo(np.float64).eps)


def truncation_error(pool: PoolSpace, variance: FloatArray, alpha: float) -> float:
    """Bound of the relative error of ``variance`` (n_environments,) from directions left out of pool space."""
    # An environment without features has neither variance nor ties.
    shares = np.divide(pool.ties, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 0.0)
    theta = float(shares.max(initial=0.0)) / alpha
    return pool.accuracy * pool.alpha_min / alpha + theta * (2.0 + theta)


def attainable_accuracy(pool: PoolSpace, variance: FloatArray, alpha: float, condition: float) -> float:
    """Relative error to expect of variances (n_environments,) solved from scratch.

    The base accuracy, unless alpha is so small that rounding, magnified by the condition number of the root, or the
    directions left out of pool space weigh more.
    """
    return max(BASE_ACCURACY, 4.0 * _EPS * condition, truncation_error(pool, variance, alpha))


def require_digits(pool: PoolSpace, variance: FloatArray, alpha: float) -> None:
    """Refuse a regulariser so far below the pool's ``alpha_min`` that nothing would be left of the answer."""
    if alpha < pool.alpha_min and truncation_error(pool, variance, alpha) > LARGEST_TRUNCATION:
        raise ModelError(
            f"The regulariser {alpha:g} is too small for this pool space, which was made for {pool.alpha_min:g} "
            "and above.",
            f"Make it again with alpha_min={alpha:g}, or use a larger regulariser.",
        )
