"""What the backbone of a network has seen, and the buttons that let it see more."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui

from lprviz.session import Session
from lprviz.session.studies import SEEDS
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.model_words import backbone_sentence, earlier_state, seeds_sentence
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped


class BackbonePart:
    """Hidden while the model is no network."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._words = words(sizing_mode="stretch_width")
        self._again = _button(
            "Train again", "Train again, on from the present weights: a tenth of the epochs of a start.", "lpr-retrain"
        )
        self._cold = _button("From scratch", "From scratch: a new backbone, from random weights.", "lpr-retrain-cold")
        self._seeds = _button(
            "How much is chance?",
            "How much is chance? Four networks are trained that differ in their random start alone.",
            "lpr-seeds",
        )
        self._answer = words("lpr-seeds-answer", sizing_mode="stretch_width")
        self.view = pmui.Column(
            self._words,
            pn.Row(self._again, self._cold, sizing_mode="stretch_width", margin=0, styles={"gap": "8px"}),
            self._seeds,
            self._answer,
            visible=False,
            css_classes=["lpr-backbone"],
            sizing_mode="stretch_width",
            margin=(0, 0, 6, 0),
        )
        self._again.on_click(lambda event: session.retrain(warm=True))
        self._cold.on_click(lambda event: session.retrain(warm=False))
        self._seeds.on_click(lambda event: session.study(SEEDS))
        session.param.watch(self._follow, ["fit", "studies"], precedence=AFTER_PICTURE)
        self._follow()

    def _follow(self, *events: object) -> None:
        fit = self._session.fit
        trained_on = None if fit is None else fit.trained_on
        self.view.visible = trained_on is not None
        if fit is None or trained_on is None:
            return
        self._words.object = f"<p>{escaped(backbone_sentence(trained_on, fit.members))}</p>"
        known = self._session.studies.get(SEEDS)
        if known is None:
            self._answer.object = ""
            return
        earlier = earlier_state(known, fit.members, fit.alpha)
        note = f'<p class="lpr-note">{escaped(earlier)}</p>' if earlier else ""
        self._answer.object = f"<p>{escaped(seeds_sentence(known.value))}</p>{note}"


def _button(label: str, why: str, css_class: str) -> pmui.Button:
    look: dict[str, Any] = {"stylesheets": [SIDE_TIP]}
    return pmui.Button(
        label=label,
        description=why,
        variant="outlined",
        size="small",
        css_classes=[css_class],
        sizing_mode="stretch_width",
        margin=(3, 0),
        **look,
    )
