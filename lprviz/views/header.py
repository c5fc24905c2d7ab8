"""Undo, redo, and in one badge what model the numbers belong to."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui

from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.views.deferral import AFTER_PICTURE
from lprviz.views.model_words import backbone_badge, short_name
from lprviz.views.style import TIP, words
from lprviz.views.text import escaped

_WHITE = {"color": "#fff", "&.Mui-disabled": {"color": "rgba(255, 255, 255, 0.35)"}}


class Header:
    """What stands in the page's header, left to right."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._badge = words("lpr-badge", sizing_mode="stretch_width", align="center")
        look: dict[str, Any] = {"sx": _WHITE, "stylesheets": [TIP], "disabled": True}
        self._undo = pmui.IconButton(icon="undo", css_classes=["lpr-undo"], **look)
        self._redo = pmui.IconButton(icon="redo", css_classes=["lpr-redo"], **look)
        self.view = pn.Row(
            self._badge,
            self._undo,
            self._redo,
            sizing_mode="stretch_width",
            margin=0,
        )
        self._undo.on_click(lambda event: session.undo())
        self._redo.on_click(lambda event: session.redo())
        session.param.watch(self._refresh, ["history", "settings", "dataset", "alpha", "fit"], precedence=AFTER_PICTURE)
        self._refresh()

    def _refresh(self, *events: object) -> None:
        history = self._session.history
        self._undo.param.update(disabled=not history.undo_label, description=_said("Undo", history.undo_label))
        self._redo.param.update(disabled=not history.redo_label, description=_said("Redo", history.redo_label))
        self._badge.object = self._badge_html()

    def _badge_html(self) -> str:
        dataset, settings, fit = self._session.dataset, self._session.settings, self._session.fit
        if dataset is None or settings is None:
            return ""
        parts = [short_name(settings.model)]
        if fit is not None and fit.trained_on is not None:
            parts.append(backbone_badge(fit.trained_on, fit.members))
        parts += [f"α {format_value(self._session.alpha)}", f"{settings.scale} scale"]
        if fit is not None:
            parts.append(f"{fit.analysis.representation.n_features} features")
        model = " · ".join(parts)
        title, model = escaped(dataset.title), escaped(model)
        return f'<p title="{title} · {model}"><b>{title}</b><span>{model}</span></p>'


def _said(verb: str, label: str) -> str:
    return f"{verb}: {label[0].lower()}{label[1:]}" if label else f"Nothing to {verb.lower()}"
