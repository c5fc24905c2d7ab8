"""What the page says in words: the picture for those who cannot see it, rows of the table, problems of the browser."""

from dataclasses import replace

import numpy as np
import pytest
from ase.build import molecule

from lprviz.data.structures import StructureSet
from lprviz.session.descriptions import picture_summary
from lprviz.views.deferral import Deferral
from lprviz.views.training_panel import TrainingPanel, label_columns
from lprviz.views.viewer_panel import ViewerPanel


def summary(session, **changes):
    return picture_summary(session, replace(session.picture, **changes), slice(0, 8))


def test_the_picture_in_one_sentence(session):
    values = np.array([1.5, 1e-5, *np.ones(session.picture.values.size - 2)])
    said = summary(session, values=values)
    assert "LPR" in said
    assert "from 1e−5 (atom 1) to 1.5 (atom 0)" in said


def test_grey_atoms_are_called_undefined_and_not_elements(session):
    said = summary(session, values=np.full(session.picture.values.size, np.nan))
    assert "undefined" in said
    assert "element" not in said
    session.colour("element")
    assert "coloured by element" in summary(session)


def named_set():
    made = [molecule(name) for name in ("H2O", "CH4", "NH3")]
    made[0].info["name"] = "water"
    made[1].info["name"] = "methane"
    return StructureSet.from_atoms(made, name="molecules")


def test_rows_show_the_name_where_there_is_one():
    texts = label_columns(named_set())
    assert texts["name"][:2] == ["water", "methane"]
    assert texts["name"][2] == texts["formula"][2]
    assert "H2O" in texts["formula"][0]


def test_rows_without_names_show_the_formula(session):
    assert "name" not in label_columns(session.dataset.structures)
    panel = TrainingPanel(session, Deferral(None))
    assert next(iter(panel.table._columns.values())).key == "index"
    assert "name" not in panel.table._columns


@pytest.mark.parametrize("reason", ["This browser cannot draw in 3D.", "x" * 10_000])
def test_what_keeps_the_browser_from_drawing_is_said_on_the_page(session, reason):
    panel = ViewerPanel(session)
    panel.viewer._handle_msg({"type": "failed", "reason": reason})
    assert reason.startswith(session.problem.message)
    assert 0 < len(session.problem.message) <= 300
    assert session.problem.hint
