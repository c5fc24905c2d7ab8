"""``lprviz gallery``."""

import json

import pytest

from lprviz.errors import ModelError
from lprviz.gallery import ENTRIES
from lprviz.gallery import entry as entry_module


def test_list_names_every_entry_and_computes_nothing(run, monkeypatch):
    monkeypatch.setattr(entry_module.GalleryEntry, "study", None)
    status, stdout, _ = run("gallery", "--list")
    assert status == 0
    assert [line.split()[0] for line in stdout.splitlines()] == [entry.key for entry in ENTRIES]
    _, stdout, _ = run("gallery", "--list", "--only", "carbon", "--json", "-")
    (told,) = json.loads(stdout)["entries"]
    assert told["key"] == "carbon"
    assert told["question"].endswith("?")


def test_report_json_and_table_say_the_same(run, tmp_path):
    page, values = tmp_path / "report.html", tmp_path / "values.json"
    status, stdout, stderr = run("gallery", "--only", "seven-points", "--only", "molecules", "--only", "molecules",
                                 "--output", page, "--json", values)  # fmt: skip
    assert status == 0
    told = json.loads(values.read_text())
    assert [entry["key"] for entry in told["entries"]] == ["seven-points", "molecules"]
    assert f"{told['n_holding']} of {told['n_claims']} claims hold" in stdout
    html = page.read_text(encoding="utf-8")
    assert f"<strong>{told['n_holding']} of {told['n_claims']}</strong>" in html
    for finding in (each for entry in told["entries"] for part in entry["sections"] for each in part["findings"]):
        assert finding["text"] in stdout
    assert "free atoms come too late" in stdout
    assert "wrote the report" in stderr
    assert "lprviz" in told["versions"]


def test_a_page_on_standard_output_stands_alone(run):
    status, stdout, _ = run("gallery", "--only", "seven-points", "--output", "-")
    assert status == 0
    assert stdout.startswith("<!DOCTYPE html>")
    assert stdout.rstrip().endswith("</html>")
    status, _, stderr = run("gallery", "--only", "seven-points", "--output", "-", "--json", "-")
    assert status == 2
    assert "cannot both" in stderr


def test_an_unknown_key_and_an_impossible_place_are_refused(run, tmp_path):
    status, _, stderr = run("gallery", "--only", "unobtainium")
    assert status == 2
    assert "seven-points" in stderr
    assert run("gallery", "--output", tmp_path / "no" / "folder.html")[0] == 2


@pytest.mark.parametrize(("key", "goes_on"), [("network", True), ("seven-points", False)])
def test_only_an_entry_that_needs_a_package_may_be_left_out(run, monkeypatch, key, goes_on):
    def lacking(self, **_):
        raise ModelError("There is no PyTorch.", "Install it.")

    monkeypatch.setattr(entry_module.GalleryEntry, "study", lacking)
    status, stdout, stderr = run("gallery", "--only", key)
    assert status == (0 if goes_on else 2)
    assert "There is no PyTorch." in (stdout if goes_on else stderr)
