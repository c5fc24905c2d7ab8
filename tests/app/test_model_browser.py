"""Choosing a model as a person does: another kind, a network, features from a file, alpha by cross-validation."""

import io

import numpy as np
import pytest
from dashboard import LONG, silicon_file
from playwright.sync_api import expect
from waiting import eventually

from lprviz.analysis import LPRAnalysis
from lprviz.data.upload import read_upload

pytestmark = pytest.mark.browser

N_STRUCTURES, N_ATOMS = 10, 8


@pytest.fixture
def window(dashboard):
    """The dashboard on ten small cells, with the choice of another model unfolded."""
    opened = dashboard()
    opened.load("cells.xyz", silicon_file(N_STRUCTURES), N_ATOMS)
    opened.page.locator(".lpr-another-model button").click()
    expect(opened.page.locator(".lpr-model-commit button")).to_be_visible()
    yield opened
    assert opened.visit.errors == []
    assert opened.visit.outside_requests() == []


def choose_kind(window, kind):
    window.choose(".lpr-model-kind [role=combobox]", kind)


def field(window, label):
    return window.page.locator(".lpr-model-form").get_by_role("textbox", name=label)


def write(window, label, text):
    field(window, label).fill(text)
    field(window, label).press("Tab")


def fit(window):
    with window.recolouring():
        window.page.locator(".lpr-model-commit button").click()


def badge(window):
    return window.page.locator(".lpr-badge span").inner_text()


def alpha_exponent(window):
    return float(window.page.locator(".lpr-alpha input").get_attribute("value"))


def backbone(window):
    return window.page.locator(".lpr-backbone")


def toggled_and_back(window):
    """Switch a structure off and on again: both recolour, and the second brings the first numbers back.

    Not the colours: of so few features an edit may leave the range of the scale, which then widens and stays.
    """
    colours, said = window.colours(), window.status()
    window.toggle(0)
    eventually(window.status, lambda now: now != said)
    eventually(window.colours, lambda now: (now != colours).any())
    window.toggle(0)
    eventually(window.status, said)


def test_a_sparse_kernel_refused_corrected_and_back(window):
    ridge, start = badge(window), window.colours()
    choose_kind(window, "Sparse kernel")
    expect(field(window, "Sparse points")).to_have_value("40")
    write(window, "Sparse points", "5000")
    window.page.locator(".lpr-model-commit button").click()
    assert "80 environments" in window.error()
    expect(field(window, "Sparse points")).to_have_value("5000")  # left to be corrected
    assert badge(window) == ridge
    np.testing.assert_array_equal(window.colours(), start)
    write(window, "Sparse points", "24")
    fit(window)
    eventually(lambda: badge(window), lambda said: "Sparse kernel (x·y)², 24 points" in said)
    assert "24 features" in badge(window)
    expect(window.page.locator(".lpr-model-badge p")).to_contain_text("24 points")
    toggled_and_back(window)

    choose_kind(window, "SOAP ridge")
    expect(field(window, "Sparse points")).to_be_hidden()
    fit(window)
    eventually(lambda: badge(window), ridge)
    eventually(window.colours, start)


def test_a_network_takes_edits_live_and_can_be_trained_again(window):
    pytest.importorskip("torch")
    choose_kind(window, "Neural network, last layer")
    write(window, "Hidden layers", "8, 6")
    write(window, "Epochs", "20")
    expect(backbone(window)).to_be_hidden()
    fit(window)
    eventually(
        lambda: badge(window), lambda said: "Network, last layer (8-6 tanh) · backbone of 8 structures ·" in said
    )
    expect(backbone(window)).to_contain_text("The backbone was trained on these 8 structures.")
    toggled_and_back(window)

    window.toggle(0)
    expect(backbone(window)).to_contain_text("still is that of 8 structures; 1 structure has changed since")
    eventually(lambda: badge(window), lambda said: "backbone of 8 structures, 1 changed since" in said)
    with window.recolouring():
        window.page.locator(".lpr-retrain button").click()
    expect(backbone(window)).to_contain_text("The backbone was trained on these 7 structures.")
    eventually(lambda: badge(window), lambda said: "backbone of 7 structures ·" in said)
    assert not window.is_member(0)

    answer = window.page.locator(".lpr-seeds-answer")
    window.page.locator(".lpr-seeds button").click()
    expect(answer).to_contain_text(
        "Trained from 4 seeds, the LPR of an atom varies by a factor of", timeout=1000 * LONG
    )
    window.wait_idle()
    window.toggle(0)
    expect(answer).to_contain_text("about an earlier training set")


def test_training_can_be_given_up_and_leaves_what_was_there(window):
    pytest.importorskip("torch")
    colours, said, version = window.colours(), badge(window), window.colour_version()
    choose_kind(window, "Neural network, last layer")
    write(window, "Epochs", "90000")
    window.page.locator(".lpr-model-commit button").click()
    expect(window.page.locator(".lpr-viewer .badge")).to_be_visible()  # the colours of the last model are marked
    window.page.locator(".lpr-cancel button").click()
    window.wait_idle()
    expect(window.page.locator(".lpr-viewer .badge")).to_be_hidden()
    expect(window.page.locator(".lpr-model-kind")).to_contain_text("SOAP ridge")  # the form shows what is in force
    assert badge(window) == said
    np.testing.assert_array_equal(window.colours(), colours)
    assert window.colour_version() == version
    toggled_and_back(window)


def test_features_from_a_file(window):
    choose_kind(window, "Features from a file")
    expect(window.page.locator(".lpr-model-commit button")).to_be_hidden()
    before = window.colours()

    drop(window, "other.npz", features(3))
    assert "other.npz" in window.error()
    window.dismiss_error()
    np.testing.assert_array_equal(window.colours(), before)

    with window.recolouring():
        drop(window, "mine.npz", features(N_STRUCTURES))
    eventually(lambda: badge(window), lambda said: said.startswith("mine.npz"))
    assert "5 features" in badge(window)
    toggled_and_back(window)
    expect(window.page.locator(".lpr-model-commit button")).to_be_visible()


def drop(window, name, payload):
    window.page.locator(".lpr-features-file input").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": payload}
    )


def features(n_structures, n_features=5):
    packed = io.BytesIO()
    values = np.random.default_rng(2).normal(size=(n_structures * N_ATOMS, n_features))
    np.savez(packed, features=values, offsets=np.arange(n_structures + 1) * N_ATOMS)
    return packed.getvalue()


def test_alpha_by_cross_validation_moves_the_slider(window):
    curve = LPRAnalysis(read_upload("cells.xyz", silicon_file(N_STRUCTURES))).fit(range(8)).alpha_curve()
    for by, best, named in (("loo", curve.best_loo, "Leave-one-out error"), ("gcv", curve.best_gcv, "GCV score")):
        window.page.locator(f".lpr-alpha-{by} button").click()
        expect(window.page.get_by_text(f"{named} is lowest")).to_be_visible()
        eventually(lambda: alpha_exponent(window), pytest.approx(np.log10(best), abs=0.051))
        eventually(lambda: badge_alpha(window), pytest.approx(best, rel=0.06))


def badge_alpha(window):
    (alpha,) = [part[2:] for part in badge(window).split(" · ") if part.startswith("α ")]
    return float(alpha.replace("−", "-"))
