"""One measured thing, and how it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Samples:
    """Durations of repeated runs of one thing.

    Attributes
    ----------
    name : str
    milliseconds : tuple of float
    """

    name: str
    milliseconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median, ms."""
        return float(np.median(self.milliseconds))

    @property
    def p95(self) -> float:
        """95th percentile, ms."""
        return float(np.percentile(self.milliseconds, 95))


@dataclass(frozen=True)
class Entry:
    """One line of a report.

    Attributes
    ----------
    name : str
        What was measured.
    work : dict
        Sizes: environments, structures, features, rank and the like.
    samples : Samples or None
        How long it took; None for a quantity that is not a time.
    value : float or None
        The quantity, where it is not a time.
    peer : Samples or None
        The same work done another way, in the same run.
    ratio : float or None
        Against the peer or the limit, in the direction that `bound` speaks of.
    bound : str
        What `ratio` or `value` must satisfy, such as ``">= 1000"``; empty when it is for information.
    """

    name: str
    work: dict[str, Any] = field(default_factory=dict)
    samples: Samples | None = None
    value: float | None = None
    peer: Samples | None = None
    ratio: float | None = None
    bound: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bound holds; None when there is none."""
        if not self.bound:
            return None
        sign, limit = self.bound.split()
        judged = self.ratio if self.ratio is not None else self.value
        if judged is None:
            return False
        return judged <= float(limit) if sign == "<=" else judged >= float(limit)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not apply is left out."""
        values: dict[str, Any] = {"name": self.name, "work": self.work}
        if self.samples is not None:
            values |= {"median_ms": self.samples.median, "p95_ms": self.samples.p95}
            values["n_samples"] = len(self.samples.milliseconds)
        if self.value is not None:
            values["value"] = self.value
        if self.peer is not None:
            values["peer"] = {"name": self.peer.name, "median_ms": self.peer.median, "p95_ms": self.peer.p95}
        if self.ratio is not None:
            values["ratio"] = self.ratio
        if self.bound:
            values |= {"limit": {"bound": self.bound}, "met": self.met}
        return values


def faster_than(entry_name: str, ours: Samples, peer: Samples, work: dict[str, Any], bound: str = "") -> Entry:
    """An entry whose ratio says how many times faster than the peer we are."""
    return Entry(entry_name, work, ours, peer=peer, ratio=peer.median / ours.median, bound=bound)


def costs(entry_name: str, ours: Samples, peer: Samples, work: dict[str, Any], bound: str = "") -> Entry:
    """An entry whose ratio says how many times the peer's time we take."""
    return Entry(entry_name, work, ours, peer=peer, ratio=ours.median / peer.median, bound=bound)


def report_text(entries: Sequence[Entry]) -> str:
    """The report for people, one line an entry."""
    return "\n".join(_line(entry) for entry in entries)


def _line(entry: Entry) -> str:
    parts = [entry.name.ljust(50)]
    if entry.samples is not None:
        parts.append(f"{entry.samples.median:10.3f} ms (p95 {entry.samples.p95:.3f})")
    if entry.value is not None:
        parts.append(f"{entry.value:10.3g}")
    if entry.peer is not None:
        parts.append(f"| {entry.peer.name} {entry.peer.median:.3f} ms")
    if entry.ratio is not None:
        parts.append(f"| ratio {entry.ratio:.3g}")
    if entry.bound:
        parts.append(f"| must be {entry.bound}: {'met' if entry.met else 'NOT MET'}")
    return "  ".join(parts)
