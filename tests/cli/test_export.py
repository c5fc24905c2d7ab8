"""``lprviz export`` writes what a session file or a link shows."""

import gzip
import json

import numpy as np
import pytest
from ase.io import read

from lprviz.cli import main
from lprviz.session import Session
from lprviz.session.exporting import KINDS, exported
from lprviz.session.plans import dataset_of
from tests.session.conftest import silicon


@pytest.fixture(scope="module")
def session():
    made = Session()
    made.load_dataset(dataset_of(silicon()))
    made.remove_structures([2])
    made.show_structure(11)
    return made


@pytest.fixture
def saved(session, tmp_path):
    path = tmp_path / "state.lprviz.json"
    path.write_bytes(session.save_file())
    return path


def test_every_kind_is_written(session, saved, tmp_path, capsys):
    names = (
        "all.xyz",
        "all-atoms.csv",
        "all.csv",
        "all.json.gz",
        "one.png",
        "one.svg",
        "one.html",
        "it.py",
        "b.lprviz.json",
    )
    outputs = [tmp_path / name for name in names]
    arguments = [part for path in outputs for part in ("--output", str(path))]
    summary = tmp_path / "summary.json"
    assert main(["export", str(saved), *arguments, "--no-cache", "--quiet", "--json", str(summary)]) == 0
    assert {path: path.stat().st_size for path in outputs} == {
        path: json.loads(summary.read_text())["files"][str(path)] for path in outputs
    }
    frames = read(outputs[0], ":", format="extxyz")
    np.testing.assert_allclose(np.concatenate([each.arrays["lpr"] for each in frames]), session.fit.lpr, rtol=1e-9)
    assert json.loads(gzip.decompress(outputs[3].read_bytes()))["meta"]["name"] == "cells"
    assert outputs[4].read_bytes().startswith(b"\x89PNG")
    assert b"Structure 11" in outputs[6].read_bytes()
    other = Session()
    other.open_file(outputs[8].read_bytes())
    assert other.members == session.members


def test_a_link_does_as_well(tmp_path):
    session = Session()
    session.load_toy("defect", 3)
    target = tmp_path / "a.csv"
    assert main(["export", session.link_state(), "--output", str(target), "--no-cache", "--quiet"]) == 0
    assert len(target.read_text().splitlines()) == session.dataset.structures.n_structures + 1


@pytest.mark.parametrize(
    ("source", "output", "said"),
    [
        ("missing.lprviz.json", "a.xyz", "cannot be read"),
        ("1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a.xyz", "damaged"),
        ("x" * 5000, "a.xyz", "cannot be read"),
        ("state.lprviz.json", "a.what", "does not say"),
        ("state.lprviz.json", "a.gz", "does not say"),
        ("state.lprviz.json", "no-such-folder/a.xyz", "no folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(saved, monkeypatch, capsys, source, output, said):
    monkeypatch.chdir(saved.parent)
    assert main(["export", source, "--output", output, "--no-cache", "--quiet"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_every_kind_names_its_file_safely(session):
    for kind in KINDS:
        made = exported(session, kind)
        assert made.content
        assert made.filename.startswith("cells")
        assert made.filename.endswith(KINDS[kind].suffix)
