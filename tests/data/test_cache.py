"""The disk cache: whole entries or none, a cap, and no failure of the disk that anyone sees."""

from __future__ import annotations

import os

import numpy as np
import pytest

from lprviz.data.cache import DiskCache, cache_key

ARRAYS = {"a": np.arange(1000.0).reshape(10, 100), "b": np.array(3.5), "c": np.array(["x", "y"])}


@pytest.fixture
def cache(tmp_path, monkeypatch) -> DiskCache:
    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    return DiskCache(tmp_path / "cache")


def entries(cache: DiskCache) -> list:
    return sorted(cache.folder.glob("*"), key=lambda path: path.stat().st_mtime)


def test_what_was_put_is_got(cache):
    assert cache.get("key") is None
    cache.put("key", ARRAYS)
    found = cache.get("key")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert np.array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    assert cache.get("another") is None
    assert [path.suffix for path in entries(cache)] == [".npz"]


@pytest.mark.parametrize("damage", ["truncate", "garbage", "empty"])
def test_a_damaged_entry_is_a_miss_and_goes_away(cache, damage):
    cache.put("key", ARRAYS)
    (path,) = entries(cache)
    content = path.read_bytes()
    path.write_bytes({"truncate": content[: len(content) // 2], "garbage": os.urandom(500), "empty": b""}[damage])
    assert cache.get("key") is None
    assert entries(cache) == []
    cache.put("key", ARRAYS)
    assert cache.get("key") is not None


def test_objects_are_never_unpickled(cache):
    cache.put("key", ARRAYS)
    (path,) = entries(cache)
    np.savez(path.with_suffix(""), a=np.array([{"an": "object"}], dtype=object))
    assert cache.get("key") is None


def test_the_entry_used_longest_ago_is_evicted(cache):
    small = DiskCache(cache.directory, max_bytes=30_000)
    for number, name in enumerate(("first", "second", "third")):
        small.put(name, {"x": np.zeros(1000)})
        os.utime(entries(small)[-1], (number, number))
    assert small.get("first") is not None  # which makes "second" the one used longest ago
    small.put("fourth", {"x": np.zeros(1000)})
    assert small.size <= 30_000
    assert small.get("second") is None
    assert all(small.get(name) is not None for name in ("first", "third", "fourth"))


def test_an_entry_larger_than_the_cap_is_not_kept(cache):
    tiny = DiskCache(cache.directory, max_bytes=100)
    tiny.put("key", ARRAYS)
    assert tiny.get("key") is None


def test_the_environment_moves_it_and_switches_it_off(tmp_path, monkeypatch):
    monkeypatch.setenv("LPRVIZ_CACHE_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    DiskCache().put("key", ARRAYS)
    assert len(list((tmp_path / "elsewhere").glob("*.npz"))) == 1
    monkeypatch.setenv("LPRVIZ_CACHE", "off")
    assert DiskCache().get("key") is None
    DiskCache().put("other", ARRAYS)
    assert len(list((tmp_path / "elsewhere").glob("*.npz"))) == 1


def test_a_folder_that_cannot_be_used_is_no_error(tmp_path, monkeypatch):
    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file" / "cache")
    cache.put("key", ARRAYS)
    assert cache.get("key") is None
    assert cache.size == 0


def test_clear_empties_it(cache):
    cache.put("key", ARRAYS)
    cache.clear()
    assert cache.size == 0


def test_keys_depend_on_every_part():
    keys = {cache_key("a", 1), cache_key("a", 2), cache_key("a1"), cache_key("a", "1"), cache_key()}
    assert len(keys) == 5
