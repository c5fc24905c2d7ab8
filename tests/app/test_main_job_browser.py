"""The main job in a real browser: upload, colours, a switch off and on, undo, a second window, no outside request."""

import numpy as np
import pytest
from dashboard import silicon_file

pytestmark = pytest.mark.browser


def test_upload_switch_undo_and_a_second_window(dashboard):
    window, other = dashboard(), dashboard()
    other_colours = other.viewer()["colours"]

    window.upload("cells.xyz", silicon_file())
    window.page.wait_for_function("() => window.lprviz.viewer()?.atoms === 8", timeout=60_000)
    window.wait_idle()
    start = window.viewer()["colours"]
    assert len(np.unique(start, axis=0)) > 1  # coloured by value, not in one neutral tone
    assert window.is_member(0)

    window.toggle(0)
    assert not window.is_member(0)
    changed = window.viewer()["colours"]
    assert (changed != start).any()

    window.toggle(0)
    assert window.is_member(0)
    np.testing.assert_array_equal(window.viewer()["colours"], start)

    before = window.colour_version()
    window.page.locator(".lpr-undo button").click()
    window.wait_recoloured(before)
    np.testing.assert_array_equal(window.viewer()["colours"], changed)
    before = window.colour_version()
    window.page.keyboard.press("Control+Shift+Z")
    window.wait_recoloured(before)
    np.testing.assert_array_equal(window.viewer()["colours"], start)

    np.testing.assert_array_equal(other.viewer()["colours"], other_colours)
    for each in (window, other):
        assert each.visit.outside_requests() == []
        assert each.visit.errors == []


def test_alpha_and_colour_by_recolour_in_place(dashboard):
    window = dashboard()
    start = window.viewer()["colours"]
    before = window.colour_version()
    window.page.locator(".lpr-alpha input").focus()
    for _ in range(10):
        window.page.keyboard.press("ArrowRight")
    window.wait_recoloured(before)
    assert (window.viewer()["colours"] != start).any()

    window.choose(".lpr-color-by [role=combobox]", "Element")
    window.page.wait_for_function(  # silicon only: one colour, once the alphas on their way have been drawn
        "() => { const c = window.lprviz.viewer().colours; return c.every((v, i) => v === c[i % 3]) }", timeout=60_000
    )


def test_group_edits_reset_and_random(dashboard):
    window = dashboard()
    status = window.status()
    before = window.colour_version()
    window.choose(".lpr-add-random button", "Add 5 at random")
    window.wait_recoloured(before)
    assert window.status() != status
    before = window.colour_version()
    window.page.locator(".lpr-reset").click()
    window.wait_recoloured(before)
    assert window.status() == status


def test_picking_in_the_picture_is_seen_on_the_map_and_kept_through_edits(dashboard):
    window = dashboard()
    canvas = window.page.locator(".lpr-viewer canvas").first
    box = canvas.bounding_box()
    for dx, dy in ((0, 0), (20, 0), (0, 20), (-20, 10), (15, -25), (-30, -30), (40, 15), (60, 0), (0, -45), (-55, 20)):
        window.page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)
        window.page.wait_for_timeout(2500)
        if window.viewer()["picked"]:
            break
    picked = window.viewer()["picked"]
    assert len(picked) == 1
    window.toggle(window.any_row())
    assert window.viewer()["picked"] == picked


def test_nothing_overlaps_or_leaves_the_window(dashboard):
    window = dashboard()
    for theme in ("light", "dark"):
        for width, height in ((1440, 900), (1024, 768)):
            window.page.set_viewport_size({"width": width, "height": height})
            window.page.wait_for_timeout(1500)
            assert window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            boxes = [card.bounding_box() for card in window.page.locator(".lpr-card").all()]
            assert len(boxes) == 4
            for box in boxes:
                assert box["x"] >= 0, (theme, width)
                assert box["x"] + box["width"] <= width + 1, (theme, width)
                assert box["y"] + box["height"] <= height + 1, (theme, width)
                assert min(box["width"], box["height"]) > 150, (theme, width)
            for i, a in enumerate(boxes):
                assert all(apart(a, b) for b in boxes[i + 1 :]), (theme, width)
        window.page.get_by_label("Toggle theme").click()


def apart(a, b):
    """Tell whether two boxes do not overlap."""
    beside = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
    return beside or a["y"] + a["height"] <= b["y"] + 1 or b["y"] + b["height"] <= a["y"] + 1
