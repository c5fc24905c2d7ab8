"""What ``lprviz suggest`` says beyond the order: targets by species, budgets, and what can go."""

import json

import numpy as np
import pytest

import lprviz


def command(files, *options, target="target.xyz"):
    return ("suggest", "--train", files / "train.xyz", "--target", files / target, "--hypers", files / "flat.yaml",
            "--quiet", *options)  # fmt: skip


@pytest.fixture
def fitted(files):
    structures = lprviz.read_structures([files / name for name in ("train.xyz", "pool.xyz", "target.xyz")])
    return lprviz.LPRAnalysis(structures, hypers=lprviz.SoapHypers.from_yaml(files / "flat.yaml")).fit(range(4))


def test_the_budget_is_that_of_the_facade(run, files, fitted):
    pool = ("--candidates", files / "pool.xyz", "-n", 3)
    status, stdout, _ = run(*command(files, *pool, "--order", "4,0", "--target-species", "Si", "--json", "-"))
    assert status == 0
    values = json.loads(stdout)
    expected = fitted.budget_curve(3, candidates=range(4, 9), target_structures=[9, 10], own_order=[8, 4])
    assert values["order"] == [j - 4 for j in expected.greedy.order]
    found = values["budget"]
    assert found["own_order"] == [4, 0]
    for name, curve in (
        ("greedy", expected.greedy.curve),
        ("own", expected.own),
        ("random_median", expected.random_median),
    ):
        np.testing.assert_allclose(found[name], curve, rtol=1e-6)
    assert found["n_random_orders"] == 20
    assert (np.array(found["random_low"]) <= found["random_high"]).all()
    plain = json.loads(run(*command(files, *pool, "--json", "-"))[1])
    assert "budget" not in plain
    np.testing.assert_allclose(plain["curve"], values["curve"])


def test_the_budget_is_printed_side_by_side(run, files):
    pool = ("--candidates", files / "pool.xyz", "-n", 2)
    status, stdout, _ = run(*command(files, *pool, "--curve"))
    assert status == 0
    assert "random, median" in stdout
    assert "your order" not in stdout
    assert len(stdout.split("\n\n")[1].splitlines()) == 2 + 3
    assert "your order" in run(*command(files, *pool, "--order", "1,2,3"))[1]


def test_what_can_go_is_that_of_the_facade(run, files):
    status, stdout, _ = run(*command(files, "--remove", "-n", 2, "--goal", "v-optimal", "--json", "-"))
    assert status == 0
    values = json.loads(stdout)
    structures = lprviz.read_structures([files / name for name in ("train.xyz", "target.xyz")])
    analysis = lprviz.LPRAnalysis(structures, hypers=lprviz.SoapHypers.from_yaml(files / "flat.yaml"))
    expected = analysis.fit(range(4)).dispensable(2, "v-optimal", target_structures=[4, 5])
    assert values["order"] == list(expected.order)
    assert values["remove"] is True
    np.testing.assert_allclose(values["curve"], expected.curve, rtol=1e-6)
    np.testing.assert_allclose(values["losses"], expected.losses, rtol=1e-5)
    status, stdout, _ = run(*command(files, "--remove", "-n", 9))
    assert status == 0
    assert "index in TRAIN" in stdout
    assert len(stdout.splitlines()) == 2 + 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "no POOL"),
        (("--remove", "--curve"), "about additions"),
        (("--remove", "--candidates", "pool.xyz"), "about additions"),
        (("--candidates", "pool.xyz", "--target-species", "Xx"), "There is no 'Xx'"),
        (("--candidates", "pool.xyz", "--order", "7"), "POOL has 5"),
        (("--candidates", "pool.xyz", "--order", "1,1"), "twice"),
        (("--candidates", "pool.xyz", "--order", "a"), "whole numbers"),
    ],
)
def test_what_cannot_be_is_refused(run, files, options, said, capsys):
    arguments = command(files, *(files / each if each == "pool.xyz" else each for each in options))
    try:
        status, _, stderr = run(*arguments)
    except SystemExit as stop:  # argparse's own way out
        status, stderr = stop.code, capsys.readouterr().err
    assert status == 2
    assert said in stderr
