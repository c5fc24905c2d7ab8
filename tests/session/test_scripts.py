"""The script that a session writes computes what was on show, in a process of its own."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from ase.io import write

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.upload import read_upload
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.session.quantities import MENU
from lprviz.session.scripts import VALUES
from tests.session.conftest import HYPERS, silicon

NETWORK = NetworkSettings(hidden=(8, 6), n_inputs=8, epochs=5, batch_structures=4, seed=2)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "cells.xyz", list(silicon()))
    return tmp_path


@pytest.fixture
def uploaded(folder):
    """A session on an uploaded file, so that the script has to read that file."""
    made = Session()
    made.load_dataset(dataset_of(read_upload("cells.xyz", (folder / "cells.xyz").read_bytes())))
    made.commit_settings(replace(made.settings, hypers=HYPERS))
    return made


def run(script, folder):
    end = "\nnp.savez('out.npz', lpr=fitted.lpr, values=values)\n"
    (folder / "script.py").write_text(script + end, encoding="utf-8")
    quiet = {**os.environ, "LPRVIZ_CACHE": "off", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + script
    with np.load(folder / "out.npz", allow_pickle=False) as out:
        return out["lpr"], out["values"]


def assert_repeats(session, folder):
    lpr, values = run(session.as_python(), folder)
    np.testing.assert_allclose(lpr, session.fit.refactored().lpr, rtol=1e-10)
    np.testing.assert_allclose(values, session.picture.values, rtol=1e-8, atol=1e-10)


def test_ridge_with_a_pin_and_another_alpha(uploaded, folder):
    uploaded.add_pin("first\n; import os")
    uploaded.set_alpha(3e-3)
    uploaded.remove_structures([0, 3, 4])
    uploaded.add_structures([11])
    uploaded.colour("log-ratio")
    assert "\n; import" not in uploaded.as_python()
    assert_repeats(uploaded, folder)


def test_two_pins_compared(uploaded, folder):
    uploaded.add_pin("a")
    uploaded.remove_structures([0, 1])
    uploaded.add_pin("b")
    uploaded.add_structures([10])
    uploaded.compare("a", "b")
    uploaded.colour("log-ratio")
    _, values = run(uploaded.as_python(), folder)
    np.testing.assert_allclose(values, uploaded.picture.values, rtol=1e-9)


def test_ridge_with_everything_chosen(uploaded, folder):
    spec = ModelSpec(target="sum", intercept=True, species_columns=True, weights=tuple(np.arange(1.0, 13.0)))
    uploaded.commit_settings(replace(uploaded.settings, model=spec, scale="training"))
    uploaded.colour("local-energy")
    assert uploaded.picture.quantity == "local-energy"
    assert_repeats(uploaded, folder)


def test_sparse_kernel(uploaded, folder):
    spec = ModelSpec("sparse-kernel", n_sparse=12, zeta=3, sampling="cur")
    uploaded.commit_settings(replace(uploaded.settings, model=spec))
    uploaded.pick(5)
    uploaded.colour("correlation")
    assert uploaded.picture.quantity == "correlation"
    assert_repeats(uploaded, folder)


def test_network(uploaded, folder):
    pytest.importorskip("torch")
    uploaded.commit_settings(replace(uploaded.settings, model=ModelSpec("network", network=NETWORK)))
    uploaded.remove_structures([2])
    assert_repeats(uploaded, folder)


def test_imported_features(uploaded, folder):
    structures = uploaded.dataset.structures
    stored = io.BytesIO()
    values = np.random.default_rng(3).normal(size=(structures.n_environments, 5))
    np.savez(stored, features=values, offsets=structures.offsets)
    (folder / "features.npz").write_bytes(stored.getvalue())
    uploaded.load_features("features.npz", stored.getvalue())
    uploaded.remove_structures(range(4))
    uploaded.colour("sigma")
    assert uploaded.picture.quantity == "sigma"
    assert_repeats(uploaded, folder)


def test_a_bundled_set_and_a_component(tmp_path):
    session = Session()
    session.load_bundled("molecules")
    session.colour("component", component=session.fit.analysis.components()[0].key)
    session.remove_structures(session.members[::2])
    assert session.picture.quantity == "component"
    lpr, values = run(session.as_python(), tmp_path)
    np.testing.assert_allclose(lpr, session.fit.refactored().lpr, rtol=1e-10)
    shown = np.isfinite(session.picture.values)
    np.testing.assert_allclose(values[shown], session.picture.values[shown], rtol=1e-8)


@pytest.mark.parametrize("key", ["seven-points", "silicon-carbide"])
def test_entries_of_the_gallery(key, tmp_path):
    session = Session()
    session.open_entry(key)
    session.remove_structures([session.members[0]])
    assert_repeats(session, tmp_path)


def test_a_toy_and_what_cannot_be_repeated(tmp_path):
    session = Session()
    session.load_toy("defect", 4)
    session.remove_structures([0, 1])
    assert_repeats(session, tmp_path)
    session.move_bead(3, 0.5)
    with pytest.raises(LprvizError, match="moved"):
        session.as_python()


def test_another_file_of_that_name_is_refused(uploaded, folder):
    script = uploaded.as_python()
    write(folder / "cells.xyz", list(silicon(seed=9)))
    (folder / "script.py").write_text(script)
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "does not hold the structures" in done.stderr


def test_every_quantity_can_be_written():
    assert set(VALUES) == set(MENU.values())
