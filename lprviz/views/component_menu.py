"""Which component of the features atoms are coloured by: families first, their members by name."""

from __future__ import annotations

from collections.abc import Iterable

import panel_material_ui as pmui

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.components import Component
from lprviz.session import Session

_FAMILIES = {
    "species": "Species",
    "pair": "Pair of species",
    "centre": "Centre",
    "part": "Part",
    "constant": "Constant",
    "angular": "Angular",
    "radial": "Radial",
    "radial pair": "Pair of radial functions",
}
_NOTHING = {"Choose a component": ""}


class ComponentMenu:
    """A menu of components, to be seen while atoms are coloured by one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._offered: LPRAnalysis | None = None
        self.view = pmui.Select(
            label="Component",
            groups=grouped(()),
            value="",
            size="small",
            visible=False,
            searchable=True,
            css_classes=["lpr-component"],
            sizing_mode="stretch_width",
            margin=(8, 0, 4, 0),
        )
        self.view.param.watch(self._choose, "value")
        session.param.watch(self._refresh, ["colour_by", "component", "fit"])
        self._refresh()

    def _choose(self, event: object) -> None:
        if self.view.value and self.view.value != self._session.component:
            self._session.colour("component", component=self.view.value)

    def _refresh(self, *events: object) -> None:
        session, fit = self._session, self._session.fit
        shown = session.colour_by == "component" and fit is not None
        if fit is not None and shown and fit.analysis is not self._offered:
            self._offered = fit.analysis
            self.view.param.update(groups=grouped(fit.analysis.components()), value=session.component)
        if shown:
            self.view.value = session.component
        self.view.visible = shown


def grouped(components: Iterable[Component]) -> dict[str, dict[str, str]]:
    """Return the menu: families in the order of `_FAMILIES`, in each the titles and keys of its components."""
    groups: dict[str, dict[str, str]] = {title: {} for title in _FAMILIES.values()}
    for each in components:
        title = each.title[:1].upper() + each.title[1:]
        groups.setdefault(_FAMILIES.get(each.family, each.family), {})[title] = each.key
    return {" ": _NOTHING, **{name: members for name, members in groups.items() if members}}
