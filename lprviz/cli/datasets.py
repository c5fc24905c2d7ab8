"""``lprviz datasets``: the bundled data sets, and published archives that are fetched when asked for by name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lprviz.cli.archives import archive_facts, archive_listing, run_archive
from lprviz.cli.outputs import require_writable, write_structures
from lprviz.cli.reporting import Report, table
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.data.bundled import DatasetCard


def run(options: argparse.Namespace, report: Report) -> None:
    """List the sets, show the card of one, or write one to a file."""
    from lprviz.data.bundled import dataset_card, list_datasets
    from lprviz.data.remote import list_archives

    archives = list_archives()
    if options.name in [card.name for card in archives]:
        run_archive(options, report)
        return
    if options.name is None:
        if options.output is not None:
            raise LprvizError("--output needs the name of a data set.", "Run `lprviz datasets` to list the names.")
        cards = list_datasets()
        values = {"datasets": [facts(card) for card in cards], "archives": [archive_facts(card) for card in archives]}
        report.result(f"{listing(cards)}\n\n{archive_listing(archives)}", values, options.json)
        return
    require_writable(options.output, options.json)
    card = dataset_card(options.name)
    if options.output is not None:
        _write(card, options.output, report)
    if options.output != "-":
        report.result(card_text(card), facts(card), options.json)


def listing(cards: tuple[DatasetCard, ...]) -> str:
    """One line for each set."""
    rows = [
        (card.name, str(card.n_structures), str(card.n_environments), " ".join(card.species), card.title)
        for card in cards
    ]
    width = max(len(title) for *_, title in rows) if rows else 0
    return table(("name", "structures", "atoms", "species", "title"), [(*r[:-1], r[-1].ljust(width)) for r in rows])


def card_text(card: DatasetCard) -> str:
    """The card of one set, for people."""
    groups = ", ".join(f"{name} {count}" for name, count in card.groups.items())
    return "\n".join(
        [
            f"{card.title} ({card.name})",
            card.summary.strip(),
            f"structures  {card.n_structures}, {card.n_environments} atoms in all; {groups}",
            f"made        {card.made.strip()}",
            f"licence     {card.licence}",
        ]
    )


def facts(card: DatasetCard) -> dict[str, Any]:
    """What the card says, as plain values."""
    return {
        "name": card.name,
        "title": card.title,
        "n_structures": card.n_structures,
        "n_environments": card.n_environments,
        "species": list(card.species),
        "groups": dict(card.groups),
        "licence": card.licence,
    }


def _write(card: DatasetCard, path: str, report: Report) -> None:
    from lprviz.data import load_dataset

    with report.stage(f"reading {card.name}"):
        structures = load_dataset(card.name)
    write_structures(path, structures.atoms)
    report.note(f"wrote {structures.n_structures} structures to {path}")
