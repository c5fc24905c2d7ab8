"""The training table with a switch per structure, and the buttons that edit many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np
import panel as pn
import panel_material_ui as pmui
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.components.structure_table import Column, StructureTable
from lprviz.data.structures import StructureSet
from lprviz.session import Session
from lprviz.session.gains import gains_in_decades, gains_take_long
from lprviz.session.pictures import geometric_means
from lprviz.session.studies import GAINS
from lprviz.views.deferral import AFTER_PICTURE, Deferral
from lprviz.views.style import TIP
from lprviz.views.text import structure_name

_FORMULA = Column("formula", "Structure", "text", 130, "Formula; click a row to see the structure in 3D.", priority=1)
_NAMED = (
    Column("name", "Structure", "text", 130, "Name in the file; click a row to see the structure in 3D.", priority=1),
    Column("formula", "Formula", "text", 100, "Numbers of atoms of each species.", priority=6),
)
_COLUMNS = (
    Column("group", "Group", "text", 170, "Group given in the file.", priority=3),
    Column("atoms", "Atoms", "int", 58, "Number of atoms.", priority=5),
    Column("energy", "E/atom (eV)", "float", 92, "Energy per atom, where the file has one.", priority=7),
    Column("lpr", "LPR", "log", 90, "Geometric mean over its atoms; 1: worth one label.", 1, 2),
    Column("leverage", "Leverage", "float", 78, "On the fit, 0 to 1; near 1: irreplaceable. Others: if added.", 4, 2),
    Column("gain", "Gain", "log", 90, "What adding it raises the mean log10 LPR of all atoms by.", 2, 2),
)

_DRAWS = {f"Add {n} at random": n for n in (1, 2, 5, 10, 20, 50)}
_COMPACT = {"minHeight": "28px", "minWidth": 0, "padding": "1px 10px", "lineHeight": 1.6}


class TrainingPanel:
    """Table and edit bar. Every edit is an intent of the session; the table only shows what the session says."""

    def __init__(self, session: Session, deferral: Deferral) -> None:
        self._session = session
        self._deferral = deferral
        self._shown_dataset: object = None
        self._shown_numbers: tuple[object, ...] = ()
        self._group_actions: dict[str, Callable[[], None]] = {}
        self.table = StructureTable(
            description="Structures of the data set; the switch of a row takes it into training or out of it.",
            empty_message="No structures yet.",
            sizing_mode="stretch_both",
            min_height=160,
        )
        self.table.on_toggle(self._toggle)
        self.table.on_open(self._open)
        self.table.on_hover(self._preview)
        self.edit_bar = self._build_edit_bar()
        self.view = pmui.Column(self.edit_bar, self.table, sizing_mode="stretch_both", margin=0)
        session.param.watch(
            self._follow, ["dataset", "members", "fit", "selection", "picture", "studies"], precedence=AFTER_PICTURE
        )
        self._follow()

    # -- acting -----------------------------------------------------------------------------------------------------

    def _build_edit_bar(self) -> pn.FlexBox:
        look: dict[str, Any] = {
            "size": "small",
            "variant": "outlined",
            "margin": (2, 6, 2, 0),
            "sx": _COMPACT,
            "stylesheets": [TIP],
        }

        def button(label: str, why: str, css: str, act: Callable[[object], None]) -> pmui.Button:
            made = pmui.Button(label=label, description=why, css_classes=[css], **look)
            made.on_click(act)
            return made

        self._group = pmui.MenuButton(
            label="Group",
            description="Group: take all its structures into training, or out.",
            items=[],
            css_classes=["lpr-group"],
            **look,
        )
        self._random = pmui.MenuButton(
            label="Random",
            description="Random: draw structures to train on from those left out.",
            items=[{"label": label} for label in _DRAWS],
            css_classes=["lpr-add-random"],
            **look,
        )
        self._group.on_click(cast(Any, self._act_on_group))  # Panel hands over the item, not the event it declares
        self._random.on_click(cast(Any, self._add_random))
        return pn.FlexBox(
            button("Add", "Add the selected rows (or the structure shown) to training.", "lpr-add", self._add),
            button(
                "Remove", "Remove the selected rows (or the structure shown) from training.", "lpr-remove", self._remove
            ),
            self._group,
            self._random,
            button("Reset", "Reset to the initial training set.", "lpr-reset", lambda event: self._session.reset()),
            align_items="center",
            sizing_mode="stretch_width",
            margin=(4, 4, 0, 8),
        )

    def _toggle(self, structure: int, on: bool) -> None:
        if on:
            self._session.add_structures([structure])
        else:
            self._session.remove_structures([structure])
        self._session.preview(None)
        self._show_members()  # an edit that was refused flips the switch back

    def _open(self, structure: int) -> None:
        self._session.preview(None)
        self._session.show_structure(structure)

    def _preview(self, structure: int | None) -> None:
        with pn.io.hold():
            self._session.preview(structure)

    def _chosen(self) -> tuple[int, ...]:
        return self.table.selected or (self._session.selection.structure,)

    def _add(self, event: object) -> None:
        self._session.add_structures(self._chosen())

    def _remove(self, event: object) -> None:
        self._session.remove_structures(self._chosen())

    def _act_on_group(self, item: dict[str, Any]) -> None:
        act = self._group_actions.get(str(item.get("label")))
        if act is not None:
            act()

    def _add_random(self, item: dict[str, Any]) -> None:
        n = _DRAWS.get(str(item.get("label")))
        if n is not None:
            self._session.add_random(n)

    # -- showing ----------------------------------------------------------------------------------------------------

    def _follow(self, *events: object) -> None:
        if self._session.dataset is None:
            return
        if self._session.dataset is not self._shown_dataset:
            self._show_dataset()
        self._show_members()
        self.table.current = self._session.selection.structure
        picture = self._session.picture
        self.table.stale = bool(picture is not None and picture.stale)
        self._deferral.later("table", self._show_numbers)

    def _show_dataset(self) -> None:
        self._shown_dataset, self._shown_numbers = self._session.dataset, ()
        assert self._session.dataset is not None
        structures = self._session.dataset.structures
        texts = label_columns(structures)
        columns = (*(_NAMED if "name" in texts else (_FORMULA,)), *_COLUMNS)
        numbers = {"atoms": structures.sizes, "energy": structures.energies / structures.sizes}
        self.table.set_rows(columns, {**texts, **numbers}, self._mask())
        self._group_actions = {}
        self._offer_groups()

    def _offer_groups(self) -> None:
        assert self._session.dataset is not None
        counts = Counter(name for name in self._session.dataset.structures.groups if name)
        for group, n in counts.items():
            self._group_actions[f"Add all {n} of {group}"] = partial(self._session.add_group, group)
            self._group_actions[f"Remove all {n} of {group}"] = partial(self._session.remove_group, group)
        self._group.param.update(items=[{"label": label} for label in self._group_actions], disabled=not counts)

    def _mask(self) -> NDArray[np.uint8]:
        assert self._session.dataset is not None
        mask = np.zeros(self._session.dataset.structures.n_structures, dtype=np.uint8)
        mask[list(self._session.members)] = 1
        return mask

    def _show_members(self) -> None:
        self.table.set_members(self._mask())

    def _show_numbers(self) -> None:
        dataset, fit, picture = self._session.dataset, self._session.fit, self._session.picture
        if dataset is None or fit is None or picture is None or picture.lpr_scale is None:
            return
        gains = self._gains(fit)
        shown = (fit, picture.lpr_scale, gains is None)
        if self._shown_numbers == shown or fit.engine.n_structures != dataset.structures.n_structures:
            return  # picking an atom or another quantity changes nothing here
        self._shown_numbers = shown
        typical = geometric_means(fit.lpr, dataset.structures.offsets)
        self.table.update(
            values={"lpr": typical, "leverage": leverages(fit), "gain": _unknown(fit) if gains is None else gains()},
            chips={"lpr": picture.lpr_scale.rgb(typical)},
        )

    def _gains(self, fit: FittedLPR) -> Callable[[], NDArray[np.float64]] | None:
        """How to get the gains, or None while they are worked out in the background."""
        if not gains_take_long(fit):
            return partial(gains_in_decades, fit)
        study = self._session.studies.get(GAINS)
        if study is None or study.fit is not fit:
            self._session.study(GAINS)
            return None
        return lambda: study.value


def _unknown(fit: FittedLPR) -> NDArray[np.float64]:
    return np.full(fit.engine.n_structures, np.nan)


def label_columns(structures: StructureSet) -> dict[str, list[str]]:
    """Return the texts of each structure by column: formula, group and, where the file has any, names."""
    texts = {"formula": list(structures.formulas), "group": list(structures.groups)}
    names = [structure_name(atoms) for atoms in structures]
    if any(names):
        texts["name"] = [name or formula for name, formula in zip(names, structures.formulas, strict=True)]
    return texts


def leverages(fit: FittedLPR) -> NDArray[np.float64]:
    """Return each structure's leverage on the fit, 0 to 1, (n_structures,); for others, what it would be if added."""
    leverage = 1.0 / fit.structure_rigidity()
    outside = np.setdiff1d(np.arange(leverage.size), fit.members)
    leverage[outside] /= 1.0 + leverage[outside]
    return leverage
