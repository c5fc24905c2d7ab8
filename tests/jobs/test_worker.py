"""The worker: newest wins, cancel unwinds, errors come back as replies, nothing stale is delivered."""

import threading
import time

import pytest
from waiting import PATIENCE, eventually

from lprviz.errors import LprvizError
from lprviz.jobs import InlineWorker, Progress, Request, Worker
from lprviz.progress import Cancelled


class Owner:
    """Waits for wake-ups as an event loop would."""

    def __init__(self):
        self.woken = threading.Event()
        self.worker = Worker(self.woken.set)

    def replies(self, timeout=PATIENCE):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.woken.wait(0.05)
            self.woken.clear()
            if replies := self.worker.take_replies():
                return replies
        return []


@pytest.fixture
def owner():
    made = Owner()
    yield made
    made.worker.close()


def request(work, kind="fit"):
    return Request(kind, "Working", work)


def test_a_reply_carries_the_value(owner):
    serial = owner.worker.submit(request(lambda tick: 42))
    (reply,) = owner.replies()
    assert (reply.value, reply.error, reply.serial) == (42, None, serial)
    assert owner.worker.progress is None


def test_an_error_is_a_reply_not_a_crash(owner):
    def fail(tick):
        raise LprvizError("No.", "Do otherwise.")

    owner.worker.submit(request(fail))
    (reply,) = owner.replies()
    assert reply.error.hint == "Do otherwise."
    owner.worker.submit(request(lambda tick: "alive"))
    assert owner.replies()[0].value == "alive"


def test_the_newest_request_replaces_the_older_one(owner):
    started, unwound = threading.Event(), threading.Event()

    def endless(tick):
        started.set()
        try:
            while True:
                tick(0, 1)
                time.sleep(0.002)
        except Cancelled:
            unwound.set()
            raise

    owner.worker.submit(request(endless))
    assert started.wait(PATIENCE)
    owner.worker.submit(request(lambda tick: "newest"))
    assert [reply.value for reply in owner.replies()] == ["newest"]
    assert unwound.wait(PATIENCE)


def test_a_reply_that_was_overtaken_is_never_delivered(owner):
    release = threading.Event()
    owner.worker.submit(request(lambda tick: release.wait(PATIENCE) and "stale"))
    owner.worker.submit(request(lambda tick: "fresh"))
    release.set()
    assert [reply.value for reply in owner.replies()] == ["fresh"]
    assert owner.replies(timeout=0.3) == []


def test_cancel_unwinds_and_leaves_nothing(owner):
    started, unwound = threading.Event(), threading.Event()

    def endless(tick):
        started.set()
        try:
            while True:
                tick(1, 10)
                time.sleep(0.002)
        finally:
            unwound.set()

    owner.worker.submit(request(endless))
    assert started.wait(PATIENCE)
    owner.worker.cancel()
    assert unwound.wait(PATIENCE)
    assert owner.worker.progress is None
    owner.worker.submit(request(lambda tick: "next"))
    assert [reply.value for reply in owner.replies()] == ["next"]


def test_progress_is_reported_while_work_goes_on(owner):
    release = threading.Event()

    def work(tick):
        tick(3, 10)
        release.wait(PATIENCE)

    owner.worker.submit(request(work))
    eventually(lambda: owner.worker.progress.fraction, pytest.approx(0.3))
    assert owner.worker.progress.label == "Working"
    release.set()


def test_a_closed_worker_says_so(owner):
    owner.worker.close()
    with pytest.raises(LprvizError, match="closed"):
        owner.worker.submit(request(lambda tick: None))


def test_the_estimate_of_time_left_follows_the_rate():
    progress = Progress(1, "x", done=25, total=100, started=0.0)
    assert progress.remaining_seconds(now=10.0) == pytest.approx(30.0)
    assert Progress(1, "x", 0, 0, started=0.0).remaining_seconds(now=10.0) is None


def test_the_inline_worker_runs_the_real_thing():
    worker = InlineWorker()
    worker.submit(request(lambda tick: sum(range(5))))
    assert [reply.value for reply in worker.take_replies()] == [10]
    assert worker.take_replies() == []
