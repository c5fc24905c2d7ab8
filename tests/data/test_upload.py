"""Uploads are hostile until parsed: each bad one ends in one clear sentence, and none does anything else."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import pickle
import random
import sqlite3
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import ase.db
import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lprviz.data.limits import ReadLimits
from lprviz.data.upload import read_upload
from lprviz.errors import DataError, LprvizError

WATER = "3\nenergy=-1.0\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"
COMMENT = 'Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.0 pbc="T T T"'
CRYSTAL = f"2\n{COMMENT}\nSi 0 0 0 0 0 0\nSi 1.3 1.3 1.3 0 0 0\n"


def refused(name: str, payload: bytes | str, limits: ReadLimits | None = None) -> DataError:
    """The error of a bad upload, checked to be one short sentence with something to do about it."""
    with pytest.raises(DataError) as caught:
        read_upload(name, payload, limits=limits)
    message = caught.value.message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("payload", [b"", b" \n\n \t\n", gzip.compress(b"")])
def test_empty(payload):
    assert "a.xyz is empty" in refused("a.xyz", payload).message


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (bytes(range(256)) * 20, "binary file"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "is a picture"),
        (b"%PDF-1.7\n%\xe2", "PDF"),
        (b"\x7fELF\x02\x01", "is a program"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"\xff\xfe" + "2\n\nH 0 0 0\n".encode("utf-16-le"), "binary file"),
    ],
)
def test_binary(payload, words):
    assert words in refused("a.xyz", payload).message


class Bomb:
    """Pickled, it would write a file when opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", ["a.pkl", "a.traj", "a.xyz", "a.json", "a.db"])
def test_a_pickle_is_never_opened(tmp_path, protocol, name):
    refused(name, pickle.dumps(Bomb(tmp_path / "opened"), protocol=protocol))
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("name", ["a.py", "a.xyz", "a.json", "a.bundle"])
def test_python_is_never_run(tmp_path, name):
    refused(name, f"from pathlib import Path\nPath({str(tmp_path / 'run')!r}).touch()\n")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html><html><body>404</body></html>", "  <html>\n<script>alert(1)</script>"]
)
def test_a_web_page(page):
    assert "web page" in refused("structures.xyz", page).message


def test_html_in_names_and_fields_is_only_text():
    tag = "<img src=x onerror=alert(1)>"
    structures = read_upload(f"{tag}.xyz", CRYSTAL.replace("energy=-1.0", f'energy=-1.0 group="{tag}"'))
    assert structures.groups == (tag,)
    assert structures.name == f"{tag}.xyz"
    bad = refused(f"../../etc/{tag}\x07\n.xyz", "2\n\nH 0 0 0\n").message
    assert "etc" not in bad
    assert "\x07" not in bad


@pytest.mark.parametrize("name", ["", "/", "..", "a" * 5000, "con\x00.xyz", "C:\\x\\y.xyz", "‮.xyz"])
def test_any_file_name_is_only_a_name(name):
    assert read_upload(name, WATER).n_environments == 3


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        ("\n".join(CRYSTAL.splitlines()[:3]) + "\n", "frame 1 (line 7): 1 of its 2 atoms are there"),
        ("2\n", "ends in the middle of frame 1"),
        (CRYSTAL[:-9], "line 8 (atom 1) has 4 columns, and 7 are needed"),
    ],
)
def test_truncated_text_names_frame_and_line(cut, words):
    message = refused("a.xyz", CRYSTAL + cut).message
    assert "a.xyz" in message
    assert "frame 1" in message
    assert words in message


def test_a_truncated_frame_says_how_much_is_there():
    message = refused("a.xyz", "\n".join(CRYSTAL.splitlines()[:3])).message
    assert message == "a.xyz ends in the middle of frame 0 (line 3): 1 of its 2 atoms are there."


@pytest.mark.parametrize("cut", [20, 60, -8, -1])
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_truncated_compression(cut, pack):
    rows = "".join(f"H {i} {random.Random(i).random()} 0\n" for i in range(500))
    assert "damaged or cut short" in refused("a.xyz", pack(f"500\n\n{rows}".encode())[:cut]).message


def written(suffix: str) -> bytes:
    """A sound file of two structures in one of the formats that are not text."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        if suffix == "traj":
            ase.io.write(path, [bulk("Si"), molecule("H2O")])
        else:
            with ase.db.connect(path) as database:
                database.write(bulk("Si"))
                database.write(molecule("H2O"))
        return path.read_bytes()


@pytest.mark.parametrize("suffix", ["traj", "db", "json"])
def test_truncated_files_of_ase(suffix):
    whole = written(suffix)
    assert read_upload(f"a.{suffix}", whole).n_structures == 2
    for share in (0.02, 0.3, 0.6):  # the last third of a trajectory is room for more frames
        refused(f"a.{suffix}", whole[: int(share * len(whole))])


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("2\n\nH 0 0 0\nH 0 x 1\n", "line 4 (atom 1) has 'x' in the column 'pos'"),
        ("2\n\nH 0 0 0\nH 0 1\n", "line 4 (atom 1) has 3 columns, and 4 are needed"),
        ("1\n\nXq 0 0 0\n", "'Xq', which is not a chemical element"),
        ("1\nProperties=species:S:1:pos:Q:3\nH 0 0 0\n", "the type 'Q'"),
        ("1\nProperties=species:S:1:pos:R\nH 0 0 0\n", "name:type:width"),
        ("1\nProperties=species:S:1:forces:R:3\nH 0 0 0\n", "no column of positions"),
        ("1\nProperties=pos:R:3\n0 0 0\n", "no column of elements"),
        ("1\nProperties=species:S:1:pos:R:999999999\nH 0 0 0\n", "the width"),
        ('1\nLattice="1 2 3"\nH 0 0 0\n', "Lattice should be nine numbers"),
        ("two\n\nH 0 0 0\n", "not a structure file"),
        ("1\n\nH 0 0 0\nH 0 0 1\n", "Line 4 of a.xyz should hold the number of atoms of frame 1"),
    ],
)
def test_wrong_columns(payload, words):
    error = refused("a.xyz", payload)
    assert words in error.message + error.hint or "should hold the number of atoms" in error.message


def test_columns_beyond_those_named_are_remarked():
    structures = read_upload("a.xyz", CRYSTAL.replace(":forces:R:3", ""))
    assert any("more columns" in note for note in structures.warnings)


@pytest.mark.parametrize("payload", ["0\n\n", "0\nProperties=species:S:1:pos:R:3\n", "-3\n\nH 0 0 0\n"])
def test_no_atoms(payload):
    assert "no atoms" in refused("a.xyz", payload).message


@pytest.mark.parametrize("word", ["nan", "NaN", "inf", "-Infinity", "1e400"])
def test_positions_that_are_none(word):
    assert "is not a position" in refused("a.xyz", f"2\n\nH 0 0 0\nH 0 0 {word}\n").message


def test_an_absurd_atom_count_costs_nothing():
    assert "more than 200000 atoms" in refused("a.xyz", "999999999999\n\nH 0 0 0\n").message
    assert refused("a.xyz", f"{'9' * 10_000}\n\nH 0 0 0\n")


def test_200_megabytes_are_refused_unread():
    payload = bytes(200 * 2**20)
    assert "too large: 200 MB, and 64 MB is the limit" in refused("a.xyz", payload).message


def peak_memory(name: str, payload: bytes, limits: ReadLimits | None = None) -> tuple[str, int]:
    tracemalloc.start()
    try:
        message = refused(name, payload, limits).message
        return message, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("filler", [b"\n", b" ", b"0"])
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_compression_bombs_are_stopped_while_expanding(filler, pack):
    message, peak = peak_memory(
        "a.xyz", pack(b"1\n\nH 0 0 0\n" + filler * (16 * 2**20)), replace(ReadLimits(), expanded_bytes=2**21)
    )
    assert any(words in message for words in ("expands to more than", "longer than", "blank lines"))
    assert peak < 64 * 2**20


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def test_zip_bombs_are_stopped_while_expanding():
    bomb = zipped(a__xyz=b"1\n\nH 0 0 0\n" + b"\n" * (16 * 2**20))
    assert len(bomb) < 100_000
    message, peak = peak_memory("bomb.zip", bomb, replace(ReadLimits(), expanded_bytes=2**21))
    assert "expands to more than 2 MB" in message
    assert peak < 64 * 2**20


def test_the_members_of_a_zip_share_one_limit():
    half = b"1\n\nH 0 0 0\n" * 1000
    limits = replace(ReadLimits(), expanded_bytes=int(1.5 * len(half)))
    refused("a.zip", zipped(a__xyz=half, b__xyz=half), limits)
    limits = replace(ReadLimits(), structures=1500)
    assert "1500 structures" in refused("a.zip", zipped(a__xyz=half, b__xyz=half), limits).message


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (zipped(notes__txt=b"hello", more__txt=b"hello"), "without structure files"),
        (zipped(), "without structure files"),
        (zipped(inner__zip=zipped(a__xyz=WATER.encode())), "archive inside an archive"),
        (zipped(a__xyz=pickle.dumps([1])), "pickle"),
        (zipped(a__xyz=WATER.encode())[:-30], "damaged zip"),
        (zipped(**{f"a{i}__xyz": WATER.encode() for i in range(101)}), "101 structure files"),
    ],
)
def test_bad_archives(payload, words):
    assert words in refused("a.zip", payload).message


def test_a_zip_with_a_damaged_member_says_so():
    content = bytearray(zipped(a__xyz=(WATER * 50).encode()))
    content[60] ^= 0xFF
    refused("a.zip", bytes(content))


def test_members_that_climb_out_of_the_folder_are_only_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    structures = read_upload("a.zip", zipped(**{"../../climb__xyz": WATER.encode()}))
    assert structures.n_environments == 3
    assert list(tmp_path.iterdir()) == []


def test_json_cannot_claim_arrays_it_does_not_hold():
    row = {
        "numbers": {"__ndarray__": [[10**9], "int64", 14]},
        "positions": {"__ndarray__": [[10**9, 3], "float64", 0.0]},
    }
    message, peak = peak_memory("a.json", json.dumps({"1": row, "ids": [1]}).encode())
    assert "JSON" in message
    assert peak < 2**20


def test_a_row_without_atoms_or_with_an_absurd_energy_is_told():
    row = {"numbers": [1], "positions": [[0, 0, 0]], "energy": 1.0}
    rows = {str(number): row for number in range(12)}
    nothing = {"numbers": [], "positions": [], "energy": -1.0}
    assert "Structure 12 has no atoms" in refused("a.json", json.dumps({**rows, "13": nothing})).message
    for energy in (1e308, -1e308, 10**300):
        structures = read_upload("a.json", json.dumps({**rows, "13": {**row, "energy": energy}}))
        assert np.isnan(structures.energies[12])


def test_deep_json_is_refused():
    refused("a.json", '{"a":' + "[" * 100_000)
    refused("a.xyz", '1\nx="_JSON ' + "[" * 50_000 + '"\nH 0 0 0\n')


def test_a_trajectory_cannot_point_outside_itself():
    whole = bytearray(written("traj"))
    for position, value in ((32, 10**12), (40, 10**15), (32, -1), (40, -8)):
        changed = bytearray(whole)
        struct.pack_into("<q", changed, position, value)
        refused("a.traj", bytes(changed))


def test_a_data_base_with_a_view_for_a_table_is_refused():
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIEW systems AS WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) "
        "SELECT n AS id, n AS numbers FROM endless"
    )
    database.commit()
    refused("a.db", database.serialize())


def test_a_poscar_cannot_claim_atoms_it_does_not_hold():
    text = "Si\n1.0\n5 0 0\n0 5 0\n0 0 5\nSi\n199999\nDirect\n0 0 0\n"
    assert "announces 199999 atoms" in refused("POSCAR", text).message
    assert "more than 200000 atoms" in refused("POSCAR", text.replace("199999", "999999999999")).message
    assert "no atoms" in refused("POSCAR", text.replace("199999", "0")).message


def test_a_string_may_be_given_for_text():
    assert read_upload("a.xyz", WATER).energies.tolist() == [-1.0]


SOUND = {
    "a.xyz": (CRYSTAL * 3).encode(),
    "b.xyz.gz": gzip.compress((CRYSTAL * 3).encode()),
    "c.zip": zipped(a__xyz=WATER.encode()),
    "d.traj": written("traj"),
    "e.json": written("json"),
    "f.db": written("db"),
    "POSCAR": b"Si\n1.0\n5 0 0\n0 5 0\n0 0 5\nSi\n2\nDirect\n0 0 0\n.25 .25 .25\n",
    "g.cif": b"data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 90\n"
    b"_cell_angle_beta 90\n_cell_angle_gamma 90\n"
    b"loop_\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    b"Si 0 0 0\nSi 0.5 0.5 0.5\n",
    "h.xsf": b"CRYSTAL\nPRIMVEC\n4 0 0\n0 4 0\n0 0 4\nPRIMCOORD\n1 1\n14 0 0 0\n",
    "i.gen": b"1 S\nSi\n1 1 0 0 0\n0 0 0\n4 0 0\n0 4 0\n0 0 4\n",
    "j.pdb": b"ATOM      1  H   MOL     1       0.000   0.000   0.000  1.00  0.00           H\nEND\n",
}


@pytest.mark.parametrize("name", SOUND)
def test_the_sound_files_below_are_sound(name):
    assert read_upload(name, SOUND[name]).n_structures >= 1


def only_lprviz_errors(name: str, payload: bytes) -> None:
    limits = replace(ReadLimits(), structures=100, environments=10_000, expanded_bytes=2**20)
    try:
        structures = read_upload(name, payload, limits=limits)
    except LprvizError as error:
        said = error
    else:
        assert structures.n_environments > 0
        assert all(np.isfinite(atoms.positions).all() for atoms in structures)
        return
    assert 0 < len(said.message) < 400


_FUZZ = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@_FUZZ
@given(st.sampled_from(sorted(SOUND)), st.binary(max_size=300))
def test_random_bytes_never_break_out(name, payload):
    only_lprviz_errors(name, payload)


@_FUZZ
@given(
    st.sampled_from(sorted(SOUND)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_mutated_files_never_break_out(name, changes):
    payload = bytearray(SOUND[name])
    for share, value in changes:
        payload[int(share * len(payload))] = value
    only_lprviz_errors(name, bytes(payload))


_WORDS = [
    "0",
    "-1",
    "2",
    "99999",
    "nan",
    "1e308",
    "Si",
    "X",
    "=",
    '"',
    "{",
    "[",
    "Lattice=",
    "Properties=",
    ":",
    "\n",
    "_JSON [",
    "\\",
]


@_FUZZ
@given(st.sampled_from(["a.xyz", "POSCAR", "g.cif", "h.xsf", "i.gen", "j.pdb", "e.json"]), st.data())
def test_text_with_words_put_in_and_taken_out_never_breaks_out(name, data):
    words = SOUND[name].decode().split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(words) - 1))
        words[place] = data.draw(st.sampled_from(_WORDS))
    only_lprviz_errors(name, " ".join(words).encode())
