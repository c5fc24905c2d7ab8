"""The main job in a real browser: upload, colours, a switch off and on, undo, a second window, no outside request."""

import numpy as np
import pytest
from dashboard import silicon_file
from waiting import eventually

pytestmark = pytest.mark.browser


def test_upload_switch_undo_and_a_second_window(dashboard):
    window, other = dashboard(), dashboard()
    other_colours = other.colours()

    window.load("cells.xyz", silicon_file(), 8)
    start = eventually(window.colours, lambda seen: len(np.unique(seen, axis=0)) > 1)  # by value, not one neutral tone
    assert window.is_member(0)

    window.toggle(0)
    assert not window.is_member(0)
    changed = eventually(window.colours, lambda seen: (seen != start).any())

    window.toggle(0)
    assert window.is_member(0)
    eventually(window.colours, start)

    with window.recolouring():
        window.page.locator(".lpr-undo button").click()
    eventually(window.colours, changed)
    with window.recolouring():
        window.page.keyboard.press("Control+Shift+Z")
    eventually(window.colours, start)

    np.testing.assert_array_equal(other.colours(), other_colours)
    for each in (window, other):
        assert each.visit.outside_requests() == []
        assert each.visit.errors == []


def test_alpha_and_colour_by_recolour_in_place(dashboard):
    window = dashboard()
    start = window.colours()
    window.page.locator(".lpr-alpha input").focus()
    for _ in range(10):
        window.page.keyboard.press("ArrowRight")
    eventually(window.colours, lambda seen: (seen != start).any())

    window.choose(".lpr-color-by [role=combobox]", "Element")
    eventually(window.colours, lambda seen: len(np.unique(seen, axis=0)) == 1)  # silicon only


def test_group_edits_reset_and_random(dashboard):
    window = dashboard()
    status = window.status()
    with window.recolouring():
        window.choose(".lpr-add-random button", "Add 5 at random")
    eventually(window.status, lambda said: said != status)
    with window.recolouring():
        window.page.locator(".lpr-reset").click()
    eventually(window.status, status)


def test_nothing_overlaps_or_leaves_the_window(dashboard):
    window = dashboard()
    for theme in ("light", "dark"):
        for width, height in ((1440, 900), (1024, 768)):
            window.page.set_viewport_size({"width": width, "height": height})
            eventually(lambda: (theme, *misplaced(window.page, width, height)), (theme,))  # noqa: B023
        window.page.get_by_label("Toggle theme").click()


def misplaced(page, width, height):
    """What is wrong with where the cards are."""
    boxes = [card.bounding_box() for card in page.locator(".lpr-card").all()]
    if len(boxes) != 4 or not all(boxes):
        yield f"{len(boxes)} cards"
        return
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        yield "wider than the window"
    for i, box in enumerate(boxes):
        if box["x"] < 0 or box["x"] + box["width"] > width + 1 or box["y"] + box["height"] > height + 1:
            yield f"card {i} leaves the window: {box}"
        if min(box["width"], box["height"]) <= 150:
            yield f"card {i} is too small: {box}"
        yield from (f"cards {i} and {j} overlap" for j in range(i) if not apart(box, boxes[j]))


def apart(a, b):
    """Tell whether two boxes do not overlap."""
    beside = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
    return beside or a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1
