"""What atoms are coloured by, in a menu and in one sentence."""

from __future__ import annotations

import panel_material_ui as pmui

from lprviz.session import Session
from lprviz.session.quantities import (
    ELEMENT,
    ELEMENT_TITLE,
    QUANTITIES,
    Context,
    explanation_of,
    obstacle_to,
)
from lprviz.session.studies import COMMITTEE
from lprviz.views.committee_panel import KINDS
from lprviz.views.component_menu import ComponentMenu
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped

_GROUPS = {
    "Rigidity": ("lpr", "log-ratio", "regulariser-share"),
    "Energy": ("local-energy", "true-local-energy", "error", "sigma"),
    "Looking closer": ("correlation", "component", "committee", "force-effect"),
}
_EARLIER = "About an earlier training set: train the committee again under Committee."
_KEEP = "keep it to compare with, as a colouring and as an outline in the histogram."
_FORGET = "compare with it no longer."


class ColourPanel:
    """Colour menu, its explanation, the parts it needs, and the pin that "change since the pin" compares with."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._menu = pmui.Select(
            label="Colour atoms by",
            groups=menu_groups(),
            value=session.colour_by,
            size="small",
            css_classes=["lpr-color-by"],
            sizing_mode="stretch_width",
            margin=(4, 0),
        )
        self._component = ComponentMenu(session)
        self._committee = pmui.Select(
            label="Kind of committee",
            options=KINDS,
            value=session.committee,
            size="small",
            visible=False,
            css_classes=["lpr-color-committee"],
            sizing_mode="stretch_width",
            margin=(8, 0, 4, 0),
        )
        self._words = words(sizing_mode="stretch_width", margin=(2, 0))
        self._pin = pmui.Button(
            label="Pin this training set",
            stylesheets=[SIDE_TIP],
            icon="push_pin",
            variant="outlined",
            size="small",
            css_classes=["lpr-pin"],
            sizing_mode="stretch_width",
            margin=(4, 0),
        )
        self.view = pmui.Column(
            self._menu, self._component.view, self._committee, self._words, self._pin, sizing_mode="stretch_width"
        )
        self._menu.param.watch(self._choose, "value")
        self._committee.param.watch(self._choose_committee, "value")
        self._pin.on_click(self._toggle_pin)
        session.param.watch(self._refresh, ["colour_by", "committee", "picture", "pin", "dataset", "fit"])
        self._refresh()

    def _choose(self, event: object) -> None:
        if self._menu.value != self._session.colour_by:
            self._session.colour(self._menu.value)

    def _choose_committee(self, event: object) -> None:
        if self._committee.value != self._session.committee:
            self._session.colour("committee", committee=self._committee.value)

    def _toggle_pin(self, event: object) -> None:
        if self._session.pin is not None:
            self._session.clear_pin()
            if self._session.colour_by == "log-ratio":
                self._session.colour("lpr")
        else:
            self._session.set_pin()

    def _refresh(self, *events: object) -> None:
        session = self._session
        self._menu.value = session.colour_by
        self._committee.param.update(visible=session.colour_by == "committee", value=session.committee)
        pin = session.pin
        self._pin.label = "Pin this training set" if pin is None else f"Unpin ({pin.label})"
        self._pin.description = f"{self._pin.label}: {_KEEP if pin is None else _FORGET}"
        self._pin.disabled = session.fit is None
        note = session.picture.note if session.picture is not None else ""
        note = note or self._note_on_committee()
        said = note or explanation_of(session.colour_by)
        style = "lpr-note" if note else "lpr-explanation"
        self._words.object = f'<p class="{style}">{escaped(said)}</p>'
        context = session.context
        if context is not None:
            chosen = session.colour_by
            disabled = [key for key in QUANTITIES if key != chosen and not can_be_chosen(key, context)]
            if disabled != self._menu.disabled_options:
                self._menu.disabled_options = disabled

    def _note_on_committee(self) -> str:
        session = self._session
        study = session.studies.get(f"{COMMITTEE}:{session.committee}")
        earlier = session.colour_by == "committee" and study is not None and study.fit is not session.fit
        return _EARLIER if earlier else ""


def menu_groups() -> dict[str, dict[str, str]]:
    """Return the menu: groups of titles and keys; a quantity that no group names comes with the last."""
    named = {key for keys in _GROUPS.values() for key in keys}
    groups = {name: {QUANTITIES[key].title: key for key in keys} for name, keys in _GROUPS.items()}
    groups["Looking closer"] |= {q.title: key for key, q in QUANTITIES.items() if key not in named}
    groups["Structure"] = {ELEMENT_TITLE: ELEMENT}
    return groups


def can_be_chosen(key: str, context: Context) -> bool:
    """Return whether choosing a quantity leads somewhere: at once, after some work, or after a further choice."""
    if key == "component":
        return bool(context.fit.analysis.components())
    if key == "committee":
        return not obstacle_to("local-energy", context)
    return key == "correlation" or not obstacle_to(key, context)
