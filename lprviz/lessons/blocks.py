"""The outer form of a lesson's file: front matter, steps, and blocks of fields in them, each with its line.

::

    ---
    key: value
    ---
    ## Title of a step
    Markdown ...
    ```setup
    key: value
    ```
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lprviz.errors import LessonError

BLOCKS = ("setup", "predict", "reveal", "check", "solve", "teacher")
"""Kinds of fenced blocks that are instructions; fences without a name are part of the text."""

_FENCE = re.compile(r"```\s*([A-Za-z-]*)\s*$")
_KEY = re.compile(r"([A-Za-z][A-Za-z-]*):(?:\s+(.*))?$")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a lesson's file: where, what, and what to do."""

    line: int
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: LessonError, line: int) -> Problem:
        """What an error says, at a line."""
        return cls(line, error.message, error.hint)


@dataclass(frozen=True)
class Entry:
    """A key with the text behind it, and the items ("- ...") below it, each with its line."""

    key: str
    text: str
    line: int
    items: tuple[tuple[str, int], ...] = ()

    def listed(self) -> tuple[tuple[str, int], ...]:
        """The items, or the text as the only one."""
        return self.items or (((self.text, self.line),) if self.text else ())


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, its lines as they are, and where they begin."""

    kind: str
    lines: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class StepSource:
    """One step as it stands in the file."""

    title: str
    text: str
    line: int
    blocks: tuple[Block, ...] = ()


@dataclass
class Outline:
    """A file, taken apart; what could not be is among the problems."""

    front: tuple[Entry, ...] = ()
    steps: list[StepSource] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def outline(text: str) -> Outline:
    """Take a lesson's file apart."""
    made, lines = Outline(), text.split("\n")
    if lines[0].strip() != "---" or "---" not in [line.strip() for line in lines[1:]]:
        made.problems.append(Problem(1, "The file does not begin with front matter.", "Begin with a line --- and "
                                     "end the front matter with another."))  # fmt: skip
        return made
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    made.front = entries(lines[1:end], 2, made.problems)
    starts = [i for i in range(end + 1, len(lines)) if lines[i].startswith("## ") and not _fenced(lines, end, i)]
    before = lines[end + 1 : starts[0]] if starts else lines[end + 1 :]
    if not starts:
        made.problems.append(Problem(end + 1, "The lesson has no step.", "Begin each step with a line `## Title`."))
    elif any(line.strip() for line in before):
        made.problems.append(Problem(end + 2, "This text belongs to no step.", "Put it behind a line `## Title`."))
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        made.steps.append(_step(lines, start, stop, made.problems))
    return made


def entries(lines: list[str], first: int, problems: list[Problem]) -> tuple[Entry, ...]:
    """Read ``key: value`` lines; indented lines go on with the line above, ``- `` begins an item of the last key."""
    found: list[Entry] = []
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        key = _KEY.match(line)
        if line.lstrip().startswith("- ") and found:
            item = (line.lstrip()[2:].strip(), number)
            found[-1] = Entry(found[-1].key, found[-1].text, found[-1].line, (*found[-1].items, item))
        elif line[0].isspace() and found:
            found[-1] = _longer(found[-1], line.strip())
        elif key is not None and key.group(1) not in [each.key for each in found]:
            found.append(Entry(key.group(1), (key.group(2) or "").strip(), number))
        elif key is not None:
            problems.append(Problem(number, f"{key.group(1)!r} is given twice.", "Put it once."))
        else:
            problems.append(Problem(number, f"{line.strip()!r} is no field.", "Write `key: value`."))
    return tuple(found)


def _longer(entry: Entry, more: str) -> Entry:
    if not entry.items:
        return Entry(entry.key, f"{entry.text} {more}".strip(), entry.line)
    text, line = entry.items[-1]
    return Entry(entry.key, entry.text, entry.line, (*entry.items[:-1], (f"{text} {more}", line)))


def _fenced(lines: list[str], begin: int, place: int) -> bool:
    return sum(line.startswith("```") for line in lines[begin:place]) % 2 == 1


def _step(lines: list[str], start: int, stop: int, problems: list[Problem]) -> StepSource:
    text: list[str] = []
    blocks: list[Block] = []
    place = start + 1
    while place < stop:
        fence = _FENCE.match(lines[place])
        if fence is None or fence.group(1) not in BLOCKS:
            if fence is not None and fence.group(1):
                problems.append(Problem(place + 1, f"There is no block {fence.group(1)!r}.", f"Blocks: "
                                        f"{', '.join(BLOCKS)}."))  # fmt: skip
            text.append(lines[place])
            place += 1
            continue
        end = next((i for i in range(place + 1, stop) if lines[i].strip() == "```"), None)
        if end is None:
            problems.append(Problem(place + 1, f"The block {fence.group(1)!r} has no end.", "End it with a line ```."))
            break
        if fence.group(1) in [each.kind for each in blocks]:
            problems.append(Problem(place + 1, f"This step has two blocks {fence.group(1)!r}.", "Make two steps."))
        blocks.append(Block(fence.group(1), tuple(lines[place + 1 : end]), place + 2))
        place = end + 1
    return StepSource(lines[start][3:].strip(), "\n".join(text).strip(), start + 1, tuple(blocks))
