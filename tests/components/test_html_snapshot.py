"""The page that turns without a server: whole, escaped, and silent on the network."""

import json
import re

import numpy as np
import pytest
from waiting import eventually

from lprviz.components.html_snapshot import MOST_STRUCTURES, SnapshotStructure, html_snapshot
from lprviz.components.session_page import session_page
from lprviz.core.colours import fit_scale
from lprviz.data.scene import build_scene
from lprviz.errors import LprvizError
from lprviz.exports.projection import flatten
from tests.session.conftest import silicon

EVIL = "</title></script><script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'>"


@pytest.fixture(scope="module")
def page():
    structures = silicon(2)
    values = np.linspace(0.01, 9.0, structures.n_environments)
    scale = fit_scale(values, title=f"LPR {EVIL}", kind="log")
    parts = [
        SnapshotStructure(
            build_scene(atoms),
            scale.rgb(values[8 * i : 8 * i + 8]),
            np.arange(8) < 2,
            tuple(f"atom {k} {EVIL}" for k in range(8)),
            f"Structure {i} {EVIL}",
            f"Words about {i} {EVIL}",
        )
        for i, atoms in enumerate(structures)
    ]
    content = html_snapshot(EVIL, parts, scale=scale, facts=[(EVIL, EVIL)], shown=1)
    return content, parts


def test_what_comes_from_outside_cannot_leave_its_place(page):
    content, _ = page
    assert "<img src=x" not in content
    assert content.count("window.stolen = 1</script>") == 0
    data = re.search(r'<script type="application/json" id="lprviz-data">(.*?)</script>', content, re.DOTALL).group(1)
    assert json.loads(data)["structures"][0]["caption"].endswith(EVIL)


def test_too_many_structures_or_none_are_refused(page):
    _, parts = page
    for chosen in ([], parts[:1] * (MOST_STRUCTURES + 1)):
        with pytest.raises(LprvizError, match="cannot show"):
            html_snapshot("x", chosen, scale=None)


@pytest.mark.browser
def test_it_opens_from_a_file_with_the_network_cut(chromium, page, tmp_path):
    content, parts = page
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    context = chromium.new_context(offline=True, reduced_motion="reduce", viewport={"width": 900, "height": 700})
    try:
        tab = context.new_page()
        asked, errors = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto((tmp_path / "page.html").as_uri())
        tab.wait_for_selector("html[data-lprviz-ready]", state="attached", timeout=120_000)
        assert tab.evaluate("window.stolen") is None
        assert tab.title() == EVIL
        assert EVIL in tab.inner_text("#summary")
        seen = tab.evaluate("({...window.lprviz.viewer(), colours: [...window.lprviz.viewer().colours]})")
        assert seen["atoms"] == 8
        assert seen["colours"] == parts[1].rgb.ravel().tolist()
        assert_same_view(tab, parts[1].scene)
        tab.select_option("#structure", index=0)
        first = int(parts[0].rgb[0, 0])
        eventually(lambda: tab.evaluate("window.lprviz.viewer().colours[0]"), first)
        before = tab.evaluate("window.lprviz.viewer().camera")
        tab.click("#turn")
        eventually(lambda: tab.evaluate("window.lprviz.viewer().camera"), lambda now: abs(now[0] - before[0]) > 0.01)
        assert tab.get_attribute("#turn", "aria-pressed") == "true"
        tab.click("#turn")
        assert tab.get_attribute("#turn", "aria-pressed") == "false"
        assert errors == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    finally:
        context.close()


def assert_same_view(tab, scene):
    """The printed figure shows what the screen shows: places differ by a scale and a shift alone."""
    camera = tab.evaluate("window.lprviz.viewer().camera")
    screen = tab.evaluate("[...Array(8).keys()].map((i) => window.lprviz.viewer().positionOf(i))")
    flat = flatten(scene, tuple(camera))
    spheres = flat.kinds == 0
    printed = flat.corners[spheres][np.argsort(flat.owners[spheres])][:, 0]
    depth = np.array([each["scale"] for each in screen])  # the screen lifts the middle above the legend, in perspective
    for axis, values in ((0, [each["x"] for each in screen]), (1, [-each["y"] for each in screen])):
        columns = np.stack([printed[:, axis], depth, np.ones(8)], axis=1)
        found, *_ = np.linalg.lstsq(columns, np.array(values), rcond=None)
        assert found[0] > 0
        np.testing.assert_allclose(columns @ found, values, atol=0.05)
    default = flatten(scene)
    there = default.kinds == 0
    plain = default.corners[there][np.argsort(default.owners[there])][:, 0]
    assert np.corrcoef(plain[:, 0], printed[:, 0])[0, 1] > 0.99
    assert np.corrcoef(plain[:, 1], printed[:, 1])[0, 1] > 0.99


def test_a_session_makes_its_page():
    from lprviz.session import Session
    from lprviz.session.plans import dataset_of

    session = Session()
    with pytest.raises(LprvizError, match="nothing to export"):
        session_page(session)
    session.load_dataset(dataset_of(silicon(4)))
    made = session_page(session, [0, session.selection.structure])
    assert made.filename.endswith(".html")
    assert made.media_type == "text/html"
    text = made.content.decode()
    assert "SOAP ridge" in text
    assert "not in training" in text
    assert "/root" not in text
    assert "/tmp" not in text
