"""Several pieces of work report as one."""

from __future__ import annotations

from lprviz.progress import phase, ticking


def test_phases_follow_each_other_without_falling_back():
    seen = []
    for begin, end in ((0.0, 0.3), (0.3, 1.0)):
        report = phase(lambda done, total: seen.append(done / total), begin, end)
        for done in range(6):
            report(done, 5)
    assert seen == sorted(seen)
    assert (seen[0], seen[5], seen[-1]) == (0.0, 0.3, 1.0)


def test_work_of_size_zero_is_done():
    seen = []
    phase(lambda done, total: seen.append((done, total)), 0.0, 1.0)(0, 0)
    assert seen == [(1000, 1000)]


def test_ticking_gives_every_item_and_ends_complete():
    seen = []
    assert list(ticking(range(130), lambda done, total: seen.append((done, total)))) == list(range(130))
    assert seen == [(0, 130), (64, 130), (128, 130), (130, 130)]
