"""A committee of models beside the analytic standard deviation: where its members agree because none of them knows."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui

from lprviz.analysis import CommitteeResult, FittedLPR
from lprviz.analysis.committee import BLIND_RATIO
from lprviz.components.chart_series import GuideLine, LogScatterData, Zone
from lprviz.components.log_scatter import LogScatter
from lprviz.session import Session
from lprviz.session.pictures import member_mask
from lprviz.session.quantities import obstacle_to
from lprviz.session.studies import COMMITTEE, MEMBERS
from lprviz.session.values import Study
from lprviz.views.insight import BUTTON, Insight, place_for
from lprviz.views.style import words
from lprviz.views.text import escaped

KINDS = {"bootstrap": "bootstrap", "randomised prior": "randomised-prior", "shallow ensemble": "posterior"}
_MEANING = {
    "bootstrap": "Each member trains on structures drawn with replacement.",
    "randomised-prior": "Each member starts from a draw of the prior and fits noisy energies.",
    "posterior": "Last layers drawn from the posterior of the weights (shallow ensemble).",
}


class CommitteePanel(Insight):
    """Kind of committee, a button that trains it, and the spread of its members against the analytic one."""

    sentence = "Do models trained by chance disagree as much as rigidity says?"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.chart = LogScatter(
            "Spread of a committee against the analytic standard deviation of each local energy",
            "analytic σ (eV)",
            "spread (eV)",
            "lpr-committee",
        )
        self.charts = (self.chart,)
        self._charted: Study | None = None
        self._statement = words("lpr-committee-words", sizing_mode="stretch_width")
        self._earlier = words("lpr-committee-earlier", sizing_mode="stretch_width")
        self._earlier.object = '<p class="lpr-note">About an earlier training set.</p>'
        self._build_controls()
        self._drawing = place_for(self.chart)
        self._place(self._controls, self._earlier, self._drawing, self._statement)

    def _build_controls(self) -> None:
        session = self._session
        self._kind = pmui.Select(
            label="Kind",
            options=KINDS,
            value=session.committee,
            size="small",
            width=150,
            margin=(4, 6, 4, 0),
            css_classes=["lpr-committee-kind"],
        )
        self._train = pmui.Button(label="", css_classes=["lpr-committee-train"], **BUTTON)
        self._colour = pmui.Button(
            label="Colour atoms by it",
            description="Colour atoms by it: spread of the committee over the analytic one: far below 1, it is blind.",
            css_classes=["lpr-committee-colour"],
            **BUTTON,
        )
        self._kind.param.watch(lambda event: self.show(), "value")
        self._train.on_click(lambda event: session.study(self._key))
        self._colour.on_click(lambda event: session.colour("committee", committee=self._kind.value))
        self._controls = pn.FlexBox(
            self._kind, self._train, self._colour, align_items="center", sizing_mode="stretch_width", margin=0
        )

    @property
    def _key(self) -> str:
        return f"{COMMITTEE}:{self._kind.value}"

    def _looks_at(self) -> tuple[object, ...]:
        return self._kind.value, self._session.studies.get(self._key), self._session.activity is None

    def _attempt(self, fit: FittedLPR) -> str:
        context = self._session.context
        return (context and obstacle_to("local-energy", context)) or super()._attempt(fit)

    def _draw(self, fit: FittedLPR) -> None:
        study = self._session.studies.get(self._key)
        current = study is not None and study.fit is fit
        label = f"Train {MEMBERS} members" if study is None else "Train again"
        self._train.param.update(
            label=label,
            description=f"{label}: in the background, on the present training set.",
            visible=not current,
            disabled=self._session.activity is not None,
        )
        self._colour.visible = study is not None
        self._drawing.visible = study is not None
        self._earlier.visible = study is not None and not current
        if study is None:
            self._statement.object = f'<p class="lpr-explanation">{escaped(_MEANING[self._kind.value])}</p>'
            return
        self._statement.object = f"<p>{escaped(study.value.statement)}</p>"
        if study is not self._charted:
            self._charted = study
            self.chart.show(spread_chart(study.value, study.fit))


def spread_chart(found: CommitteeResult, fit: FittedLPR) -> LogScatterData:
    """Every atom's spread against its analytic one; blind is where LPR < 1 and members hardly differ."""
    trained = member_mask(fit.analysis.structures, fit.members)
    zone = Zone(found.noise, BLIND_RATIO, "blind")
    return LogScatterData(
        found.analytic, found.spread, trained, "atom", lines=(GuideLine(1.0, "1:1", "line"),), zone=zone
    )
