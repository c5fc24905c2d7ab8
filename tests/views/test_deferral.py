"""What waits for the picture: the newest of each kind runs, and one that fails does not stop the others."""

import pytest

from lprviz.views.deferral import Deferral


class Later:
    """A page that is watched, and runs what waits when told to."""

    is_watched = True

    def __init__(self):
        self.waiting = []

    def after(self, milliseconds, callback):
        self.waiting.append(callback)

    def run(self):
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


def test_the_newest_of_each_kind_runs_once():
    page, done = Later(), []
    deferral = Deferral(page)
    for key, word in [("map", "old"), ("table", "table"), ("map", "new")]:
        deferral.later(key, lambda word=word: done.append(word))
    assert done == []
    page.run()
    assert sorted(done) == ["new", "table"]
    assert page.waiting == []


def test_without_a_page_nothing_waits():
    done = []
    Deferral(None).later("map", lambda: done.append("map"))
    assert done == ["map"]


def test_one_that_fails_does_not_stop_the_others_and_is_heard_of():
    page, done = Later(), []
    deferral = Deferral(page)
    deferral.later("map", lambda: 1 // 0)
    deferral.later("table", lambda: done.append("table"))
    with pytest.raises(ZeroDivisionError):
        page.run()
    assert done == ["table"]
    deferral.later("map", lambda: done.append("map"))  # and the next asking is answered as ever
    page.run()
    assert done == ["table", "map"]


def test_several_failures_are_told_together():
    page = Later()
    deferral = Deferral(page)
    deferral.later("map", lambda: 1 // 0)
    deferral.later("table", lambda: [].pop())
    with pytest.raises(ExceptionGroup) as told:
        page.run()
    assert [type(failure) for failure in told.value.exceptions] == [ZeroDivisionError, IndexError]
