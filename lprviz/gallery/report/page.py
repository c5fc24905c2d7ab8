"""The gallery's results as one HTML page that asks nothing of any network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from importlib.resources import files

from lprviz.gallery.claims import Finding, Section, in_digits
from lprviz.gallery.entry import GalleryResult
from lprviz.gallery.report.svg import draw

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the browser lets the page load: nothing at all."""

_INTRODUCTION = (
    "Local prediction rigidity (LPR) says how firmly a training set pins down each atom's share of an energy; at "
    "LPR 1 an atom is held as firmly as by one direct label. It is not an error bar. Each entry sets what theory, the "
    "published recipe or a figure known beforehand leads to expect beside what was obtained here."
)


def report_page(results: Sequence[GalleryResult]) -> str:
    """Write the page.

    Parameters
    ----------
    results : sequence of GalleryResult

    Returns
    -------
    str
        A complete HTML document: style, tables and charts inside, every text escaped, no script.
    """
    style = files("lprviz.gallery.report").joinpath("report.css").read_text(encoding="utf-8")
    body = [_header(results), _contents(results), *(_entry(result) for result in results)]
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>lprviz gallery</title>
<style>
{style}</style>
</head>
<body>
<main>
{chr(10).join(body)}
</main>
</body>
</html>
"""


def _header(results: Sequence[GalleryResult]) -> str:
    total = sum(len(result.findings) for result in results)
    held = sum(result.n_holding for result in results)
    return (
        f"<header><h1>Gallery of local prediction rigidity</h1><p>{escape(_INTRODUCTION)}</p>"
        f'<p class="summary"><strong>{held} of {total}</strong> claims hold. lprviz {escape(version("lprviz"))}.</p>'
        "</header>"
    )


def _contents(results: Sequence[GalleryResult]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{escape(result.entry.key, quote=True)}">{escape(result.entry.title)}</a></td>'
        f"<td>{escape(result.entry.dataset)}</td>"
        f'<td class="number">{escape(_verdict(result))}</td><td class="number">{result.seconds:.1f} s</td></tr>'
        for result in results
    )
    return (
        '<nav aria-label="Entries"><table><thead><tr><th>Entry</th><th>Data</th>'
        '<th class="number">Claims that hold</th>'
        f'<th class="number">Time</th></tr></thead><tbody>{rows}</tbody></table></nav>'
    )


def _verdict(result: GalleryResult) -> str:
    return "not run" if result.problem else f"{result.n_holding} of {len(result.findings)}"


def _entry(result: GalleryResult) -> str:
    entry = result.entry
    facts = [f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in _facts(result)]
    parts = [
        f'<article id="{escape(entry.key, quote=True)}"><h2>{escape(entry.title)}</h2>',
        f'<p class="question">{escape(entry.question)}</p>',
        f"<dl>{''.join(facts)}</dl>",
    ]
    if result.problem:
        parts.append(f'<p class="problem">{escape(result.problem)}</p>')
    parts += [_section(section, result) for section in result.sections]
    parts += [f'<p class="note">{escape(note)}</p>' for note in result.notes]
    return "\n".join([*parts, "</article>"])


def _facts(result: GalleryResult) -> list[tuple[str, str]]:
    entry = result.entry
    facts = [("Look at", entry.look_at), ("Expectations", entry.source), ("Data", entry.dataset)]
    if result.sizes:
        facts[-1] = ("Data", f"{entry.dataset}; {result.sizes['structures']} structures, "
                             f"{in_digits(result.sizes['environments'])} atoms")  # fmt: skip
    if result.training_sizes:
        sets = "; ".join(f"{name} ({count})" for name, count in result.training_sizes.items())
        facts.append(("Training sets", sets))
    if entry.model is not None:
        facts.append(("Model", f"{entry.model.describe()}; alpha {in_digits(entry.alpha)}; frozen scale"))
    if entry.hypers is not None:
        values = entry.hypers.to_mapping().items()
        facts.append(("SOAP", ", ".join(f"{name} {value:g}" for name, value in values)))
    return facts


def _section(section: Section, result: GalleryResult) -> str:
    title = f"<h3>{escape(section.title)}</h3>" if section.title else ""
    text = f"<p>{escape(section.text)}</p>" if section.text else ""
    charts = "".join(
        f"<figure>{draw(chart)}<figcaption>{escape(chart.title)}</figcaption></figure>" for chart in section.charts
    )
    figures = f'<div class="charts">{charts}</div>' if charts else ""
    return f"<section>{title}{text}{_table(section.findings, result)}{figures}</section>"


def _table(findings: Sequence[Finding], result: GalleryResult) -> str:
    rows = "".join(_row(finding, result.remark(finding)) for finding in findings)
    return (
        '<div class="scroll"><table class="findings"><thead><tr><th>What</th><th class="number">Expected</th>'
        '<th class="number">Obtained</th><th>Holds</th><th>Expected because of</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(finding: Finding, remark: str) -> str:
    mark, word = ("✓", "yes") if finding.holds else ("✗", "no")
    kind = "holds" if finding.holds else "fails"
    row = (
        f'<tr class="{kind}"><td>{escape(finding.claim.text)}</td>'
        f'<td class="number">{escape(finding.claim.expected)}</td>'
        f'<td class="number obtained">{escape(in_digits(finding.value))}</td>'
        f'<td class="mark"><span aria-hidden="true">{mark}</span> {word}</td>'
        f'<td class="source">{escape(finding.claim.source)}</td></tr>'
    )
    return row + (f'<tr class="remark"><td colspan="5">{escape(remark)}</td></tr>' if remark else "")
