"""Do two numbers put the same things first? Rank correlation, which no monotonous transformation changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lprviz.errors import ModelError


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation over one group.

    Attributes
    ----------
    group : str
        Over what.
    value : float
        In [-1, 1]; nan where fewer than three points are left, or all are equal.
    n : int
        Number of points.
    """

    group: str
    value: float
    n: int


def rank_correlation(first: ArrayLike, second: ArrayLike, group: str = "all") -> RankCorrelation:
    """Spearman's rank correlation of two arrays (n,), ties sharing their mean rank (C. Spearman, 1904)."""
    left, right = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if left.shape != right.shape or left.ndim != 1:
        raise ModelError(
            f"Ranks of {left.size} and of {right.size} things cannot be compared.", "Give two arrays of equal length."
        )
    n = len(left)
    if n < 3 or np.ptp(left) == 0.0 or np.ptp(right) == 0.0:
        return RankCorrelation(group, float("nan"), n)
    from scipy.stats import spearmanr  # takes half a second to import

    return RankCorrelation(group, float(np.asarray(spearmanr(left, right))[0]), n)
