"""From a file's text to a `Lesson`, collecting every problem on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from lprviz.errors import LessonError
from lprviz.gallery.toys import PHENOMENA
from lprviz.lessons.actions import CONTROLS, FIGURES, LOADING, parse_action
from lprviz.lessons.blocks import Block, Entry, Problem, StepSource, entries, outline
from lprviz.lessons.expressions import parse_comparison, parse_expression, parse_number
from lprviz.lessons.predictions import PREDICTIONS, parse_prediction
from lprviz.lessons.readings import SIGNATURES
from lprviz.lessons.values import Action, Check, Lesson, Prediction, Reveal, Shown, Step

T = TypeVar("T")

LEVELS = ("beginner", "intermediate", "advanced")
LONGEST_FILE = 200_000
_REQUIRED = ("id", "title", "summary", "level", "order", "minutes")
_OPTIONAL = ("seed", "phenomena", "timing", "mistakes", "sources")


@dataclass
class Draft:
    """A lesson being read: what became of it, if anything, and all problems found."""

    lesson: Lesson | None = None
    problems: list[Problem] = field(default_factory=list)


def read_lesson(text: str, path: Path | None = None) -> Draft:
    """Read a lesson; where anything is wrong, `Draft.lesson` is None and `Draft.problems` says what."""
    if len(text) > LONGEST_FILE:
        return Draft(None, [Problem(1, f"The file has {len(text)} characters.", f"At most {LONGEST_FILE} are read.")])
    return _Reader(path).read(text)


def parse_lesson(text: str, path: Path | None = None) -> Lesson:
    """Read a lesson.

    Raises
    ------
    LessonError
        Naming the first problem.
    """
    made = read_lesson(text, path)
    if made.lesson is None:
        first = made.problems[0]
        where = "the lesson" if path is None else path.name
        raise LessonError(f"Line {first.line} of {where}: {first.message}", first.hint)
    return made.lesson


class _Reader:
    """Reads one file; every rule that fails leaves a problem and a gap."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def read(self, text: str) -> Draft:
        parts = outline(text)
        self._problems = parts.problems
        steps = tuple(self._step(source) for source in parts.steps)
        front = self._front({each.key: each for each in parts.front}) if parts.front else None
        self._require_known_states(steps)
        self._problems.sort(key=lambda each: each.line)
        if front is None or self._problems:
            return Draft(None, self._problems)
        return Draft(front(steps), [])

    # -- front matter -------------------------------------------------------------------------------------------------

    def _front(self, found: Mapping[str, Entry]) -> Callable[[tuple[Step, ...]], Lesson] | None:
        for key in _REQUIRED:
            if key not in found or not found[key].text:
                self._complain(1, f"The front matter lacks {key!r}.", f"Add a line `{key}: ...`.")
        for key, entry in found.items():
            if key not in (*_REQUIRED, *_OPTIONAL):
                self._complain(
                    entry.line, f"There is no field {key!r}.", f"Fields: {', '.join(_REQUIRED + _OPTIONAL)}."
                )
        if not all(key in found for key in _REQUIRED):
            return None
        name, level = found["id"], found["level"]
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", name.text):
            self._complain(name.line, f"{name.text!r} is no id.", "Use small letters, digits and hyphens, at most 40.")
        if level.text not in LEVELS:
            self._complain(level.line, f"There is no level {level.text!r}.", f"Choose one of {', '.join(LEVELS)}.")
        phenomena = tuple(int(each) for each in self._numbers(found.get("phenomena")))
        if set(phenomena) - set(PHENOMENA):
            self._complain(found["phenomena"].line, "There is no such phenomenon.", f"They go to {max(PHENOMENA)}.")
        order, minutes, seed = (self._whole(found.get(key)) for key in ("order", "minutes", "seed"))
        return lambda steps: Lesson(
            id=name.text,
            title=found["title"].text,
            summary=found["summary"].text,
            level=level.text,
            order=order,
            minutes=minutes,
            steps=steps,
            seed=seed,
            phenomena=phenomena,
            timing=_as_text(found.get("timing")),
            misconceptions=_as_text(found.get("mistakes")),
            sources=tuple(text for text, _ in found["sources"].listed()) if "sources" in found else (),
            path=self._path,
        )

    def _numbers(self, entry: Entry | None) -> list[float]:
        if entry is None:
            return []
        return self._try(entry.line, lambda: [parse_number(each) for each in entry.text.split(",")]) or []

    def _whole(self, entry: Entry | None) -> int:
        if entry is None:
            return 0
        number = self._try(entry.line, lambda: parse_number(entry.text))
        if number is not None and (number < 0 or number != int(number)):
            self._complain(entry.line, f"{entry.key!r} must be a whole number.", "Write it without a decimal point.")
        return int(number or 0)

    # -- steps --------------------------------------------------------------------------------------------------------

    def _step(self, source: StepSource) -> Step:
        if not source.text:
            self._complain(source.line, f"The step {source.title!r} has no text.", "A step's text must stand alone.")
        blocks = {each.kind: each for each in source.blocks}
        setup = self._fields(blocks.get("setup"))
        reveal = self._fields(blocks.get("reveal"))
        note = "\n".join(blocks["teacher"].lines).strip() if "teacher" in blocks else ""
        step = Step(
            title=source.title,
            text=source.text,
            setup=self._actions(setup, ("draw", "hide", "lock")),
            figures=self._names(setup.get("draw"), FIGURES, "figure"),
            hidden=self._names(setup.get("hide"), CONTROLS, "control"),
            locked=self._names(setup.get("lock"), CONTROLS, "control"),
            prediction=self._prediction(blocks.get("predict")),
            reveal=self._reveal(reveal) if "reveal" in blocks else None,
            check=self._check(blocks["check"]) if "check" in blocks else None,
            solution=self._actions(self._fields(blocks.get("solve")), ()),
            note=note,
            line=source.line,
        )
        self._require_whole(step)
        return step

    def _fields(self, block: Block | None) -> dict[str, Entry]:
        if block is None:
            return {}
        return {each.key: each for each in entries(list(block.lines), block.line, self._problems)}

    def _actions(self, fields: Mapping[str, Entry], other: tuple[str, ...]) -> tuple[Action, ...]:
        made = []
        for key, entry in fields.items():
            if key not in other:
                for text, line in entry.listed() or (("", entry.line),):
                    action = self._try(line, lambda key=key, text=text, line=line: parse_action(key, text, line))
                    made += [] if action is None else [action]
        return tuple(made)

    def _names(self, entry: Entry | None, known: tuple[str, ...], what: str) -> tuple[str, ...]:
        names = () if entry is None else tuple(each.strip() for each in entry.text.split(","))
        for name in names:
            if name not in known and not (what == "figure" and re.fullmatch(r"chart \d{1,2}", name)):
                assert entry is not None
                self._complain(entry.line, f"There is no {what} {name!r}.", f"Choose from {', '.join(known)}.")
        return names

    def _prediction(self, block: Block | None) -> Prediction | None:
        fields = self._fields(block)
        if block is None:
            return None
        if not fields:
            self._complain(block.line, "This block says nothing.", f"Begin with one of {', '.join(PREDICTIONS)}.")
            return None
        return self._try(block.line, lambda: parse_prediction(fields))

    def _reveal(self, fields: Mapping[str, Entry]) -> Reveal:
        compare = fields.get("compare")
        shown = [self._try(line, lambda text=text: _shown(text)) for text, line in
                 (fields["show"].listed() if "show" in fields else ())]  # fmt: skip
        return Reveal(
            self._actions(fields, ("show", "compare")),
            tuple(each for each in shown if each is not None),
            None if compare is None else self._try(compare.line, lambda: parse_expression(compare.text, SIGNATURES)),
        )

    def _check(self, block: Block) -> Check | None:
        fields = self._fields(block)
        for key in ("expect", "hint", "explanation"):
            if key not in fields:
                self._complain(block.line, f"The check lacks {key!r}.", f"Add a line `{key}: ...`.")
        for key, entry in fields.items():
            if key not in ("expect", "hint", "explanation"):
                self._complain(entry.line, f"A check has no {key!r}.", "It has expect, hint and explanation.")
        if not {"expect", "hint", "explanation"} <= fields.keys():
            return None
        expected = [
            self._try(line, lambda text=text: parse_comparison(text, SIGNATURES))
            for text, line in fields["expect"].listed()
        ]
        found = tuple(each for each in expected if each is not None)
        return Check(found, fields["hint"].text, fields["explanation"].text)

    # -- rules --------------------------------------------------------------------------------------------------------

    def _require_whole(self, step: Step) -> None:
        if step.prediction is not None and step.reveal is None:
            self._complain(step.line, "This step asks for a prediction and reveals nothing.", "Add a block `reveal`.")
        kind = type(step.prediction).__name__
        compares = step.reveal is not None and step.reveal.compare is not None
        if kind == "NumberPrediction" and step.reveal is not None and not compares:
            self._complain(step.line, "A predicted number is compared with nothing.", "Add `compare: ...` to `reveal`.")
        if step.solution and step.check is None:
            self._complain(step.line, "There is a solution and nothing to check.", "Add a block `check`.")

    def _require_known_states(self, steps: tuple[Step, ...]) -> None:
        """The first step loads; what follows a task says what it starts from, since learners end anywhere."""
        for place, step in enumerate(steps):
            names = [each.name for each in step.setup]
            if place == 0 and names and names[0] not in LOADING:
                self._complain(step.line, "The first set-up loads nothing.", "Begin it with toy:, data: or gallery:.")
            if place and steps[place - 1].solution and not {"train", "training-set", *LOADING} & set(names):
                hint = "Begin the set-up with train: or with toy:, since learners may have done anything before."
                self._complain(step.line, "After a task, a step must say what it starts from.", hint)

    def _try(self, line: int, rule: Callable[[], T]) -> T | None:
        try:
            return rule()
        except LessonError as error:
            self._problems.append(Problem.of(error, line))
            return None

    def _complain(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(line, message, hint))


def _shown(text: str) -> Shown:
    expression, _, caption = text.partition("|")
    return Shown(parse_expression(expression, SIGNATURES), caption.strip() or expression.strip())


def _as_text(entry: Entry | None) -> str:
    if entry is None:
        return ""
    return "\n".join([entry.text, *(f"- {text}" for text, _ in entry.items)]).strip()
