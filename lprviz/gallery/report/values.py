"""The gallery's results as plain values, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lprviz.gallery.claims import Finding
from lprviz.gallery.entry import GalleryResult


def report_values(results: Sequence[GalleryResult]) -> dict[str, Any]:
    """Everything in the tables of the report, as numbers, strings and lists; None for an absent limit."""
    return {
        "n_claims": sum(len(result.findings) for result in results),
        "n_holding": sum(result.n_holding for result in results),
        "entries": [_entry(result) for result in results],
    }


def _entry(result: GalleryResult) -> dict[str, Any]:
    return {
        "key": result.entry.key,
        "title": result.entry.title,
        "dataset": result.entry.dataset,
        "problem": result.problem or None,
        "sizes": dict(result.sizes),
        "training_sets": dict(result.training_sizes),
        "seconds": round(result.seconds, 3),
        "sections": [
            {"title": section.title, "findings": [_finding(finding, result) for finding in section.findings]}
            for section in result.sections
        ],
        "notes": list(result.notes),
    }


def _finding(finding: Finding, result: GalleryResult) -> dict[str, Any]:
    claim = finding.claim
    return {
        "key": claim.key,
        "text": claim.text,
        "low": _number(claim.low),
        "high": _number(claim.high),
        "figure": claim.figure,
        "obtained": _number(finding.value),
        "holds": finding.holds,
        "remark": result.remark(finding) or None,
        "source": claim.source,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
