"""Entries of the gallery through the session."""

import pytest

from lprviz.session import Session
from lprviz.session.gallery import menu


def test_every_entry_is_on_the_menu_under_a_title_of_its_own():
    from lprviz.gallery import ENTRIES

    assert list(menu().values()) == [entry.key for entry in ENTRIES]
    assert len(menu()) == len(ENTRIES)


def test_an_entry_opens_with_its_first_training_set_and_runs(session):
    session.open_entry("silicon-carbide")
    assert session.problem is None
    shown = session.entry
    assert shown.entry.key == "silicon-carbide"
    assert session.members == tuple(sorted(shown.training_sets[0].members))
    assert session.alpha == shown.entry.alpha
    session.use_training_set(shown.training_sets[1].name)
    assert session.members == tuple(sorted(shown.training_sets[1].members))
    session.undo()
    assert session.members == tuple(sorted(shown.training_sets[0].members))
    session.study(shown.study)
    result = session.studies[shown.study].value
    assert result.entry is shown.entry
    assert result.findings


def test_another_data_set_closes_the_entry(session):
    session.open_entry("seven-points")
    assert session.entry is not None
    session.load_bundled("silicon")
    assert session.entry is None


@pytest.mark.parametrize("before", [None, "silicon-carbide"])
def test_an_unknown_entry_leaves_everything_as_it_was(before):
    session = Session()
    if before:
        session.open_entry(before)
    fit = session.fit
    session.open_entry("no such entry")
    assert session.problem is not None
    assert session.fit is fit
