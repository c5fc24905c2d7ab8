"""Every model from the command line gives the facade's numbers; features come one file per file of structures."""

import json

import numpy as np
import pytest

import lprviz
from lprviz.analysis.model_spec import BASELINE_KINDS, MODEL_KINDS, SAMPLING_KINDS, TARGET_KINDS, ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.cli import model_options
from lprviz.data.baseline import composition_baseline
from lprviz.data.descriptors import compute_features
from lprviz.data.feature_files import write_features
from lprviz.data.feature_table import FeatureTable

HYPERS = lprviz.SoapHypers(cutoff=3.0, max_radial=2, max_angular=2, width=0.5, smoothing=0.2)


def _structures(files, name):
    return lprviz.read_structures(files / name)


def _joined(files):
    return _structures(files, "train.xyz").concatenate(_structures(files, "target.xyz"))


def _lpr(run, files, *options):
    status, stdout, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                                 files / "flat.yaml", "--json", "-", *options)  # fmt: skip
    assert status == 0, stderr
    return json.loads(stdout)


def _expected(files, spec):
    joined = _joined(files)
    baseline = composition_baseline(joined[:4])
    fitted = lprviz.LPRAnalysis(joined, hypers=HYPERS, model=spec, baseline=baseline).fit(range(4))
    return np.median(fitted.rigidity().select([4, 5]).lpr)


def test_the_choices_are_those_there_are():
    assert {*model_options.MODELS, "features"} == set(MODEL_KINDS)
    assert model_options.SAMPLINGS == SAMPLING_KINDS
    assert model_options.TARGETS == TARGET_KINDS
    assert model_options.BASELINES == BASELINE_KINDS


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        (("--intercept", "--learn", "sum"), ModelSpec(intercept=True, target="sum")),
        (("--per-centre-species",), ModelSpec(per_centre_species=True)),
        (("--model", "sparse-kernel", "--n-sparse", "9", "--zeta", "3", "--sampling", "cur"),
         ModelSpec("sparse-kernel", n_sparse=9, zeta=3, sampling="cur")),
    ],
)  # fmt: skip
def test_options_mean_the_spec(run, files, options, spec):
    values = _lpr(run, files, *options)
    assert values["model_description"] == spec.describe()
    assert values["lpr"]["quantiles"]["0.5"] == pytest.approx(_expected(files, spec), rel=1e-6)


def test_a_network_is_trained_on_the_training_structures(run, files):
    pytest.importorskip("torch", reason="PyTorch is not installed (the extra 'network')")
    values = _lpr(run, files, "--model", "network", "--hidden", "8", "6", "--epochs", "5", "--seed", "3")
    network = NetworkSettings(hidden=(8, 6), epochs=5, seed=3)
    expected = _expected(files, ModelSpec("network", network=network, trained_on=range(4)))
    assert values["lpr"]["quantiles"]["0.5"] == pytest.approx(expected, rel=1e-6)
    assert values["n_features"] == 7


@pytest.fixture(scope="module")
def features(files):
    """The descriptor's own features, as another program would export them: one file per file of structures."""
    values = compute_features(_joined(files), HYPERS).values
    for name, rows in (("train", values[:32]), ("target", values[32:])):
        write_features(files / f"{name}.npz", FeatureTable.of(_structures(files, f"{name}.xyz"), rows))
    return files


def test_features_from_files_are_a_model(run, features):
    values = _lpr(run, features, "--features", features / "train.npz", features / "target.npz")
    assert values["model"] == "features"
    assert values["hypers"] is None
    assert "imported features" in values["model_description"]
    assert values["lpr"]["quantiles"]["0.5"] == pytest.approx(_expected(features, ModelSpec()), rel=1e-6)
    part = ("--train", f"{features / 'train.xyz'}@0:2", "--target", features / "target.xyz")
    names = (f"{features / 'train.npz'}@0:2", features / "target.npz")
    status, stdout, _ = run("lpr", *part, "--features", *names, "--json", "-", "--quiet")
    assert status == 0
    assert json.loads(stdout)["n_train"] == 2


def test_features_that_do_not_fit_end_in_one_line(run, features):
    common = ("lpr", "--train", features / "train.xyz", "--target", features / "target.xyz", "--features")
    for names, message in (
        (("train.npz",), "2 files of structures need as many files of features, not 1"),
        (("target.npz", "train.npz"), "describes 16 environments in 2 structures, but the data set has 32 in 4"),
        (("train.npz", "flat.yaml"), "flat.yaml is not a file of features"),
        (("train.npz", "none.npz"), "none.npz cannot be opened"),
    ):
        status, _, stderr = run(*common, *(features / name for name in names))
        assert status == 2
        assert message in stderr
        assert "hint:" in stderr
    status, _, stderr = run(*common, features / "train.npz", features / "target.npz", "--model", "ridge")
    assert status == 2
    assert "Leave out --model" in stderr


def test_a_missing_free_atom_is_an_error_with_a_hint(run, files):
    status, _, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                            files / "flat.yaml", "--baseline", "isolated-atoms")  # fmt: skip
    assert status == 2
    assert "no isolated atom with an energy for Si" in stderr
