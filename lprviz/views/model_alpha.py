"""The regulariser: one slider on a logarithmic axis, live, and two ways to let the training set choose it."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from lprviz.core.alpha_choice import AlphaCurve
from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.session.studies import ALPHA
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.model_words import curve_sentence
from lprviz.views.power_label import power_of_ten
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped

_LOWEST, _HIGHEST, _STEP = -8.0, 2.0, 0.1  # below 1e-8 the pool space of the data layer loses digits
_NEIGHBOURS = "Structures of one trajectory resemble each other; the α found is then too small."
_LOO = f"Leave-one-out: the α at which each training structure is best predicted by all others. {_NEIGHBOURS}"
_GCV = f"GCV, generalised cross-validation: single dominant structures count less. {_NEIGHBOURS}"


class AlphaControl:
    """alpha, in words what it does to the atoms at hand, and its choice by cross-validation."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._following = False
        self._wish = ""  # "loo" or "gcv": what the curve on its way is for
        self._chosen: tuple[str, tuple[object, ...]] = ("", ())  # what was said of which state
        self._slider = pmui.FloatSlider(
            label="Regulariser α (log scale)",
            start=_LOWEST,
            end=_HIGHEST,
            step=_STEP,
            value=-4.0,
            show_value=False,
            format=power_of_ten(),
            css_classes=["lpr-alpha"],
            sizing_mode="stretch_width",
            margin=(4, 10),
        )
        self._words = words(sizing_mode="stretch_width", margin=(0, 0, 4, 0))
        self._loo = _choice("Leave-one-out", _LOO, "lpr-alpha-loo")
        self._gcv = _choice("GCV", _GCV, "lpr-alpha-gcv")
        label = words("lpr-row-label", align="center")
        label.object = "<span>Choose α by</span>"
        self._outcome = words(sizing_mode="stretch_width")
        row = pn.Row(label, self._loo, self._gcv, sizing_mode="stretch_width", margin=0)
        self.view = pmui.Column(self._slider, self._words, row, self._outcome, sizing_mode="stretch_width", margin=0)
        self._slider.param.watch(self._move, "value")
        self._loo.on_click(lambda event: self._choose("loo"))
        self._gcv.on_click(lambda event: self._choose("gcv"))
        session.param.watch(self._follow, ["alpha", "fit", "dataset"], precedence=AFTER_PICTURE)
        session.param.watch(self._take, "studies")
        session.param.watch(self._give_up, "activity", precedence=AFTER_PICTURE)
        self._follow()

    def _move(self, event: object) -> None:
        if not self._following:
            self._session.set_alpha(10.0 ** round(float(self._slider.value), 6))

    def _choose(self, by: str) -> None:
        """Set alpha by the curve of the present fit, which may have to be computed first."""
        self._wish = by
        known = self._session.studies.get(ALPHA)
        if known is not None and known.fit is self._session.fit:
            self._take()
        else:
            self._session.study(ALPHA)

    def _take(self, *events: object) -> None:
        """Take the best alpha of a curve that was waited for."""
        known, by = self._session.studies.get(ALPHA), self._wish
        if not by or known is None:
            return
        self._wish = ""
        curve: AlphaCurve = known.value
        self._session.set_alpha(curve.best_loo if by == "loo" else curve.best_gcv)
        self._chosen = (curve_sentence(curve, by), self._state())
        self._follow()

    def _give_up(self, *events: object) -> None:
        if self._session.activity is None:
            self._wish = ""

    def _state(self) -> tuple[object, ...]:
        fit = self._session.fit
        return () if fit is None else (self._session.alpha, fit.members, fit.analysis)

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
        reason = self._reason()
        self._loo.disabled = self._gcv.disabled = bool(reason)
        said, state = self._chosen
        outcome = reason or (said if state == self._state() else "")
        self._outcome.object = f'<p class="lpr-explanation">{escaped(outcome)}</p>' if outcome else ""

    def _reason(self) -> str:
        """Return why cross-validation cannot choose, as far as it is known beforehand."""
        dataset, fit = self._session.dataset, self._session.fit
        if dataset is None or fit is None:
            return ""
        if not np.isfinite(dataset.structures.energies).any():
            return "To choose α by cross-validation takes energies, and this data set has none."
        return "" if len(fit.members) > 1 else "To choose α by cross-validation takes two training structures."

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


def _choice(label: str, why: str, css_class: str) -> pmui.Button:
    look: dict[str, Any] = {"sx": {"padding": "1px 8px", "minWidth": "0"}, "stylesheets": [SIDE_TIP]}
    return pmui.Button(
        label=label,
        description=why,
        variant="outlined",
        size="small",
        disabled=True,
        css_classes=[css_class],
        margin=(2, 0, 2, 6),
        **look,
    )
