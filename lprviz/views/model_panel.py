"""The model in force in one line, its regulariser, and the way to another one."""

from __future__ import annotations

import panel_material_ui as pmui
from panel.viewable import Viewable

from lprviz.session import Session
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.fold import Fold
from lprviz.views.model_alpha import AlphaControl
from lprviz.views.model_form import ModelForm
from lprviz.views.model_network import BackbonePart
from lprviz.views.model_words import full_name
from lprviz.views.style import words
from lprviz.views.text import escaped


class ModelPanel:
    """What a newcomer needs stands open; the choice of another model is folded."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._badge = words("lpr-model-badge", sizing_mode="stretch_width")
        self.form: ModelForm | None = None
        self.fold = Fold("Another model", self._make_form, "lpr-another-model")
        self.view = pmui.Column(
            self._badge,
            BackbonePart(session).view,
            AlphaControl(session).view,
            self.fold.view,
            sizing_mode="stretch_width",
        )
        session.param.watch(self._follow, "settings", precedence=AFTER_PICTURE)
        self._follow()

    def _make_form(self) -> Viewable:
        self.form = ModelForm(self._session)
        return self.form.view

    def _follow(self, *events: object) -> None:
        settings = self._session.settings
        self._badge.object = "" if settings is None else f"<p><b>{escaped(full_name(settings.model))}</b></p>"
