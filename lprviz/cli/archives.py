"""Published archives on the command line: listed with the bundled sets, fetched when named."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lprviz.cli.outputs import require_writable, write_structures
from lprviz.cli.reporting import Report, table

if TYPE_CHECKING:
    from lprviz.data.remote import ArchiveCard


def run_archive(options: argparse.Namespace, report: Report) -> None:
    """Fetch an archive unless it is there, say where its files are, and write its structures where asked to."""
    from lprviz.data.remote import archive_card, archive_structures, fetch_archive

    require_writable(options.output, options.json)
    card = archive_card(options.name)
    with report.stage(f"fetching {card.download.file}") as tick:
        contents = fetch_archive(card, tick=tick)
    if options.output is not None:
        with report.stage(f"reading {card.name}") as tick:
            structures = archive_structures(card, contents, tick=tick)
        write_structures(options.output, structures.atoms)
        report.note(f"wrote {structures.n_structures} structures to {options.output}")
    if options.output != "-":
        paths = {group: str(contents / inside) for group, inside in card.structures.items()}
        values = {**archive_facts(card), "contents": str(contents), "structures": paths}
        report.result(archive_text(card, paths), values, options.json)


def archive_listing(cards: Sequence[ArchiveCard]) -> str:
    """One line for each archive."""
    rows = [(card.name, _megabytes(card), card.licence, card.title) for card in cards]
    width = max((len(card.title) for card in cards), default=0)
    return table(("to fetch by name", "size", "licence", "title"), [(*row[:-1], row[-1].ljust(width)) for row in rows])


def archive_text(card: ArchiveCard, paths: dict[str, str]) -> str:
    """The card of one archive, for people, and where its structures are."""
    hypers = ", ".join(f"{name} {value:g}" for name, value in card.hypers.items())
    return "\n".join(
        [
            f"{card.title} ({card.name})",
            card.summary.strip(),
            f"record      {card.record}",
            f"licence     {card.licence}",
            *(f"cite        {citation}" for citation in card.citations),
            f"hypers      {hypers}; alpha {card.alpha:g}",
            *(f"structures  {path} ({group})" for group, path in paths.items()),
        ]
    )


def archive_facts(card: ArchiveCard) -> dict[str, Any]:
    """What the card says, as plain values."""
    return {
        "name": card.name,
        "title": card.title,
        "record": card.record,
        "licence": card.licence,
        "citations": list(card.citations),
        "file": card.download.file,
        "size": card.download.size,
        "md5": card.download.md5,
        "addresses": list(card.download.addresses),
        "hypers": dict(card.hypers),
        "alpha": card.alpha,
    }


def _megabytes(card: ArchiveCard) -> str:
    return f"{card.download.size / 1e6:.1f} MB"
