"""One clear sentence when something cannot be done; it goes away by itself with the next success."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui

from lprviz.session import Session
from lprviz.views.style import CSS, TIP, words
from lprviz.views.text import escaped


class ProblemBanner:
    """An alert above the picture, with a button to dismiss it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._words = words(sizing_mode="stretch_width", align="center")
        dismiss = pmui.IconButton(
            icon="close", size="small", description="Dismiss", css_classes=["lpr-dismiss"], stylesheets=[TIP]
        )
        self.view = pn.Row(
            self._words,
            dismiss,
            visible=False,
            css_classes=["lpr-error"],
            stylesheets=[CSS],
            sizing_mode="stretch_width",
            margin=0,
        )
        dismiss.on_click(lambda event: session.dismiss_problem())
        session.param.watch(self._refresh, "problem")
        self._refresh()

    def _refresh(self, *events: object) -> None:
        problem = self._session.problem
        if problem is not None:
            self._words.object = f'<p role="alert"><b>{escaped(problem.message)}</b> {escaped(problem.hint)}</p>'
        self.view.visible = problem is not None
