"""The map of all environments (principal components of the features), linked both ways with the picture."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.components.environment_map import EnvironmentMap
from lprviz.core.colours import MISSING_RGB, css_colours, palette_table
from lprviz.core.pool import PoolSpace
from lprviz.core.projection import PrincipalComponents, principal_components
from lprviz.session import Session
from lprviz.session.values import Selection
from lprviz.views.deferral import Deferral


class MapPanel:
    """Adapter between the session and `EnvironmentMap`."""

    def __init__(self, session: Session, deferral: Deferral) -> None:
        self._session = session
        self._deferral = deferral
        self._drawn_pool: object = None
        self._drawn_values: tuple[object, ...] = ()
        self._drawn_selection: Selection | None = None
        self.map = EnvironmentMap()
        self.map.on_tap(self._tap)
        self.map.on_lasso(session.select_environments)
        self.view = self.map
        session.param.watch(self._follow, ["fit", "picture", "selection"])
        self._follow()

    def _tap(self, environment: int | None, extend: bool) -> None:
        self._session.pick(environment, extend=extend)

    def _follow(self, *events: object) -> None:
        self._deferral.later("map", self._show)

    def _show(self) -> None:
        session = self._session
        dataset, fit, picture = session.dataset, session.fit, session.picture
        if dataset is None or fit is None or picture is None or picture.values.size != fit.engine.n_environments:
            return
        if fit.engine.pool is not self._drawn_pool:
            self._show_points()
        self.map.stale = picture.stale
        drawn = self._drawn_values
        if not (drawn and drawn[0] is picture.values and drawn[1] == picture.scale):
            self._drawn_values = (picture.values, picture.scale)
            self._show_colours()
        if session.selection is not self._drawn_selection:
            self._drawn_selection = session.selection
            self._show_selection()

    def _show_points(self) -> None:
        dataset, fit = self._session.dataset, self._session.fit
        assert dataset is not None
        assert fit is not None
        self._drawn_pool, self._drawn_values, self._drawn_selection = fit.engine.pool, (), None
        coordinates, explained = _map_of(fit.engine.pool)
        first, second = (f"PC {i + 1} ({share:.0%} of variance)" for i, share in enumerate(explained))
        self.map.set_points(coordinates, (first, second))
        offsets, structures = dataset.structures.offsets, dataset.structures
        atom_of = np.arange(structures.n_environments) - offsets[structures.structure_of]
        symbols = np.array(chemical_symbols)[structures.numbers]
        self.map.set_hover(structures.structure_of, atom_of, symbols.tolist())

    def _show_colours(self) -> None:
        picture = self._session.picture
        assert picture is not None
        if picture.scale is None:
            self.map.set_colours(picture.rgb())
        else:
            palette = list(css_colours(palette_table(picture.scale.palette)))
            missing = css_colours(np.array([MISSING_RGB], dtype=np.uint8))[0]
            fractions = picture.scale.fractions(picture.values)
            self.map.set_fractions(fractions, palette, missing, values=picture.values, title=picture.title)
        self.map.set_members(picture.members)

    def _show_selection(self) -> None:
        dataset, selection = self._session.dataset, self._session.selection
        assert dataset is not None
        self.map.set_highlight(_range(dataset.structures.offsets, selection.structure))
        self.map.set_selected(selection.group)
        self.map.set_picked(selection.picked)


_MAPS: WeakKeyDictionary[PoolSpace, PrincipalComponents] = WeakKeyDictionary()


def _map_of(pool: PoolSpace) -> PrincipalComponents:
    """The map of a pool: a tenth of a second the first time, shared by every session that looks at it."""
    if pool not in _MAPS:
        _MAPS[pool] = principal_components(pool)
    return _MAPS[pool]


def _range(offsets: NDArray[np.int64], structure: int) -> NDArray[np.intp]:
    return np.arange(offsets[structure], offsets[structure + 1], dtype=np.intp)
