"""What the tabs that look into a fit have in common: one sentence, a drawing, or the reason why there is none."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import panel as pn
from panel.viewable import Viewable

from lprviz.analysis import FittedLPR
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped

NO_FIT = "Nothing has been fitted yet."
BUTTON: dict[str, Any] = {
    "size": "small",
    "variant": "outlined",
    "margin": (4, 6, 4, 0),
    "sx": {"minHeight": "28px", "minWidth": 0, "padding": "1px 10px", "lineHeight": 1.6},
    "stylesheets": [SIDE_TIP],
}
"""How buttons within a tab look."""

_NARROWEST = 200  # pixels that a chart needs beside another; with less room they stand below each other
_HEIGHT = "max(200px, 56cqh)"  # of the tab, which is scrolled where the words below find no room

_BLOCK = ":host { display: block; flex: none !important; height: auto !important; min-width: 0 !important; }"
_FITTING = ":host { flex: none !important; height: auto !important; min-width: 0 !important; }"  # may be hidden
_SHARE = f"""
:host {{ flex: 1 1 {_NARROWEST}px !important; min-width: 0 !important; max-width: 100%; height: {_HEIGHT} !important; }}
"""
_AROUND = ":host { flex-wrap: wrap; gap: 4px; height: auto !important; min-width: 0 !important; }"
"""Panel derives sizes of rows and columns from what they hold; here the tab decides, and is scrolled if need be."""


class Insight(ABC):
    """One tab. It is made when it is first opened, and `show` is called only while it is open.

    Attributes
    ----------
    view : panel.Column
    charts : tuple
        Parts with the parameters ``dark`` and ``stale``.
    """

    sentence: ClassVar[str] = ""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._drawn: tuple[object, ...] = ()
        self.charts: tuple[Any, ...] = ()
        self._head = words("lpr-insight-head", sizing_mode="stretch_width")
        self._head.object = f'<p class="lpr-explanation">{escaped(self.sentence)}</p>'
        self._reason = words("lpr-insight-reason", sizing_mode="stretch_width", visible=False)
        self._body = pn.Column(sizing_mode="stretch_both", stylesheets=[_FITTING], margin=0)
        self.view = pn.Column(
            self._head,
            self._reason,
            self._body,
            sizing_mode="stretch_both",
            css_classes=["lpr-insight"],
            stylesheets=[_BLOCK],
            styles={"padding": "2px 10px 4px", "box-sizing": "border-box"},
            margin=0,
        )

    def _place(self, *parts: Viewable) -> None:
        """Put what the tab shows below each other; with too little room the tab is scrolled, and nothing shrinks."""
        self._body[:] = [pn.Column(*parts, sizing_mode="stretch_both", stylesheets=[_BLOCK], margin=0)]

    def show(self) -> None:
        """Draw what the session says now, if that is news, or say why it cannot be drawn."""
        fit, picture = self._session.fit, self._session.picture
        for chart in self.charts:
            chart.stale = bool(picture is not None and picture.stale)
        wanted = (fit if fit is None else weakref.ref(fit), *self._looks_at())
        if wanted == self._drawn:
            return
        self._drawn = wanted
        reason = NO_FIT if fit is None else self._attempt(fit)
        self._reason.object = f'<p class="lpr-note">{escaped(reason)}</p>' if reason else ""
        self._reason.visible, self._body.visible = bool(reason), not reason

    def set_dark(self, dark: bool) -> None:
        """Take the colours of a dark or a light page."""
        for chart in self.charts:
            chart.dark = dark

    def _attempt(self, fit: FittedLPR) -> str:
        """Draw, or return why not."""
        try:
            self._draw(fit)
        except LprvizError as error:
            return f"{error.message} {error.hint}"
        return ""

    def _looks_at(self) -> tuple[object, ...]:
        """What the drawing depends on besides the fit."""
        return ()

    @abstractmethod
    def _draw(self, fit: FittedLPR) -> None:
        """Draw one fit; a `LprvizError` raised here is said in place of the drawing."""


def place_for(*charts: Any) -> pn.Row:
    """Charts that take the room there is: side by side, or below each other where that is narrow."""
    places = [pn.Column(each, sizing_mode="stretch_both", stylesheets=[_SHARE], margin=0) for each in charts]
    return pn.Row(*places, sizing_mode="stretch_both", stylesheets=[_AROUND], margin=0)
