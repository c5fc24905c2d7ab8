"""Unpacking what somebody else packed."""

import io
import tarfile

import pytest

from lprviz.data.unpacking import unpack
from lprviz.errors import DataError


def archive(path, *members):
    """Write an archive of (TarInfo or name, bytes)."""
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            if info.isreg():
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_files_and_folders_come_out(tmp_path):
    folder = tarfile.TarInfo("datasets")
    folder.type, folder.mode = tarfile.DIRTYPE, 0o755
    packed = archive(tmp_path / "a.tar.gz", (folder, b""), ("datasets/one.xyz", b"1"), ("notes.txt", b"two"))
    out = unpack(packed, tmp_path / "out")
    assert (out / "datasets" / "one.xyz").read_bytes() == b"1"
    assert (out / "notes.txt").read_bytes() == b"two"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar.gz", "out"]
    (out / "notes.txt").write_bytes(b"changed")
    assert (unpack(packed, tmp_path / "out") / "notes.txt").read_bytes() == b"changed"


@pytest.mark.parametrize(
    "member",
    [
        "../outside",
        "a/../../outside",
        "/etc/outside",
        "C:\\outside",
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("link", tarfile.LNKTYPE, "../outside"),
        special("device", tarfile.CHRTYPE),
        special("pipe", tarfile.FIFOTYPE),
    ],
    ids=str,
)
def test_what_leads_out_or_is_no_file_stops_everything(tmp_path, member):
    packed = archive(tmp_path / "a.tar.gz", ("good.txt", b"good"), (member, b"bad"))
    with pytest.raises(DataError, match=r"holds a path that leads|neither file nor folder"):
        unpack(packed, tmp_path / "out")
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar.gz"]


def test_limits_hold(tmp_path):
    packed = archive(tmp_path / "a.tar.gz", *((f"{number}.txt", b"0" * 1000) for number in range(5)))
    for limits in ({"most_bytes": 4999}, {"most_members": 4}):
        with pytest.raises(DataError, match="holds more than"):
            unpack(packed, tmp_path / "out", **limits)
    assert len(list(unpack(packed, tmp_path / "out", most_bytes=5000, most_members=5).iterdir())) == 5


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_archive_is_said(tmp_path, content):
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_archive_leaves_nothing(tmp_path):
    packed = archive(tmp_path / "a.tar.gz", ("one.bin", bytes(range(256)) * 4000))
    content = bytearray(packed.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    packed.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(packed, tmp_path / "out")
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar.gz"]


def test_a_truncated_archive_leaves_nothing(tmp_path):
    packed = archive(tmp_path / "a.tar.gz", ("one.bin", bytes(range(256)) * 4000))
    packed.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(packed, tmp_path / "out")
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar.gz"]
