"""The lessons that come with lprviz: where they lie, and how they are found."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lprviz.errors import LessonError
from lprviz.lessons.parsing import LONGEST_FILE, parse_lesson
from lprviz.lessons.values import Lesson


@cache
def lesson_folder() -> Path:
    """Where the lessons lie. Inside an installed wheel, else at the root of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_assets" / "lessons"
    return installed if installed.is_dir() else package.parent / "assets" / "lessons"


@cache
def list_lessons() -> tuple[Lesson, ...]:
    """All lessons, in the order in which they are best met."""
    found = [open_lesson(path) for path in sorted(lesson_folder().glob("*.md"))]
    return tuple(sorted(found, key=lambda lesson: (lesson.order, lesson.id)))


def lesson_named(name: str) -> Lesson:
    """One of the lessons by its id.

    Raises
    ------
    LessonError
        If there is no such lesson.
    """
    for lesson in list_lessons():
        if lesson.id == name:
            return lesson
    known = ", ".join(lesson.id for lesson in list_lessons())
    raise LessonError(f"There is no lesson {name!r}.", f"The lessons are {known}.")


def lesson_text(path: Path) -> str:
    """The text of a lesson's file; raises LessonError if it cannot be read."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise LessonError(f"{path.name} is larger than {LONGEST_FILE} bytes.", "A lesson is a page of text.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{path} cannot be read: {error}.", "Give a UTF-8 text file.") from error


def open_lesson(path: str | Path) -> Lesson:
    """Read a lesson's file; raises LessonError, naming the first problem."""
    return parse_lesson(lesson_text(Path(path)), Path(path))
