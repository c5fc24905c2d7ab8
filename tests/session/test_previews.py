"""What a switch would do, before it is made: never wrong, never stale, never the state itself."""

import numpy as np
import pytest

from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.session.values import Settings
from tests.session.conftest import HYPERS, silicon
from tests.session.test_session import PatientWorker


def a_switch(session, *, joins):
    """A structure that would join the training set, or leave it."""
    outside = set(range(session.dataset.structures.n_structures)) - set(session.members)
    return min(outside if joins else session.members)


@pytest.mark.parametrize("joins", [True, False])
def test_a_ghost_is_what_the_switch_then_brings(session, joins):
    structure = a_switch(session, joins=joins)
    session.preview(structure)
    ghost, before = session.ghost, session.fit.lpr
    assert (ghost.preview.structure, ghost.preview.joins) == (structure, joins)
    scale = session.picture.scale
    session.toggle_structure(structure)
    assert np.abs(np.log(session.fit.lpr / before)).max() > 0.01
    np.testing.assert_allclose(ghost.picture.values, session.fit.lpr, rtol=1e-9)
    np.testing.assert_array_equal(ghost.picture.rgb(), scale.rgb(session.fit.lpr))


@pytest.mark.parametrize("quantity", ["element", "local-energy", "regulariser-share"])
def test_where_atoms_are_not_coloured_by_lpr_a_ghost_shows_its_change(session, quantity):
    session.colour(quantity)
    structure, before = a_switch(session, joins=True), session.fit.lpr
    session.preview(structure)
    ghost = session.ghost
    session.toggle_structure(structure)
    np.testing.assert_allclose(ghost.picture.values, session.fit.lpr / before, rtol=1e-9)
    assert ghost.picture.scale.kind == "log2-ratio"


def test_a_ghost_changes_nothing_and_goes_when_nothing_is_asked(session):
    kept = (session.fit, session.picture, session.members, session.history)
    session.preview(a_switch(session, joins=True))
    assert "preview" in session.ghost.picture.title
    session.preview(None)
    assert session.ghost is None
    assert (session.fit, session.picture, session.members, session.history) == kept


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.toggle_structure(a_switch(session, joins=True)),
        lambda session: session.set_alpha(session.alpha * 3),
        lambda session: session.colour("element"),
        lambda session: session.load_dataset(session.dataset),
    ],
)
def test_no_view_ever_sees_a_ghost_of_another_state(session, change):
    session.preview(a_switch(session, joins=False))
    made_for, seen = session.fit.lpr, []
    session.param.watch(lambda *events: seen.append(session.ghost), ["fit", "picture"])
    change(session)
    assert seen
    assert all(ghost is None for ghost in seen)
    assert session.ghost is None
    session.preview(a_switch(session, joins=False))
    assert session.ghost.preview.lpr_before is session.fit.lpr
    assert session.ghost.preview.lpr is not made_for


def test_looking_at_another_structure_keeps_the_ghost(session):
    session.preview(a_switch(session, joins=True))
    ghost = session.ghost
    session.show_structure(3)
    session.pick(30)
    assert session.ghost is ghost


@pytest.mark.parametrize("structure", [-1, 12, 10**6])
def test_a_structure_that_is_not_there_has_no_ghost_and_is_no_problem(session, structure):
    session.preview(structure)
    assert session.ghost is None
    assert session.problem is None


def test_nothing_is_previewed_before_there_is_a_fit():
    session = Session()
    session.preview(0)
    assert session.ghost is None


def test_nothing_is_previewed_while_a_newer_state_is_computed():
    workers = []

    def factory(wake):
        workers.append(PatientWorker(wake))
        return workers[0]

    session = Session(factory)
    session.load_dataset(dataset_of(silicon()))
    (worker,) = workers
    worker.run()
    session.drain()
    session.preview(0)
    assert session.ghost is not None
    session.commit_settings(Settings(HYPERS))
    assert session.ghost is None
    session.preview(0)
    assert session.ghost is None
    worker.run()
    session.drain()
    session.preview(0)
    assert session.ghost.preview.lpr_before is session.fit.lpr
