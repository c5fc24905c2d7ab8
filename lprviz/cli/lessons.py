"""``lprviz lessons``: list them, say what is wrong in a file, write notes for the teacher and handouts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lprviz.cli.outputs import require_writable, write_text
from lprviz.cli.reporting import Report, table
from lprviz.errors import LessonError

if TYPE_CHECKING:
    from lprviz.lessons import Lesson


def run(options: argparse.Namespace, report: Report) -> None:
    """Carry out one of list, check, notes and handout."""
    {"list": _list, "check": _check, "notes": _sheet, "handout": _sheet}[options.action](options, report)


def _list(options: argparse.Namespace, report: Report) -> None:
    from lprviz.lessons import list_lessons

    lessons = list_lessons()
    report.result(listing(lessons), {"lessons": [facts(each) for each in lessons]}, options.json)


def _check(options: argparse.Namespace, report: Report) -> None:
    from lprviz.lessons.checker import check_file

    with report.stage(f"checking {Path(options.file).name}") as tick:
        problems = check_file(options.file, play=not options.text_only, seed=options.seed, tick=tick)
    values = [{"line": each.line, "message": each.message, "hint": each.hint} for each in problems]
    lines = [f"{options.file}:{each.line}: {each.message} {each.hint}".rstrip() for each in problems]
    report.result("\n".join(lines) or f"{options.file}: nothing wrong", {"problems": values}, options.json)
    if problems:
        raise LessonError(f"{len(problems)} found in {options.file}.", "Each line above says what to do.")


def _sheet(options: argparse.Namespace, report: Report) -> None:
    from lprviz.lessons.sheets import handout_page, notes_page

    require_writable(options.output)
    lesson = _lesson(options.lesson)
    write_text(options.output, notes_page(lesson) if options.action == "notes" else handout_page(lesson))
    report.note(f"wrote {options.output}")


def _lesson(name: str) -> Lesson:
    from lprviz.lessons import lesson_named, open_lesson

    return open_lesson(name) if Path(name).suffix == ".md" else lesson_named(name)


def listing(lessons: tuple[Lesson, ...]) -> str:
    """One line for each lesson."""
    width = max((len(each.title) for each in lessons), default=0)
    rows = [(each.id, str(len(each.steps)), str(each.minutes), each.title.ljust(width)) for each in lessons]
    return table(("id", "steps", "minutes", "title"), rows)


def facts(lesson: Lesson) -> dict[str, Any]:
    """What a lesson is, as plain values."""
    return {
        "id": lesson.id,
        "title": lesson.title,
        "summary": lesson.summary,
        "level": lesson.level,
        "minutes": lesson.minutes,
        "n_steps": len(lesson.steps),
        "phenomena": list(lesson.phenomena),
    }
