"""Work under way can be cancelled: the page is idle again, and what was there is still there."""

import numpy as np
import pytest
from playwright.sync_api import expect
from waiting import eventually

pytestmark = pytest.mark.browser

LARGE = {  # minutes of work, if it were not cancelled
    "Cutoff (Å)": "9",
    "Radial functions (max_radial)": "12",
    "Angular channels (max_angular)": "12",
}


def test_cancelled_work_leaves_the_last_good_state(dashboard):
    window = dashboard()
    colours, status, version = window.colours(), window.status(), window.colour_version()
    window.page.get_by_text("2  Representation").click()
    before = {name: field(window, name).input_value() for name in LARGE}
    for name, value in LARGE.items():
        field(window, name).fill(value)
        field(window, name).press("Tab")
    window.page.locator(".lpr-compute button").click()
    window.page.locator('[data-lprviz-busy="true"]').wait_for(state="attached")
    expect(window.page.locator(".lpr-viewer .badge")).to_be_visible()  # colours of the last state are marked as such

    window.page.locator(".lpr-cancel button").click()
    window.wait_idle()
    eventually(window.status, status)
    expect(window.page.locator(".lpr-cancel button")).to_be_hidden()
    expect(window.page.locator(".lpr-viewer .badge")).to_be_hidden()
    eventually(lambda: {name: field(window, name).input_value() for name in LARGE}, before)
    np.testing.assert_array_equal(window.colours(), colours)
    assert window.colour_version() == version
    window.toggle(window.any_row())  # the session goes on
    assert window.visit.errors == []


def field(window, name):
    return window.page.get_by_label(name, exact=True)
