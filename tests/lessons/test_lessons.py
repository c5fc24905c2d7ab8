"""The lessons that come with lprviz: every one runs end to end, and its expected numbers hold."""

import pytest

from lprviz.lessons import lesson_named, list_lessons
from lprviz.lessons.catalogue import lesson_folder, lesson_text
from lprviz.lessons.checker import check_file
from lprviz.lessons.learner import follow

PATHS = sorted(lesson_folder().glob("*.md"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lesson_runs_end_to_end_and_comes_out_as_it_says(path):
    assert check_file(path) == []


@pytest.mark.parametrize("name", ["only-the-total", "tug", "composition"])
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


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_lesson_calls_lpr_an_error_bar(path):
    text = lesson_text(path).lower()
    assert "error bar" not in text
    assert "color" not in text
    assert "10.1021/acs.jctc.3c00704" in text
