"""``alpha`` and ``calibrate``: the facade's numbers, and refusals in one line."""

import json

import numpy as np
import pytest
from ase.io import read, write

import lprviz
from lprviz.cli.arguments import ESTIMATORS
from lprviz.data.baseline import composition_baseline


def _fitted(files, *names):
    structures = lprviz.read_structures([files / name for name in names])
    n_train = len(lprviz.read_structures(files / names[0]))
    hypers = lprviz.SoapHypers.from_yaml(files / "flat.yaml")
    baseline = composition_baseline(structures.select(range(n_train)))
    return lprviz.LPRAnalysis(structures, hypers=hypers, baseline=baseline).fit(range(n_train))


def test_the_estimators_offered_are_those_of_the_core():
    from lprviz.core.calibration import ESTIMATORS as KNOWN

    assert KNOWN == ESTIMATORS


def test_alpha_is_the_facades_curve(run, files):
    status, stdout, _ = run("alpha", "--train", files / "train.xyz", "--hypers", files / "flat.yaml", "--json", "-")
    assert status == 0
    values, expected = json.loads(stdout), _fitted(files, "train.xyz").alpha_curve()
    np.testing.assert_allclose(values["alphas"], expected.alphas)
    np.testing.assert_allclose(values["loo_rmse_ev_per_atom"], expected.loo_rmse, rtol=1e-6)
    np.testing.assert_allclose(values["gcv_ev_per_atom"], expected.gcv, rtol=1e-6)
    assert values["best_loo"] == pytest.approx(expected.best_loo)
    assert values["n_train"] == 4


def test_alpha_prints_one_line_per_decade_and_marks_the_best(run, files, tmp_path):
    status, stdout, stderr = run("alpha", "--train", files / "pool.xyz", "--hypers", files / "flat.yaml", "--json",
                                 tmp_path / "curve.json")  # fmt: skip
    assert status == 0
    assert stdout.startswith("5 training structures\nalpha")
    values = json.loads((tmp_path / "curve.json").read_text())
    marked = [line for line in stdout.splitlines() if "lowest" in line]
    assert any(line.startswith(f"{values['best_loo']:.3g} ") and "leave-one-out" in line for line in marked)
    assert any(line.startswith(f"{values['best_gcv']:.3g} ") and "GCV" in line for line in marked)
    assert 11 + 2 <= len(stdout.splitlines()) <= 13 + 2
    assert ("end of the range" in stderr) == (not values["is_bracketed"])


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_calibrate_is_the_facades_calibration(run, files, estimator):
    status, stdout, stderr = run("calibrate", "--train", files / "train.xyz", "--held-out", files / "pool.xyz",
                                 "--estimator", estimator, "--hypers", files / "flat.yaml", "--json", "-")  # fmt: skip
    assert status == 0
    values = json.loads(stdout)
    expected = _fitted(files, "train.xyz", "pool.xyz").calibrate(estimator=estimator)
    assert values["factor"] == pytest.approx(expected.factor, rel=1e-6)
    assert values["held_out"] == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(values["residuals_ev_per_atom"], expected.residuals, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(values["bins"]["empirical"], expected.bins().empirical, rtol=1e-6)
    assert sum(values["bins"]["counts"]) == 5
    assert "extrapolation" in stderr


def test_calibrate_prints_the_bins_and_leaves_out_what_has_no_energy(run, files, tmp_path):
    frames = [*read(files / "pool.xyz", ":"), *read(files / "target.xyz", ":")]
    write(tmp_path / "mixed.xyz", frames, format="extxyz")
    status, stdout, stderr = run("calibrate", "--train", files / "train.xyz", "--held-out", tmp_path / "mixed.xyz",
                                 "--hypers", files / "flat.yaml")  # fmt: skip
    assert status == 0
    assert "2 of 7 held-out structures have no energy" in stderr
    assert "(rms), 5 held-out structures" in stdout
    assert "95 % interval" in stdout


def test_calibrate_refuses_what_it_cannot_calibrate_on(run, files):
    train = ("--train", files / "train.xyz", "--hypers", files / "flat.yaml")
    status, _, stderr = run("calibrate", *train, "--held-out", files / "train.xyz")
    assert status == 2
    assert "are the training structures" in stderr
    status, _, stderr = run("calibrate", *train, "--held-out", f"{files / 'pool.xyz'}@0:3")
    assert status == 2
    assert "at least 5 held-out structures with energies, not 3" in stderr
    assert run("calibrate", *train)[0] == 2
    status, _, stderr = run("alpha", "--train", f"{files / 'train.xyz'}@0:1", "--hypers", files / "flat.yaml")
    assert status == 2
    assert "at least two structures" in stderr
    status, _, stderr = run("alpha", "--train", files / "target.xyz", "--hypers", files / "flat.yaml")
    assert status == 2
    assert "no energies" in stderr
