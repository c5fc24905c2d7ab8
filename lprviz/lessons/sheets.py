"""Notes for the teacher, and a handout to print: each one HTML page with everything inside and no script."""

from __future__ import annotations

import math
from html import escape
from importlib.resources import files

from markdown_it import MarkdownIt

from lprviz.lessons.grammar import written
from lprviz.lessons.values import (
    Action,
    ChoicePrediction,
    Lesson,
    MarksPrediction,
    NumberPrediction,
    Prediction,
    Step,
    StructuresPrediction,
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the browser lets the page load: nothing at all."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False}).disable(["image", "link", "autolink"])
"""Text of a lesson may come from anybody: no raw HTML, no pictures, no addresses."""


def to_html(markdown: str) -> str:
    """Markdown of a lesson as HTML; raw HTML in it is escaped, pictures and links stay text."""
    return _MARKDOWN.render(markdown)


def notes_page(lesson: Lesson) -> str:
    """Notes for the teacher: timing, answers, what students get wrong.

    Returns
    -------
    str
        A complete HTML document.
    """
    parts = [_heading(lesson, "Notes for the teacher"), _titled("Timing", lesson.timing)]
    parts.append(_titled("What students get wrong", lesson.misconceptions))
    parts += [_notes_of(number, step) for number, step in enumerate(lesson.steps, 1)]
    parts.append(_sources(lesson))
    return _page(f"{lesson.title}: notes for the teacher", parts)


def handout_page(lesson: Lesson) -> str:
    """A handout for the learner, without answers: text, predictions to be made by pencil, room for what came out."""
    name = '<p class="name"><span>Name</span><span>Date</span></p>'
    parts = [_heading(lesson, "Handout"), name]
    parts += [_handout_of(number, step) for number, step in enumerate(lesson.steps, 1)]
    parts.append(_sources(lesson))
    return _page(f"{lesson.title}: handout", parts)


def _page(title: str, parts: list[str]) -> str:
    style = files("lprviz.lessons").joinpath("sheets.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
{chr(10).join(part for part in parts if part)}
</body>
</html>
"""


def _heading(lesson: Lesson, kind: str) -> str:
    meta = f"{kind} · lesson {lesson.order} · {lesson.minutes} minutes · {lesson.level}"
    summary = f'<p class="lead">{escape(lesson.summary)}</p>'
    return f'<header><p class="meta">{escape(meta)}</p><h1>{escape(lesson.title)}</h1>{summary}</header>'


def _titled(title: str, markdown: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{to_html(markdown)}</section>" if markdown else ""


def _sources(lesson: Lesson) -> str:
    items = "".join(f"<li>{escape(source)}</li>" for source in lesson.sources)
    return f'<section class="meta"><h2>To read</h2><ul>{items}</ul></section>' if items else ""


# -- notes ----------------------------------------------------------------------------------------------------------


def _notes_of(number: int, step: Step) -> str:
    parts = [f"<h2>{number}. {escape(step.title)}</h2>", to_html(step.text)]
    if step.prediction is not None:
        parts.append(_box("Prediction", _question(step.prediction) + _answer(step)))
    if step.solution:
        listed = "".join(f"<li><code>{escape(_as_written(action))}</code></li>" for action in step.solution)
        parts.append(_box("One way to do it", f"<ul>{listed}</ul>"))
    if step.check is not None:
        listed = "".join(f"<li><code>{escape(str(each))}</code></li>" for each in step.check.expected)
        hint = f'<p class="hint">Hint: {escape(step.check.hint)}</p>'
        parts.append(_box("What comes out", f"<p>{escape(step.check.explanation)}</p><ul>{listed}</ul>{hint}"))
    if step.note:
        parts.append(f'<div class="box note"><p class="label">For you</p>{to_html(step.note)}</div>')
    return f"<section>{''.join(parts)}</section>"


def _answer(step: Step) -> str:
    asked = step.prediction
    if isinstance(asked, ChoicePrediction):
        options = "".join(
            f'<li class="right">{escape(text)}</li>' if number == asked.answer else f"<li>{escape(text)}</li>"
            for number, text in enumerate(asked.options, 1)
        )
        return f'<ul class="options">{options}</ul>'
    if isinstance(asked, NumberPrediction) and step.reveal is not None and step.reveal.compare is not None:
        return f"<p>Set against <code>{escape(str(step.reveal.compare))}</code>; right within {asked.factor:g} ×.</p>"
    if isinstance(asked, MarksPrediction):
        return f"<p>Right: <code>{escape(str(asked.answer))}</code>.</p>"
    assert isinstance(asked, StructuresPrediction)
    return f"<p>Score: <code>{escape(str(asked.goal))}</code>, beside greedy by {escape(asked.greedy)}.</p>"


def _as_written(action: Action) -> str:
    return f"{action.name}: {written(action.value)}"


# -- handout --------------------------------------------------------------------------------------------------------


def _handout_of(number: int, step: Step) -> str:
    parts = [f"<h2>{number}. {escape(step.title)}</h2>", to_html(step.text)]
    if step.prediction is not None:
        parts.append(_box("My prediction", _question(step.prediction) + _room(step.prediction)))
    if step.solution:
        parts.append(_box("What I tried", _line() * 2))
    if step.check is not None:
        parts.append(_box("What came out, and why", _line() * 2))
    return f"<section>{''.join(parts)}</section>"


def _room(asked: Prediction) -> str:
    if isinstance(asked, ChoicePrediction):
        return f'<ul class="options">{"".join(f"<li>{escape(text)}</li>" for text in asked.options)}</ul>'
    return _axis(asked.low, asked.high) if isinstance(asked, NumberPrediction) else _line()


def _axis(low: float, high: float) -> str:
    """A logarithmic axis to put a cross on, with a tick at each decade."""
    first, last = math.log10(low), math.log10(high)
    marks = []
    for decade in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1):
        x = 20.0 + 560.0 * (decade - first) / (last - first)
        text = f"{10.0**decade:g}".replace("-", "−")
        marks.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="14" y2="24"/><text x="{x:.1f}" y="38">{text}</text>')
    line = '<line x1="20" x2="580" y1="19" y2="19"/>'
    return f'<svg viewBox="0 0 600 44" role="img" aria-label="logarithmic axis">{line}{"".join(marks)}</svg>'


def _question(asked: Prediction) -> str:
    return f"<p>{escape(asked.question)}</p>"


def _line() -> str:
    return '<div class="answer-line"></div>'


def _box(label: str, inside: str) -> str:
    return f'<div class="box"><p class="label">{escape(label)}</p>{inside}</div>'
