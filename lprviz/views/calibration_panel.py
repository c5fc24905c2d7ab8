"""Are errors on structures held out of training as large as predicted? Parity and calibration, side by side."""

from __future__ import annotations

import numpy as np
import panel as pn
import panel_material_ui as pmui

from lprviz.analysis import Calibration, FittedLPR
from lprviz.components.chart_caption import count_of
from lprviz.components.chart_series import ErrorBars, GuideLine, LogScatterData
from lprviz.components.log_scatter import LogScatter
from lprviz.components.parity_chart import ParityChart
from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.views.insight import Insight, place_for
from lprviz.views.style import words
from lprviz.views.text import escaped

ESTIMATORS = {"rms": "rms", "mean absolute": "mean-absolute", "CRPS": "crps"}
_SHARES = (0.5, 0.95)


class CalibrationPanel(Insight):
    """Parity plot, calibration plot, and the factor that turns rigidity into eV."""

    sentence = "How far σ = c/√PR agrees with the errors of structures held out."

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.parity = ParityChart(session.show_structure)
        self.errors = LogScatter(
            "Errors of held-out structures against the predicted standard deviation",
            "predicted σ (eV/atom)",
            "error (eV/atom)",
            "lpr-reliability",
        )
        self.charts = (self.parity, self.errors)
        self._estimator = pmui.Select(
            label="Estimator of c",
            options=ESTIMATORS,
            value="rms",
            size="small",
            width=150,
            margin=(4, 10, 4, 0),
            css_classes=["lpr-estimator"],
        )
        self._estimator.param.watch(lambda event: self.show(), "value")
        share = {"flex": "1 1 0", "min-width": "0"}
        self._factor = words("lpr-factor", sizing_mode="stretch_width", align="center", styles=share)
        self._note = words("lpr-insight-note", sizing_mode="stretch_width")
        self._details = words("lpr-factor-details", sizing_mode="stretch_width")
        controls = pn.Row(self._estimator, self._factor, sizing_mode="stretch_width", margin=0)
        self._place(controls, place_for(self.parity, self.errors), self._details, self._note)

    def _looks_at(self) -> tuple[object, ...]:
        return (self._estimator.value,)

    def _draw(self, fit: FittedLPR) -> None:
        found = fit.calibrate(estimator=self._estimator.value)
        parity = found.parity
        self.parity.show(parity.structures, parity.reference, parity.predicted, parity.trained)
        self.errors.show(reliability(found))
        self._factor.object = f"<p>{escaped(factor_words(found))}</p>"
        self._details.object = f"<p>{escaped(fit_words(found))}</p>"
        self._note.object = f'<p class="lpr-explanation">{escaped(found.note)}</p>'


def reliability(found: Calibration) -> LogScatterData:
    """Every held-out structure, bins of equally many, and the lines below which 50 and 95 % of normal errors lie."""
    bins = found.bins()
    low, high = found.iso_lines(_SHARES).tolist()
    sizes = sorted(set(bins.counts.tolist()))
    each = "–".join(map(str, sizes))
    return LogScatterData(
        found.predicted,
        np.abs(found.residuals),
        np.zeros(len(found.residuals), dtype=bool),
        "",
        lines=(
            GuideLine(1.0, "1:1", "line"),
            GuideLine(low, "50%", "dotted"),
            GuideLine(high, "95%", "dashed"),
        ),
        bars=ErrorBars(bins.predicted, bins.empirical, bins.lower, bins.upper, f"rms of {each}"),
    )


def factor_words(found: Calibration) -> str:
    """The factor with its standard error."""
    error = format_value(found.factor * found.relative_error)
    return f"c = {format_value(found.factor)} ± {error} {found.factor_unit}"


def fit_words(found: Calibration) -> str:
    """How large the errors are, and how far the standard deviations describe them."""
    parity, (one, two) = found.parity, found.coverage((0.68, 0.95))
    ranked = found.rank_correlation
    correlation = "" if np.isnan(ranked) else f" σ ranks the errors with a correlation of {ranked:.2f} (Spearman)."
    n, held, inside = len(found.held_out), parity.rmse(parity.held_out), parity.rmse(parity.trained)
    return (
        "Squares: rms error of bins with their 95% intervals. Lines: 1:1, and below which 50% and 95% of normal "
        f"errors lie. Of {count_of(n, 'held-out structure')}, {one:.0%} lie within 1σ (normal errors: 68%) and "
        f"{two:.0%} within 2σ (95%).{correlation} RMSE held out {format_value(held)}, in training "
        f"{format_value(inside)} eV/atom."
    )
