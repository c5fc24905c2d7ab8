"""The training table without a browser: shapes are checked, and messages from a page are not trusted."""

import json

import numpy as np
import pytest

from lprviz.components.structure_table import Column, StructureTable

COLUMNS = (Column("name", "Structure"), Column("gain", "Gain", "log"))


@pytest.fixture
def table():
    table = StructureTable()
    table.set_rows(COLUMNS, {"name": ["a", "b", "c"]}, [True, False, True])
    return table


def test_lengths_must_agree(table):
    with pytest.raises(ValueError, match="different lengths"):
        table.set_rows(COLUMNS, {"name": ["a", "b"], "gain": [1.0]})
    with pytest.raises(ValueError, match="3 rows"):
        table.set_values("gain", [1.0, 2.0])
    with pytest.raises(ValueError, match="3 rows"):
        table.set_members([True])
    with pytest.raises(ValueError, match=r"\(3, 3\)"):
        table.update(chips={"gain": np.zeros((3, 4), np.uint8)})


def test_keys_must_be_known(table):
    with pytest.raises(ValueError, match="gian"):
        table.set_values("gian", np.zeros(3))
    with pytest.raises(ValueError, match="name"):
        table.set_values("name", np.zeros(3))
    with pytest.raises(ValueError, match="distinct"):
        table.set_rows((*COLUMNS, COLUMNS[0]), {"name": ["a"]})
    with pytest.raises(ValueError, match="without texts"):
        table.set_rows(COLUMNS, {"gain": [1.0]})
    table.set_values("gain", np.zeros(3))  # the rows are still those of before


def test_a_refused_update_changes_nothing(table):
    before = table.live
    with pytest.raises(ValueError, match="3 rows"):
        table.update(members=[False, True], values={"gain": np.ones(3)})
    table.set_members([True, False, True])
    assert table.live == before


def test_one_update_is_one_message(table):
    sent = []
    table.param.watch(lambda event: sent.append(event.name), ["rows", "live"])
    table.update(members=np.ones(3), values={"gain": np.ones(3)}, chips={"gain": np.zeros((3, 3), np.uint8)})
    assert sent == ["live"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        "toggle",
        {"type": "toggle", "index": 3, "on": True, "serial": 1},
        {"type": "toggle", "index": -1, "on": True, "serial": 1},
        {"type": "toggle", "index": 0, "on": 1, "serial": 1},
        {"type": "toggle", "index": True, "on": True, "serial": 1},
        {"type": "open", "index": "0"},
        {"type": "hover", "index": 1e9},
        {"type": "select", "indices": [0, 99]},
        {"type": "select", "indices": "012"},
        {"type": "unheard of"},
    ],
)
def test_malformed_messages_are_dropped(table, message):
    heard = []
    for register in (table.on_toggle, table.on_open, table.on_hover):
        register(lambda *arguments: heard.append(arguments))
    table._handle_msg(message)
    assert heard == []
    assert table.selected == ()


def test_a_new_data_set_forgets_the_selection(table):
    table._handle_msg({"type": "select", "indices": [2, 0]})
    assert table.selected == (0, 2)
    table.set_rows(COLUMNS, {"name": ["a"]})
    assert table.selected == ()


def test_a_failed_edit_flips_the_switch_back(table):
    def refuse(index, on):
        raise RuntimeError("no")

    def head_and_arrays(packet):
        length = int.from_bytes(packet[:4], "little")
        return json.loads(packet[4 : 4 + length]), packet[4 + length :]

    table.on_toggle(refuse)
    _, members = head_and_arrays(table.live)
    with pytest.raises(RuntimeError, match="no"):
        table._handle_msg({"type": "toggle", "index": 1, "on": True, "serial": 4})
    head, sent = head_and_arrays(table.live)
    assert head["fields"]["acknowledged"] == 4
    assert sent == members
