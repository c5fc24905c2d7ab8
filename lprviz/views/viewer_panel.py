"""The 3D picture of one structure: an adapter that turns session state into arrays, and clicks into intents."""

from __future__ import annotations

import numpy as np
import panel_material_ui as pmui
from ase.data import atomic_numbers

from lprviz.components.structure_viewer import StructureViewer
from lprviz.core.colours import css_colours, element_rgb
from lprviz.data.scene import build_scene
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.session.descriptions import atom_labels, picture_summary
from lprviz.session.values import Picture
from lprviz.views.preview_words import preview_line, preview_title
from lprviz.views.style import TIP
from lprviz.views.text import structure_name

_REPEATS = {"1 cell": (1, 1, 1), "2 × 2 × 1": (2, 2, 1), "2 × 2 × 2": (2, 2, 2), "3 × 3 × 3": (3, 3, 3)}
_LONGEST_REASON = 300


class ViewerPanel:
    """Viewer, structure slider, supercell and picture export."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._drawn_scene: tuple[object, ...] = ()
        self._drawn_picture: tuple[object, ...] = ()
        self._drawn_values: object = None
        self.viewer = StructureViewer(css_classes=["lpr-viewer"], sizing_mode="stretch_both", min_height=220)
        self.viewer.on_pick(self._pick)
        self.viewer.on_key(self._key)
        self.viewer.on_drawn(self._note_drawn)
        self.viewer.on_failed(self._fail)
        self._slider = pmui.IntSlider(
            label="Structure",
            start=0,
            end=1,
            value=0,
            size="small",
            show_value=False,
            css_classes=["lpr-structure"],
            sizing_mode="stretch_width",
            margin=(0, 14),
        )
        self._repeat = pmui.Select(
            label="Repeat",
            description="How often the cell is repeated along a, b and c; all copies share their colours.",
            options=list(_REPEATS),
            value="1 cell",
            size="small",
            width=118,
            margin=(2, 4),
            css_classes=["lpr-supercell"],
        )
        self._png = pmui.IconButton(
            icon="photo_camera",
            size="small",
            description="Save as PNG, colour bar included",
            css_classes=["lpr-png"],
            stylesheets=[TIP],
        )
        self.controls = pmui.Row(self._slider, self._repeat, self._png, sizing_mode="stretch_width", margin=0)
        self.view = pmui.Column(self.viewer, self.controls, sizing_mode="stretch_both", margin=0)
        self._slider.param.watch(lambda event: session.show_structure(int(self._slider.value)), "value")
        self._repeat.param.watch(self._refresh, "value")
        self._png.on_click(self._save)
        session.param.watch(self._refresh, ["dataset", "selection", "picture", "ghost"])
        self._refresh()

    # -- acting -----------------------------------------------------------------------------------------------------

    def _pick(self, atom: int | None, extend: bool) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        structure = self._session.selection.structure
        chosen = None if atom is None else dataset.structures.environment_index(structure, atom)
        self._session.pick(chosen, extend=extend)

    def _key(self, key: str) -> None:
        steps = {",": -1, "PageUp": -1, ".": 1, "PageDown": 1}
        if key in steps:
            self._session.show_structure(self._session.selection.structure + steps[key])
        elif key in ("n", "p"):
            self._session.walk(1 if key == "n" else -1)
        elif key == " ":
            self._session.toggle_structure(self._session.selection.structure)

    def _note_drawn(self, version: int, upload_ms: float, draw_ms: float) -> None:
        if self._session.ghost is None:  # a preview is no part of what an edit cost
            self._session.report_drawn(upload_ms, draw_ms)

    def _fail(self, reason: str) -> None:
        said_by_a_browser = reason[:_LONGEST_REASON]
        self._session.report_problem(said_by_a_browser, "Table, map and histogram work without the picture.")

    def _save(self, event: object) -> None:
        self.viewer.save_png(f"lprviz-structure-{self._session.selection.structure}.png")

    # -- showing ----------------------------------------------------------------------------------------------------

    def _refresh(self, *events: object) -> None:
        dataset, picture, selection = self._session.dataset, self._shown_picture(), self._session.selection
        if dataset is None or picture is None:
            return
        self._slider.param.update(
            end=max(dataset.structures.n_structures - 1, 1),
            value=selection.structure,
            disabled=dataset.structures.n_structures == 1,
            label=f"Structure {selection.structure}",
        )
        self._draw_scene()
        if self.viewer.message:
            return
        self._draw_colours(picture)
        self._mark_preview()
        atoms = self._atoms()
        self.viewer.picked = [] if selection.picked is None else [selection.picked - atoms.start]
        inside = selection.group[(selection.group >= atoms.start) & (selection.group < atoms.stop)]
        self.viewer.highlight = (inside - atoms.start).tolist()

    def _shown_picture(self) -> Picture | None:
        ghost = self._session.ghost
        return self._session.picture if ghost is None else ghost.picture

    def _mark_preview(self) -> None:
        preview = None if self._session.ghost is None else self._session.ghost.preview
        self.viewer.param.update(
            preview="" if preview is None else preview_title(preview),
            preview_line="" if preview is None else preview_line(preview),
        )

    def _caption(self) -> str:
        dataset, structure = self._session.dataset, self._session.selection.structure
        assert dataset is not None
        group = dataset.structures.groups[structure]
        role = "in training" if structure in self._session.members else "not in training"
        name = structure_name(dataset.structures[structure])
        parts = [f"Structure {structure}", name, dataset.structures.formulas[structure], group, role]
        return " · ".join(part for part in parts if part)

    def _atoms(self) -> slice:
        dataset = self._session.dataset
        assert dataset is not None
        offsets = dataset.structures.offsets
        structure = self._session.selection.structure
        return slice(int(offsets[structure]), int(offsets[structure + 1]))

    def _draw_scene(self) -> None:
        dataset, structure = self._session.dataset, self._session.selection.structure
        assert dataset is not None
        wanted = (dataset, structure, self._repeat.value)
        if wanted == self._drawn_scene:
            return
        new_set = not self._drawn_scene or self._drawn_scene[0] is not dataset
        self._drawn_scene, self._drawn_picture = wanted, ()
        try:
            self.viewer.set_scene(build_scene(dataset.structures[structure], repeat=_REPEATS[self._repeat.value]))
        except LprvizError as error:
            self.viewer.message = f"{error.message} {error.hint}"
            return
        self.viewer.message = ""
        if new_set:
            self.viewer.reset_view()

    def _draw_colours(self, picture: Picture) -> None:
        self.viewer.stale = picture.stale
        wanted = (picture.scale, picture.quantity, self._session.selection.structure)
        if self._drawn_values is picture.values and self._drawn_picture == wanted:
            return
        self._drawn_values, self._drawn_picture = picture.values, wanted
        atoms = self._atoms()
        scale = picture.scale
        assert self._session.dataset is not None
        self.viewer.set_colours(
            picture.rgb(atoms),
            outline=picture.outlined[atoms],
            hover_labels=atom_labels(self._session.dataset.structures, picture, atoms),
        )
        self.viewer.param.update(
            bar_title=picture.title,
            bar_stops=list(scale.stops()) if scale is not None else [],
            bar_ticks=[[place, label] for place, label in scale.ticks()] if scale is not None else [],
            bar_missing=self._missing_label(picture),
            bar_swatches=[] if scale is not None else self._element_swatches(),
            caption=self._caption(),
            description=picture_summary(self._session, picture, atoms),
        )

    def _element_swatches(self) -> list[list[str]]:
        assert self._session.dataset is not None
        species = self._session.dataset.structures.species
        colours = css_colours(element_rgb([atomic_numbers[symbol] for symbol in species]))
        return [[colour, symbol] for colour, symbol in zip(colours, species, strict=True)]

    @staticmethod
    def _missing_label(picture: Picture) -> str:
        return "undefined" if picture.scale is not None and bool(np.isnan(picture.values).any()) else ""
