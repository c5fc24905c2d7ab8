"""The report: self-contained, escaped, and drawn right."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from lprviz.errors import ModelError
from lprviz.gallery import Chart, Series, gallery_entry, not_run, run
from lprviz.gallery.claims import Finding, Section
from lprviz.gallery.report import report_page, report_values
from lprviz.gallery.report.svg import Axis, draw

HOSTILE = "<script>alert(1)</script>&\"'"


@pytest.fixture(scope="module")
def molecules():
    return run(gallery_entry("molecules"))


@pytest.fixture(scope="module")
def points():
    return run(gallery_entry("seven-points"))


class _Balance(HTMLParser):
    """Counts tags, and complains when they do not nest."""

    VOID = ("meta", "line", "circle", "polygon", "polyline")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page):
    parser = _Balance()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_the_page_is_whole_and_asks_for_nothing(molecules, points):
    page = report_page([molecules, points])
    tags = parsed(page)
    assert "script" not in tags.seen
    assert tags.fetched == ["#molecules", "#seven-points"]
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|url\(|@import", page)
    assert tags.seen.count("article") == 2
    assert tags.seen.count("figure") == tags.seen.count("svg") == 4
    assert "prefers-color-scheme: dark" in page


def test_every_claim_is_in_the_table_with_its_verdict_and_every_remark_below_it(molecules):
    page = report_page([molecules])
    assert page.count('<tr class="holds">') == molecules.n_holding
    assert page.count('<tr class="fails">') == len(molecules.findings) - molecules.n_holding == 1
    assert page.count('<tr class="remark">') == 1
    assert f"<strong>{molecules.n_holding} of {len(molecules.findings)}</strong> claims hold" in page


def test_nothing_that_comes_in_becomes_markup(molecules):
    finding = molecules.findings[0]
    claim = replace(finding.claim, text=HOSTILE, source=HOSTILE)
    chart = Chart(HOSTILE, HOSTILE, HOSTILE, (Series(HOSTILE, (1.0, 2.0), (1.0, 2.0), marks=True),))
    rows = replace(chart, categories=(HOSTILE, HOSTILE))
    section = Section(HOSTILE, HOSTILE, (Finding(claim, 1.0),), (chart, rows))
    entry = replace(molecules.entry, title=HOSTILE, question=HOSTILE, look_at=HOSTILE, dataset=HOSTILE, source=HOSTILE)
    training = {HOSTILE: 3}
    hostile = replace(molecules, entry=entry, sections=(section,), notes=(HOSTILE,), training_sizes=training)
    page = report_page([replace(hostile, problem=HOSTILE)])
    assert "<script" not in page
    assert "script" not in parsed(page).seen


def test_an_entry_that_was_not_run_says_why(molecules):
    lacking = not_run(gallery_entry("network"), ModelError("Training needs PyTorch.", "Install it."))
    page = report_page([molecules, lacking])
    assert "Training needs PyTorch. Install it." in page
    assert "not run" in page
    values = report_values([lacking])
    assert values["entries"][0]["problem"] == "Training needs PyTorch. Install it."
    assert values["n_claims"] == 0


def test_values_are_the_findings(molecules):
    values = report_values([molecules])
    (entry,) = values["entries"]
    (section,) = entry["sections"]
    by_key = {finding["key"]: finding for finding in section["findings"]}
    for finding in molecules.findings:
        told = by_key[finding.claim.key]
        assert told["obtained"] == finding.value
        assert told["holds"] == finding.holds
        assert (told["remark"] is None) == (finding.holds)
    assert by_key["size"]["high"] is None
    assert values["n_holding"] == molecules.n_holding


@pytest.mark.parametrize("log", [False, True])
def test_points_land_where_the_axis_says(log):
    axis = Axis.around((1.0, 10.0, 100.0), 0.0, 100.0, log=log)
    assert axis.low < 1.0 < 100.0 < axis.high
    places = [axis.at(value) for value in (1.0, 10.0, 100.0)]
    assert places == sorted(places)
    if log:
        assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)
    assert all(0.0 < axis.at(tick) < 100.0 for tick in axis.ticks)
    assert len(axis.ticks) >= 3


@pytest.mark.parametrize("values", [(5.0,), (0.0, 0.0), (-3.0, 3.0), (1e-9, 1e9), (float("nan"), 1.0)])
@pytest.mark.parametrize("log", [False, True])
def test_any_values_make_a_chart_that_is_well_formed(values, log):
    series = Series("s", range(len(values)), values, marks=True, low=values, high=values)
    drawn = draw(Chart("t", "x", "y", (series,), log_y=log))
    root = ElementTree.fromstring(drawn)
    assert root.tag == "svg"
    assert "nan" not in drawn
    n_finite = sum(map(math.isfinite, values))
    assert len(root.findall("circle")) == n_finite + 1
    rows = draw(
        Chart(
            "t",
            "x",
            "y",
            (Series("s", values, range(len(values)), marks=True),),
            log_x=log,
            categories=("a",) * len(values),
        )
    )
    assert len(ElementTree.fromstring(rows).findall("circle")) == n_finite + 1


def test_each_series_has_its_own_shape_and_colour():
    series = tuple(Series(str(n), (1.0, 2.0), (n + 1.0, n + 2.0), marks=True) for n in range(4))
    drawn = draw(Chart("t", "x", "y", series))
    shapes = {re.search(rf'<(\w+) class="mark series-{n}"[^>]*', drawn).group(0).count(",") for n in range(4)}
    assert len(shapes) >= 3
    assert all(f"line series-{n}" in drawn for n in range(4))
