"""What an entry expects and what it got: checkable statements with numbers, and charts as plain numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lprviz.errors import ModelError

RISE = 2.0
"""What counts as a rise where theory gives a direction and no size; less, either way, counts as no change."""


@dataclass(frozen=True)
class Claim:
    """One expected outcome.

    Attributes
    ----------
    key : str
        Short name, unique within its entry.
    text : str
        What is measured, in words.
    low, high : float
        The outcome holds where low <= value <= high; infinite where there is no limit.
    figure : float or None
        The single number expected, where there is one.
    source : str
        Where the expectation comes from: never from the output of this program on the same data.
    """

    key: str
    text: str
    low: float
    high: float
    source: str
    figure: float | None = None

    @property
    def expected(self) -> str:
        """The range in words."""
        if self.figure is not None and math.isclose(self.low, self.high, rel_tol=0.05):
            return in_digits(self.figure)
        if math.isinf(self.high):
            return f"at least {in_digits(self.low)}"
        if math.isinf(self.low):
            return f"at most {in_digits(self.high)}"
        span = f"{in_digits(self.low)} to {in_digits(self.high)}"
        return span if self.figure is None else f"{in_digits(self.figure)} ({span})"


@dataclass(frozen=True)
class Finding:
    """A claim with the value obtained."""

    claim: Claim
    value: float

    @property
    def holds(self) -> bool:
        """Whether the value is in the range; nan never is."""
        return self.claim.low <= self.value <= self.claim.high

    def __repr__(self) -> str:
        mark = "holds" if self.holds else "DOES NOT HOLD"
        return f"Finding({self.claim.key}: {in_digits(self.value)}, expected {self.claim.expected}: {mark})"


@dataclass(frozen=True)
class Series:
    """One line of a chart: x and y of equal length, joined unless told otherwise, and perhaps marked; a band around."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    marks: bool = False
    joined: bool = True
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


@dataclass(frozen=True)
class Chart:
    """A small picture: what to draw, not how. ``limits`` of the vertical axis cut off what lies outside.

    With ``categories`` the vertical axis counts them from the top, 0, 1, ..., and shows their names.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log_x: bool = False
    log_y: bool = False
    limits: tuple[float, float] | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Findings that belong together, under a title; both title and text may be empty."""

    title: str
    text: str
    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...] = ()


def about(key: str, text: str, figure: float, source: str, factor: float = 2.0) -> Claim:
    """A claim that a number comes out as ``figure``, up or down by ``factor``."""
    return Claim(key, text, figure / factor, figure * factor, source, figure)


def exactly(key: str, text: str, figure: float, source: str, tolerance: float = 1e-6) -> Claim:
    """A claim that a number is ``figure`` to a relative (for zero: absolute) tolerance."""
    slack = tolerance * (abs(figure) or 1.0)
    return Claim(key, text, figure - slack, figure + slack, source, figure)


def at_least(key: str, text: str, low: float, source: str) -> Claim:
    """A claim that a number is no smaller than ``low``."""
    return Claim(key, text, low, math.inf, source)


def at_most(key: str, text: str, high: float, source: str) -> Claim:
    """A claim that a number is no larger than ``high``."""
    return Claim(key, text, -math.inf, high, source)


def rises(key: str, text: str, source: str) -> Claim:
    """A claim that a ratio is a rise: one rule for all real systems, doubled at least."""
    return Claim(key, text, RISE, math.inf, source)


def unchanged(key: str, text: str, source: str) -> Claim:
    """A claim that a ratio is no change: one rule for all real systems, within a factor of two."""
    return Claim(key, text, 1.0 / RISE, RISE, source)


def between(key: str, text: str, low: float, high: float, source: str) -> Claim:
    """A claim that a number lies in a range."""
    return Claim(key, text, low, high, source)


def confront(claims: Sequence[Claim], values: Mapping[str, float]) -> tuple[Finding, ...]:
    """Pair each claim with its value.

    Raises
    ------
    ModelError
        If a claim has no value or a value no claim: nothing measured may go unsaid.
    """
    unmatched = {claim.key for claim in claims} ^ set(values)
    if unmatched:
        raise ModelError(f"Claims and values do not match: {', '.join(sorted(unmatched))}.", "Name each once.")
    return tuple(Finding(claim, float(values[claim.key])) for claim in claims)


def in_digits(value: float) -> str:
    """A number in three significant digits, as people write them: 0.0143, 9 280, 2e-5."""
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else ("infinite" if value > 0 else "−infinite")
    if value != 0.0 and not 1e-3 <= abs(value) < 1e6:
        digits, exponent = f"{value:.2e}".split("e")
        return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}".replace("-", "−")
    if abs(value) >= 1000.0:
        step = 10 ** (math.floor(math.log10(abs(value))) - 2)
        return f"{round(value / step) * step:,}".replace(",", " ").replace("-", "−")
    return f"{value:.3g}".replace("-", "−")
