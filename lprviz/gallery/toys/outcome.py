"""What a phenomenon turned out to be."""

from __future__ import annotations

from dataclasses import dataclass

from lprviz.gallery.claims import Chart, Claim, Finding

REFERENCE = "figure known beforehand, to a factor of two"
"""Source of figures that were found with other random draws of the same toy: these leave a factor of two."""

LAW = "exact law"
"""Source of what holds at any draw."""


@dataclass(frozen=True)
class Outcome:
    """One phenomenon, before and after.

    Attributes
    ----------
    number : int
        1 to 14.
    title, teaches : str
        What is done, and what it teaches.
    findings : tuple of Finding
        Expected against obtained.
    charts : tuple of Chart
    """

    number: int
    title: str
    teaches: str
    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every finding is as expected."""
        return all(finding.holds for finding in self.findings)

    def value(self, key: str) -> float:
        """The value obtained for one claim, by its key."""
        return next(finding.value for finding in self.findings if finding.claim.key == key)


def found(claim: Claim, value: float) -> Finding:
    """A claim with its value."""
    return Finding(claim, float(value))
