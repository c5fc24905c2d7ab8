"""The map of environments: one point per atom, near where its surroundings are alike.

The map knows arrays only. Everything it is told and everything it reports speaks of environments by their index in
the whole data set, whether or not that environment is among the points drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import panel as pn
import param
from numpy.typing import ArrayLike, NDArray

from lprviz.components.bokeh_theme import MISSING_COLOUR, chart_colours, colour_table
from lprviz.components.captioned_chart import CaptionedChart
from lprviz.components.map_caption import MapFacts
from lprviz.components.map_figure import HOVER_COLUMNS, POINT_COLUMNS, MapFigure, replace_columns
from lprviz.components.map_geometry import Indices, PointIndex, padded_limits, rare_points, thin_points
from lprviz.components.map_gestures import LassoCallback, MapGestures, TapCallback

_RARITY_CLASSES = 24
_MOST_RARE = 1_000
_MOST_SQUARES = 150
_FADED = 0.14
_NO_INDICES: Indices = np.empty(0, dtype=np.intp)


class EnvironmentMap(pn.viewable.Viewer):
    """A map of environments that recolours in place and reports taps and lassos.

    Parameters
    ----------
    dark : bool
        Colours for a dark page.
    stale : bool
        Dim the map and say that its colours are out of date.
    max_points : int
        Draw at most this many points; gestures still reach all of them.
    """

    dark = param.Boolean(default=False)
    stale = param.Boolean(default=False)
    max_points = param.Integer(default=20_000, bounds=(1, None))

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._map = MapFigure()
        self.draw_with("webgl")
        self._gestures = MapGestures(self._map, lambda: self._index, self._visible, lambda: self._selected)
        self._chart = CaptionedChart(self._map.figure, "lpr-map")
        self._forget(np.empty((0, 2)))
        self._restyle()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._chart.layout

    @property
    def n_environments(self) -> int:
        """How many environments the map stands for."""
        return len(self._index.xy)

    @property
    def drawn(self) -> NDArray[np.intp]:
        """The environments among the drawn points, in drawing order."""
        return self._drawn

    @property
    def selected(self) -> NDArray[np.intp]:
        """The selected environments, ascending."""
        return self._selected

    def draw_with(self, backend: Literal["canvas", "webgl"]) -> None:
        """Say how the browser draws: ``"webgl"`` with a graphics card, ``"canvas"`` without. Before it is shown."""
        self._map.figure.output_backend = backend

    def on_tap(self, callback: TapCallback) -> None:
        """Call ``callback(index, extend)`` on each tap.

        ``index`` is None on empty ground; ``extend`` tells whether shift, control or command was held.
        """
        self._gestures.tap_callbacks.append(callback)

    def on_lasso(self, callback: LassoCallback) -> None:
        """Call ``callback(indices)`` with all environments inside a lasso or box, ascending; may be none.

        With shift held, those already selected are included.
        """
        self._gestures.lasso_callbacks.append(callback)

    def set_points(self, xy: ArrayLike, titles: tuple[str, str] = ("PC 1", "PC 2")) -> None:
        """Show other points; colours, marks and hover texts start afresh.

        Parameters
        ----------
        xy : (n_environments, 2) array
        titles : pair of str
            What the axes are, for example ``"PC 1 (63 % of variance)"``.
        """
        points = np.array(xy, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
            raise ValueError(f"The map needs finite points of shape (n, 2), not {points.shape}.")
        with pn.io.hold():
            self._forget(points)
            self._map.set_limits(padded_limits(points[:, 0]), padded_limits(points[:, 1]))
            self._map.figure.xaxis.axis_label, self._map.figure.yaxis.axis_label = titles
            self._map.resize_marks(self._drawn.size)
            blank = {name: np.zeros(self._drawn.size, column.dtype) for name, column in HOVER_COLUMNS.items()}
            texts = {"species": [""] * self._drawn.size}
            replace_columns(self._map.points, {**self._rows(self._drawn), **blank, **texts})
            replace_columns(self._map.rare, self._rows(self._rare))
            for name in self._map.rings:
                self._ring(name, _NO_INDICES)
            self._describe()

    def set_fractions(
        self,
        fractions: ArrayLike,
        palette: Sequence[str],
        missing: str = MISSING_COLOUR,
        *,
        values: ArrayLike | None = None,
        title: str = "value",
    ) -> None:
        """Recolour in place by where each value lies on its colour scale.

        Parameters
        ----------
        fractions : (n_environments,) array
            From 0 to 1; nan where undefined.
        palette : sequence of 256 CSS colours (``#rrggbb``)
        missing : str
            The colour of undefined ones.
        values : (n_environments,) array, optional
            The quantity itself, for the tooltip; ``fractions`` if not given.
        title : str
            The name of the quantity in the tooltip.

        Notes
        -----
        Colours are looked up here as `lprviz.core.colours.ColourScale.rgb` does, and travel as 4 bytes per point, as
        many as a float32: a colour mapper in the browser would round by another rule than the 3D picture does.
        """
        share = self._checked(fractions, np.float64)
        undefined = np.isnan(share)
        filled = np.clip(np.where(undefined, 0.0, share), 0.0, 1.0)
        levels = np.where(undefined, len(palette), np.round(filled * (len(palette) - 1))).astype(np.intp)
        self._colours = colour_table(tuple(palette), missing)[levels]
        classes = np.minimum((filled * _RARITY_CLASSES).astype(np.intp), _RARITY_CLASSES - 1)
        self._recolour(np.where(undefined, -1, classes), share if values is None else values, title)

    def set_colours(self, rgb: ArrayLike, *, values: ArrayLike | None = None, title: str = "value") -> None:
        """Recolour in place by given colours, (n_environments, 3) of uint8, for kinds rather than amounts.

        Without ``values`` the tooltip only says which atom it is.
        """
        colours = np.array(rgb, dtype=np.uint8)
        if colours.shape != (self.n_environments, 3):
            raise ValueError(f"The map shows {self.n_environments} environments; colours have shape {colours.shape}.")
        self._colours = np.column_stack([colours, np.full(len(colours), 255, dtype=np.uint8)])
        packed = colours.astype(np.intp) @ (1 << 16, 1 << 8, 1)
        kinds = np.unique(packed, return_inverse=True)[1]
        nothing = np.full(len(colours), np.nan)
        self._recolour(kinds, nothing if values is None else values, None if values is None else title)

    def set_hover(self, structure_of: ArrayLike, atom_of: ArrayLike, species: Sequence[str]) -> None:
        """Say which atom of which structure each environment is, for the tooltip; three of (n_environments,)."""
        numbers = [self._checked(column, np.int32)[self._drawn] for column in (structure_of, atom_of)]
        names = [species[i] for i in self._drawn.tolist()]
        replace_columns(self._map.points, {"structure": numbers[0], "atom": numbers[1], "species": names})
        self._chart.push()

    def set_highlight(self, indices: ArrayLike) -> None:
        """Ring the environments of the structure on show; all of them are drawn."""
        self._shown = np.asarray(indices, dtype=np.intp)
        self._ring("shown", self._shown)
        self._describe()

    def set_selected(self, indices: ArrayLike) -> None:
        """Bring out these environments and fade the others; none fades nothing."""
        fresh = np.unique(np.asarray(indices, dtype=np.intp))
        if np.array_equal(fresh, self._selected):
            return
        self._selected = fresh
        with pn.io.hold():
            self._ring("selected", fresh if fresh.size <= _MOST_SQUARES else _NO_INDICES)
            self._refade()
            self._describe()

    def set_picked(self, index: int | None) -> None:
        """Put a bold ring around one environment, or around none."""
        self._picked = index
        self._ring("picked", _NO_INDICES if index is None else np.array([index]))
        self._describe()

    def set_members(self, mask: ArrayLike | None) -> None:
        """Draw environments of training structures (True) as discs, others as open rings; None: all as discs."""
        self._members = None if mask is None else self._checked(mask, np.bool_)
        with pn.io.hold():
            self._refade()
            self._describe()

    def _forget(self, points: NDArray[np.float64]) -> None:
        points.flags.writeable = False
        self._index = PointIndex.of(points)
        self._drawn = thin_points(points, self.max_points)
        self._rare = self._shown = self._selected = _NO_INDICES
        self._picked: int | None = None
        self._members: NDArray[np.bool_] | None = None
        self._undefined = 0
        self._colours = np.tile(colour_table((), MISSING_COLOUR)[0], (len(points), 1))

    def _visible(self) -> Indices:
        return np.concatenate([self._drawn, self._rare, self._shown])

    def _checked(self, column: ArrayLike, dtype: Any) -> NDArray[Any]:
        array = np.asarray(column, dtype=dtype)
        if array.shape != (self.n_environments,):
            raise ValueError(f"The map shows {self.n_environments} environments; the array has shape {array.shape}.")
        return array

    def _recolour(self, classes: NDArray[np.intp], values: ArrayLike, title: str | None) -> None:
        limit = min(_MOST_RARE, max(10, self.n_environments // 20))
        self._rare = rare_points(classes, limit)
        undefined, self._undefined = self._undefined, int(np.count_nonzero(classes < 0))
        shown_values = self._checked(values, np.float32)[self._drawn]
        with pn.io.hold():
            replace_columns(self._map.points, {"colour": self._colours[self._drawn], "value": shown_values})
            replace_columns(self._map.rare, self._rows(self._rare))
            self._map.name_quantity(title)
            if undefined != self._undefined:
                self._describe()
        self._chart.push()

    def _refade(self) -> None:
        replace_columns(self._map.points, self._alphas(self._drawn))
        replace_columns(self._map.rare, self._alphas(self._rare))
        self._chart.push()

    def _rows(self, indices: Indices) -> dict[str, NDArray]:
        xy = self._index.xy[indices].astype(np.float32)
        return {"x": xy[:, 0].copy(), "y": xy[:, 1].copy(), "colour": self._colours[indices], **self._alphas(indices)}

    def _alphas(self, indices: Indices) -> dict[str, NDArray[np.float32]]:
        strength = np.full(indices.size, 0.9, dtype=np.float32)
        if self._selected.size:
            chosen = np.zeros(self.n_environments, dtype=bool)
            chosen[self._selected] = True
            strength[~chosen[indices]] = _FADED
        inside = np.ones(indices.size, dtype=bool) if self._members is None else self._members[indices]
        return {"fill_alpha": np.where(inside, strength, np.float32(0)), "line_alpha": strength}

    def _ring(self, name: str, indices: Indices) -> None:
        xy = self._index.xy[indices].astype(POINT_COLUMNS["x"].dtype)
        replace_columns(self._map.rings[name], {"x": xy[:, 0].copy(), "y": xy[:, 1].copy()})
        self._chart.push()

    @param.depends("dark", "stale", watch=True)
    def _restyle(self) -> None:
        with pn.io.hold():
            self._map.paint(chart_colours(self.dark))
            self._chart.dim(self.stale)
            self._describe()

    def _describe(self) -> None:
        facts = MapFacts(
            total=self.n_environments,
            drawn=self._drawn.size,
            undefined=self._undefined,
            shown=self._shown.size,
            selected=self._selected.size,
            has_members=self._members is not None,
            has_picked=self._picked is not None,
            squares=self._selected.size <= _MOST_SQUARES,
            stale=self.stale,
        )
        self._chart.say(facts.html(chart_colours(self.dark)))
