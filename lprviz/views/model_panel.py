"""The regulariser: one slider on a logarithmic axis, live."""

from __future__ import annotations

import numpy as np
import panel_material_ui as pmui

from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.style import words
from lprviz.views.text import escaped

_LOWEST, _HIGHEST, _STEP = -8.0, 2.0, 0.1  # below 1e-8 the pool space of the data layer loses digits


class ModelPanel:
    """alpha, and in words what it does to the atoms at hand."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._following = False
        self._slider = pmui.FloatSlider(
            label="Regulariser α (log scale)",
            start=_LOWEST,
            end=_HIGHEST,
            step=_STEP,
            value=-4.0,
            show_value=False,
            css_classes=["lpr-alpha"],
            sizing_mode="stretch_width",
            margin=(4, 10),
        )
        self._words = words(sizing_mode="stretch_width", margin=(0, 0, 4, 0))
        self.view = pmui.Column(self._slider, self._words, sizing_mode="stretch_width")
        self._slider.param.watch(self._move, "value")
        session.param.watch(self._follow, ["alpha", "fit"], precedence=AFTER_PICTURE)
        self._follow()

    def _move(self, event: object) -> None:
        if not self._following:
            self._session.set_alpha(10.0 ** round(float(self._slider.value), 6))

    def _follow(self, *events: object) -> None:
        """Show the session's alpha without answering it: a programmatic move is not a wish."""
        self._following = True
        try:
            place = float(np.clip(np.log10(self._session.alpha), _LOWEST, _HIGHEST))
            if abs(place - float(self._slider.value)) > _STEP / 2:
                self._slider.value = place
        finally:
            self._following = False
        self._words.object = self._sentence()

    def _sentence(self) -> str:
        alpha = f'<p class="lpr-readout">α = <b>{escaped(format_value(self._session.alpha))}</b></p>'
        fit = self._session.fit
        if fit is None:
            return alpha
        share = float(np.mean(fit.regulariser_share > 0.5))
        return (
            f"{alpha}<p>{share:.0%} of all atoms owe most of their rigidity to α rather than to data; "
            "they are ringed in the picture.</p>"
        )
