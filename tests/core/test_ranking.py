"""Rank correlation: Spearman's formula, and silence where there is nothing to rank."""

from __future__ import annotations

import numpy as np
import pytest

from lprviz.core.ranking import rank_correlation
from lprviz.errors import ModelError


def test_without_ties_it_is_spearmans_formula():
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal(30), rng.standard_normal(30)
    distance = np.argsort(np.argsort(first)) - np.argsort(np.argsort(second))
    expected = 1 - 6 * np.sum(distance**2) / (30 * (30**2 - 1))
    found = rank_correlation(first, second, "Si")
    assert found.value == pytest.approx(expected)
    assert (found.group, found.n) == ("Si", 30)


def test_monotonous_transformations_change_nothing():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    assert rank_correlation(values, np.exp(values)).value == pytest.approx(1.0)
    assert rank_correlation(values, -(values**3)).value == pytest.approx(-1.0)


def test_nothing_to_rank_is_not_a_number():
    assert np.isnan(rank_correlation([1.0, 2.0], [2.0, 1.0]).value)
    assert np.isnan(rank_correlation([1.0, 1.0, 1.0], [3.0, 1.0, 2.0]).value)
    with pytest.raises(ModelError, match="equal length"):
        rank_correlation([1.0], [1.0, 2.0])
