"""The history is a tree that loses nothing, and every entry and pin carries its own numbers."""

import numpy as np
import pytest

from lprviz.session.history import MOST_ENTRIES, History
from lprviz.session.metrics import Metrics, metrics_of, metrics_of_lpr

SOME = Metrics(0.0, 1.0, 1.0)


def grown(*steps):
    history = History.starting("start", ())
    for step in steps:
        history = history.push(f"to {step}", (step,)).measured(SOME, 1e-4, "key")
    return history


def test_undo_and_redo_follow_the_branch_on_show():
    history = grown(1, 2).moved(-1).push("to 3", (3,))
    assert [each.members for each in history.branch()] == [(), (1,), (3,)]
    back = history.moved(-1)
    assert back.redo_label == "to 3"
    other = back.at(2)  # the branch that had been left
    assert other.current.members == (2,)
    assert other.moved(-1).redo_label == "to 2"
    assert len(other.entries) == 4


def test_from_an_earlier_state_redo_leads_back_the_way_one_came():
    history = grown(1, 2, 3).at(0)
    for expected in (1, 2, 3):
        history = history.moved(1)
        assert history.current.members == (expected,)
    assert history.moved(1) is history


def test_what_never_came_to_be_is_forgotten_and_the_rest_is_kept():
    history = grown(1, 2).moved(-1)
    asked = history.push("slow", (7,)).push("slower", (8,))
    back = asked.returned_to((1,))
    assert back.current.members == (1,)
    assert [each.members for each in back.entries] == [(), (1,), (2,)]
    assert asked.returned_to((2,)).current.members == (2,)
    assert asked.returned_to((9,)).current.label == "Last good state"


@pytest.mark.parametrize("seed", range(3))
def test_a_long_walk_keeps_a_tree(seed):
    rng = np.random.default_rng(seed)
    history = History.starting("start", (0,))
    for number in range(MOST_ENTRIES + 200):
        choice = rng.integers(4)
        if choice == 0:
            history = history.moved(-1)
        elif choice == 1:
            history = history.at(history.entries[rng.integers(len(history.entries))].id)
        history = history.push(str(number), (number,)).measured(SOME, 1e-4, "")
    ids = [each.id for each in history.entries]
    assert len(ids) == len(set(ids)) <= MOST_ENTRIES
    assert history.current.label == str(number)
    assert sum(each.parent is None for each in history.entries) == 1
    for each in history.entries:
        assert each.parent is None or each.parent in ids
        following = history.entry(each.following)
        assert each.following is None or following.parent == each.id


def test_one_straight_line_forgets_its_beginning_alone():
    history = History.starting("start", (0,))
    for number in range(MOST_ENTRIES + 5):
        history = history.push(str(number), (number,))
    assert len(history.branch()) == MOST_ENTRIES
    assert history.current.members == (MOST_ENTRIES + 4,)


def test_every_entry_carries_what_the_state_was_worth(session):
    session.remove_structures([2])
    session.add_structures([11])
    for entry in session.history.entries:
        lpr = session.fit.analysis.fit(entry.members).lpr
        assert entry.metrics.mean_log == pytest.approx(np.mean(np.log10(lpr)), rel=1e-8)
        assert entry.metrics.worst == pytest.approx(lpr.min(), rel=1e-8)
        assert entry.metrics.share == np.mean(lpr >= 1)
        assert entry.alpha == 1e-4
    assert metrics_of(session.fit) == session.history.current.metrics


def test_metrics_leave_out_atoms_that_see_nothing():
    assert metrics_of_lpr(np.array([0.1, np.inf, 10.0])) == Metrics(0.0, 0.1, 0.5)
    assert np.isnan(metrics_of_lpr(np.array([np.inf])).worst)


def test_any_state_can_be_returned_to(session):
    session.remove_structures([2])
    session.remove_structures([3])
    left = session.history.current_id
    session.return_to(0)
    session.add_structures([10])
    session.return_to(left)
    assert set(range(12)) - set(session.members) == {2, 3, 10, 11}
    np.testing.assert_allclose(session.fit.lpr, session.fit.analysis.fit(session.members).lpr, rtol=1e-9)
    session.undo()
    assert 3 in session.members
    session.return_to(12345)  # there is none: nothing happens
    assert session.problem is None


def test_pins_compare_with_now_and_with_each_other(session):
    first = session.add_pin("all of it")
    session.remove_structures([0, 1])
    second = session.add_pin()
    assert [each.name for each in session.pins] == ["all of it", "Pin 1"]
    session.add_structures([10, 11])
    session.colour("log-ratio")
    np.testing.assert_allclose(session.picture.values, session.fit.lpr / second.lpr)
    session.compare("all of it", "Pin 1")
    np.testing.assert_allclose(session.picture.values, second.lpr / first.lpr)
    assert (session.picture.values <= 1 + 1e-12).all()
    np.testing.assert_allclose(session.log_ratio("all of it", "Pin 1"), -session.log_ratio("Pin 1", "all of it"))
    np.testing.assert_allclose(session.log_ratio(None, "Pin 1"), np.log2(session.fit.lpr / second.lpr))
    session.compare("nobody")
    assert "no pin" in session.problem.message


def test_a_pin_can_be_renamed_removed_and_gone_back_to(session):
    session.add_pin("a")
    session.set_alpha(1e-2)
    session.remove_structures([4])
    session.add_pin("a")
    assert "already" in session.problem.message
    assert len(session.pins) == 1
    session.rename_pin("a", "b\x00egin")
    assert session.pin.name == "begin"
    session.return_to_pin("begin")
    assert session.alpha == session.fit.alpha == 1e-4
    np.testing.assert_allclose(session.fit.lpr, session.pin.lpr, rtol=1e-9)
    session.clear_pin()
    assert session.pins == ()
    assert session.pin is None


def test_pins_outlast_another_model_of_the_same_structures(session):
    from dataclasses import replace

    session.add_pin("SOAP ridge")
    hypers = replace(session.settings.hypers, cutoff=3.5)
    session.commit_settings(replace(session.settings, hypers=hypers))
    assert session.problem is None
    assert session.pin.name == "SOAP ridge"
    session.add_pin("wider")
    assert session.pins[0].settings_key != session.pins[1].settings_key
    assert len(session.history.entries) == 1


def test_another_data_set_forgets_pins_and_camera(session):
    from lprviz.session.plans import dataset_of
    from tests.session.conftest import silicon

    session.add_pin()
    session.look_from(range(16))
    assert session.camera == tuple(map(float, range(16)))
    session.load_dataset(dataset_of(silicon(6, seed=4)))
    assert session.pins == ()
    assert session.camera == ()
