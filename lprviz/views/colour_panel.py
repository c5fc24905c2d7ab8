"""What atoms are coloured by, in a menu and in one sentence."""

from __future__ import annotations

import panel_material_ui as pmui

from lprviz.session import Session
from lprviz.session.quantities import MENU, explanation_of, obstacle_to
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped

_KEEP = "keep it to compare with, as a colouring and as an outline in the histogram."
_FORGET = "compare with it no longer."


class ColourPanel:
    """Colour menu, its explanation, and the pin that "change since the pin" compares with."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._menu = pmui.Select(
            label="Colour atoms by",
            options=MENU,
            value=session.colour_by,
            size="small",
            css_classes=["lpr-color-by"],
            sizing_mode="stretch_width",
            margin=(4, 0),
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
        self.view = pmui.Column(self._menu, self._words, self._pin, sizing_mode="stretch_width")
        self._menu.param.watch(lambda event: session.colour(self._menu.value), "value")
        self._pin.on_click(self._toggle_pin)
        session.param.watch(self._refresh, ["colour_by", "picture", "pin", "dataset"])
        self._refresh()

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
        pin = session.pin
        self._pin.label = "Pin this training set" if pin is None else f"Unpin ({pin.label})"
        self._pin.description = f"{self._pin.label}: {_KEEP if pin is None else _FORGET}"
        self._pin.disabled = session.fit is None
        note = session.picture.note if session.picture is not None else ""
        words = note or explanation_of(session.colour_by)
        style = "lpr-note" if note else "lpr-explanation"
        self._words.object = f'<p class="{style}">{escaped(words)}</p>'
        context = session.context
        if context is not None:
            unavailable = [title for title, key in MENU.items() if obstacle_to(key, context)]
            self._menu.disabled_options = [MENU[title] for title in unavailable if MENU[title] != session.colour_by]
