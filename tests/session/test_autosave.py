"""What is on show is kept on disk after each change, whole or not at all, and comes back after a crash."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lprviz.session import Session
from lprviz.session.autosave import Autosave, KeptSessions, new_token, restore

ROOT = Path(__file__).resolve().parents[2]


class Clock:
    """Calls back when told that time has passed."""

    def __init__(self):
        self.waiting = []

    def later(self, seconds, callback):
        self.waiting.append(callback)

    def pass_(self):
        due, self.waiting = self.waiting, []
        for callback in due:
            callback()


@pytest.fixture
def store(tmp_path):
    return KeptSessions(tmp_path)


@pytest.fixture
def clock():
    return Clock()


def files(store):
    return sorted(store.folder.glob("*")) if store.folder.is_dir() else []


def test_a_burst_of_changes_is_written_once_it_rests(session, store, clock):
    token = new_token()
    saver = Autosave(session, token, store, clock.later, threaded=False)
    session.remove_structures([1])
    clock_ticks = len(clock.waiting)
    session.remove_structures([2])
    session.pick(3)
    assert clock_ticks == len(clock.waiting) == 1
    clock.pass_()  # changed since: it waits once more
    assert files(store) == []
    clock.pass_()
    assert len(files(store)) == 1
    assert clock.waiting == []
    written = files(store)[0].stat().st_mtime_ns
    clock.pass_()
    assert files(store)[0].stat().st_mtime_ns == written
    other = Session()
    assert restore(other, token, store)
    assert other.members == session.members
    assert other.selection.picked == 3
    np.testing.assert_allclose(other.fit.lpr, session.fit.lpr, rtol=1e-9)
    saver.close()


def test_changes_without_end_are_kept_all_the_same(session, store, clock):
    saver = Autosave(session, new_token(), store, clock.later, threaded=False)
    for step in range(8):
        session.set_alpha(1e-4 * (step + 2))
        clock.pass_()
    assert len(files(store)) == 1
    saver.close()


def test_closing_keeps_the_last_change_and_ends_the_watching(session, store, clock):
    saver = Autosave(session, token := new_token(), store, clock.later)
    session.remove_structures([1])
    saver.close()
    other = Session()
    assert restore(other, token, store)
    assert other.members == session.members
    session.remove_structures([2])
    assert len(clock.waiting) == 1


def test_a_thread_writes_while_the_session_goes_on(session, store, clock):
    saver = Autosave(session, token := new_token(), store, clock.later)
    for structure in (1, 2, 3):
        session.remove_structures([structure])
        clock.pass_()
        clock.pass_()
    saver.flush()
    kept = json.loads(store.restore(token))
    assert kept["members"] == "0,4-9"


def test_a_session_without_a_picture_does_not_overwrite_what_was_kept(session, store, clock):
    token = new_token()
    store.keep(token, session.snapshot())
    fresh = Session()
    saver = Autosave(fresh, token, store, clock.later, threaded=False)
    fresh.dataset = session.dataset
    clock.pass_()
    saver.close()
    assert restore(fresh, token, store)


@pytest.mark.parametrize("token", ["", "short", "../../../../etc/passwd-and-more", "a" * 65, "ä" * 30, "a/b" * 10])
def test_what_is_no_token_reaches_no_file(session, store, token):
    assert not store.keep(token, session.snapshot())
    assert store.restore(token) is None
    store.forget(token)
    assert not restore(session, token, store)
    assert files(store) == []


def test_names_and_contents_of_files_are_for_the_user_alone(session, store):
    token = new_token()
    assert store.keep(token, session.snapshot())
    [path] = files(store)
    assert token not in path.name
    assert path.stat().st_mode & 0o077 == 0
    store.forget(token)
    assert store.restore(token) is None


def test_files_are_few_small_and_young(session, tmp_path):
    snapshot = session.snapshot()
    size = len(snapshot.as_file())
    store = KeptSessions(tmp_path, most_files=3, most_bytes=10 * size)
    tokens = [new_token() for _ in range(5)]
    for age, token in enumerate(tokens):
        store.keep(token, snapshot)
        os.utime(store._path(token), (time.time() - 100 + age,) * 2)
    assert [store.restore(token) is not None for token in tokens] == [False, False, True, True, True]
    KeptSessions(tmp_path, most_bytes=size + size // 2).keep(tokens[0], snapshot)
    assert [store.restore(token) is not None for token in tokens] == [True, False, False, False, False]
    os.utime(store._path(tokens[0]), (time.time() - 40 * 86400,) * 2)
    store.keep(tokens[1], snapshot)
    assert store.restore(tokens[0]) is None


def test_a_set_too_large_is_kept_without_its_structures(session, tmp_path):
    snapshot = session.snapshot()
    whole, light = len(snapshot.as_file()), len(snapshot.as_file(False))
    store = KeptSessions(tmp_path, largest=(whole + light) // 2)
    assert store.keep(token := new_token(), snapshot)
    assert "xyz" not in json.loads(store.restore(token))["data"]
    assert not KeptSessions(tmp_path, largest=100).keep(token, snapshot)


def test_no_failure_of_the_disk_is_an_error(session, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    store = KeptSessions(blocked)
    assert not store.keep(token := new_token(), session.snapshot())
    assert store.restore(token) is None
    monkeypatch.setenv("LPRVIZ_AUTOSAVE", "off")
    assert not KeptSessions(tmp_path).keep(token, session.snapshot())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_damaged_file_is_one_sentence(session, store):
    store.keep(token := new_token(), session.snapshot())
    [path] = files(store)
    path.write_bytes(path.read_bytes()[:200])
    other = Session()
    assert restore(other, token, store)
    assert "damaged" in other.problem.message
    assert other.fit is None


def test_a_killed_process_loses_nothing_that_was_written(tmp_path):
    program = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from lprviz.session import Session
from lprviz.session.autosave import Autosave, KeptSessions
from lprviz.session.plans import dataset_of
from tests.session.conftest import silicon
session = Session()
session.load_dataset(dataset_of(silicon(4)))
waiting = []
Autosave(session, "token-of-a-browser-tab", KeptSessions({str(tmp_path)!r}), lambda s, back: waiting.append(back))
for step in range(1000):
    session.toggle_structure(step % 4)
    while waiting:
        waiting.pop(0)()
    print(step, flush=True)
    time.sleep(0.01)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if int(line) >= 5:
                break
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    session = Session()
    assert restore(session, "token-of-a-browser-tab", KeptSessions(tmp_path))
    assert session.problem is None
    assert session.fit is not None
    assert len(session.history.entries) > 1
