"""What is going on: work under way with its cancel button, the state of the fit, and what the last edit cost."""

from __future__ import annotations

import numpy as np
import panel as pn
import panel_material_ui as pmui

from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.style import CSS, TIP, words
from lprviz.views.text import escaped, milliseconds, seconds_left

_HEIGHT = 36  # with and without the cancel button: charts that change size are drawn anew, half a second in software


class StatusBar:
    """One line at the foot of the page."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._words = words("lpr-status", sizing_mode="stretch_width", align="center")
        self._bar = pmui.LinearProgress(value=0, visible=False, width=180, margin=(0, 12), align="center")
        self._cancel = pmui.Button(
            label="Cancel",
            description="Cancel this work; what is shown stays.",
            stylesheets=[TIP],
            size="small",
            variant="outlined",
            visible=False,
            css_classes=["lpr-cancel"],
            margin=(0, 4),
            align="center",
        )
        self._cost = words("lpr-cost", align="center")
        self.view = pn.Row(
            self._words,
            self._bar,
            self._cancel,
            self._cost,
            sizing_mode="stretch_width",
            height=_HEIGHT,
            css_classes=["lpr-footer"],
            stylesheets=[CSS],
            margin=0,
        )
        self._cancel.on_click(lambda event: session.cancel())
        session.param.watch(
            self._refresh, ["activity", "fit", "timing", "dataset", "members"], precedence=AFTER_PICTURE
        )
        self._refresh()

    def _refresh(self, *events: object) -> None:
        activity = self._session.activity
        busy = activity is not None
        self._bar.visible = self._cancel.visible = busy
        if activity is not None:
            self._bar.param.update(
                variant="determinate" if activity.fraction is not None else "indeterminate",
                value=round(100 * (activity.fraction or 0.0)),
            )
            share = f" {activity.fraction:.0%}" if activity.fraction is not None else ""
            left = seconds_left(activity.remaining)
            words = f"{activity.label}{share}{' · ' + left if left else ''}"
        else:
            words = self._state_of_fit()
        self._words.object = f'<span role="status" aria-live="polite" title="{escaped(words)}">{escaped(words)}</span>'
        self._cost.object = f'<span title="What the last change cost">{escaped(self._cost_of_edit())}</span>'

    def _state_of_fit(self) -> str:
        dataset, fit = self._session.dataset, self._session.fit
        if dataset is None:
            return "No data set is loaded. Choose one on the left, or drop a file there."
        if fit is None:
            return "Rigidity has not been computed. Press Compute under Representation."
        lpr = fit.lpr
        return (
            f"{len(fit.members)} of {dataset.structures.n_structures} train · "
            f"typical LPR {format_value(float(np.exp(np.mean(np.log(lpr)))))} · "
            f"lowest {format_value(float(lpr.min()))} · "
            f"{np.mean(lpr >= 1):.0%} of atoms ≥ 1"
        )

    def _cost_of_edit(self) -> str:
        timing = self._session.timing
        if timing.compute is None:
            return ""
        drawn = f", {milliseconds(timing.draw)} to draw" if timing.draw is not None else ""
        return f"{milliseconds(timing.compute)} to compute{drawn}"
