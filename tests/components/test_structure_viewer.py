"""The viewer's Python side: what it sends, when it holds back, what it tells its listeners."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ase.build import bulk

from lprviz.components.packet import pack
from lprviz.components.structure_viewer import StructureViewer
from lprviz.data.scene import build_scene


def unpack(packet: bytes) -> dict:
    """The browser's reading of a packet, in Python."""
    head_length = int.from_bytes(packet[:4], "little")
    head = json.loads(packet[4 : 4 + head_length])
    body = packet[4 + head_length :]
    arrays = {
        name: np.frombuffer(body, dtype, count=size, offset=offset)
        for name, (dtype, offset, size) in head["arrays"].items()
    }
    return {**head["fields"], **arrays}


@pytest.fixture
def viewer() -> StructureViewer:
    made = StructureViewer()
    made.set_scene(build_scene(bulk("Si", cubic=True)))
    return made


def grey(value: int) -> np.ndarray:
    return np.full((8, 3), value, np.uint8)


def test_packets_keep_fields_and_arrays_and_align_them():
    arrays = {"a": np.arange(5, dtype=np.uint8), "b": np.linspace(0, 1, 7, dtype=np.float32)}
    packet = pack({"name": "Å <b>", "n": 3}, arrays)
    back = unpack(packet)
    assert back["name"] == "Å <b>"
    assert back["n"] == 3
    for name, array in arrays.items():
        assert back[name].tolist() == array.tolist()
    assert int.from_bytes(packet[:4], "little") % 4 == 0
    assert len(packet) % 4 == 0


def test_packets_refuse_what_the_browser_cannot_read():
    with pytest.raises(TypeError, match="float64"):
        pack({}, {"a": np.zeros(3)})


def test_scene_and_colours_arrive_whole(viewer):
    scene = unpack(viewer.scene_packet)
    assert scene["n_atoms"] == 8
    assert len(scene["positions"]) == 24
    assert len(scene["bond_parent"]) == 32
    version = viewer.set_colours(grey(7), outline=[True] * 4 + [False] * 4, hover_labels=list("abcdefgh"))
    colours = unpack(viewer.colour_packet)
    assert colours["version"] == version == 1
    assert colours["rgb"].tolist() == [7] * 24
    assert colours["outline"].tolist() == [1] * 4 + [0] * 4
    assert colours["labels"][2] == "c"


@pytest.mark.parametrize(
    "wrong",
    [
        {"rgb": np.zeros((7, 3), np.uint8)},
        {"rgb": np.zeros((8, 3), np.uint8), "outline": [True] * 7},
        {"rgb": np.zeros((8, 3), np.uint8), "hover_labels": ["one"]},
    ],
)
def test_arrays_that_do_not_fit_the_scene_are_refused_and_change_nothing(viewer, wrong):
    viewer.set_colours(grey(1))
    before = viewer.colour_packet
    with pytest.raises(ValueError, match="8"):
        viewer.set_colours(**wrong)
    assert viewer.colour_packet == before
    assert viewer.set_colours(grey(2)) == 2


def test_one_frame_is_under_way_and_the_newest_waits(viewer):
    viewer._handle_msg({"type": "mounted"})
    first = viewer.set_colours(grey(1))
    for value in (2, 3, 4):
        last = viewer.set_colours(grey(value))
    assert unpack(viewer.colour_packet)["version"] == first
    viewer._handle_msg({"type": "drawn", "version": first, "upload_ms": 1, "draw_ms": 2})
    assert unpack(viewer.colour_packet)["version"] == last
    assert unpack(viewer.colour_packet)["rgb"][0] == 4


def test_colours_name_the_scene_they_were_made_for(viewer):
    viewer.set_colours(grey(1))
    first = unpack(viewer.colour_packet)["scene"]
    assert unpack(viewer.scene_packet)["identity"] == first
    viewer.set_scene(build_scene(bulk("Si", cubic=True), repeat=(2, 1, 1)), keep_colours=True)
    assert unpack(viewer.scene_packet)["identity"] == first
    viewer.set_scene(build_scene(bulk("Ge", cubic=True)))
    assert unpack(viewer.scene_packet)["identity"] != first
    with pytest.raises(ValueError, match="kept"):
        viewer.set_scene(build_scene(bulk("Si")), keep_colours=True)


def test_a_late_answer_about_an_earlier_frame_frees_nothing(viewer):
    viewer._handle_msg({"type": "mounted"})
    viewer.set_colours(grey(1))
    viewer.set_scene(build_scene(bulk("Si", cubic=True)))
    second = viewer.set_colours(grey(2))
    viewer.set_colours(grey(3))
    viewer._handle_msg({"type": "drawn", "version": 1, "upload_ms": 1, "draw_ms": 2})
    assert unpack(viewer.colour_packet)["version"] == second


def test_without_anyone_looking_the_newest_is_kept_at_once(viewer):
    viewer.set_colours(grey(1))
    viewer.set_colours(grey(2))
    assert unpack(viewer.colour_packet)["rgb"][0] == 2
    viewer._handle_msg({"type": "mounted"})
    viewer.set_colours(grey(3))
    viewer.set_colours(grey(4))
    viewer._handle_msg({"type": "unmounted"})
    assert unpack(viewer.colour_packet)["rgb"][0] == 4


def test_listeners_hear_what_was_done_and_nonsense_goes_nowhere(viewer):
    heard = []
    viewer.on_pick(lambda atom, extend: heard.append((atom, extend)))
    viewer.on_key(heard.append)
    viewer.on_drawn(lambda *news: heard.append(news))
    viewer.on_failed(heard.append)
    viewer._handle_msg({"type": "pick", "atom": 3, "extend": True})
    viewer._handle_msg({"type": "pick", "atom": None, "extend": False})
    viewer._handle_msg({"type": "pick", "atom": 8, "extend": False})
    viewer._handle_msg({"type": "key", "key": "n"})
    viewer._handle_msg({"type": "drawn", "version": 1, "upload_ms": 0.5, "draw_ms": 2})
    viewer._handle_msg({"type": "failed", "reason": "no WebGL"})
    viewer._handle_msg({"type": "unheard of"})
    assert heard == [(3, True), (None, False), "n", (1, 0.5, 2.0), "no WebGL"]


def test_carries_the_class_by_which_pages_find_it(viewer):
    assert "lpr-viewer" in viewer.css_classes
