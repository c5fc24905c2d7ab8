"""The lessons that come with lprviz: every one runs end to end, and its expected numbers hold."""

import pytest

from lprviz.gallery.toys import PHENOMENA
from lprviz.lessons import lesson_named, list_lessons
from lprviz.lessons.catalogue import lesson_folder, lesson_text
from lprviz.lessons.checker import check_file
from lprviz.lessons.learner import follow

PATHS = sorted(lesson_folder().glob("*.md"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lesson_runs_end_to_end_and_comes_out_as_it_says(path):
    assert check_file(path) == []


@pytest.mark.parametrize("name", ["only-the-total", "tug", "composition", "order", "rare", "regulariser", "choosing"])
def test_expectations_hold_for_another_draw_of_the_toys(name):
    lesson = lesson_named(name)
    done = follow(lesson, seed=lesson.seed + 1)
    assert [each.problem for each in done] == [""] * len(lesson.steps)
    assert False not in [each.held for each in done]


def test_there_are_lessons_in_an_order_with_ids_of_their_own():
    lessons = list_lessons()
    assert [each.order for each in lessons] == list(range(1, len(lessons) + 1))
    assert len({each.id for each in lessons}) == len(lessons)
    assert all(5 <= each.minutes <= 10 for each in lessons)
    assert all(each.timing and each.misconceptions and each.sources for each in lessons)


WHERE = {
    1: "composition", 2: "composition", 3: "composition", 4: "composition", 5: "order", 6: "order", 7: "rare",
    8: "only-the-total", 9: "rare", 10: "tug", 11: "only-the-total", 12: "choosing", 13: "regulariser", 14: "tug",
}  # fmt: skip


def test_all_fourteen_phenomena_are_shown_where_the_plan_has_them():
    assert set(WHERE) == set(PHENOMENA)
    assert {number: lesson.id for lesson in list_lessons() for number in lesson.phenomena} == WHERE


def test_the_real_system_is_among_the_lessons():
    actions = [action for step in lesson_named("silicon").steps for action in step.setup]
    assert ("gallery", "silicon") in [(action.name, action.value) for action in actions]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_lesson_calls_lpr_an_error_bar(path):
    text = lesson_text(path).lower()
    assert "error bar" not in text
    assert "color" not in text
    assert "10.1021/acs.jctc.3c00704" in text
