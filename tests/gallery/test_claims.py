"""Claims, findings and the numbers in them."""

import math

import pytest

from lprviz.errors import ModelError
from lprviz.gallery.claims import (
    Finding,
    about,
    at_least,
    at_most,
    between,
    confront,
    exactly,
    in_digits,
    rises,
    unchanged,
)


@pytest.mark.parametrize(
    ("claim", "inside", "outside", "words"),
    [
        (about("k", "t", 0.5, "s"), (0.25, 1.0), (0.24, 1.01), "0.5 (0.25 to 1)"),
        (exactly("k", "t", 1.0, "s"), (1.0, 1.0 + 9e-7), (0.99, 1.01), "1"),
        (exactly("k", "t", -1.0, "s", 1e-3), (-1.0, -0.9995), (1.0, -0.99), "−1"),
        (exactly("k", "t", 0.0, "s", 1e-9), (0.0,), (1e-8,), "0 (−1e−9 to 1e−9)"),
        (at_least("k", "t", 3.0, "s"), (3.0, math.inf), (2.9, math.nan), "at least 3"),
        (at_most("k", "t", -0.9, "s"), (-1.0,), (-0.5, math.nan), "at most −0.9"),
        (between("k", "t", 1.0, 2.0, "s"), (1.0, 2.0), (0.9, 2.1), "1 to 2"),
        (rises("k", "t", "s"), (2.0,), (1.9,), "at least 2"),
        (unchanged("k", "t", "s"), (0.5, 2.0), (0.4, 2.5), "0.5 to 2"),
    ],
)
def test_a_claim_holds_within_its_range_and_says_it(claim, inside, outside, words):
    assert all(Finding(claim, value).holds for value in inside)
    assert not any(Finding(claim, value).holds for value in outside)
    assert claim.expected == words


def test_a_finding_shows_whether_it_holds():
    assert "DOES NOT HOLD" in repr(Finding(rises("k", "t", "s"), 1.0))
    assert "DOES NOT" not in repr(Finding(rises("k", "t", "s"), 3.0))


def test_claims_and_values_must_match_one_to_one():
    claims = (rises("a", "t", "s"), rises("b", "t", "s"))
    assert [finding.value for finding in confront(claims, {"b": 1.0, "a": 3.0})] == [3.0, 1.0]
    for values in ({"a": 1.0}, {"a": 1.0, "b": 1.0, "c": 1.0}):
        with pytest.raises(ModelError, match="do not match"):
            confront(claims, values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0143456, "0.0143"),
        (2e-5, "2e−5"),
        (9281.0, "9 280"),
        (25_640.0, "25 600"),
        (-1.0, "−1"),
        (0.0, "0"),
        (1.5e7, "1.5e7"),
        (math.inf, "infinite"),
        (math.nan, "undefined"),
    ],
)
def test_numbers_have_three_digits_and_no_noise(value, text):
    assert in_digits(value) == text
