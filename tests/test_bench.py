"""The benchmarks measure what they say, on small sets; never how long it took."""

import json
import subprocess
import sys

import numpy as np
import pytest
from ase.build import bulk

from lprviz.bench import app, browser, served
from lprviz.bench.__main__ import BENCHMARKS, main, to_json
from lprviz.bench.engine import measure_workload as measure_engine
from lprviz.bench.entries import Entry, Samples, costs, faster_than, report_text
from lprviz.bench.pipeline import measure_workload as measure_pipeline
from lprviz.bench.reasons import PREVIEW_LIMIT, measure_force_previews, measure_questions
from lprviz.bench.timing import faster_of, take_turns
from lprviz.bench.workloads import Workload, silicon
from lprviz.data import SoapHypers, StructureSet
from lprviz.errors import LprvizError

HYPERS = SoapHypers(cutoff=3.0, max_radial=2, max_angular=2, width=0.5, smoothing=0.2)


@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(2)
    cells = [bulk("Si", cubic=True) for _ in range(9)]
    for atoms in cells:
        atoms.positions += rng.normal(scale=0.1, size=atoms.positions.shape)
    return Workload("small", StructureSet.from_atoms(cells), HYPERS, n_train=6)


def test_every_engine_entry_has_work_and_a_median_and_agrees_with_skmatter(small):
    entries = {entry.name: entry for entry in measure_engine(small, rounds=3, peer_rounds=1)}
    deviation = entries["LPR: largest relative deviation from skmatter"]
    assert deviation.met
    assert deviation.value < 1e-8
    assert entries["toggle against a skmatter call"].peer.name == "skmatter"
    assert entries["toggle against reading A once"].bound == "<= 1.5"
    for entry in entries.values():
        assert entry.work["n_environments"] == 72
        assert entry.work["n_train"] == 6
        assert (entry.samples is None) == (entry.value is not None)
    values = to_json("engine", list(entries.values()))
    assert json.loads(json.dumps(values))["machine"]["blas_threads"] == 1
    assert all({"name", "work"} <= entry.keys() for entry in values["entries"])


def test_every_question_is_set_against_recomputing(small):
    entries = {entry.name: entry for entry in measure_questions(small, rounds=1, limit=PREVIEW_LIMIT)}
    assert entries["who holds an atom"].peer.name == "6 x recomputing"
    assert entries["the next structure to add"].peer.name == "3 x recomputing"
    assert entries["irreplaceable and redundant members"].peer.name == "21 x recomputing"
    assert entries["  preview against its limit"].peer is PREVIEW_LIMIT
    assert entries["  preview against its limit"].bound == "<= 1"
    for entry in entries.values():
        assert entry.work["n_environments"] == 72
        assert entry.ratio > 0.0


def test_previews_with_forces_are_measured_at_every_size(small):
    entries = list(measure_force_previews(small, (9, 20), rounds=1, limit=PREVIEW_LIMIT))
    assert [entry.work["n_environments"] for entry in entries] == [72, 72, 160, 160]
    assert {entry.bound for entry in entries} == {"", "<= 1"}


def test_the_pipeline_entries_cover_file_to_cache(small):
    names = [entry.name for entry in measure_pipeline(small, rounds=1)]
    assert [name.split(",")[0].split(":")[0] for name in names] == [
        "reading and validating a file",
        "validation",
        "descriptors",
        "descriptors",
        "projection into pool space",
        "second start",
        "second start",
    ]


def test_the_silicon_workload_is_seeded_and_of_one_size():
    first, again = silicon(450), silicon(450)
    assert first.structures.content_hash == again.structures.content_hash
    assert set(first.structures.sizes) == {64}
    assert first.structures.n_environments == 28_800
    assert len(set(first.members)) == first.n_train == 400


def test_taking_turns_counts_rounds_and_leaves_warm_up_out():
    calls = []
    timed = take_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3, warm_up=2)
    rounds = [tuple(calls[k : k + 2]) for k in range(0, 10, 2)]
    assert all(sorted(each) == ["a", "b"] for each in rounds)
    assert len(set(rounds)) == 2, "the order should change from round to round"
    assert {name: len(samples.milliseconds) for name, samples in timed.items()} == {"a": 3, "b": 3}


def test_ratios_and_bounds():
    fast, slow = Samples("fast", (1.0, 2.0, 3.0)), Samples("slow", (100.0, 200.0, 300.0))
    assert faster_than("x", fast, slow, {}, ">= 100").met is True
    assert faster_than("x", fast, slow, {}, ">= 101").met is False
    assert costs("x", slow, fast, {}, "<= 1.5").met is False
    assert costs("x", slow, fast, {}).met is None
    assert faster_of(slow, fast) is fast
    assert Entry("x", value=2.0, bound="<= 1").met is False
    line = report_text([costs("x", slow, fast, {}, "<= 1.5")])
    assert "ratio 100" in line
    assert "NOT MET" in line


def test_an_unknown_name_lists_the_known_ones():
    done = subprocess.run(
        [sys.executable, "-m", "lprviz.bench", "nonsense"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in BENCHMARKS)


def test_the_command_writes_json_and_checks_bounds(tmp_path, monkeypatch, capsys):
    def measure(data):
        yield Entry("kept", value=1.0, bound="<= 2")
        yield Entry("broken", value=3.0, bound="<= 2")

    monkeypatch.setattr("lprviz.bench.engine.measure", measure)
    assert main(["engine", "--json", str(tmp_path / "out.json")]) == 0
    assert main(["engine", "--check"]) == 1
    assert [entry["met"] for entry in json.loads((tmp_path / "out.json").read_text())["entries"]] == [True, False]
    assert main(["engine", "--json", str(tmp_path / "no" / "out.json")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_app_benchmark_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("LPRVIZ_CHROMIUM", raising=False)
    monkeypatch.setattr("lprviz.bench.browser.shutil.which", lambda name: None)
    with pytest.raises(LprvizError, match="no Chromium") as caught, browser.chromium():
        pass
    assert "LPRVIZ_CHROMIUM" in caught.value.hint


def test_the_app_benchmark_judges_median_and_95th_percentile_apart():
    flips = app._Flips(recoloured=[50.0] * 30 + [150.0] * 10, drawing=[300.0] * 40, computing=[1.0] * 40)
    median, p95, computing, drawing = app._flip_entries(flips, {})
    assert (median.met, p95.met) == (True, False)
    assert p95.ratio == 1.5
    assert computing.samples.median == 1.0
    assert drawing.samples.median == 300.0
    assert app._computing("Last change: 1.3 ms to compute, 90 ms to draw") == 1.3
    assert app._computing("Last change: 1.2 s to compute") == 1200.0


def test_a_server_that_ends_is_reported_with_its_last_words(tmp_path):
    script = tmp_path / "broken.txt"
    script.write_text("neither a script nor a notebook")
    with pytest.raises(LprvizError, match="does not answer"), browser.serve(script):
        pass


def test_what_is_served_is_a_script_that_names_its_workload():
    compile(served.script(served.PUBLISHED), "measured.py", "exec")
    assert served.PUBLISHED in served.script(served.PUBLISHED)


@pytest.mark.browser
def test_the_page_clock_counts_from_the_click_to_the_first_mark(visit):
    folder = app._FOLDER
    page = visit().page
    page.add_init_script(path=folder / "page_clock.js")
    page.goto("data:text/html,<body data-lprviz-ready='true'><button>x</button>")
    page.evaluate(
        """() => document.querySelector("button").addEventListener("click", () => {
            performance.mark("lprviz-recoloured")
            setTimeout(() => {
                for (const name of ["lprviz-recoloured", "lprviz-drawn"]) performance.mark(name)
            }, 60)
        })"""
    )
    page.get_by_role("button").click()
    page.wait_for_function("() => window.lprvizClock.drawn !== null")
    seen = page.evaluate("() => ({...window.lprvizClock})")
    assert 0 < seen["ready"] <= seen["clicked"] <= seen["recoloured"]  # the clock is coarse: these may tie
    assert seen["drawn"] - seen["recoloured"] > 30  # the second mark did not replace the first
    assert page.evaluate((folder / "blank_page.js").read_text()) > 0
