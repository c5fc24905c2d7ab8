"""The command line of ``lprviz lessons``."""

from __future__ import annotations

import argparse


def add_lessons(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``lessons`` with its four actions."""
    command = commands.add_parser(
        "lessons",
        help="lessons: list them, check one of your own, write notes for the teacher and handouts",
        description="Lessons are files; see the README for how to write one. LESSON is the id of one, or a file.md.",
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="the lessons that come with lprviz")
    checked = actions.add_parser(
        "check",
        help="say what is wrong in a file, line by line",
        description="Read a lesson and go through it: every expectation has to come out. Exit status 2 if not.",
    )
    checked.add_argument("file", metavar="FILE", help="the lesson")
    checked.add_argument("--text-only", action="store_true", help="read it without going through it")
    checked.add_argument("--seed", type=int, metavar="N", help="go through it with another seed than its own")
    for action, what in (("notes", "notes for the teacher, with answers"), ("handout", "a handout to print")):
        written = actions.add_parser(action, help=f"write {what}, as a page that loads nothing else")
        written.add_argument("lesson", metavar="LESSON", help="id or file")
        written.add_argument("--output", required=True, metavar="PAGE.html", help="where to write it")
        written.add_argument("--quiet", action="store_true", help="no notes on stderr")
    for action in (listed, checked):
        action.add_argument("--json", metavar="OUT.json", help="write it as JSON ('-' for standard output)")
        action.add_argument("--quiet", action="store_true", help="no progress and no notes on stderr")
