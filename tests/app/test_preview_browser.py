"""A switch seen before it is made, in a real browser: pointer and keyboard rest on a row, and go."""

import numpy as np
import pytest
from dashboard import silicon_file
from playwright.sync_api import expect
from waiting import eventually

from lprviz.session import Session
from lprviz.views.preview_words import preview_line, preview_title

pytestmark = pytest.mark.browser

GHOST = ".lpr-viewer .ghost"
AFTER = "all after removing structure 1"


@pytest.fixture(scope="module")
def foreseen():
    """The same file in the package, without a page."""
    session = Session()
    session.load_upload("cells.xyz", silicon_file())
    return lambda structure: session.fit.preview(structure)


def test_resting_on_a_row_shows_what_its_switch_would_do_and_leaving_takes_it_back(dashboard, foreseen):
    window = dashboard()
    window.load("cells.xyz", silicon_file(), 8)
    start = eventually(window.colours, lambda seen: len(np.unique(seen, axis=0)) > 1)
    ghost, title, line = (window.page.locator(f"{GHOST}{part}") for part in ("", " b", " span"))
    outline = window.page.get_by_text(AFTER)

    window.row(1).get_by_text("Si8").hover()
    expect(title).to_have_text(preview_title(foreseen(1)))
    expect(line).to_have_text(preview_line(foreseen(1)))
    previewed = eventually(window.colours, lambda seen: (seen != start).any())
    expect(outline).to_be_visible()
    assert window.is_member(1)

    window.page.locator(".lpr-status").hover()
    eventually(window.colours, start)
    expect(ghost).to_be_empty()
    expect(outline).to_have_count(0)

    window.toggle(1)
    eventually(window.colours, previewed)
    expect(ghost).to_be_empty()
    window.toggle(1)
    eventually(window.colours, start)

    window.row(3).get_by_text("Si8").click()
    window.page.keyboard.press("ArrowDown")
    expect(title).to_have_text(preview_title(foreseen(4)))
    expect(line).to_have_text(preview_line(foreseen(4)))
    window.page.keyboard.press("Enter")
    expect(ghost).to_be_empty()
    eventually(window.caption, lambda said: said.startswith("Structure 4"))
    assert window.visit.errors == []
