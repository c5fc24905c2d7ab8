"""``suggest``, ``describe`` and ``datasets``."""

import json

import numpy as np
import pytest
from ase.io import read

import lprviz
from lprviz.cli.arguments import GOALS


def test_the_goals_offered_are_those_of_the_engine():
    from lprviz.analysis import goals

    assert goals() == GOALS


@pytest.mark.parametrize("goal", GOALS)
def test_suggest_is_the_facades_choice(run, files, goal):
    status, stdout, _ = run("suggest", "--train", files / "train.xyz", "--candidates", files / "pool.xyz", "--target",
                            files / "target.xyz", "-n", 3, "--goal", goal, "--threshold", "0.01", "--hypers",
                            files / "flat.yaml", "--json", "-")  # fmt: skip
    assert status == 0
    structures = lprviz.read_structures([files / name for name in ("train.xyz", "pool.xyz", "target.xyz")])
    hypers = lprviz.SoapHypers.from_yaml(files / "flat.yaml")
    expected = (
        lprviz.LPRAnalysis(structures, hypers=hypers)
        .fit(range(4))
        .suggest(3, goal, candidates=range(4, 9), target_structures=[9, 10], threshold=0.01)
    )
    values = json.loads(stdout)
    assert values["order"] == [j - 4 for j in expected.order]
    np.testing.assert_allclose(values["gains"], expected.gains, rtol=1e-6, atol=1e-12)
    assert len(values["curve"]) == 4


def test_suggest_prints_a_table_and_says_when_candidates_run_out(run, files):
    status, stdout, stderr = run("suggest", "--train", files / "train.xyz", "--candidates", files / "pool.xyz",
                                 "--target", files / "pool.xyz", "-n", 50, "--hypers", files / "flat.yaml")  # fmt: skip
    assert status == 0
    assert "only 5 candidates for the 50 asked for" in stderr
    assert "mean ln LPR before" in stdout
    assert "hot" in stdout
    assert len(stdout.splitlines()) == 2 + 5


def test_suggest_refuses_candidates_that_train_already(run, files):
    status, _, stderr = run("suggest", "--train", files / "train.xyz", "--candidates", files / "train.xyz", "--target",
                            files / "target.xyz")  # fmt: skip
    assert status == 2
    assert "in training already" in stderr


def test_describe_tells_what_a_file_holds(run, files):
    status, stdout, _ = run("describe", files / "pool.xyz")
    assert status == 0
    assert "5, 40 atoms in all, 8 each, 1 compositions" in stdout
    assert "Si 40" in stdout
    assert "key 'energy', 5 of 5 structures" in stdout
    assert "hot 4, warm 1" in stdout
    _, stdout, _ = run("describe", files / "target.xyz", "--json", "-")
    values = json.loads(stdout)
    assert values["energy_key"] is None
    assert values["has_local_energies"] is True


def test_datasets_lists_shows_and_writes(run, tmp_path):
    cards = lprviz.list_datasets()
    assert cards
    status, stdout, _ = run("datasets")
    assert status == 0
    assert all(card.name in stdout for card in cards)
    card = min(cards, key=lambda each: each.n_environments)
    status, stdout, _ = run("datasets", card.name)
    assert status == 0
    assert card.licence in stdout
    out = tmp_path / "set.xyz"
    assert run("datasets", card.name, "--output", out)[0] == 0
    written, bundled = read(out, ":"), lprviz.load_dataset(card.name)
    assert len(written) == card.n_structures
    np.testing.assert_allclose(written[-1].get_potential_energy(), bundled.energies[-1], atol=1e-5)
    np.testing.assert_allclose(written[0].positions, bundled[0].positions, atol=1e-6)
    assert lprviz.read_structures(out).local_energies is not None


def test_datasets_refuses_what_it_does_not_know(run):
    assert run("datasets", "unobtainium")[0] == 2
    status, _, stderr = run("datasets", "--output", "somewhere.xyz")
    assert status == 2
    assert "needs the name" in stderr


def test_text_of_a_file_cannot_drive_the_terminal(run, files, tmp_path):
    hostile = (files / "pool.xyz").read_text().replace("group=hot", 'group="\x1b[31mred\x07"')
    (tmp_path / "hostile.xyz").write_text(hostile)
    suggest = ("suggest", "--train", files / "train.xyz", "--candidates", tmp_path / "hostile.xyz",
               "--target", files / "target.xyz", "--hypers", files / "flat.yaml")  # fmt: skip
    for arguments in (("describe", tmp_path / "hostile.xyz"), suggest):
        status, stdout, stderr = run(*arguments)
        assert status == 0
        assert "red" in stdout
        assert "\x1b" not in stdout + stderr
        assert "\x07" not in stdout + stderr
