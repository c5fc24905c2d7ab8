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
DRIVER = """
import os, runpy, sys, traceback
import numpy as np
for folder in sys.argv[1:]:
    os.chdir(folder)
    try:
        made = runpy.run_path("script.py", run_name="__main__")
        np.savez("out.npz", lpr=made["fitted"].lpr, values=made["values"])
    except BaseException:
        with open("failed.txt", "w") as file:
            traceback.print_exc(file=file)
"""


def uploaded(folder, **model):
    """A session on an uploaded file, so that the script has to read that file."""
    write(folder / "cells.xyz", list(silicon()))
    made = Session()
    made.load_dataset(dataset_of(read_upload("cells.xyz", (folder / "cells.xyz").read_bytes())))
    scale = model.pop("scale", "frozen")
    made.commit_settings(replace(made.settings, hypers=HYPERS, model=ModelSpec(**model), scale=scale))
    return made


def ridge(folder):
    session = uploaded(folder)
    session.add_pin("first\n; import os")
    session.set_alpha(3e-3)
    session.remove_structures([0, 3, 4])
    session.add_structures([11])
    session.colour("log-ratio")
    return session


def two_pins(folder):
    session = uploaded(folder)
    session.add_pin("a")
    session.remove_structures([0, 1])
    session.add_pin("b")
    session.compare("a", "b")
    session.colour("log-ratio")
    return session


def everything_chosen(folder):
    weights = tuple(np.arange(1.0, 13.0).tolist())
    options = {"target": "sum", "intercept": True, "species_columns": True, "weights": weights, "scale": "training"}
    session = uploaded(folder, **options)
    session.colour("local-energy")
    return session


def sparse_kernel(folder):
    session = uploaded(folder, kind="sparse-kernel", n_sparse=12, zeta=3, sampling="cur")
    session.pick(5)
    session.colour("correlation")
    return session


def network(folder):
    session = uploaded(folder, kind="network", network=NETWORK)
    session.remove_structures([2])
    return session


def imported_features(folder):
    session = uploaded(folder)
    structures = session.dataset.structures
    stored = io.BytesIO()
    values = np.random.default_rng(3).normal(size=(structures.n_environments, 5))
    np.savez(stored, features=values, offsets=structures.offsets)
    (folder / "features.npz").write_bytes(stored.getvalue())
    session.load_features("features.npz", stored.getvalue())
    session.remove_structures(range(4))
    session.colour("sigma")
    return session


def bundled_component(folder):
    session = Session()
    session.load_bundled("molecules")
    session.colour("component", component=session.fit.analysis.components()[0].key)
    session.remove_structures(session.members[::2])
    return session


def seven_points(folder):
    session = Session()
    session.open_entry("seven-points")
    session.remove_structures([session.members[0]])
    return session


def gallery_entry(folder):
    session = Session()
    session.open_entry("silicon-carbide")
    session.colour("regulariser-share")
    return session


def toy(folder):
    session = Session()
    session.load_toy("defect", 4)
    session.remove_structures([0, 1])
    return session


CASES = {
    ridge: "log-ratio",
    two_pins: "log-ratio",
    everything_chosen: "local-energy",
    sparse_kernel: "correlation",
    network: "lpr",
    imported_features: "sigma",
    bundled_component: "component",
    seven_points: "lpr",
    gallery_entry: "regulariser-share",
    toy: "lpr",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Every case's session and the folder in which its script has run; one process, since starting costs seconds."""
    found = {}
    for make in CASES:
        folder = tmp_path_factory.mktemp(make.__name__)
        session = make(folder)  # without PyTorch the network's is that of the model before; its test is skipped
        (folder / "script.py").write_text(session.as_python(), encoding="utf-8")
        found[make] = (session, folder)
    quiet = {**os.environ, "LPRVIZ_CACHE": "off", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", DRIVER, *(str(folder) for _, folder in found.values())]
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return found


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_script_repeats_the_picture(ran, make):
    if make is network:
        pytest.importorskip("torch")
    session, folder = ran[make]
    failed = folder / "failed.txt"
    assert not failed.exists(), failed.read_text() + session.as_python()
    assert session.picture.quantity == CASES[make]
    with np.load(folder / "out.npz", allow_pickle=False) as out:
        lpr, values = out["lpr"], out["values"]
    expected = session.fit.refactored().lpr if session.compared is None else session.compared.lpr
    np.testing.assert_allclose(lpr, expected, rtol=1e-10)
    shown = np.isfinite(session.picture.values)
    np.testing.assert_allclose(values[shown], session.picture.values[shown], rtol=1e-8, atol=1e-10)


def test_text_from_outside_stays_in_its_comment(ran):
    script = ran[ridge][0].as_python()
    assert "\n; import" not in script
    assert "first; import os" in script


def test_a_toy_whose_beads_were_moved_cannot_be_written():
    session = Session()
    session.load_toy("defect", 4)
    session.move_bead(3, 0.5)
    with pytest.raises(LprvizError, match="moved"):
        session.as_python()


def test_another_file_of_that_name_is_refused(tmp_path):
    script = uploaded(tmp_path).as_python()
    write(tmp_path / "cells.xyz", list(silicon(seed=9)))
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "does not hold the structures" in done.stderr


def test_every_quantity_can_be_written():
    assert set(VALUES) == set(MENU.values())
