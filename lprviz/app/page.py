"""Where the views stand: sidebar, picture and map, table and histogram, footer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable, Viewer

from lprviz.app.live import LiveDocument
from lprviz.app.opening import page_template
from lprviz.app.style import PAGE_CSS, PAGE_SX, THEME
from lprviz.components.page_hook import PageHook
from lprviz.session import Session
from lprviz.views.colour_panel import ColourPanel
from lprviz.views.data_panel import DataPanel
from lprviz.views.deferral import Deferral
from lprviz.views.header import Header
from lprviz.views.histogram_panel import HistogramPanel
from lprviz.views.insight_tabs import InsightTabs
from lprviz.views.map_panel import MapPanel
from lprviz.views.model_panel import ModelPanel
from lprviz.views.problem_banner import ProblemBanner
from lprviz.views.representation_panel import RepresentationPanel
from lprviz.views.status_bar import StatusBar
from lprviz.views.style import CSS
from lprviz.views.training_panel import TrainingPanel
from lprviz.views.viewer_panel import ViewerPanel

TITLE = "lprviz"
SIDEBAR_WIDTH = 300
REST_AFTER_MS = 20  # the picture comes first: all that stands around it takes two seconds where software draws
REST_AT_LATEST_MS = 3000  # with no data set, or no WebGL, there is no picture to wait for


class Page:
    """The whole dashboard of one session: the picture first, and what stands around it once that is drawn.

    Attributes
    ----------
    view : panel_material_ui.Page
        What is served.
    """

    def __init__(self, session: Session, live: LiveDocument | None) -> None:
        self._session, self._live = session, live
        self._software = self._rest_asked_for = False
        self._following_theme: list[Callable[[bool], None]] = []
        self.viewer = ViewerPanel(session)
        self.viewer.viewer.on_drawn(self._note_drawn)
        self._hook = PageHook(
            self._rendered, session.undo, session.redo, styles={"position": "absolute"}, width=0, height=0, margin=0
        )
        self._sidebar = pn.Column(sizing_mode="stretch_width", margin=0)
        self._map_card, self._table_card, self._insight_card = card("1 1 0"), card("1.35 1 0"), card("1 1 0")
        self.view = pmui.Page(
            title=TITLE,
            template=page_template(),
            theme_config=THEME,
            sx=PAGE_SX,
            raw_css=[PAGE_CSS],
            header=[Header(session).view],
            sidebar=[self._sidebar],
            sidebar_width=SIDEBAR_WIDTH,
            sidebar_resizable=False,
            main=[self._main()],
            busy_indicator=None,
            meta_name=TITLE,
        )
        session.param.watch(self._busy, "activity")
        self.view.param.watch(self._follow_theme, "dark_theme")
        self._follow(lambda dark: setattr(self.viewer.viewer, "dark", dark))
        if live is None:
            self._place_rest()

    def _main(self) -> pn.Column:
        rows = [
            pn.Row(
                *cards,
                sizing_mode="stretch_both",
                styles={"flex": flex, "gap": "10px", "min-height": "0"},
                margin=0,
            )
            for flex, cards in (
                ("1.2 1 0", (card("1.35 1 0", self.viewer.view), self._map_card)),
                ("1 1 0", (self._table_card, self._insight_card)),
            )
        ]
        return pn.Column(
            self._hook,
            ProblemBanner(self._session).view,
            *rows,
            StatusBar(self._session).view,
            sizing_mode="stretch_both",
            styles={"gap": "10px", "padding": "10px"},
            margin=0,
        )

    def _rendered(self, software: bool) -> None:
        """The page stands: the rest comes by the way that suits this browser, once the picture has had its turn."""
        if self._live is not None:
            self._software = software
            self._live.after(REST_AT_LATEST_MS, self._place_rest)
            self._live.announce_rendered()

    def _note_drawn(self, version: int, upload_ms: float, draw_ms: float) -> None:
        if self._live is not None and not self._rest_asked_for:
            self._rest_asked_for = True
            self._live.after(REST_AFTER_MS, self._place_rest)

    def _place_rest(self) -> None:
        if len(self._sidebar):
            return
        session, deferral = self._session, Deferral(self._live)
        environments, training = MapPanel(session, deferral), TrainingPanel(session, deferral)
        histogram = HistogramPanel(session, deferral)
        insights = InsightTabs(session, deferral, histogram)
        environments.map.draw_with("canvas" if self._software else "webgl")
        for part in (environments.map, histogram.histogram, training.table):
            self._follow(partial(setattr, part, "dark"))
        self._follow(insights.set_dark)
        with pn.io.hold():
            self._sidebar[:] = [_accordion(session)]
            self._table_card[:] = [training.view]
            self._map_card[:] = [environments.view]
            self._insight_card[:] = [insights.view]

    def _busy(self, *events: object) -> None:
        self._hook.working = self._session.activity is not None

    def _follow(self, take: Callable[[bool], None]) -> None:
        self._following_theme.append(take)
        take(self.view.dark_theme)

    def _follow_theme(self, *events: object) -> None:
        for take in self._following_theme:
            take(self.view.dark_theme)


def _accordion(session: Session) -> pmui.Accordion:
    return pmui.Accordion(
        ("1  Data", DataPanel(session).view),
        ("2  Representation", RepresentationPanel(session).view),
        ("3  Model", ModelPanel(session).view),
        ("4  Colour by", ColourPanel(session).view),
        active=[0, 2, 3],
        title_variant="subtitle2",
        disable_gutters=True,
        sizing_mode="stretch_width",
        margin=0,
    )


def card(flex: str, content: Viewable | Viewer | None = None) -> pn.Column:
    """Return a framed part of the page that takes its share of the room; empty until its content comes."""
    return pn.Column(
        *([] if content is None else [content]),
        css_classes=["lpr-card"],
        stylesheets=[CSS],
        sizing_mode="stretch_both",
        styles={"flex": flex, "min-width": "0", "min-height": "0"},
        margin=0,
    )
