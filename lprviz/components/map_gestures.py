"""What a person does on the map, in terms of environments: taps, lassos and boxes, over all points at once.

The browser sends only the shape that was drawn, never indices, so a lasso over a hundred thousand environments costs
a few kilobytes, and reaches those that are not drawn too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import DoubleTap, PanStart, Press, SelectionGeometry, Tap
from numpy.typing import NDArray

from lprviz.components.map_figure import MapFigure
from lprviz.components.map_geometry import Indices, PointIndex

TapCallback = Callable[[int | None, bool], Any]
LassoCallback = Callable[[NDArray[np.intp]], Any]

_REACH_PIXELS = 9.0
_EXTENDING_KEYS = ("shift", "ctrl", "meta")


class MapGestures:
    """Listens to a figure and answers in indices.

    Parameters
    ----------
    picture : MapFigure
    points : function
        Returns the current points.
    visible : function
        Returns the points one can tap.
    selected : function
        Returns what a lasso with shift held adds to.
    """

    def __init__(
        self,
        picture: MapFigure,
        points: Callable[[], PointIndex],
        visible: Callable[[], Indices],
        selected: Callable[[], Indices],
    ) -> None:
        self._picture, self._points, self._visible, self._selected = picture, points, visible, selected
        self.tap_callbacks: list[TapCallback] = []
        self.lasso_callbacks: list[LassoCallback] = []
        self._extending = False
        picture.figure.on_event(PanStart, self._note_keys)
        picture.figure.on_event(SelectionGeometry, self._on_geometry)
        # to a person these are all clicks: Bokeh names the second within 0.3 s a double tap, a long one a press
        for kind in (Tap, DoubleTap, Press):
            picture.figure.on_event(kind, self._on_tap)

    def _note_keys(self, event: Any) -> None:
        # a lasso's own event says nothing of the keys held; the start of its drag does, and comes first
        self._extending = _extends(event)

    def _on_geometry(self, event: Any) -> None:
        found = self._inside(dict(event.geometry or {})) if event.final else None
        if found is None:
            return
        chosen = np.union1d(self._selected(), found) if self._extending else found
        for callback in self.lasso_callbacks:
            callback(chosen)

    def _inside(self, geometry: dict[str, Any]) -> Indices | None:
        if geometry.get("type") == "poly":
            return self._points().inside_polygon(geometry["x"], geometry["y"])
        if geometry.get("type") == "rect":
            return self._points().inside_box(*(float(geometry[key]) for key in ("x0", "x1", "y0", "y1")))
        return None

    def _on_tap(self, event: Any) -> None:
        if event.x is None or event.y is None or not self._picture.holds(event.x, event.y):
            return
        index = self._points().nearest(event.x, event.y, self._picture.reach(_REACH_PIXELS), self._visible())
        for callback in self.tap_callbacks:
            callback(index, _extends(event))


def _extends(event: Any) -> bool:
    held = event.modifiers or {}
    return any(bool(held.get(key)) for key in _EXTENDING_KEYS)
