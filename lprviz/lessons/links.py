"""Teachers' links: a lesson, a step, what is hidden or locked, a seed, a preset and presenter mode, in an address.

``?lesson=composition&step=2&hide=model,alpha&lock=training&seed=7&presenter=1&class=oak-42``. Steps count from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from lprviz.errors import LessonError
from lprviz.gallery.toys.named import TOYS
from lprviz.lessons.actions import CONTROLS
from lprviz.lessons.catalogue import lesson_named
from lprviz.session.gallery import menu

KEYS = ("lesson", "step", "hide", "lock", "seed", "preset", "presenter", "class")
LONGEST = 2000
MOST_SEEDS = 2**31
CODE = re.compile(r"[a-z0-9][a-z0-9-]{2,23}")
"""What a class code may be."""


@dataclass(frozen=True)
class TeacherLink:
    """What a teacher's link asks for.

    Attributes
    ----------
    lesson : str
        Id, or "" for none.
    step : int
        Counted from 0.
    hidden, locked : tuple of str
        Controls; see `lprviz.lessons.actions.CONTROLS`.
    seed : int or None
    preset : str
        ``toy:NAME`` or ``gallery:KEY`` to open where no lesson is; "" for none.
    presenter : bool
    class_code : str
        The board to join; "" for none.
    """

    lesson: str = ""
    step: int = 0
    hidden: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    seed: int | None = None
    preset: str = ""
    presenter: bool = False
    class_code: str = ""


def parse_link(query: str | Mapping[str, str]) -> TeacherLink:
    """Read the query of an address, hostile until read. What belongs to others, other keys, is left alone.

    Raises
    ------
    LessonError
        If a value is not one the link may hold.
    """
    found = _pairs(query) if isinstance(query, str) else dict(query)
    lesson = found.get("lesson", "")
    n_steps = len(lesson_named(lesson).steps) if lesson else 1
    seed = _whole(found["seed"], "seed", 0, MOST_SEEDS) if "seed" in found else None
    presenter = found.get("presenter", "0")
    if presenter not in ("0", "1"):
        raise LessonError(f"presenter={presenter[:20]!r} is neither 0 nor 1.", "Write presenter=1.")
    return TeacherLink(
        lesson=lesson,
        step=_whole(found.get("step", "1"), "step", 1, n_steps) - 1,
        hidden=_controls(found.get("hide", ""), "hide"),
        locked=_controls(found.get("lock", ""), "lock"),
        seed=seed,
        preset=_preset(found.get("preset", "")),
        presenter=presenter == "1",
        class_code=class_code(found["class"]) if found.get("class") else "",
    )


def format_link(link: TeacherLink) -> str:
    """Write a link's query, beginning with "?"; "" where it asks for nothing. `parse_link` reads it back."""
    pairs = {
        "lesson": link.lesson,
        "step": str(link.step + 1) if link.step else "",
        "hide": ",".join(link.hidden),
        "lock": ",".join(link.locked),
        "seed": "" if link.seed is None else str(link.seed),
        "preset": link.preset,
        "presenter": "1" if link.presenter else "",
        "class": link.class_code,
    }
    query = urlencode({key: value for key, value in pairs.items() if value}, safe=",:")
    return f"?{query}" if query else ""


def class_code(text: str) -> str:
    """A class code as it is kept: small letters, digits and hyphens; raises LessonError where it is none."""
    code = text.strip().lower()
    if not CODE.fullmatch(code):
        raise LessonError("This is no class code.", "3 to 24 small letters, digits and hyphens, such as oak-42.")
    return code


def _pairs(query: str) -> dict[str, str]:
    if len(query) > LONGEST:
        raise LessonError("The link is too long.", f"At most {LONGEST} characters are read.")
    try:
        pairs = parse_qsl(query.lstrip("?"), max_num_fields=50)
    except ValueError as error:
        raise LessonError("The link cannot be read.", "Copy it again.") from error
    return {key: value for key, value in pairs if key in KEYS}


def _whole(text: str, key: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise LessonError(f"{key}={text[:20]!r} is not from {low} to {high}.", f"Write {key}={low}.")
    return int(text)


def _controls(text: str, key: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    for name in names:
        if name not in CONTROLS:
            raise LessonError(f"{key}={name[:20]!r} is no control.", f"Controls: {', '.join(CONTROLS)}.")
    return names


def _preset(text: str) -> str:
    kind, _, name = text.partition(":")
    known = {"toy": tuple(TOYS), "gallery": tuple(menu().values())}
    if text and name not in known.get(kind, ()):
        raise LessonError(f"There is no preset {text[:40]!r}.", "Write preset=toy:species or preset=gallery:silicon.")
    return text
