"""Hypers of the SOAP power spectrum: changed together, committed by one button."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import panel_material_ui as pmui

from lprviz.data.hypers import SoapHypers
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.views.awaited_work import AwaitedWork, once_fields_arrived
from lprviz.views.model_fields import NUMBER, remark
from lprviz.views.style import SIDE_TIP

_FIELDS = (
    ("cutoff", "Cutoff (Å)", "How far an environment reaches.", float),
    ("max_radial", "Radial functions (max_radial)", "max_radial = 9 gives ten radial functions.", int),
    ("max_angular", "Angular channels (max_angular)", "Highest angular momentum of the density expansion.", int),
    ("width", "Gaussian width (Å)", "Smearing of each neighbour.", float),
    ("smoothing", "Cutoff smoothing (Å)", "Over what distance neighbours fade at the cutoff.", float),
)
_SCALES = {"Frozen over the data set": "frozen", "Of the training set": "training"}


class RepresentationPanel:
    """A form that does nothing until "Compute" is pressed; the present state stays until the new one is there."""

    def __init__(self, session: Session) -> None:
        self._session = session
        common: dict[str, Any] = {"size": "small", "sizing_mode": "stretch_width", "margin": (5, 0)}
        self._fields = {
            key: (pmui.FloatInput if kind is float else pmui.IntInput)(
                label=label, description=why, step=0.05 if kind is float else 1, **NUMBER
            )
            for key, label, why, kind in _FIELDS
        }
        self._scale = pmui.Select(
            label="Feature scale",
            description="Frozen: adding a structure never lowers any rigidity. Of the training set: skmatter's number.",
            options=_SCALES,
            value="frozen",
            **common,
        )
        self._apply = pmui.Button(
            label="Compute with these",
            description="Compute with these: all descriptors anew. The present state stays until the new one is there.",
            variant="outlined",
            css_classes=["lpr-compute"],
            stylesheets=[SIDE_TIP],
            **common,
        )
        self._unused = remark("The features in force come from a file and make no use of these.")
        self.view = pmui.Column(
            self._unused, *self._fields.values(), self._scale, self._apply, sizing_mode="stretch_width"
        )
        self._await = AwaitedWork(session, self._refresh)
        self._apply.on_click(lambda event: once_fields_arrived(self._commit))
        session.param.watch(self._refresh, "settings")
        self._refresh()

    def _refresh(self, *events: object) -> None:
        settings = self._session.settings
        if settings is None:
            return
        self._await.end()
        for key, field in self._fields.items():
            field.value = getattr(settings.hypers, key)
            field.visible = settings.model.kind != "features"
        self._unused.visible = settings.model.kind == "features"
        self._scale.value = settings.scale

    def _commit(self) -> None:
        try:
            hypers = SoapHypers(**{key: field.value for key, field in self._fields.items()})
        except LprvizError as error:
            self._session.report_problem(error.message, error.hint)
            return
        settings = self._session.settings
        if settings is None:
            return
        model = settings.model.with_changes(trained_on=None)  # a backbone knows the features it was trained on
        self._session.commit_settings(replace(settings, hypers=hypers, model=model, scale=self._scale.value))
        self._await.begin()
