"""Choose a bundled data set or bring one's own; read what is in it."""

from __future__ import annotations

import panel_material_ui as pmui

from lprviz.components.chart_caption import group_digits
from lprviz.components.file_drop import FileDrop
from lprviz.data.bundled import list_datasets
from lprviz.data.limits import ReadLimits
from lprviz.data.structures import StructureSet
from lprviz.session import Session, gallery
from lprviz.session.values import Dataset
from lprviz.views.style import words
from lprviz.views.text import escaped, facts

_OWN = "own file"
_NO_ENTRY = "No entry open"


class DataPanel:
    """Data set menu, drop zone and a summary of what is loaded."""

    def __init__(self, session: Session) -> None:
        self._session = session
        cards = list_datasets()
        self._names = {card.name: card.title for card in cards}
        self._menu = pmui.Select(
            label="Data set",
            options={card.title: card.name for card in cards},
            value=None,
            size="small",
            css_classes=["lpr-dataset"],
            sizing_mode="stretch_width",
            margin=(4, 0),
        )
        self._gallery = pmui.Select(
            label="Gallery",
            description="A phenomenon on real structures or on a toy, with what to expect of it.",
            options={_NO_ENTRY: "", **gallery.menu()},
            value="",
            size="small",
            css_classes=["lpr-gallery-menu"],
            sizing_mode="stretch_width",
            margin=(8, 0, 4, 0),
        )
        limits = ReadLimits()
        self._drop = FileDrop(
            session.load_upload,
            session.report_problem,
            label="Drop your own structures here",
            hint=f"extxyz, xyz, cif, POSCAR, traj, ASE db or json; up to {limits.file_bytes / 2**20:.0f} MB",
            max_bytes=limits.file_bytes,
            css_classes=["lpr-upload"],
            sizing_mode="stretch_width",
            margin=(4, 0),
        )
        self._summary = words(sizing_mode="stretch_width", margin=(4, 0))
        self.view = pmui.Column(self._menu, self._gallery, self._drop, self._summary, sizing_mode="stretch_width")
        self._menu.param.watch(self._choose, "value")
        self._gallery.param.watch(self._open_entry, "value")
        session.param.watch(self._refresh, ["dataset", "entry", "problem", "activity"])
        self._refresh()

    def _choose(self, event: object) -> None:
        shown = self._session.dataset
        if self._menu.value in (None, _OWN) or (shown is not None and self._loaded_name(shown) == self._menu.value):
            return
        self._session.load_bundled(self._menu.value)

    def _open_entry(self, event: object) -> None:
        shown = self._session.entry
        if self._gallery.value and (shown is None or shown.entry.key != self._gallery.value):
            self._session.open_entry(self._gallery.value)

    def _refresh(self, *events: object) -> None:
        dataset, shown = self._session.dataset, self._session.entry
        if dataset is None:
            return
        name = self._loaded_name(dataset)
        options = {title: key for key, title in self._names.items()}
        if name == _OWN:
            options[f"{dataset.title} ({'your file' if shown is None else 'gallery'})"] = _OWN
        if self._session.activity is None:  # while another set is loading, the menus keep naming that one
            self._menu.param.update(options=options, value=name)
            self._gallery.value = "" if shown is None else shown.entry.key
        self._summary.object = summary_html(dataset)

    @staticmethod
    def _loaded_name(dataset: Dataset) -> str:
        return dataset.card.name if dataset.card is not None else _OWN


def summary_html(dataset: Dataset) -> str:
    """Return what is loaded, as escaped HTML."""
    structures = dataset.structures
    story = f'<p class="lpr-story">{escaped(dataset.card.story)}</p>' if dataset.card is not None else ""
    doubts = _doubts(structures.warnings)
    about = _about(dataset)
    return f"{story}{facts(_rows(structures))}{doubts}{about}"


def _rows(structures: StructureSet) -> list[tuple[str, str]]:
    sizes = structures.sizes
    atoms = f"{sizes.min()}" if sizes.min() == sizes.max() else f"{sizes.min()} to {sizes.max()}"
    return [
        ("Structures", f"{group_digits(structures.n_structures)} of {atoms} atoms"),
        ("Environments", group_digits(structures.n_environments)),
        ("Species", ", ".join(structures.species)),
        ("Periodicity", periodicity(structures)),
        ("Energy", structures.energy_key or "none found; LPR needs none"),
        ("Groups", structures.group_key or "none"),
    ]


def periodicity(structures: StructureSet) -> str:
    """Return in words in how many directions the structures repeat."""
    counts = sorted({int(atoms.pbc.sum()) for atoms in structures})
    words = {0: "molecules", 1: "periodic in 1 direction", 2: "periodic in 2 directions", 3: "periodic"}
    return ", ".join(words[n] for n in counts)


def _doubts(warnings: tuple[str, ...]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escaped(sentence)}</li>" for sentence in warnings)
    title = f"{len(warnings)} {'remark' if len(warnings) == 1 else 'remarks'} on this data"
    return f'<details class="lpr-warnings"><summary>{title}</summary><ul>{items}</ul></details>'


def _about(dataset: Dataset) -> str:
    card = dataset.card
    if card is None:
        return ""
    cited = "".join(f"<li>{escaped(text)}</li>" for text in card.citations)
    return (
        '<details class="lpr-about"><summary>How this set was made</summary>'
        f"<p>{escaped(card.summary)}</p><p>{escaped(card.made)}</p><p>{escaped(card.local_energy)}</p>"
        f"<ul>{cited}</ul></details>"
    )
