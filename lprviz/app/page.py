"""Where the views stand: sidebar, picture and map, table and histogram, footer."""

from __future__ import annotations

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
CHARTS_AFTER_MS = 100  # the picture comes first: charts take a second of the browser's time where it draws in software
CHARTS_AT_LATEST_MS = 3000  # with no data set, or no WebGL, there is no picture to wait for


class Page:
    """The whole dashboard of one session.

    Attributes
    ----------
    view : panel_material_ui.Page
        What is served.
    """

    def __init__(self, session: Session, live: LiveDocument | None) -> None:
        self._session = session
        deferral = Deferral(live)
        self.viewer = ViewerPanel(session)
        self.map = MapPanel(session, deferral)
        self.histogram = HistogramPanel(session, deferral)
        self.insights = InsightTabs(session, deferral, self.histogram)
        self.training = TrainingPanel(session, deferral)
        self._live = live
        self._hook = PageHook(
            self._rendered, session.undo, session.redo, styles={"position": "absolute"}, width=0, height=0, margin=0
        )
        self._charts_asked_for = False
        self.viewer.viewer.on_drawn(self._note_drawn)
        self.view = pmui.Page(
            title=TITLE,
            template=page_template(),
            theme_config=THEME,
            sx=PAGE_SX,
            raw_css=[PAGE_CSS],
            header=[Header(session).view],
            sidebar=[self._sidebar()],
            sidebar_width=SIDEBAR_WIDTH,
            sidebar_resizable=False,
            main=[self._main()],
            busy_indicator=None,
            meta_name=TITLE,
        )
        session.param.watch(self._busy, "activity")
        self.view.param.watch(self._follow_theme, "dark_theme")
        self._follow_theme()

    def _sidebar(self) -> pmui.Accordion:
        session = self._session
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

    def _main(self) -> pn.Column:
        charts = (None, None) if self._live is not None else (self.map.view, self.insights.view)
        self._map_card, self._insight_card = (card(chart, "1 1 0") for chart in charts)
        upper = pn.Row(
            card(self.viewer.view, "1.35 1 0"),
            self._map_card,
            sizing_mode="stretch_both",
            styles={"flex": "1.2 1 0", "gap": "10px", "min-height": "0"},
            margin=0,
        )
        lower = pn.Row(
            card(self.training.view, "1.35 1 0"),
            self._insight_card,
            sizing_mode="stretch_both",
            styles={"flex": "1 1 0", "gap": "10px", "min-height": "0"},
            margin=0,
        )
        return pn.Column(
            self._hook,
            ProblemBanner(self._session).view,
            upper,
            lower,
            StatusBar(self._session).view,
            sizing_mode="stretch_both",
            styles={"gap": "10px", "padding": "10px"},
            margin=0,
        )

    def _rendered(self, software: bool) -> None:
        """The page stands: charts are drawn by the way that suits this browser, once the picture has had its turn."""
        if self._live is not None:
            self.map.map.draw_with("canvas" if software else "webgl")
            self._live.after(CHARTS_AT_LATEST_MS, self._place_charts)
            self._live.announce_rendered()

    def _place_charts(self) -> None:
        if len(self._map_card):
            return
        self._map_card[:] = [self.map.view]
        self._insight_card[:] = [self.insights.view]

    def _note_drawn(self, version: int, upload_ms: float, draw_ms: float) -> None:
        if self._live is not None and not self._charts_asked_for:
            self._charts_asked_for = True
            self._live.after(CHARTS_AFTER_MS, self._place_charts)

    def _busy(self, *events: object) -> None:
        self._hook.working = self._session.activity is not None

    def _follow_theme(self, *events: object) -> None:
        for part in (self.viewer.viewer, self.map.map, self.histogram.histogram, self.training.table):
            part.dark = self.view.dark_theme
        self.insights.set_dark(self.view.dark_theme)


def card(content: Viewable | Viewer | None, flex: str) -> pn.Column:
    """Return a framed part of the page that takes its share of the room; empty until its content comes."""
    return pn.Column(
        *([] if content is None else [content]),
        css_classes=["lpr-card"],
        stylesheets=[CSS],
        sizing_mode="stretch_both",
        styles={"flex": flex, "min-width": "0", "min-height": "0"},
        margin=0,
    )
