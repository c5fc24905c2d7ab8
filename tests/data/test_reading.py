"""Reading by path: formats, selections, progress, limits, and sentences for what is wrong."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile
from dataclasses import replace

import ase.db
import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from shared_data import shared_data

import lprviz
from lprviz.data.limits import ReadLimits
from lprviz.data.reading import load_dataset, read_structures
from lprviz.errors import DataError
from lprviz.progress import Cancelled


def labelled(count: int = 4) -> list[Atoms]:
    structures = []
    for number in range(count):
        atoms = bulk("SiC", "zincblende", a=4.3 + 0.01 * number, cubic=True)
        atoms.rattle(0.02, seed=number)
        atoms.info["group"] = "even" if number % 2 == 0 else "odd"
        atoms.calc = SinglePointCalculator(atoms, energy=-50.0 - number, forces=np.zeros((8, 3)))
        structures.append(atoms)
    return structures


def write_db(path, structures) -> None:
    with ase.db.connect(path) as database:
        for atoms in structures:
            database.write(atoms, group=atoms.info["group"])


@pytest.mark.parametrize("suffix", ["extxyz", "xyz", "traj", "db", "json"])
def test_formats_with_energies_round_trip(tmp_path, suffix):
    structures, path = labelled(), tmp_path / f"four.{suffix}"
    if suffix in {"db", "json"}:
        write_db(path, structures)
    else:
        ase.io.write(path, structures, format="extxyz" if suffix == "xyz" else None)
    read = read_structures(path)
    assert read.n_structures == 4
    assert read.energies.tolist() == [-50.0, -51.0, -52.0, -53.0]
    assert read.groups == ("even", "odd", "even", "odd")
    for mine, original in zip(read, structures, strict=True):
        assert np.allclose(mine.positions, original.positions, atol=1e-7)
        assert np.allclose(mine.cell.array, original.cell.array)
        assert mine.pbc.all()
        assert (mine.numbers == original.numbers).all()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.cif", "cif"),
        ("POSCAR", "vasp"),
        ("a.vasp", "vasp"),
        ("a.xsf", "xsf"),
        ("a.gen", "gen"),
        ("XDATCAR", "vasp-xdatcar"),
    ],
)
def test_formats_without_energies_are_read(tmp_path, name, form):
    crystal = bulk("SiC", "zincblende", a=4.36, cubic=True)
    crystal = crystal[np.argsort(crystal.numbers)]
    ase.io.write(tmp_path / name, [crystal] if form in {"vasp-xdatcar", "xsf"} else crystal, format=form)
    read = read_structures(tmp_path / name)
    assert read.n_environments == 8
    assert read.energy_key is None
    assert read[0].get_chemical_formula() == "C4Si4"
    assert read[0].pbc.all()


def test_a_poscar_is_known_by_its_content(tmp_path):
    ase.io.write(tmp_path / "structure.txt", bulk("Si"), format="vasp")
    assert read_structures(tmp_path / "structure.txt").n_environments == 2


def test_molecules_and_constraints_are_read_from_traj(tmp_path):
    water = molecule("H2O")
    water.set_constraint(FixAtoms([0]))
    ase.io.write(tmp_path / "a.traj", [water, molecule("CH4"), bulk("Si")])
    read = read_structures(tmp_path / "a.traj")
    assert [len(atoms) for atoms in read] == [3, 5, 2]
    assert [bool(atoms.pbc.any()) for atoms in read] == [False, False, True]


def test_a_single_structure_of_ase_json_is_read(tmp_path):
    ase.io.write(tmp_path / "one.json", bulk("Si"))
    assert read_structures(tmp_path / "one.json").n_environments == 2


@pytest.mark.parametrize(("suffix", "module"), [("gz", gzip), ("bz2", bz2), ("xz", lzma)])
def test_compressed_files_are_read_whatever_they_are_called(tmp_path, suffix, module):
    ase.io.write(tmp_path / "a.xyz", labelled(), format="extxyz")
    content = module.compress((tmp_path / "a.xyz").read_bytes())
    for name in (f"b.xyz.{suffix}", "c.xyz"):
        (tmp_path / name).write_bytes(content)
        assert read_structures(tmp_path / name).n_structures == 4


def test_a_zip_of_several_formats_is_one_set(tmp_path):
    ase.io.write(tmp_path / "a.xyz", labelled(2), format="extxyz")
    ase.io.write(tmp_path / "b.cif", bulk("Si"))
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "a.xyz", "folder/a.xyz")
        archive.write(tmp_path / "b.cif", "b.cif")
        archive.writestr("README.txt", "nothing to read here")
        archive.writestr("__MACOSX/._a.xyz", b"\x00\x05\x16\x07")
    read = read_structures(tmp_path / "all.zip")
    assert [len(atoms) for atoms in read] == [8, 8, 2]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("0:2", [0, 1]),
        ("::2", [0, 2, 4]),
        ("-2:", [4, 5]),
        ("3", [3]),
        ("-1", [5]),
        ("4:1:-1", [4, 3, 2]),
        (":", list(range(6))),
    ],
)
@pytest.mark.parametrize("suffix", ["xyz", "traj"])
def test_selections_follow_ase(tmp_path, index, expected, suffix):
    path = tmp_path / f"six.{suffix}"
    ase.io.write(path, labelled(6), format="extxyz" if suffix == "xyz" else None)
    assert read_structures(f"{path}@{index}").energies.tolist() == [-50.0 - i for i in expected]


@pytest.mark.parametrize("index", ["nonsense", "9", "7:9"])
@pytest.mark.parametrize("suffix", ["xyz", "traj"])
def test_selections_of_nothing_are_refused(tmp_path, index, suffix):
    path = tmp_path / f"six.{suffix}"
    ase.io.write(path, labelled(6), format="extxyz" if suffix == "xyz" else None)
    with pytest.raises(DataError):
        read_structures(f"{path}@{index}")


def test_an_at_sign_may_belong_to_the_name(tmp_path):
    path = tmp_path / "odd@0:1.xyz"
    ase.io.write(path, labelled(3), format="extxyz")
    assert read_structures(path).n_structures == 3


def test_several_files_follow_each_other(tmp_path):
    ase.io.write(tmp_path / "a.xyz", labelled(2), format="extxyz")
    ase.io.write(tmp_path / "b.traj", labelled(3))
    read = lprviz.read_structures([tmp_path / "a.xyz", str(tmp_path / "b.traj@1:")])
    assert read.energies.tolist() == [-50.0, -51.0, -51.0, -52.0]
    assert "a.xyz" in read.name


def test_blank_lines_between_frames_do_not_end_the_file(tmp_path):
    ase.io.write(tmp_path / "a.xyz", labelled(1), format="extxyz")
    frame = (tmp_path / "a.xyz").read_text()
    (tmp_path / "b.xyz").write_text("\n" + frame + "\n\n" + frame + "\n")
    assert read_structures(tmp_path / "b.xyz").n_structures == 2


def test_plain_xyz_with_more_columns_and_windows_line_ends_is_read(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"2\r\nhydrogen\r\nH 0 0 0 0.1\r\nH 0 0 0.74 0.2\r\n")
    assert read_structures(tmp_path / "a.xyz").species == ("H",)


def test_the_malformed_trap_is_mended_with_a_warning():
    structures = read_structures(shared_data("trap_malformed_extxyz_Si_SW/data.xyz.gz"))
    assert structures.n_structures == 201
    assert structures.n_environments == 201 * 64
    assert structures.energies[0] == pytest.approx(-297.597)
    assert any("mended" in note and "lower case" in note and "stress" in note for note in structures.warnings)


def test_progress_rises_to_the_end_and_can_stop(tmp_path):
    ase.io.write(tmp_path / "a.xyz", labelled(6), format="extxyz")
    seen = []
    read_structures([tmp_path / "a.xyz"] * 2, tick=lambda done, total: seen.append(done / total))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_structures(tmp_path / "a.xyz", tick=stop)


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere.xyz", "There is no file"), (".", "is a folder"), ("postgresql://host/db", "There is no file")],
)
def test_paths_that_lead_nowhere_are_told(tmp_path, name, words):
    with pytest.raises(DataError, match=words):
        read_structures(tmp_path / name)
    with pytest.raises(DataError, match="No file"):
        read_structures([])


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (replace(ReadLimits(), structures=3), "more than 3 structures"),
        (replace(ReadLimits(), environments=20), "more than 20 atoms"),
        (replace(ReadLimits(), file_bytes=100), "too large"),
        (replace(ReadLimits(), expanded_bytes=600), "expands to more than"),
    ],
)
@pytest.mark.parametrize("suffix", ["xyz", "traj", "db", "json"])
def test_every_limit_is_told(tmp_path, limits, words, suffix):
    path = tmp_path / f"four.{suffix}"
    if suffix in {"db", "json"}:
        write_db(path, labelled())
    else:
        ase.io.write(path, labelled(), format="extxyz" if suffix == "xyz" else None)
    with pytest.raises(DataError, match=words):
        read_structures(path, limits=limits)


def test_reading_loads_neither_featomic_nor_panel():
    program = (
        "import sys; import lprviz.data.upload, lprviz.data.reading, lprviz.data.pools, lprviz.data.descriptors; "
        "print([name for name in ('featomic', 'metatensor', 'panel', 'bokeh') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_bundled_set_is_loaded_by_name():
    for card in lprviz.list_datasets():
        structures = load_dataset(card.name)
        assert structures.name == card.name
        assert structures.n_structures == card.n_structures
        assert structures.energy_key == "energy"
        assert structures.local_energies is not None
        assert structures.group_key == "group"
        assert np.isfinite(structures.energies).all()
    assert lprviz.list_datasets()
    with pytest.raises(DataError):
        load_dataset("no such set")
