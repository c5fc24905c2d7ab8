"""A gallery entry in a real browser: opened from the menu, trained on its sets, set beside what is obtained."""

import pytest
from playwright.sync_api import expect

from lprviz.gallery import gallery_entry

pytestmark = pytest.mark.browser


def test_an_entry_opens_compares_its_training_sets_and_shows_what_is_obtained(dashboard):
    window = dashboard()
    entry = gallery_entry("silicon-carbide")
    with window.recolouring():
        window.choose(".lpr-gallery-menu", entry.title)
    expect(window.page.locator(".lpr-gallery")).to_contain_text(entry.question)
    sets = window.page.locator(".lpr-training-sets input")
    expect(sets.first).to_be_checked()
    with window.recolouring():
        sets.nth(1).check()
    window.page.locator(".lpr-gallery-run button").click()
    findings = window.page.locator(".lpr-findings tbody tr")
    expect(findings.first).to_be_visible(timeout=120_000)
    assert findings.count() >= len(entry.claims)
    expect(window.page.locator(".lpr-findings")).to_contain_text("holds")
