"""Other models than SOAP ridge through the session, and questions that take background work."""

import io
from dataclasses import replace

import numpy as np
import pytest

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.structures import StructureSet
from lprviz.jobs import Worker
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from tests.session.conftest import HYPERS, silicon

SMALL = NetworkSettings(hidden=(8, 6), n_inputs=8, epochs=20, batch_structures=4)


def switch(session, **changes):
    session.commit_settings(replace(session.settings, model=ModelSpec(**changes)))


@pytest.fixture
def with_features(session):
    """The session on features of its own making, read as an uploaded file."""
    rng = np.random.default_rng(3)
    structures = session.dataset.structures
    values = rng.normal(size=(structures.n_environments, 5))
    stored = io.BytesIO()
    np.savez(stored, features=values, offsets=structures.offsets)
    session.load_features("features.npz", stored.getvalue())
    return session, values


def test_a_sparse_kernel_takes_edits_live(session):
    switch(session, kind="sparse-kernel", n_sparse=12)
    assert session.problem is None
    assert session.fit.analysis.model == "sparse-kernel"
    before = session.fit.lpr
    session.remove_structures([0])
    fresh = session.fit.refactored().lpr
    np.testing.assert_allclose(session.fit.lpr, fresh, rtol=1e-8)
    assert not np.allclose(before, fresh, rtol=1e-6)


def test_imported_features_become_the_model(with_features):
    session, values = with_features
    assert session.problem is None
    assert session.settings.model.kind == "features"
    assert session.fit.engine.pool.n_features == 5
    assert values.shape[0] == session.fit.lpr.size


def test_features_of_another_set_are_refused_and_nothing_is_lost(session):
    stored = io.BytesIO()
    np.savez(stored, features=np.ones((7, 2)), offsets=np.array([0, 7]))
    before = session.fit
    session.load_features("wrong.npz", stored.getvalue())
    assert session.problem is not None
    assert "7" in session.problem.message
    assert session.fit is before
    assert session.activity is None


def test_a_network_says_what_its_backbone_has_seen_and_can_be_trained_again(session):
    pytest.importorskip("torch")
    members = session.members
    switch(session, kind="network", network=SMALL)
    assert session.problem is None
    assert session.fit.analysis.representation.trained_on == members
    session.remove_structures([members[0]])
    assert session.fit.analysis.representation.trained_on == members  # the backbone is frozen, the edit was live
    pool = session.fit.engine.pool
    session.retrain(warm=True)
    assert session.fit.analysis.representation.trained_on == members[1:]
    assert session.fit.engine.pool is not pool
    assert session.members == members[1:]
    assert session.settings.model.trained_on == members[1:]


def test_only_a_network_can_be_trained_again(session):
    before = session.fit
    session.retrain()
    assert "no backbone" in session.problem.message
    assert session.fit is before


def test_a_component_is_worked_out_and_then_follows_every_edit(session):
    session.colour("component", component="angular:1")
    assert session.picture.quantity == "component"
    session.remove_structures([0])
    expected = session.fit.component_rigidity("angular:1").local
    np.testing.assert_allclose(session.picture.values, expected, rtol=1e-8)
    session.undo()
    np.testing.assert_allclose(session.picture.values, session.fit.component_rigidity("angular:1").local, rtol=1e-8)


def test_correlation_needs_a_pick_and_follows_it(session):
    session.colour("correlation")
    assert session.picture.quantity == "lpr"
    assert "Pick an atom" in session.picture.note
    session.pick(5)
    assert session.picture.quantity == "correlation"
    np.testing.assert_allclose(session.picture.values, session.fit.correlation(5))
    session.pick(9)
    assert session.picture.values[9] == pytest.approx(1.0)


def test_a_committee_is_asked_once_and_says_which_fit_it_is_about(session):
    session.colour("committee", committee="bootstrap")
    assert session.picture.quantity == "committee"
    study = session.studies["committee:bootstrap"]
    assert study.fit is session.fit
    session.remove_structures([0])
    assert session.studies["committee:bootstrap"] is study
    assert study.fit is not session.fit
    session.study("committee:bootstrap")
    assert session.studies["committee:bootstrap"].fit is session.fit


def test_standard_deviations_need_structures_held_out(session):
    session.set_members(range(session.dataset.structures.n_structures), "All")
    session.colour("sigma")
    assert session.picture.quantity == "lpr"
    assert "held" in session.picture.note
    session.set_members(range(6), "Half")
    assert session.picture.quantity == "sigma"
    np.testing.assert_allclose(session.picture.values, session.fit.calibrate().atom_sigma)


def test_another_model_forgets_the_answers_about_the_last_one(session):
    session.study("committee:bootstrap")
    assert session.studies
    switch(session, kind="sparse-kernel", n_sparse=12)
    assert not session.studies


def test_a_study_waits_for_the_worker_and_can_be_cancelled():
    session = Session(Worker)
    session.load_dataset(dataset_of(silicon()))
    _wait(session, lambda: session.fit is not None)
    session.commit_settings(replace(session.settings, hypers=HYPERS))
    session.study("committee:bootstrap")  # the worker is at the descriptors
    assert session.studies == {}
    _wait(session, lambda: "committee:bootstrap" in session.studies)
    assert session.settings.hypers == HYPERS
    session.study("committee:randomised-prior")
    session.cancel()
    assert session.activity is None
    _wait(session, lambda: session.activity is None)
    assert "committee:randomised-prior" not in session.studies
    session.close()


def _wait(session, condition, seconds=60.0):
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
        session.drain()


def test_gains_with_forces_are_work_for_the_background(session):
    from lprviz.session.gains import gains_in_decades, gains_take_long

    assert not gains_take_long(session.fit)
    session.study("gains")
    found = session.studies["gains"].value
    np.testing.assert_array_equal(found, gains_in_decades(session.fit))
    assert np.isnan(found[list(session.members)]).all()
    outside = next(i for i in range(len(found)) if i not in session.members)
    before = session.fit.lpr
    session.add_structures([outside])
    assert found[outside] == pytest.approx(np.mean(np.log10(session.fit.lpr / before)))


def test_what_forces_add_is_shown_and_follows_edits(session):
    session.colour("force-effect")
    assert session.picture.quantity == "lpr"
    assert "does not train on forces" in session.picture.note
    rng = np.random.default_rng(5)
    frames = [atoms.copy() for atoms in silicon(6)]
    for frame in frames:
        frame.arrays["forces"] = rng.normal(size=(len(frame), 3))
    session.load_dataset(dataset_of(StructureSet.from_atoms(frames, name="with forces")))
    session.commit_settings(replace(session.settings, hypers=HYPERS, model=ModelSpec(forces=True)))
    assert session.problem is None
    session.colour("force-effect")
    assert session.picture.quantity == "force-effect"
    session.remove_structures([0])
    np.testing.assert_allclose(session.picture.values, session.fit.force_effect().ratio)
    assert session.picture.values.min() >= 1 - 1e-9
