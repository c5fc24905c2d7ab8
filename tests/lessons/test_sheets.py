"""Notes and handouts: complete, self-contained, safe; the handout gives nothing away."""

import re

import pytest

from lprviz.cli import main
from lprviz.lessons import list_lessons
from lprviz.lessons.sheets import handout_page, notes_page, to_html


@pytest.mark.parametrize("lesson", list_lessons(), ids=lambda lesson: lesson.id)
def test_pages_hold_every_step_and_load_nothing(lesson):
    for page in (notes_page(lesson), handout_page(lesson)):
        assert page.count("<h2>") >= len(lesson.steps)
        assert not re.search(r"<script|<img|<link|src=|href=|https?:", page)
        assert "default-src 'none'" in page
    handout = handout_page(lesson)
    for step in lesson.steps:
        assert step.note == "" or to_html(step.note) not in handout
        assert step.check is None or step.check.explanation not in handout
    assert 'class="right"' not in handout


def test_text_from_anybody_is_escaped():
    made = to_html("<script>alert(1)</script> ![x](file:///etc/passwd) [y](javascript:alert(1))")
    assert "<script" not in made
    assert "<img" not in made
    assert "<a" not in made


def test_the_command_writes_both(tmp_path):
    for action in ("notes", "handout"):
        path = tmp_path / f"{action}.html"
        assert main(["lessons", action, "composition", "--output", str(path), "--quiet"]) == 0
        assert "Always the same recipe" in path.read_text(encoding="utf-8")
    assert main(["lessons", "notes", "no-such-lesson", "--output", str(path), "--quiet"]) == 2
