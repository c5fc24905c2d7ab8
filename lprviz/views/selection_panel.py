"""Rigidities of what is selected: an atom, a lassoed group, and the difference of two."""

from __future__ import annotations

import panel_material_ui as pmui

from lprviz.analysis import FittedLPR
from lprviz.session import Session
from lprviz.session.studies import FEATURES
from lprviz.views.insight import BUTTON, Insight
from lprviz.views.selection_words import (
    Rows,
    compared,
    correlation_rows,
    difference_row,
    environments_needed,
    group_rows,
    picked_rows,
)
from lprviz.views.style import words
from lprviz.views.text import facts

_EMPTY = (
    '<p class="lpr-note">Nothing is selected. Pick an atom in the picture or on the map, shift-click a second one, or '
    "draw a lasso on the map.</p>"
)
_LACKS = (
    '<p class="lpr-note">Groups, differences and correlations of these atoms need their features, which have to be '
    "computed again once (seconds).</p>"
)


class SelectionPanel(Insight):
    """A list of numbers in words, and a button where they need features that were not kept."""

    sentence = "How firmly the selected atoms are held, alone and together."

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._facts = words("lpr-selection-facts", sizing_mode="stretch_width")
        self._lacks = words("lpr-selection-lacks", sizing_mode="stretch_width", visible=False)
        self._fetch = pmui.Button(
            label="Compute the features",
            description="Compute the features: in the background, and once for this data set.",
            visible=False,
            css_classes=["lpr-fetch-features"],
            **BUTTON,
        )
        self._fetch.on_click(lambda event: session.study(FEATURES))
        self._place(self._facts, self._lacks, self._fetch)

    def _looks_at(self) -> tuple[object, ...]:
        session, selection = self._session, self._session.selection
        chosen = selection.picked, selection.group.tobytes()
        return chosen, session.studies.get(FEATURES), session.activity is None

    def _draw(self, fit: FittedLPR) -> None:
        selection = self._session.selection
        needed = environments_needed(selection)
        if not needed.size or needed[-1] >= fit.engine.n_environments:
            self._facts.object = _EMPTY
            self._lacks.visible = self._fetch.visible = False
            return
        lacks = fit.lacks_features_for(needed)
        rows: Rows = [] if selection.picked is None else picked_rows(fit, selection.picked)
        if not lacks:
            rows += [] if selection.picked is None else correlation_rows(fit, selection.picked)
            rows += group_rows(fit, selection.group) if len(selection.group) > 1 else []
            pair = compared(selection)
            rows += [] if pair is None else [difference_row(fit, *pair)]
        self._facts.object = facts(rows)
        self._lacks.object = _LACKS if lacks else ""
        self._lacks.visible = self._fetch.visible = lacks
        self._fetch.disabled = self._session.activity is not None
