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


def zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bomb.xyz", b"0" * (300 * 1024 * 1024))
    return packed.getvalue()


GOOD = silicon_file(3)
BAD = {
    "empty": ("empty.xyz", b""),
    "binary": ("binary.xyz", bytes(range(256)) * 64),
    "truncated": ("truncated.xyz", GOOD[: len(GOOD) - 150]),
    "wrong columns": ("columns.xyz", b"2\nProperties=species:S:1:pos:R:3\nSi 0 0\nSi 1 1\n"),
    "no atoms": ("none.xyz", b"0\n\n"),
    "not a number": ("nan.xyz", b"2\nProperties=species:S:1:pos:R:3\nSi 0 0 nan\nSi 1 1 1\n"),
    "zip bomb": ("bomb.zip", zip_bomb()),
    "gzip bomb": ("bomb.xyz.gz", gzip.compress(b"0" * (300 * 1024 * 1024))),
    "pickle": ("atoms.pickle", pickle.dumps({"a": 1})),
    "pickle in disguise": ("atoms.xyz", pickle.dumps({"a": 1})),
    "html": ("page.xyz", b"<html><script>alert(1)</script></html>"),
}


def test_each_bad_file_is_one_sentence_and_costs_nothing(dashboard):
    window = dashboard()
    colours, status = window.colours(), window.status()
    for kind, (name, payload) in BAD.items():
        window.upload(name, payload)
        said = window.error()
        assert "Traceback" not in said, kind
        assert "\n" not in said.strip(), kind
        assert 20 < len(said) < 400, (kind, said)
        np.testing.assert_array_equal(window.colours(), colours, err_msg=kind)
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
