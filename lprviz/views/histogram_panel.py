"""How the shown quantity is distributed, per species, with the pinned state behind it."""

from __future__ import annotations

import numpy as np
from ase.data import atomic_numbers, chemical_symbols
from numpy.typing import NDArray

from lprviz.analysis.preview import Preview
from lprviz.components.rigidity_histogram import RigidityHistogram
from lprviz.core.colours import css_colours, element_rgb
from lprviz.data.structures import StructureSet
from lprviz.session import Session
from lprviz.views.deferral import Deferral
from lprviz.views.preview_words import preview_title


class HistogramPanel:
    """Adapter between the session and `RigidityHistogram`."""

    def __init__(self, session: Session, deferral: Deferral) -> None:
        self._session = session
        self._deferral = deferral
        self._shown = True
        self._drawn: tuple[object, ...] = ()
        self._axis: tuple[object, ...] = ()
        self._reference: NDArray[np.float64] | None = None
        self._preview: Preview | None = None
        self._marked_in: tuple[object, object] = (None, None)
        self.histogram = RigidityHistogram()
        self.view = self.histogram
        session.param.watch(self._follow, ["picture", "pin", "selection", "ghost"])
        self._follow()

    def set_shown(self, shown: bool) -> None:
        """Say whether the histogram is to be seen; while it is not, nothing is counted or drawn."""
        if shown and not self._shown:
            self._shown = True
            self._follow()
        self._shown = shown

    def _follow(self, *events: object) -> None:
        if self._shown:
            self._deferral.later("histogram", self._show)

    def _show(self) -> None:
        dataset, fit, picture = self._session.dataset, self._session.fit, self._session.picture
        if dataset is None or picture is None:
            return
        self.histogram.stale = picture.stale
        if fit is None or picture.lpr_scale is None:
            return
        # Elements have no distribution to speak of: the rigidity stays on show.
        by_element = picture.scale is None
        scale = picture.lpr_scale if picture.scale is None else picture.scale
        values = fit.lpr if by_element else picture.values
        axis = (scale.kind, scale.low, scale.high, scale.title)
        if axis != self._axis:
            self._axis = axis
            self.histogram.set_axis(*axis)
        if not (self._drawn and self._drawn[0] is values and self._drawn[1] == axis):
            self._drawn = (values, axis)
            self._show_values(dataset.structures, values)
        pin = self._session.pin
        comparable = by_element or picture.quantity == "lpr"
        self._show_reference(pin.lpr if comparable and pin is not None else None)
        self._show_marks(values)
        ghost = self._session.ghost
        self._show_preview(ghost.preview if comparable and ghost is not None else None)

    def _show_preview(self, preview: Preview | None) -> None:
        if preview is not self._preview:
            self._preview = preview
            title = "" if preview is None else f"all after {preview_title(preview).removeprefix('Preview: ')}"
            self.histogram.set_preview(None if preview is None else preview.lpr, title)

    def _show_reference(self, reference: NDArray[np.float64] | None) -> None:
        if (
            reference is not self._reference
        ):  # each drawing costs the browser a tenth of a second without a graphics card
            self._reference = reference
            self.histogram.set_reference(reference)

    def _show_marks(self, values: NDArray[np.float64]) -> None:
        values_before, selection_before = self._marked_in
        if values is not values_before or self._session.selection is not selection_before:
            self._marked_in = (values, self._session.selection)
            self.histogram.set_marks(values[self._marked()])

    def _show_values(self, structures: StructureSet, values: NDArray[np.float64]) -> None:
        symbols = np.array(chemical_symbols)[structures.numbers]
        colours = css_colours(element_rgb([atomic_numbers[s] for s in structures.species]))
        self.histogram.set_values(values, symbols, dict(zip(structures.species, colours, strict=True)))

    def _marked(self) -> np.ndarray:
        selection = self._session.selection
        picked = [] if selection.picked is None else [selection.picked]
        return np.union1d(selection.group, picked).astype(np.intp)
