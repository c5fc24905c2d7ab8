"""The viewer in a real browser: what lies over the picture does not lie over the structure."""

from __future__ import annotations

from pathlib import Path

import pytest
from waiting import eventually

from lprviz.bench.browser import serve

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("viewer_app.py")
FIND = """
const find = (root, wanted) => root.querySelector(wanted)
  ?? [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot, wanted)).find(Boolean)
"""
COVERED = f"""() => {{
  {FIND}
  const legend = find(document, '.legend').getBoundingClientRect()
  const frame = find(document, '.surface').getBoundingClientRect()
  const picture = window.lprviz.viewer()
  return [...Array(picture.atoms).keys()].filter((atom) => {{
    const {{x, y}} = picture.positionOf(atom)
    const [left, top] = [frame.left + x, frame.top + y]
    return left < legend.right && top > legend.top - 2
  }})
}}"""


@pytest.fixture(scope="module")
def server(chromium):
    with serve(APP) as running:
        yield running


@pytest.mark.parametrize("width", [1400, 660, 480, 360])
def test_the_colour_bar_covers_no_atom(visit, server, width):
    page = visit(width, 900).page
    page.goto(server.url)
    page.locator(".lpr-viewer[data-colour-version='1']").wait_for()
    assert page.evaluate("() => window.lprviz.viewer().atoms") == 16
    eventually(lambda: page.evaluate(COVERED), [])


def test_a_long_caption_has_the_whole_width_but_for_the_badge(visit, server):
    page = visit(480, 900).page
    page.goto(server.url)
    page.locator(".lpr-viewer[data-colour-version='1']").wait_for()
    caption = page.locator(".lpr-viewer .caption")
    caption.evaluate("(e) => { e.textContent = 'a long name '.repeat(20) }")
    picture = page.locator(".lpr-viewer .surface").bounding_box()
    assert caption.bounding_box()["width"] > picture["width"] - 40
    page.locator(".do-stale button").click()
    badge = page.locator(".lpr-viewer .badge")
    badge.wait_for()
    caption.evaluate("(e) => { e.textContent = 'a long name '.repeat(20) }")
    box = caption.bounding_box()
    assert box["x"] + box["width"] <= badge.bounding_box()["x"]
