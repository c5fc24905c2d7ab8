"""How the shown quantity is distributed, per species, with the pinned state behind it."""

from __future__ import annotations

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from lprviz.components.rigidity_histogram import RigidityHistogram
from lprviz.core.colours import css_colours, element_rgb
from lprviz.session import Session
from lprviz.session.quantities import ELEMENT, QUANTITIES
from lprviz.views.deferral import Deferral


class HistogramPanel:
    """Adapter between the session and `RigidityHistogram`."""

    def __init__(self, session: Session, deferral: Deferral) -> None:
        self._session = session
        self._deferral = deferral
        self._drawn: tuple[object, ...] = ()
        self._axis: tuple[object, ...] = ()
        self.histogram = RigidityHistogram()
        self.view = self.histogram
        session.param.watch(self._follow, ["picture", "pin", "selection"])
        self._follow()

    def _follow(self, *events: object) -> None:
        self._deferral.later("histogram", self._show)

    def _show(self) -> None:
        dataset, picture = self._session.dataset, self._session.picture
        if dataset is None or picture is None or picture.scale is None or picture.quantity == ELEMENT:
            return
        scale, structures = picture.scale, dataset.structures
        axis = (scale.kind, scale.low, scale.high, scale.title)
        if axis != self._axis:
            self._axis = axis
            self.histogram.set_axis(*axis)
        drawn = (id(picture.values), axis)
        if drawn != self._drawn:
            self._drawn = drawn
            symbols = np.array(chemical_symbols)[structures.numbers]
            colours = css_colours(element_rgb([atomic_numbers[s] for s in structures.species]))
            self.histogram.set_values(picture.values, symbols, dict(zip(structures.species, colours, strict=True)))
        pin = self._session.pin
        comparable = pin is not None and QUANTITIES[picture.quantity].key == "lpr"
        self.histogram.set_reference(pin.lpr if comparable and pin is not None else None)
        self.histogram.set_marks(picture.values[self._marked()])

    def _marked(self) -> np.ndarray:
        selection = self._session.selection
        picked = [] if selection.picked is None else [selection.picked]
        return np.union1d(selection.group, picked).astype(np.intp)
