"""Links, challenge and board."""

import threading

import pytest

from lprviz.errors import LessonError
from lprviz.gallery.toys import choice_toy
from lprviz.lessons.board import LARGEST_FILE, MOST_ENTRIES, Board, BoardEntry, new_code, valid_nickname
from lprviz.lessons.challenge import Challenge
from lprviz.lessons.links import TeacherLink, class_code, format_link, parse_link


def test_a_link_reads_back_what_it_was_written_from():
    link = TeacherLink("composition", 1, ("model", "alpha"), ("training",), 7, "toy:species", True, "oak-42")
    assert parse_link(format_link(link)) == link
    assert format_link(TeacherLink()) == ""
    assert parse_link("?theme=dark&utm=1") == TeacherLink()
    assert parse_link({"lesson": "tug", "step": "2"}) == TeacherLink("tug", 1)


@pytest.mark.parametrize(
    "query",
    [
        "lesson=none", "lesson=tug&step=0", "lesson=tug&step=99", "step=x", "hide=everything", "lock=<script>",
        "seed=-1", "seed=1e5", "seed=99999999999", "preset=toy:none", "preset=silicon", "presenter=yes", "class=../x",
        "x" * 5000,
    ],
)  # fmt: skip
def test_a_link_that_asks_for_what_there_is_not_is_refused(query):
    with pytest.raises(LessonError) as caught:
        parse_link(query)
    assert caught.value.hint


def test_the_challenge_scores_as_a_direct_computation_does():
    challenge = Challenge(3)
    toy = choice_toy(3)
    chosen = challenge.candidates[::10]
    direct = toy.engine(toy.members("base") + chosen).lpr[toy.environments_of(toy.members("target"))]
    assert challenge.score(chosen).worst == pytest.approx(direct.min(), rel=1e-8)
    assert challenge.score(chosen).covered == pytest.approx((direct >= 0.1).mean())
    greedy = challenge.greedy()
    assert greedy.worst > challenge.score(challenge.candidates[:10]).worst
    assert challenge.score(greedy.structures).worst == pytest.approx(greedy.worst, rel=1e-8)
    for wrong in (chosen[:9], (0, *chosen[:9]), (*chosen[:9], chosen[0])):
        with pytest.raises(LessonError):
            challenge.score(wrong)


def test_a_board_keeps_the_best_survives_a_restart_and_is_cleared(tmp_path):
    board = Board("Oak-42", tmp_path)
    board.add("Ada", 0.2)
    board.add("ada", 0.1)
    board.add("Emmy  N.", 0.3)
    again = Board("oak-42", tmp_path)
    assert [(each.nickname, each.score) for each in again.entries()] == [("Emmy N.", 0.3), ("Ada", 0.2)]
    again.add("ADA", 0.5)
    assert again.entries()[0] == BoardEntry("ADA", 0.5)
    assert Board("elm-42", tmp_path).entries() == ()
    again.clear()
    assert board.entries() == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 25, "<b>x</b>", "a\x00b", "---", "‮x", "a&b"])
def test_nicknames_are_plain(name, tmp_path):
    with pytest.raises(LessonError):
        valid_nickname(name)
    with pytest.raises(LessonError):
        Board("oak-42", tmp_path).add(name, 1.0)


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_is_a_number(score, tmp_path):
    with pytest.raises(LessonError):
        Board("oak-42", tmp_path).add("Ada", score)


@pytest.mark.parametrize("code", ["", "a", "../../etc", "a b c", "x" * 30, "-ab"])
def test_codes_are_plain(code, tmp_path):
    with pytest.raises(LessonError):
        Board(code, tmp_path)
    assert class_code(new_code())


def test_a_board_is_capped_and_shrugs_off_a_spoilt_file(tmp_path):
    board = Board("oak-42", tmp_path)
    path = tmp_path / "board-oak-42.jsonl"
    path.write_text('not json\n{"nickname": "<b>", "score": 1}\n{"nickname": "Ada", "score": "x"}\n[]\n')
    assert board.entries() == ()
    lines = [f'{{"nickname": "player {i}", "score": {i}}}\n' for i in range(MOST_ENTRIES)]
    path.write_text("".join(lines))
    with pytest.raises(LessonError):
        board.add("one more", 1e9)
    board.add("player 3", 1e9)
    assert board.entries()[0].nickname == "player 3"
    assert path.stat().st_size < LARGEST_FILE


def test_many_write_at_once_and_nothing_is_lost(tmp_path):
    def play(number):
        for score in range(5):
            Board("oak-42", tmp_path).add(f"player {number}", score)

    threads = [threading.Thread(target=play, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.score for each in Board("oak-42", tmp_path).entries()] == [4.0] * 8
