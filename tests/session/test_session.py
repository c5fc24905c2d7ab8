"""The session: edits recolour, undo returns, failures change nothing, and stale is never shown as current."""

import numpy as np
import pytest

from lprviz.errors import DataError
from lprviz.jobs import InlineWorker, Reply
from lprviz.session import Session
from lprviz.session.plans import dataset_of, reading_upload
from lprviz.session.values import Settings
from tests.session.conftest import HYPERS, silicon


class PatientWorker(InlineWorker):
    """Keeps requests until told to run them: the time in which a person goes on clicking."""

    def __init__(self, wake=lambda: None):
        super().__init__(wake)
        self.pending = None
        self.serial = 0

    def submit(self, request):
        self.serial += 1
        self.pending = request
        return self.serial

    @property
    def progress(self):
        from lprviz.jobs import Progress

        return Progress(self.serial, self.pending.label) if self.pending else None

    @progress.setter
    def progress(self, value):
        pass

    def run(self):
        request, self.pending = self.pending, None
        super().submit(request)

    def cancel(self):
        self.pending = None
        super().cancel()


def fresh_lpr(session):
    return session.fit.analysis.fit(session.members).with_alpha(session.alpha).lpr


def test_a_data_set_opens_with_everything_a_view_needs(session):
    assert session.members == tuple(range(10))
    assert session.picture.quantity == "lpr"
    assert not session.picture.stale
    np.testing.assert_array_equal(session.picture.values, session.fit.lpr)
    assert session.selection.structure in (10, 11)  # one that is judged rather than trained on
    assert session.activity is None


def test_an_edit_changes_members_fit_and_picture_together(session):
    seen = []
    session.param.watch(
        lambda *events: seen.append(
            (len(session.members), len(session.fit.members), session.picture.values is session.fit.lpr)
        ),
        ["members", "fit", "picture"],
    )
    session.toggle_structure(11)
    assert seen == [(11, 11, True)]
    np.testing.assert_allclose(session.fit.lpr, fresh_lpr(session), rtol=1e-9)


def test_a_poll_without_news_tells_nobody(session):
    told = []
    session.param.watch(told.append, ["picture", "fit", "members", "history", "selection"])
    session.drain()
    session.drain()
    assert told == []


def test_adding_never_lowers_any_rigidity(session):
    before = session.fit.lpr.copy()
    session.add_structures([10, 11])
    assert (session.fit.lpr >= before * (1 - 1e-12)).all()


def test_undo_and_redo_walk_the_states(session):
    start = session.fit.lpr.copy()
    session.remove_structures([2])
    session.add_structures([11])
    session.undo()
    session.undo()
    assert session.members == tuple(range(10))
    np.testing.assert_allclose(session.fit.lpr, start, rtol=1e-9)
    session.undo()  # nothing left: nothing happens
    session.redo()
    session.redo()
    assert session.members == (0, 1, 3, 4, 5, 6, 7, 8, 9, 11)
    assert session.history.undo_label == "Added structure 11"


def test_an_edit_after_undo_makes_a_branch_and_nothing_is_lost(session):
    session.remove_structures([2])
    left = session.history.current_id
    session.undo()
    session.remove_structures([5])
    assert session.history.redo_label == ""
    assert len(session.history.entries) == 3
    session.return_to(left)
    assert 2 not in session.members
    assert 5 in session.members


def test_many_edits_equal_a_fresh_fit(session):
    rng = np.random.default_rng(3)
    for structure in rng.integers(0, 12, 200).tolist():
        session.toggle_structure(structure)
    np.testing.assert_allclose(session.fit.lpr, fresh_lpr(session), rtol=1e-8)
    energies = session.fit.analysis.fit(session.members).local_energies()
    np.testing.assert_allclose(session.fit.local_energies(), energies, rtol=1e-7)


def test_group_random_reset_and_clear(session):
    session.remove_group("b")
    assert not set(session.members) & {0, 3, 6, 9}
    session.add_random(2, seed=1)
    assert len(session.members) == 8
    session.reset()
    assert session.members == tuple(range(10))
    session.set_members([], "Emptied")
    np.testing.assert_allclose(session.fit.regulariser_share, 1.0)


def test_alpha_moves_live_and_bad_alpha_is_refused(session):
    session.set_alpha(1e-2)
    np.testing.assert_allclose(session.fit.lpr, fresh_lpr(session), rtol=1e-9)
    session.set_alpha(-1.0)
    assert "positive" in session.problem.message
    assert session.alpha == 1e-2
    session.set_alpha(1e-18)  # far below what pool space was cut for
    assert session.problem.hint
    assert session.alpha == session.fit.alpha == 1e-2


def test_a_quantity_that_cannot_be_had_says_why(session):
    session.colour("error")
    assert session.picture.quantity == "lpr"
    assert "local energies" in session.picture.note
    session.colour("log-ratio")
    assert "Pin" in session.picture.note


def test_the_pin_compares(session):
    session.set_pin()
    session.colour("log-ratio")
    np.testing.assert_allclose(session.picture.values, 1.0)
    session.add_structures([10])
    assert (session.picture.values >= 1 - 1e-12).all()
    assert session.picture.values.max() > 1.01


def test_a_visit_to_another_alpha_leaves_the_colours_as_they_were(session):
    before = session.picture.scale
    for alpha in (1e-2, 1e-8, 1e2, session.fit.analysis.alpha):
        session.set_alpha(alpha)
        assert session.picture.scale.covers(session.picture.values)
    assert session.picture.scale == before


def test_the_colour_scale_stays_put_through_edits(session):
    before = session.picture.scale
    session.remove_structures([4])
    session.add_structures([4])
    assert session.picture.scale == before


def test_a_bad_file_is_one_sentence_and_nothing_is_lost(session):
    before = (session.dataset, session.fit, session.members, session.history, session.picture)
    session.load_upload("nonsense.xyz", b"\x00\x01\x02 not a structure")
    assert session.problem.message.count("\n") == 0
    assert session.problem.hint
    assert before == (session.dataset, session.fit, session.members, session.history, session.picture)


def test_an_unexpected_error_is_reported_to_the_log_not_the_person(session):
    told = []
    session._report = told.append
    session._apply(Reply(1, _request(), error=ZeroDivisionError("secret detail")))
    assert isinstance(told[0], ZeroDivisionError)
    assert "secret" not in session.problem.message


def _request():
    from lprviz.jobs import Request

    return Request("read", "Reading", lambda tick: None)


# -- while something is being computed ---------------------------------------------------------------------------------


@pytest.fixture
def waiting():
    """A session on a patient worker, its first data set in place."""
    workers = []

    def factory(wake):
        workers.append(PatientWorker(wake))
        return workers[0]

    session = Session(factory)
    session.load_dataset(dataset_of(silicon()))
    return session, workers[0]


def test_structures_are_shown_before_their_rigidity_is_known(waiting):
    session, worker = waiting
    assert session.picture.quantity == "element"
    assert session.picture.stale
    assert session.activity.label
    worker.run()
    session.drain()
    assert session.picture.quantity == "lpr"
    assert not session.picture.stale


def test_the_last_good_state_is_kept_and_marked_stale_until_the_new_one_is_there(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    before = session.fit
    session.commit_settings(Settings(HYPERS))
    assert session.fit is before
    assert session.picture.stale
    worker.run()
    session.drain()
    assert session.fit is not before
    assert session.fit.analysis.hypers == HYPERS
    assert not session.picture.stale


def test_edits_made_while_computing_are_in_the_result(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    session.commit_settings(Settings(HYPERS))
    session.remove_structures([0])
    worker.run()
    session.drain()
    assert session.fit.members == session.members == tuple(range(1, 10))


def test_an_edit_does_not_start_the_descriptors_again(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    session.commit_settings(Settings(HYPERS))
    under_way = worker.serial
    session.remove_structures([0])
    session.set_alpha(1e-3)
    assert worker.serial == under_way
    worker.run()
    session.drain()
    assert (session.fit.members, session.fit.alpha) == (tuple(range(1, 10)), 1e-3)
    np.testing.assert_allclose(session.fit.lpr, fresh_lpr(session), rtol=1e-9)


def test_an_edit_does_not_discard_an_upload(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    session.commit_settings(Settings(HYPERS))
    session.load_upload("broken.xyz", b"junk")
    session.remove_structures([0])
    assert worker.pending.kind == "read"
    worker.run()
    session.drain()
    assert session.problem is not None
    worker.run()
    session.drain()
    assert session.fit.members == tuple(range(1, 10))


def test_cancel_returns_to_the_last_good_state(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    before = session.fit
    session.commit_settings(Settings(HYPERS))
    session.remove_structures([0])
    session.cancel()
    assert session.fit is before
    assert session.members == before.members
    assert session.history.current.members == session.members
    assert session.history.undo_label == session.history.redo_label == ""
    assert not session.picture.stale
    assert session.activity is None
    session.toggle_structure(11)
    assert 11 in session.fit.members


def test_a_file_that_fails_does_not_stop_what_was_being_computed(waiting):
    session, worker = waiting
    worker.run()
    session.drain()
    session.commit_settings(Settings(HYPERS))
    session.load_upload("broken.xyz", b"junk")
    worker.run()
    session.drain()
    assert session.problem is not None
    assert session.picture.stale
    worker.run()
    session.drain()
    assert session.fit.analysis.hypers == HYPERS
    assert not session.picture.stale


def test_loading_another_set_that_cannot_be_described_keeps_the_old_one(waiting, monkeypatch):
    session, worker = waiting
    worker.run()
    session.drain()
    before = (session.dataset, session.fit, session.members)

    def refuse(plan, library):
        def work(tick):
            raise DataError("These structures cannot be described.", "Make them fully periodic.")

        return work

    monkeypatch.setattr("lprviz.session.plans.carrying_out", refuse)
    session.load_dataset(dataset_of(silicon(5, seed=9)))
    worker.run()
    session.drain()
    assert session.problem.message == "These structures cannot be described."
    assert (session.dataset, session.fit, session.members) == before
    assert not session.picture.stale


def test_slow_edits_go_to_the_worker_and_newest_wins(waiting, monkeypatch):
    session, worker = waiting
    worker.run()
    session.drain()
    monkeypatch.setattr("lprviz.session.plans.SYNCHRONOUS_SECONDS", 0.0)
    session.remove_structures([0])
    assert session.picture.stale
    session.remove_structures([1])
    worker.run()
    session.drain()
    assert session.fit.members == tuple(range(2, 10))
    assert not session.picture.stale


# -- looking -----------------------------------------------------------------------------------------------------------


def test_picking_an_environment_shows_its_structure(session):
    session.pick(3 * 8 + 5)
    assert (session.selection.structure, session.selection.picked) == (3, 29)
    session.show_structure(4)
    assert session.selection.picked is None


def test_shift_picking_builds_a_group_and_takes_apart(session):
    for environment in (1, 2, 1):
        session.pick(environment, extend=True)
    assert session.selection.group.tolist() == [2]
    session.pick(None)
    assert session.selection.group.size == 0


def test_walking_goes_from_least_to_most_rigid(session):
    session.show_structure(2)
    session.walk(1)
    lpr = session.fit.lpr[16:24]
    assert session.selection.picked == 16 + int(np.argmin(lpr))
    session.walk(-1)
    assert session.selection.picked == 16 + int(np.argmax(lpr))


def test_upload_work_is_pure():
    with pytest.raises(DataError):
        reading_upload("x.xyz", b"")(lambda done, total: None)
