"""Every bad upload ends in one clear sentence on the page, and nothing that was there is lost."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest
from dashboard import silicon_file
from playwright.sync_api import expect
from waiting import eventually

pytestmark = pytest.mark.browser


MILLION = b"0" * 1_000_000


def zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bomb.xyz", 300 * MILLION)
    return packed.getvalue()


def bad_files():
    """Name, content, and what has to be said of it."""
    cut = silicon_file(3)[:-150]
    dangerous = pickle.dumps({"a": 1})
    return [
        ("empty.xyz", b"", "empty.xyz is empty"),
        ("binary.xyz", bytes(range(256)) * 64, "binary file"),
        ("truncated.xyz", cut, "ends in the middle of frame 2"),
        ("columns.xyz", b"2\nProperties=species:S:1:pos:R:3\nSi 0 0\nSi 1 1\n", "3 columns"),
        ("none.xyz", b"0\n\n", "no atoms"),
        ("nan.xyz", b"2\nProperties=species:S:1:pos:R:3\nSi 0 0 nan\nSi 1 1 1\n", "(0, 0, nan)"),
        ("bomb.zip", zip_bomb(), "expands to more than"),
        ("bomb.xyz.gz", gzip.compress(MILLION) * 300, "longer than"),  # gzip members in a row are one file
        ("atoms.pickle", dangerous, "pickle"),
        ("disguise.xyz", dangerous, "pickle"),
        ("page.xyz", b"<html><script>alert(1)</script></html>", "web page"),
    ]


def test_each_bad_file_is_one_sentence_and_costs_nothing(dashboard):
    window = dashboard()
    colours, status = window.colours(), window.status()
    for name, payload, reason in bad_files():
        window.upload(name, payload)
        said = eventually(window.error, lambda said: reason in said)  # noqa: B023
        assert "Traceback" not in said
        assert "\n" not in said.strip()
        assert 20 < len(said) < 400
        np.testing.assert_array_equal(window.colours(), colours, err_msg=name)
        window.dismiss_error()
        eventually(window.status, status)
    window.toggle(window.any_row())  # the session goes on
    assert window.visit.errors == []


def test_a_file_of_200_megabytes_is_refused_before_it_is_sent(dashboard, tmp_path):
    window = dashboard()
    large = tmp_path / "large.xyz"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    window.page.locator(".lpr-upload input").set_input_files(str(large))
    assert "too large" in window.error()
    window.dismiss_error()
    window.toggle(window.any_row())


def test_markup_in_names_and_info_stays_text(dashboard):
    window = dashboard()
    window.page.evaluate("window.pwned = 0")
    hostile = '<img src=x onerror="window.pwned=1">'
    window.load(f"{hostile}.xyz", silicon_file(4, group=hostile, name=hostile), 8)
    expect(window.row(0)).to_contain_text("<img")
    expect(window.page.locator(".lpr-badge b")).to_contain_text("<img")
    window.toggle(0)  # by now everything that shows the names has been drawn
    assert window.page.locator("img[src='x']").count() == 0
    assert window.page.evaluate("window.pwned") == 0
