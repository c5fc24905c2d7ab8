"""What the numbers say, in tabs: of these, only the open one is computed and drawn, and after the picture."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from lprviz.components.tab_strip import TabStrip
from lprviz.session import Session
from lprviz.views.alpha_panel import AlphaPanel
from lprviz.views.calibration_panel import CalibrationPanel
from lprviz.views.committee_panel import CommitteePanel
from lprviz.views.deferral import Deferral
from lprviz.views.gallery_panel import GalleryPanel
from lprviz.views.histogram_panel import HistogramPanel
from lprviz.views.insight import Insight
from lprviz.views.selection_panel import SelectionPanel
from lprviz.views.truth_panel import TruthPanel

DISTRIBUTION = "distribution"
GALLERY = "gallery"

_INSIGHTS: dict[str, tuple[str, Callable[[Session], Insight]]] = {
    "calibration": ("Calibration", CalibrationPanel),
    "alpha": ("Alpha", AlphaPanel),
    "truth": ("Truth", TruthPanel),
    "committee": ("Committee", CommitteePanel),
    "selection": ("Selection", SelectionPanel),
    GALLERY: ("Gallery", GalleryPanel),
}


class InsightTabs:
    """The tab strip and, below it, one place per tab that is filled when the tab is first opened.

    Parts stay where they are when another tab is opened, hidden: their charts are neither sent nor drawn again.

    Attributes
    ----------
    view : panel.Column
    """

    def __init__(self, session: Session, deferral: Deferral, histogram: HistogramPanel) -> None:
        self._session, self._deferral, self._histogram = session, deferral, histogram
        self._made: dict[str, Insight] = {}
        self._dark = False
        labels = [(DISTRIBUTION, "Distribution"), *((key, label) for key, (label, _) in _INSIGHTS.items())]
        self._strip = TabStrip(self.open, labels, active=DISTRIBUTION, sizing_mode="stretch_width", margin=0)
        self._places = {key: _place(key, key == DISTRIBUTION) for key, _ in labels}
        self._places[DISTRIBUTION].append(histogram.view)
        self.view = pn.Column(self._strip, *self._places.values(), sizing_mode="stretch_both", margin=0)
        session.param.watch(self._follow, ["fit", "picture", "selection", "studies", "alpha", "activity"])
        session.param.watch(self._open_gallery, "entry")

    def open(self, key: str) -> None:
        """Show a tab."""
        self._strip.active = key
        if key in _INSIGHTS and key not in self._made:
            _, make = _INSIGHTS[key]
            self._made[key] = make(self._session)
            self._made[key].set_dark(self._dark)
        insight = self._made.get(key)
        if insight is not None:
            insight.show()
            if not len(self._places[key]):
                self._places[key].append(insight.view)
        for name, place in self._places.items():
            place.visible = name == key
        self._histogram.set_shown(key == DISTRIBUTION)

    def _open_gallery(self, *events: object) -> None:
        """Who opens an entry wants to read what it is about."""
        if self._session.entry is not None:
            self.open(GALLERY)

    def set_dark(self, dark: bool) -> None:
        """Take the colours of a dark or a light page."""
        self._dark = dark
        for insight in self._made.values():
            insight.set_dark(dark)

    def _follow(self, *events: object) -> None:
        if self._strip.active in self._made:
            self._deferral.later("insight", self._show)

    def _show(self) -> None:
        insight = self._made.get(self._strip.active)
        if insight is not None:
            insight.show()


def _place(key: str, visible: bool) -> pn.Column:
    return pn.Column(
        visible=visible,
        css_classes=[f"lpr-place-{key}"],
        sizing_mode="stretch_both",
        stylesheets=[":host { min-width: 0 !important; }"],
        styles={"min-height": "0", "overflow": "hidden auto", "container-type": "size"},
        margin=0,
    )
