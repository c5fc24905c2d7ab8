"""Another model: its kind, what that kind needs, and further details; nothing happens before it is to be fitted."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any, cast

import panel_material_ui as pmui
from panel.viewable import Viewable

from lprviz.analysis.model_spec import ModelKind, ModelSpec
from lprviz.components.file_drop import FileDrop
from lprviz.data.limits import ReadLimits
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.views.awaited_work import AwaitedWork, once_fields_arrived
from lprviz.views.fold import Fold
from lprviz.views.model_choices import KIND_FIELDS, Offers, chosen_details, chosen_spec, form_values
from lprviz.views.model_fields import NO_TORCH, file_words, kind_menu, model_fields, remark
from lprviz.views.style import SIDE_TIP, words
from lprviz.views.text import escaped


class ModelForm:
    """A form over `ModelSpec` that shows what is in force until something else is chosen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._offers: Offers | None = None
        self._showing = False
        self.kind = kind_menu()
        self.fields: dict[str, Any] = model_fields()
        self._file_words = words(sizing_mode="stretch_width")
        limits = ReadLimits()
        self._drop = FileDrop(
            self._import,
            session.report_problem,
            label="Drop features here",
            hint=f".npz or .mts, up to {limits.file_bytes / 2**20:.0f} MB; fitted as soon as it is read",
            max_bytes=limits.file_bytes,
            css_classes=["lpr-features-file"],
            sizing_mode="stretch_width",
            margin=(4, 0),
        )
        self._no_torch = remark(NO_TORCH)
        self.fit = pmui.Button(
            label="Fit this model",
            description="Fit this model: the present one stays until it is there.",
            variant="outlined",
            size="small",
            css_classes=["lpr-model-commit"],
            stylesheets=[SIDE_TIP],
            sizing_mode="stretch_width",
            margin=(6, 0),
        )
        self._note = words(sizing_mode="stretch_width")
        self.details = Fold("Details", self._make_details, "lpr-model-details")
        self.view = self._layout()
        self._await = AwaitedWork(session, self._show_in_force)
        self.kind.param.watch(self._follow_kind, "value")
        self.fields["forces"].param.watch(self._arrange, "value")
        self.fit.on_click(lambda event: once_fields_arrived(self._commit))
        session.param.watch(self._show_in_force, "settings")
        session.param.watch(self._take_offers, "dataset")
        self._take_offers()

    def _layout(self) -> pmui.Column:
        own = [self.fields[name] for names in KIND_FIELDS.values() for name in names]
        parts: list[Viewable] = [
            self.kind, *own, self._no_torch, self._file_words, self._drop, self.details.view, self.fit, self._note,
        ]  # fmt: skip
        return pmui.Column(*parts, css_classes=["lpr-model-form"], sizing_mode="stretch_width", margin=0)

    def _make_details(self) -> Viewable:
        own = {name for names in KIND_FIELDS.values() for name in names}
        shared = [field for name, field in self.fields.items() if name not in own]
        return pmui.Column(*shared, sizing_mode="stretch_width", margin=(6, 0, 0, 6))

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _take_offers(self, *events: object) -> None:
        """Learn what the data set lets one choose."""
        dataset = self._session.dataset
        if dataset is None:
            return
        self._offers = Offers.of(dataset.structures)
        self.fields["baseline"].disabled_options = [] if self._offers.isolated_atoms else ["isolated-atoms"]
        self._file_words.object = f"<p>{escaped(file_words(dataset.structures))}</p>"
        self._show_in_force()

    def _show_in_force(self, *events: object) -> None:
        settings, offers = self._session.settings, self._offers
        if settings is None or offers is None:
            return
        self._await.end()
        self._show(settings.model, offers)

    def _show(self, spec: ModelSpec, offers: Offers) -> None:
        values = form_values(spec, offers)
        self._showing = True
        try:
            self.kind.value = values.pop("kind")
            for name, value in values.items():
                self.fields[name].value = value
        finally:
            self._showing = False
        self._arrange()

    def _follow_kind(self, *events: object) -> None:
        """Another kind comes with its own presets; what kinds share stays as it was put."""
        if self._showing or self._offers is None or self._session.dataset is None:
            return
        kind = cast(ModelKind, self.kind.value)
        in_force = self._spec_in_force()
        if KIND_FIELDS[kind] and kind != in_force.kind:
            presets = form_values(ModelSpec.preset(self._session.dataset.structures, kind), self._offers)
            for name in KIND_FIELDS[kind]:
                self.fields[name].value = presets[name]
        self._arrange()

    def _arrange(self, *events: object) -> None:
        """Show the fields of the kind chosen, and only those."""
        if self._showing or self._offers is None:
            return
        kind = self.kind.value
        shown = {*KIND_FIELDS[kind], *self._offers.details(kind)}
        if "forces" in shown and self.fields["forces"].value:
            shown.add("force_weight")
        for name, field in self.fields.items():
            field.visible = name in shown
        self._no_torch.visible = kind == "network" and find_spec("torch") is None
        self._file_words.visible = self._drop.visible = kind == "features"
        self.fit.visible = kind != "features" or self._spec_in_force().features is not None
        self._note.object = ""

    # -- what is asked for --------------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        return {"kind": self.kind.value, **{name: field.value for name, field in self.fields.items()}}

    def _spec_in_force(self) -> ModelSpec:
        settings = self._session.settings
        return ModelSpec() if settings is None else settings.model

    def _commit(self) -> None:
        settings, offers = self._session.settings, self._offers
        if settings is None or offers is None:
            return
        try:
            spec = chosen_spec(self._values(), settings.model, offers)
        except LprvizError as error:
            self._session.report_problem(error.message, error.hint)
            return
        if spec == settings.model and self._session.fit is not None:
            self._note.object = '<p class="lpr-explanation">This model is in force already.</p>'
            return
        self._note.object = ""
        self._session.commit_settings(replace(settings, model=spec))
        self._await.begin()

    def _import(self, filename: str, payload: bytes) -> None:
        """Read dropped features and fit a model on them, with the details as they are put."""
        if self._offers is None:
            return
        details = chosen_details(self._values(), self._spec_in_force(), self._offers)
        self._session.load_features(filename, payload, **details)
        self._await.begin()
