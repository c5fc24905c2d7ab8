"""Links and session files bring back what was on show; what is damaged or not here is said, and nothing is lost."""

import base64
import io
import json
import zlib
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.errors import LprvizError
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.session.records.file import from_file, to_file
from lprviz.session.records.index_text import indices_from, text_of
from lprviz.session.records.link import _USUAL, LONGEST_LINK, from_link, to_link
from lprviz.session.records.model_plain import NETWORK_READERS, READERS
from tests.session.conftest import silicon

MODELS = {
    "ridge": {},
    "ridge with everything": {
        "target": "sum",
        "baseline": "none",
        "intercept": True,
        "species_columns": True,
        "per_centre_species": True,
        "weights": tuple(float(i + 1) for i in range(12)),
    },
    "sparse kernel": {"kind": "sparse-kernel", "n_sparse": 12, "zeta": 3, "sampling": "cur"},
    "network": {
        "kind": "network",
        "network": NetworkSettings(hidden=(8, 6), activation="silu", n_inputs=8, epochs=5, batch_structures=4, seed=3),
    },
}


def well_used(session):
    """A session with a bit of everything in it."""
    session.remove_structures([2])
    session.undo()
    session.add_structures([10])
    session.add_pin("before")
    session.set_alpha(3e-3)
    session.remove_structures([0, 1])
    session.add_pin("after")
    session.compare("before", "after")
    session.colour("regulariser-share")
    session.select_environments([3, 4, 5, 40])
    session.pick(20)
    session.look_from(np.linspace(-1.0, 12.0, 16))
    assert session.problem is None
    return session


def assert_same(restored, session, *, camera=1e-15):
    assert restored.problem is None
    assert restored.members == session.members
    assert restored.alpha == session.alpha == restored.fit.alpha
    assert restored.settings == session.settings
    assert restored.colour_by == session.colour_by
    assert restored.picture.quantity == session.picture.quantity
    assert restored.picture.scale == session.picture.scale
    assert restored.selection.structure == session.selection.structure
    assert restored.selection.picked == session.selection.picked
    np.testing.assert_array_equal(restored.selection.group, session.selection.group)
    np.testing.assert_allclose(restored.camera, session.camera, rtol=camera)
    np.testing.assert_allclose(restored.fit.lpr, session.fit.lpr, rtol=1e-9)
    assert [pin.name for pin in restored.pins] == [pin.name for pin in session.pins]
    for mine, theirs in zip(restored.pins, session.pins, strict=True):
        assert mine.members == theirs.members
        assert mine.settings_key == theirs.settings_key
        assert mine.label == theirs.label
        np.testing.assert_allclose(mine.lpr, theirs.lpr, rtol=1e-9)
    for name in ("pin", "compared"):
        mine, theirs = getattr(restored, name), getattr(session, name)
        assert (mine and mine.name) == (theirs and theirs.name)


def test_a_link_restores_what_is_seen_where_the_data_set_is(session):
    link = well_used(session).link_state()
    assert len(link) < 600
    other = Session()
    other.load_dataset(session.dataset)
    other.open_link(link)
    assert_same(other, session, camera=1e-3)
    assert [each.label for each in other.history.entries] == ["Opened"]


def test_a_link_to_a_data_set_that_is_not_here_says_so(session):
    link = session.link_state()
    other = Session()
    other.load_dataset(dataset_of(silicon(5, seed=8)))
    fit = other.fit
    other.open_link(link)
    assert "not here" in other.problem.message
    assert "cells" in other.problem.message
    assert other.fit is fit
    assert other.activity is None


def test_a_file_opens_on_another_machine_with_history_and_pins(session):
    content = well_used(session).save_file()
    other = Session()
    other.open_file(content)
    assert_same(other, session)
    assert other.history == session.history
    other.undo()
    assert other.members == session.history.moved(-1).current.members
    assert json.loads(content)["versions"]["lprviz"]


def test_structures_stay_out_where_they_are_not_wanted(session):
    light = session.save_file(embed=False)
    assert len(light) < 3000
    other = Session()
    other.open_file(light)
    assert "not here" in other.problem.message


@pytest.mark.parametrize("name", MODELS)
def test_every_model_comes_back(session, name):
    if MODELS[name].get("kind") == "network":
        pytest.importorskip("torch")
    session.commit_settings(replace(session.settings, model=ModelSpec(**MODELS[name]), scale="frozen"))
    session.remove_structures([4])
    assert session.problem is None
    for bring_back in (
        lambda other: other.open_file(session.save_file()),
        lambda other: (other.load_dataset(session.dataset), other.open_link(session.link_state())),
    ):
        other = Session()
        bring_back(other)
        assert_same(other, session)


def test_training_scale_comes_back(session):
    session.commit_settings(replace(session.settings, scale="training"))
    other = Session()
    other.open_file(session.save_file())
    assert_same(other, session)


def test_imported_features_are_in_the_file_and_not_in_the_link(session):
    values = np.random.default_rng(3).normal(size=(session.dataset.structures.n_environments, 5))
    stored = io.BytesIO()
    np.savez(stored, features=values, offsets=session.dataset.structures.offsets)
    session.load_features("features.npz", stored.getvalue(), intercept=True)
    other = Session()
    other.open_file(session.save_file())
    assert_same(other, session)
    assert other.settings.model.features.title == "features.npz"
    third = Session()
    third.load_dataset(session.dataset)
    third.open_link(session.link_state())
    assert "another program" in third.problem.message
    other.open_link(session.link_state())  # they are at hand here
    assert other.problem is None


def test_a_network_trained_further_comes_back_from_its_seed_and_says_so(session):
    pytest.importorskip("torch")
    session.commit_settings(replace(session.settings, model=ModelSpec(**MODELS["network"])))
    session.retrain(warm=True)
    other = Session()
    other.open_file(session.save_file())
    assert other.fit is not None
    assert "trained again from its seed" in other.problem.message
    assert other.members == session.members


def test_pins_of_another_model_bring_their_numbers(session):
    session.add_pin("ridge")
    before = session.pin.lpr
    session.commit_settings(replace(session.settings, model=ModelSpec(**MODELS["sparse kernel"])))
    session.add_pin("kernel")
    session.compare("ridge", "kernel")
    other = Session()
    other.open_file(session.save_file())
    assert_same(other, session)
    np.testing.assert_array_equal(other.pin.lpr, before)
    other.load_dataset(session.dataset)
    other.open_link(session.link_state())  # a link has no room for them
    assert [pin.name for pin in other.pins] == ["kernel"]


@pytest.mark.parametrize("key", ["seven-points", "toy-species", "silicon-carbide"])
def test_entries_of_the_gallery_come_back_open(key):
    session = Session()
    session.open_entry(key)
    session.remove_structures([session.members[0]])
    other = Session(library=session._library)
    other.open_link(session.link_state())
    assert_same(other, session)
    assert other.entry.entry.key == key
    assert other.entry.study == session.entry.study


def test_toys_come_back_with_beads_that_can_be_dragged():
    session = Session()
    session.load_toy("defect", 4)
    other = Session()
    other.open_link(session.link_state())
    assert_same(other, session)
    assert other.open_toy.seed == 4
    other.move_bead(3, 0.5)
    moved = Session()
    moved.open_file(other.save_file(embed=True))
    assert_same(moved, other)
    assert moved.open_toy is None  # its features are in the file; how they came about is not


def test_bundled_sets_travel_by_name(session):
    session.load_bundled("molecules")
    other = Session()
    other.open_file(session.save_file())
    assert_same(other, session)
    assert other.dataset.card.name == "molecules"
    assert b"xyz" not in session.save_file()


def test_what_is_being_asked_for_is_what_is_kept(session):
    from lprviz.session.records.taking import snapshot_of

    session.members = (1, 2)  # asked for, and not computed yet
    record = snapshot_of(session).record
    assert record.members == (1, 2)
    assert record.metrics is None
    assert record.steps == ()


def test_other_numbers_than_those_kept_are_pointed_out(session):
    plain = json.loads(session.save_file())
    plain["metrics"][0] += 0.1
    other = Session()
    other.open_file(json.dumps(plain).encode())
    assert "not those that were saved" in other.problem.message
    assert other.members == session.members


def test_nothing_loaded_is_nothing_to_keep():
    with pytest.raises(LprvizError, match="nothing to save"):
        Session().link_state()


def test_the_readers_know_every_field_of_a_model():
    assert {*READERS, "features"} == {each.name for each in fields(ModelSpec)}
    assert set(NETWORK_READERS) == {each.name for each in fields(NetworkSettings)}


# -- hostile until parsed ---------------------------------------------------------------------------------------------


def _paths(plain, path=()):
    yield path
    items = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in items:
        yield from _paths(value, (*path, key))


def _with(plain, path, value):
    if not path:
        return value
    copy = dict(plain) if isinstance(plain, dict) else list(plain)
    copy[path[0]] = _with(copy[path[0]], path[1:], value)
    return copy


WRONG = [None, True, -1, 1e400, 3.7, "x" * 400, "<script>\n", [], {}, [[]], {"a": 1}, "b!!", "5-2", "0-999999999"]


def test_a_file_with_any_field_replaced_is_read_or_refused_in_one_sentence(session):
    plain = json.loads(well_used(session).save_file(embed=False))
    said = []
    for path in list(_paths(plain)):
        for value in WRONG:
            content = json.dumps(_with(plain, path, value)).encode()
            try:
                from_file(content)
            except LprvizError as error:
                said.append(error.message)
    assert len(said) > 500
    assert all("\n" not in each and "<script" not in each and len(each) < 300 for each in said)


def test_fields_from_nowhere_are_refused(session):
    plain = json.loads(session.save_file(embed=False))
    for path in [(), ("data",), ("settings",), ("settings", "hypers"), ("look",), ("steps", 0)]:
        inner = plain
        for key in path:
            inner = inner[key]
        with pytest.raises(LprvizError, match="damaged"):
            from_file(json.dumps(_with(plain, path, {**inner, "surprise": 1})).encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000, b'{"kind": "lprviz session"}', b"1" * 5000,
     b'{"kind": "lprviz session", "format": 99}', b'{"kind": "lprviz session", "format": NaN}'],
)  # fmt: skip
def test_what_is_no_session_file_changes_nothing(session, content):
    fit = session.fit
    session.open_file(content)
    assert session.problem is not None
    assert session.fit is fit


def test_a_newer_format_says_so(session):
    plain = json.loads(session.save_file(embed=False)) | {"format": 2}
    session.open_file(json.dumps(plain).encode())
    assert "newer" in session.problem.message
    session.open_link("2." + session.link_state()[2:])
    assert "newer" in session.problem.message


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_link_or_refused(text):
    for link in (text, f"1.{text}"):
        with pytest.raises(LprvizError):
            from_link(link)


def test_a_link_that_expands_without_end_is_refused():
    packer = zlib.compressobj(9, zdict=_USUAL)
    packed = packer.compress(b" " * 10_000_000) + packer.flush()
    link = f"1.{base64.urlsafe_b64encode(packed).decode().rstrip(chr(61))}"
    assert len(link) < LONGEST_LINK
    with pytest.raises(LprvizError, match="damaged"):
        from_link(link)
    with pytest.raises(LprvizError, match="too long"):
        from_link("1." + "A" * LONGEST_LINK)


def test_damaged_embedded_structures_are_refused(session):
    plain = json.loads(session.save_file())
    good = plain["data"]["xyz"]
    other = Session()
    for bad in (good[:-40], good[40:], "AAAA", "!", base64.b64encode(b"hello").decode()):
        plain["data"]["xyz"] = bad
        other.open_file(json.dumps(plain).encode())
        assert other.problem is not None
        assert other.dataset is None
    plain["data"] |= {"xyz": good, "hash": "0" * 32}
    other.open_file(json.dumps(plain).encode())
    assert "not those" in other.problem.message


def test_a_state_too_large_for_a_link_says_what_to_do(session):
    snapshot = session.snapshot()
    rng = np.random.default_rng(0)
    members = tuple(np.flatnonzero(rng.random(200_000) < 0.5).tolist())
    data = replace(snapshot.record.data, n_structures=200_000)
    with pytest.raises(LprvizError, match="too large for a link"):
        to_link(replace(snapshot.record, data=data, members=members, steps=(), step=-1))


def test_records_survive_text_exactly(session):
    record = well_used(session).snapshot().record
    assert from_file(to_file(record)) == record
    light = replace(record, steps=(), step=-1, versions={})
    assert from_link(to_link(light)) == light


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
@settings(max_examples=200, deadline=None)
def test_indices_survive_as_text(case):
    size, chosen = case
    text = text_of(chosen, size)
    assert indices_from(text, size) == tuple(sorted(chosen))
    if chosen:
        assert indices_from(text, max(chosen)) is None  # one of them does not exist there
