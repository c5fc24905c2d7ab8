"""The form of the representation shows what is in force, whatever became of what was asked for."""

import pytest

from lprviz.errors import DescriptorError
from lprviz.views.representation_panel import RepresentationPanel


def asked(panel, cutoff):
    panel._fields["cutoff"].value = cutoff
    panel._apply.clicks += 1


def test_what_is_committed_is_computed_with(working):
    session, worker = working
    panel = RepresentationPanel(session)
    asked(panel, 3.0)
    worker.run()
    session.drain()
    assert session.settings.hypers.cutoff == 3.0
    assert session.fit.analysis.representation.n_features > 0
    assert panel._fields["cutoff"].value == 3.0


def test_after_cancel_the_form_shows_what_is_in_force(working):
    session, _ = working
    panel = RepresentationPanel(session)
    in_force = panel._fields["cutoff"].value
    panel._scale.value = "training"
    asked(panel, 3.0)
    assert panel._fields["cutoff"].value == 3.0  # while it is being computed with
    session.cancel()
    assert panel._fields["cutoff"].value == in_force == session.settings.hypers.cutoff
    assert panel._scale.value == "frozen"


def test_after_a_failure_there_is_something_to_correct(working, monkeypatch):
    session, worker = working
    panel = RepresentationPanel(session)
    asked(panel, 3.0)

    def fail(tick):
        raise DescriptorError("Too many features.", "Choose a smaller basis.")

    object.__setattr__(worker.pending, "work", fail)
    worker.run()
    session.drain()
    assert session.problem is not None
    assert panel._fields["cutoff"].value == 3.0


def test_other_work_leaves_half_filled_forms_alone(working):
    session, _ = working
    panel = RepresentationPanel(session)
    panel._fields["cutoff"].value = 3.3
    session.load_upload("cells.xyz", b"")
    session.cancel()
    assert panel._fields["cutoff"].value == 3.3


@pytest.mark.parametrize("cutoff", [0.1, 99.0])
def test_values_out_of_range_are_named_before_anything_is_computed(working, cutoff):
    session, worker = working
    asked(RepresentationPanel(session), cutoff)
    assert worker.pending is None
    assert "cutoff" in session.problem.message
