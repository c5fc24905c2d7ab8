"""Toys in a session: opened by name, dragged, left again."""

import numpy as np
import pytest

from lprviz.gallery.toys import moved
from lprviz.gallery.toys.named import TOYS
from lprviz.session import Session


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_opens_with_its_group_and_the_rigidities_of_its_own_engine(name):
    session = Session()
    session.load_toy(name, seed=3)
    opened = session.open_toy
    assert session.problem is None
    assert session.members == opened.toy.members(TOYS[name].opens_with)
    assert session.alpha * opened.alpha_unit == pytest.approx(opened.toy.alpha, rel=1e-12)
    np.testing.assert_allclose(session.fit.lpr, opened.toy.engine(session.members).lpr, rtol=1e-6)


def test_a_dragged_bead_changes_the_model_at_once_and_keeps_training_set_and_alpha():
    session = Session()
    session.load_toy("defect")
    session.set_alpha(session.alpha * 10.0)
    session.set_pin()
    before = session.open_toy.toy
    session.move_bead(0, 0.95)
    expected = moved(before, 0, 0.95).engine(session.members, alpha=before.alpha * 10.0).lpr
    np.testing.assert_allclose(session.fit.lpr, expected, rtol=1e-6)
    assert session.open_toy is not None
    assert session.pin is not None
    session.move_bead(0, 2.0)
    assert session.problem is not None
    np.testing.assert_allclose(session.fit.lpr, expected, rtol=1e-6)


def test_no_toy_is_open_once_something_else_is():
    session = Session()
    session.load_toy("species")
    fit = session.fit
    session.load_toy("no such toy")
    assert session.problem is not None
    assert session.fit is fit
    session.open_entry("seven-points")
    assert session.open_toy is None
    session.move_bead(0, 0.5)
    assert session.problem is None
