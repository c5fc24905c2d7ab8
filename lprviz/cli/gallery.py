"""``lprviz gallery``: what the gallery's entries expect, and what is obtained here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lprviz.cli.outputs import STDOUT, require_writable, write_text
from lprviz.cli.reporting import Report, table, versions
from lprviz.errors import LprvizError, ModelError

if TYPE_CHECKING:
    from lprviz.gallery import GalleryEntry, GalleryResult


def run(options: argparse.Namespace, report: Report) -> None:
    """List the entries, or compute them and report; an entry that lacks an optional package is reported as not run."""
    from lprviz.gallery import ENTRIES, gallery_entry
    from lprviz.gallery.report import report_page, report_values

    require_writable(options.output, options.json)
    if options.output == STDOUT and options.json == STDOUT:
        raise LprvizError("Page and JSON cannot both go to standard output.", "Name a file for one of them.")
    chosen = ENTRIES if options.only is None else tuple(gallery_entry(key) for key in dict.fromkeys(options.only))
    if options.list:
        report.result(listing(chosen), {"entries": [facts(entry) for entry in chosen]}, options.json)
        return
    results = compute(chosen, report, cached=not options.no_cache)
    if options.output is not None:
        write_text(options.output, report_page(results))
        if options.output == STDOUT:
            return
        report.note(f"wrote the report to {options.output}")
    values = {**report_values(results), "versions": versions()}
    report.result(as_text(results), values, options.json)


def compute(entries: Sequence[GalleryEntry], report: Report, *, cached: bool) -> list[GalleryResult]:
    """Run one entry after another, with progress; one that needs an absent package is reported, the others go on."""
    from lprviz.data.cache import DiskCache
    from lprviz.gallery import not_run, run

    cache = DiskCache() if cached else None
    results = []
    for entry in entries:
        with report.stage(entry.key) as tick:
            try:
                results.append(run(entry, tick, cache=cache))
            except ModelError as error:
                if entry.needs is None:
                    raise
                results.append(not_run(entry, error))
    return results


def listing(entries: Sequence[GalleryEntry]) -> str:
    """One line for each entry: key and title."""
    width = max(len(entry.key) for entry in entries)
    return "\n".join(f"{entry.key.ljust(width)}  {entry.title}" for entry in entries)


def facts(entry: GalleryEntry) -> dict[str, Any]:
    """What an entry is, as plain values."""
    return {
        "key": entry.key,
        "title": entry.title,
        "question": entry.question,
        "dataset": entry.dataset,
        "alpha": entry.alpha,
        "source": entry.source,
        "n_claims": len(entry.claims) or None,
    }


def as_text(results: Sequence[GalleryResult]) -> str:
    """Expected against obtained, for people: one table per section."""
    parts = []
    for result in results:
        parts.append(f"{result.entry.title} ({result.entry.key})")
        if result.problem:
            parts.append(f"not run: {result.problem}")
        for section in result.sections:
            parts += [section.title] if section.title else []
            parts.append(_findings(result, section.findings))
        parts.append("")
    total = sum(len(result.findings) for result in results)
    return "\n".join([*parts, f"{sum(result.n_holding for result in results)} of {total} claims hold"])


def _findings(result: GalleryResult, findings: Sequence[Any]) -> str:
    from lprviz.gallery.claims import in_digits

    rows = [
        (finding.claim.text, finding.claim.expected, in_digits(finding.value), "yes" if finding.holds else "no")
        for finding in findings
    ]
    remarks = [f"  {finding.claim.text}: {result.remark(finding)}" for finding in findings if result.remark(finding)]
    return "\n".join([table(("what", "expected", "obtained", "holds"), rows), *remarks])
