"""Fetching a file: whole, resumed, bounded, checked, and with words for what goes wrong."""

import hashlib
import socket

import numpy as np
import pytest
from archive_server import Shelf, serving

from lprviz.data.download import Download, fetch
from lprviz.errors import DataError
from lprviz.progress import Cancelled

CONTENT = np.random.default_rng(0).bytes(300_000)


def wanted(*addresses, content=CONTENT):
    return Download("file.tar.gz", len(content), hashlib.md5(content).hexdigest(), addresses)


def test_a_file_comes_whole_with_rising_progress_and_is_fetched_once(tmp_path):
    ticks = []
    with serving(Shelf(CONTENT)) as shelf:
        path = fetch(wanted(shelf.address), tmp_path / "new", tick=lambda done, total: ticks.append((done, total)))
        assert path.read_bytes() == CONTENT
        assert fetch(wanted(shelf.address), tmp_path / "new") == path
        assert shelf.requests == [None]
    assert ticks == sorted(ticks)
    assert ticks[0] == (0, len(CONTENT))
    assert ticks[-1] == (len(CONTENT), len(CONTENT))
    assert [each.name for each in path.parent.iterdir()] == ["file.tar.gz"]


def test_a_broken_connection_is_resumed_where_it_broke(tmp_path):
    with serving(Shelf(CONTENT, stop_after=100_000)) as shelf:
        with pytest.raises(DataError, match="ended early"):
            fetch(wanted(shelf.address), tmp_path)
        assert (tmp_path / "file.tar.gz.part").stat().st_size == 100_000
        shelf.stop_after = None
        assert fetch(wanted(shelf.address), tmp_path).read_bytes() == CONTENT
        assert shelf.requests == [None, "bytes=100000-"]


def test_a_cancel_keeps_what_has_come(tmp_path):
    def stop(done, total):
        if done > 100_000:
            raise Cancelled

    with serving(Shelf(CONTENT)) as shelf:
        with pytest.raises(Cancelled):
            fetch(wanted(shelf.address), tmp_path, tick=stop)
        kept = (tmp_path / "file.tar.gz.part").stat().st_size
        assert 0 < kept < len(CONTENT)
        fetch(wanted(shelf.address), tmp_path)
        assert shelf.requests[-1] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_again(tmp_path):
    (tmp_path / "file.tar.gz.part").write_bytes(b"x" * 1000)
    with serving(Shelf(CONTENT, ranges=False)) as shelf:
        assert fetch(wanted(shelf.address), tmp_path).read_bytes() == CONTENT


def test_a_server_that_sends_another_part_is_not_believed(tmp_path):
    (tmp_path / "file.tar.gz.part").write_bytes(CONTENT[:1000])
    with serving(Shelf(CONTENT, shift=5)) as shelf, pytest.raises(DataError, match="another part"):
        fetch(wanted(shelf.address), tmp_path)


@pytest.mark.parametrize("kept", [len(CONTENT) + 1, len(CONTENT)])
def test_a_kept_part_that_is_wrong_does_no_lasting_harm(tmp_path, kept):
    (tmp_path / "file.tar.gz.part").write_bytes(b"x" * kept)
    with serving(Shelf(CONTENT)) as shelf:
        if kept == len(CONTENT):
            with pytest.raises(DataError, match="another content"):
                fetch(wanted(shelf.address), tmp_path)
        assert fetch(wanted(shelf.address), tmp_path).read_bytes() == CONTENT


def test_no_byte_beyond_the_known_size_is_kept(tmp_path):
    with serving(Shelf(CONTENT + b"more")) as shelf, pytest.raises(DataError, match="more than the file has"):
        fetch(wanted(shelf.address), tmp_path)
    assert all(each.stat().st_size <= len(CONTENT) for each in tmp_path.iterdir())


def test_another_content_is_refused_and_deleted(tmp_path):
    with serving(Shelf(CONTENT[:-1] + b"?")) as shelf, pytest.raises(DataError, match="another content than published"):
        fetch(wanted(shelf.address), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_next_address_is_tried(tmp_path):
    with serving(Shelf(b"", status=404)) as gone, serving(Shelf(CONTENT)) as shelf:
        assert fetch(wanted(gone.address, shelf.address), tmp_path).read_bytes() == CONTENT


def test_being_offline_ends_in_one_sentence_and_a_way_out(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/file.tar.gz"
    with pytest.raises(DataError) as caught:
        fetch(wanted(nobody), tmp_path)
    assert "could not be fetched (127.0.0.1: Connection refused)" in caught.value.message
    assert str(tmp_path) in caught.value.hint


def test_a_file_put_there_by_hand_needs_no_network(tmp_path):
    (tmp_path / "file.tar.gz").write_bytes(CONTENT)
    assert fetch(wanted("https://nowhere.invalid/x"), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("address", ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd", "x"])
def test_only_https_or_this_machine(tmp_path, address):
    with pytest.raises(DataError, match="not an address to fetch from"):
        fetch(wanted(address), tmp_path)


def test_a_redirect_to_an_unsafe_address_is_not_followed(tmp_path):
    with (
        serving(Shelf(b"", redirect="http://example.org/file.tar.gz")) as shelf,
        pytest.raises(DataError, match="not an address to fetch from"),
    ):
        fetch(wanted(shelf.address), tmp_path)


def test_a_safe_redirect_is_followed(tmp_path):
    with serving(Shelf(CONTENT)) as shelf, serving(Shelf(b"", redirect=shelf.address)) as first:
        assert fetch(wanted(first.address), tmp_path).read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with serving(Shelf(CONTENT)) as shelf, pytest.raises(DataError, match="cannot be kept"):
        fetch(wanted(shelf.address), tmp_path / "file" / "folder")
