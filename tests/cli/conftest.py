"""Small files on disk for the command line."""

import gzip

import numpy as np
import pytest
from ase.build import bulk
from ase.io import write

from lprviz.cli import main


@pytest.fixture(autouse=True)
def _private_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("LPRVIZ_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Silicon cells with energies to train on, others without to judge, and a YAML of small hypers."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(4)
    cells = []
    for number in range(9):
        atoms = bulk("Si", cubic=True)
        atoms.positions += rng.normal(scale=0.03 + 0.02 * number, size=atoms.positions.shape)
        atoms.info["energy"] = -4.5 * len(atoms) + 0.1 * number
        atoms.info["group"] = "warm" if number < 5 else "hot"
        cells.append(atoms)
    write(folder / "train.xyz", cells[:4], format="extxyz")
    write(folder / "pool.xyz", cells[4:], format="extxyz")
    bare = [cells[6].copy(), cells[7].copy()]
    for atoms in bare:
        atoms.info.clear()
        atoms.set_array("local_energy", np.full(len(atoms), -4.0))
    write(folder / "target.xyz", bare, format="extxyz")
    (folder / "flat.yaml").write_text("cutoff: 3.0\nmax_radial: 2\nmax_angular: 2\nwidth: 0.5\nsmoothing: 0.2\n")
    (folder / "nested.yaml").write_text(
        "cutoff: {radius: 3.0, smoothing: {type: ShiftedCosine, width: 0.2}}\n"
        "density: {type: Gaussian, width: 0.5}\n"
        "basis: {type: TensorProduct, max_angular: 2, radial: {type: Gto, max_radial: 2}}\n"
    )
    (folder / "target.xyz.gz").write_bytes(gzip.compress((folder / "target.xyz").read_bytes(), mtime=0))
    return folder


@pytest.fixture
def run(capsys):
    """Run the command in this process; returns (exit status, stdout, stderr)."""

    def call(*arguments):
        status = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err

    return call
