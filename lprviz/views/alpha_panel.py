"""Which regulariser predicts best, from the training structures alone; a tap on the chart takes it."""

from __future__ import annotations

from lprviz.analysis import FittedLPR
from lprviz.components.alpha_chart import AlphaChart
from lprviz.core.alpha_choice import AlphaCurve
from lprviz.session import Session
from lprviz.session.studies import ALPHA
from lprviz.views.insight import Insight, place_for
from lprviz.views.style import words

_WAITING = '<p class="lpr-note">With forces the curves take some seconds of work; they appear when it is done.</p>'
_CAVEAT = (
    '<p class="lpr-explanation">Where structures resemble each other, as those of one trajectory do, both curves are '
    "too hopeful and their minima lie at too small an α.</p>"
)
_OPEN_END = '<p class="lpr-note">The lowest error is at the end of the range: these data do not bound α from below.</p>'


class AlphaPanel(Insight):
    """Leave-one-out and generalised cross-validation errors against alpha."""

    sentence = "Error on structures left out, for every α; click to take one."

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.chart = AlphaChart(session.set_alpha)
        self.charts = (self.chart,)
        self._words = words("lpr-insight-note", sizing_mode="stretch_width")
        self._of: tuple[object, ...] = ()
        self._place(place_for(self.chart), self._words)

    def _looks_at(self) -> tuple[object, ...]:
        session = self._session
        return session.alpha, session.studies.get(ALPHA), session.activity is None

    def _draw(self, fit: FittedLPR) -> None:
        self.chart.set_alpha(self._session.alpha)
        of = (fit.analysis, fit.members)  # the curve is the same whatever alpha is in force
        if of == self._of:
            return
        curve = self._curve_of(fit)
        if curve is None:
            self._words.object = _WAITING
            return
        self._of = of
        self.chart.show(curve.alphas, curve.loo_rmse, curve.gcv)
        self._words.object = _CAVEAT if curve.is_bracketed else _OPEN_END + _CAVEAT

    def _curve_of(self, fit: FittedLPR) -> AlphaCurve | None:
        """Milliseconds without forces; with them the worker is asked, and None means that it is at work."""
        known = self._session.studies.get(ALPHA)
        if known is not None and known.fit.members == fit.members and known.fit.analysis is fit.analysis:
            return known.value
        if fit.engine.pool.blocks is None:
            return fit.alpha_curve()
        if self._session.activity is None:  # asked again when the worker is free, should something else come first
            self._session.study(ALPHA)
        return None
