"""Errors of local energies against 1/LPR, where the data set says what local energies are."""

from __future__ import annotations

import numpy as np

from lprviz.analysis import FittedLPR, LocalError
from lprviz.components.chart_series import LogScatterData, medians_along
from lprviz.components.log_scatter import LogScatter
from lprviz.core.colours import format_value
from lprviz.session import Session
from lprviz.views.insight import Insight, place_for
from lprviz.views.style import words
from lprviz.views.text import escaped


class TruthPanel(Insight):
    """The scatter, rank correlations by group, and what they mean and do not."""

    sentence = "Errors of local energies, by the data's own split, against 1/LPR."

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.chart = LogScatter("Error of each local energy against 1/LPR", "1/LPR", "error (eV)", "lpr-truth")
        self.charts = (self.chart,)
        self._ranks = words("lpr-ranks", sizing_mode="stretch_width")
        self._statement = words("lpr-insight-note", sizing_mode="stretch_width")
        self._place(place_for(self.chart), self._ranks, self._statement)

    def _draw(self, fit: FittedLPR) -> None:
        found = fit.local_error()
        outside = ~found.trained if not found.trained.all() else found.trained
        self.chart.show(
            LogScatterData(
                found.variance,
                found.absolute,
                found.trained,
                "atom",
                trend=medians_along(found.variance[outside], found.absolute[outside]),
                trend_name="median outside training" if not found.trained.all() else "median",
            )
        )
        self._ranks.object = f"<p>{escaped(rank_words(found))}</p>"
        self._statement.object = f'<p class="lpr-explanation">{escaped(found.statement)}</p>'


def rank_words(found: LocalError) -> str:
    """Rank correlations over all atoms, those outside training, and there by species; and the size of the errors."""
    ranks = " · ".join(
        f"{each.group} {each.value:.2f}".replace("-", "−") for each in found.correlations if np.isfinite(each.value)
    )
    outside, inside = found.rmse(trained=False), found.rmse(trained=True)
    errors = f"RMSE outside training {format_value(outside)} eV, in training {format_value(inside)} eV"
    return f"Rank correlation: {ranks or 'undefined'}. {errors}."
