"""``lprviz lpr`` gives the facade's numbers, writes what it promises, and says what it did."""

import json

import numpy as np
import pytest
from ase.io import read

import lprviz
from lprviz.data.descriptors import compute_features


def _expected(files, **options):
    structures = lprviz.read_structures([files / "train.xyz", files / "target.xyz"])
    hypers = lprviz.SoapHypers(cutoff=3.0, max_radial=2, max_angular=2, width=0.5, smoothing=0.2)
    return structures, hypers, lprviz.LPRAnalysis(structures, hypers=hypers, **options).fit(range(4))


def test_output_holds_the_arrays_and_keeps_what_the_file_brought(run, files, tmp_path):
    out, summary = tmp_path / "out.xyz", tmp_path / "summary.json"
    status, stdout, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                                 files / "flat.yaml", "--output", out, "--json", summary)  # fmt: skip
    assert status == 0
    assert "2 target structures; 4 training structures; alpha 0.0001, frozen scale" in stdout
    assert "frozen scale" in stderr
    written = read(out, ":")
    _, _, fitted = _expected(files)
    lpr = np.concatenate([atoms.arrays["lpr"] for atoms in written])
    np.testing.assert_allclose(lpr, fitted.rigidity().select([4, 5]).lpr, rtol=1e-6)
    share = np.concatenate([atoms.arrays["lpr_regulariser_share"] for atoms in written])
    assert ((share >= 0) & (share <= 1)).all()
    local = np.concatenate([atoms.arrays["local_energy"] for atoms in written])
    np.testing.assert_allclose(local, fitted.local_energies()[-16:], atol=1e-6)
    assert all((atoms.arrays["local_energy_reference"] == -4.0).all() for atoms in written)
    values = json.loads(summary.read_text())
    assert values["n_train"] == 4
    assert values["n_structures"] == 2
    assert values["lpr_by_species"]["Si"]["quantiles"]["0.5"] == pytest.approx(np.median(lpr), rel=1e-6)
    assert values["hypers"]["cutoff"] == 3.0
    assert values["energy_key"] == "energy"
    assert set(values["versions"]) >= {"lprviz", "featomic", "numpy", "ase", "python"}
    assert "descriptors" in values["timings_s"]


def test_small_rigidities_keep_their_digits(run, files, tmp_path):
    out = tmp_path / "out.xyz.gz"
    status, _, _ = run("lpr", "--train", f"{files / 'train.xyz'}@0:1", "--target", files / "pool.xyz", "--alpha",
                       "1e-9", "--hypers", files / "flat.yaml", "--output", out)  # fmt: skip
    assert status == 0
    hypers = lprviz.SoapHypers.from_yaml(files / "flat.yaml")
    structures = lprviz.read_structures([f"{files / 'train.xyz'}@0:1", files / "pool.xyz"])
    expected = lprviz.LPRAnalysis(structures, hypers=hypers, alpha=1e-9).fit([0]).rigidity().select(range(1, 6)).lpr
    lpr = np.concatenate([atoms.arrays["lpr"] for atoms in read(out, ":")])
    assert lpr.min() < 1e-7
    np.testing.assert_allclose(lpr, expected, rtol=1e-6)
    assert read(out, 0).get_potential_energy() == pytest.approx(structures.energies[1])
    assert read(out, 0).info["group"] == "warm"


def test_both_forms_of_hypers_mean_the_same(run, files):
    numbers = []
    for name in ("flat.yaml", "nested.yaml"):
        status, stdout, _ = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz.gz", "--hypers",
                                files / name, "--json", "-", "--quiet")  # fmt: skip
        assert status == 0
        numbers.append(json.loads(stdout)["lpr"])
    assert numbers[0] == numbers[1]


def test_the_training_scale_is_skmatters_number(run, files):
    from skmatter.metrics import local_prediction_rigidity

    status, stdout, _ = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                            files / "flat.yaml", "--scale", "training", "--alpha", "1e-3", "--json", "-")  # fmt: skip
    assert status == 0
    structures, hypers, _ = _expected(files)
    rows = np.split(compute_features(structures, hypers).values, structures.offsets[1:-1])
    expected, _ = local_prediction_rigidity(rows[:4], rows[4:], 1e-3)
    assert json.loads(stdout)["lpr"]["quantiles"]["0.5"] == pytest.approx(np.median(np.concatenate(expected)), rel=1e-8)


def test_a_slice_and_the_kernel_and_one_file_for_both_roles(run, files, tmp_path):
    train = f"{files / 'train.xyz'}@0:3"
    status, stdout, _ = run("lpr", "--train", train, "--target", train, "--model", "sparse-kernel", "--hypers",
                            files / "flat.yaml", "--json", "-", "--quiet")  # fmt: skip
    values = json.loads(stdout)
    assert status == 0
    assert values["model"] == "sparse-kernel"
    assert values["n_structures"] == values["n_train"] == 3
    assert values["n_environments"] == 24


def test_species_columns_can_be_switched(run, files):
    counts = []
    for switch in ("--species-columns", "--no-species-columns"):
        _, stdout, _ = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                           files / "flat.yaml", switch, "--json", "-", "--quiet", "--no-cache")  # fmt: skip
        counts.append(json.loads(stdout)["n_features"])
    assert counts[0] == counts[1] + 1


def test_quiet_says_nothing_on_stderr(run, files):
    status, _, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                            files / "flat.yaml", "--quiet")  # fmt: skip
    assert status == 0
    assert stderr == ""


def test_a_species_nothing_trains_on_is_pointed_out(run, files, tmp_path):
    from ase.build import bulk
    from ase.io import write

    write(tmp_path / "ge.xyz", bulk("Ge", cubic=True))
    status, _, stderr = run("lpr", "--train", files / "train.xyz", "--target", tmp_path / "ge.xyz", "--hypers",
                            files / "flat.yaml")  # fmt: skip
    assert status == 0
    assert "no training structure holds Ge" in stderr


def test_an_energy_key_is_needed_for_training_only(run, files, tmp_path):
    (tmp_path / "other.xyz").write_text((files / "train.xyz").read_text().replace(" energy=", " my_total="))
    common = ("--target", files / "target.xyz", "--hypers", files / "flat.yaml", "--energy-key", "my_total")
    status, _, stderr = run("lpr", "--train", tmp_path / "other.xyz", *common)
    assert status == 0
    assert "none are needed there" in stderr
    status, _, stderr = run("lpr", "--train", files / "train.xyz", *common)
    assert status == 2
    assert "my_total" in stderr
