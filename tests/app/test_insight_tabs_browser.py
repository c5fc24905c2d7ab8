"""The tabs beside the table in a real browser: each opens, says what the package says, and follows an edit."""

import numpy as np
import pytest
from playwright.sync_api import expect
from waiting import eventually

from lprviz.session import Session
from lprviz.views.calibration_panel import factor_words
from lprviz.views.selection_words import worth
from lprviz.views.truth_panel import rank_words

pytestmark = pytest.mark.browser

COLUMNS = """(label) => {
    for (const {_all_models: models} of Bokeh.documents) for (const model of models.values()) {
        if (model.type !== "Figure" || !model.html_attributes["aria-label"]?.startsWith(label)) continue;
        return model.renderers.map(({data_source: {data}}) => {
            const columns = data instanceof Map ? Object.fromEntries(data) : data;
            return [Array.from(columns.x), Array.from(columns.y)];
        });
    }
    return null;
}"""


def layers(window, label):
    """What each layer of a chart holds, as (2, n) arrays; empty before the chart is there."""
    return [np.array(each, dtype=float) for each in window.page.evaluate(COLUMNS, label) or []]


def open_tab(window, key):
    window.page.locator(f".lpr-tab-{key}").click()
    expect(window.page.locator(f".lpr-place-{key} .lpr-insight-head")).to_be_visible()


@pytest.fixture(scope="module")
def package():
    """What the page computes, computed here."""
    session = Session()
    session.load_bundled("silicon")
    return session


def test_each_tab_says_what_the_package_says_and_follows_an_edit(dashboard, package):
    window = dashboard()
    fit = package.fit
    open_tab(window, "calibration")
    expect(window.page.locator(".lpr-factor")).to_contain_text(factor_words(fit.calibrate()))
    parity = fit.calibrate().parity
    eventually(
        lambda: [np.sort(each[1]) for each in layers(window, "Predicted against")][::-1],
        lambda seen: len(seen) == 2 and np.allclose(seen[0], np.sort(parity.predicted[parity.trained])),
    )

    structure = window.any_row()
    was_member = window.is_member(structure)
    window.toggle(structure)
    moved = fit.remove([structure]) if was_member else fit.add([structure])
    expect(window.page.locator(".lpr-factor")).to_contain_text(factor_words(moved.calibrate()))

    open_tab(window, "truth")
    expect(window.page.locator(".lpr-ranks")).to_contain_text(rank_words(moved.local_error()))
    expect(window.page.locator(".lpr-place-truth")).to_contain_text(moved.local_error().statement)
    expect(window.page.locator(".lpr-place-calibration")).to_be_hidden()

    open_tab(window, "committee")
    window.page.locator(".lpr-committee-train button").click()
    expect(window.page.locator(".lpr-committee-words")).to_contain_text(moved.committee("bootstrap", 32).statement)
    window.toggle(structure)
    expect(window.page.locator(".lpr-committee-earlier")).to_be_visible()
    with window.recolouring():
        window.page.locator(".lpr-committee-colour button").click()
    expect(window.page.locator(".lpr-viewer .bar, .lpr-viewer").first).to_contain_text("Spread of the committee")
    assert window.visit.outside_requests() == []
    assert window.visit.errors == []


def test_a_click_on_the_curve_sets_alpha_and_the_selection_is_put_in_words(dashboard, package):
    window = dashboard(1024, 768)
    fit = package.fit
    open_tab(window, "selection")
    said = window.page.locator(".lpr-place-selection")
    expect(said).to_contain_text("Nothing is selected")
    atom = window.pick_nearest()
    environment = package.dataset.structures.environment_index(package.selection.structure, atom)
    expect(said).to_contain_text(f"Si {atom} of structure {package.selection.structure}")
    expect(said).to_contain_text(worth(float(fit.lpr[environment])))

    open_tab(window, "alpha")
    curve = fit.alpha_curve()
    eventually(
        lambda: [each[1].tolist() for each in layers(window, "Cross-validation")][:1],
        [pytest.approx(curve.loo_rmse.tolist())],
    )
    canvas = window.page.locator(".lpr-alpha-curve canvas").first
    expect(canvas).to_be_visible()
    expect(window.page.locator(".lpr-alpha-curve")).to_contain_text("α = 1e−4 now")
    box = canvas.bounding_box()
    with window.recolouring():
        window.page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.4 * box["height"])
    expect(window.page.locator(".lpr-alpha-curve")).not_to_contain_text("α = 1e−4 now")
    assert window.visit.errors == []
