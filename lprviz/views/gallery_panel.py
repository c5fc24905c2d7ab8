"""The gallery entry on show: its question, its training sets, and what it expects against what is obtained."""

from __future__ import annotations

import panel_material_ui as pmui

from lprviz.analysis import FittedLPR
from lprviz.gallery.claims import Finding, Section, in_digits
from lprviz.gallery.entry import GalleryResult
from lprviz.session import Session
from lprviz.session.gallery import OpenEntry
from lprviz.views.insight import BUTTON, Insight
from lprviz.views.style import words
from lprviz.views.text import escaped

NOTHING_OPEN = "<p>Open an entry under <b>Data</b>, on the left.</p>"


class GalleryPanel(Insight):
    """Adapter between the session and what a gallery entry says."""

    sentence = "What the theory of rigidity leads to expect, on real structures and toys, beside what is obtained."

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._following = False
        self._about = words("lpr-gallery", sizing_mode="stretch_width")
        self._sets = pmui.RadioBoxGroup(
            label="Train on",
            options=[],
            value=None,
            size="small",
            sizing_mode="stretch_width",
            css_classes=["lpr-training-sets"],
            visible=False,
            margin=(2, 0),
        )
        self._run = pmui.Button(
            label="Set expected against obtained",
            description="Set expected against obtained: everything the entry claims is computed, in the background.",
            visible=False,
            css_classes=["lpr-gallery-run"],
            **BUTTON,
        )
        self._table = words("lpr-findings", sizing_mode="stretch_width")
        self._place(self._about, self._sets, self._run, self._table)
        self._sets.param.watch(self._choose, "value")
        self._run.on_click(self._ask)

    def _choose(self, event: object) -> None:
        if not self._following and self._sets.value:
            self._session.use_training_set(self._sets.value)

    def _ask(self, event: object) -> None:
        if self._session.entry is not None:
            self._session.study(self._session.entry.study)

    def _looks_at(self) -> tuple[object, ...]:
        session, shown = self._session, self._session.entry
        study = None if shown is None else session.studies.get(shown.study)
        return shown, session.members, study, session.activity is None

    def _draw(self, fit: FittedLPR) -> None:
        shown = self._session.entry
        self._sets.visible = self._run.visible = shown is not None
        if shown is None:
            self._about.object, self._table.object = NOTHING_OPEN, ""
            return
        self._about.object = _about(shown)
        self._show_sets(shown)
        study = self._session.studies.get(shown.study)
        self._run.disabled = study is not None or self._session.activity is not None
        self._table.object = "" if study is None else findings_html(study.value)

    def _show_sets(self, shown: OpenEntry) -> None:
        """Show which set is in force without answering it: a programmatic change is not a wish."""
        names = {each.name: tuple(sorted(each.members)) for each in shown.training_sets}
        current = next((name for name, members in names.items() if members == self._session.members), None)
        self._following = True
        try:
            self._sets.param.update(options=list(names), value=current)
        finally:
            self._following = False


def _about(shown: OpenEntry) -> str:
    entry = shown.entry
    return (
        f"<h3>{escaped(entry.title)}</h3><p><b>{escaped(entry.question)}</b></p><p>{escaped(entry.look_at)}</p>"
        f'<p class="lpr-explanation">{escaped(entry.source)}</p>'
    )


def findings_html(result: GalleryResult) -> str:
    """Return expected against obtained, as escaped HTML; what does not hold says so."""
    if result.problem:
        return f'<p class="lpr-note">{escaped(result.problem)}</p>'
    tables = "".join(_section(section, result) for section in result.sections)
    notes = "".join(f"<p>{escaped(note)}</p>" for note in result.notes)
    return f"<p><b>{result.n_holding} of {len(result.findings)}</b> expectations hold.</p>{tables}{notes}"


def _section(section: Section, result: GalleryResult) -> str:
    title = f"<h4>{escaped(section.title)}</h4>" if section.title else ""
    text = f"<p>{escaped(section.text)}</p>" if section.text else ""
    rows = "".join(_row(finding, result) for finding in section.findings)
    head = "<tr><th>What is measured</th><th>Expected</th><th>Obtained</th><th></th></tr>"
    return f"{title}{text}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _row(finding: Finding, result: GalleryResult) -> str:
    mark = "✓ holds" if finding.holds else "✗ does not hold"
    remark = result.remark(finding)
    aside = f'<p class="lpr-note">{escaped(remark)}</p>' if remark else ""
    return (
        f'<tr><td title="{escaped(finding.claim.source)}">{escaped(finding.claim.text)}{aside}</td>'
        f"<td>{escaped(finding.claim.expected)}</td><td>{escaped(in_digits(finding.value))}</td>"
        f'<td class="{"" if finding.holds else "lpr-note"}">{mark}</td></tr>'
    )
