"""Reading expressions, comparisons and selectors from text by recursive descent. Nothing is evaluated here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from lprviz.errors import LessonError
from lprviz.lessons.grammar import (
    CONDITIONS,
    RELATIONS,
    Comparison,
    Condition,
    Expression,
    Number,
    Operation,
    Part,
    Reading,
    Selector,
    Tolerance,
)

T = TypeVar("T")

Signatures = Mapping[str, tuple[str, ...]]
"""Kinds of the arguments of each reading: "selector", "number" or "word"."""

LONGEST = 400
DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![A-Za-z_])
    | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
    | (?P<sign><=|>=|!=|[-=<>+*/(),%\[\]])
    )""",
    re.VERBOSE,
)


def parse_expression(text: str, signatures: Signatures) -> Expression:
    """Read an expression such as ``typical(target) / alpha``.

    Raises
    ------
    LessonError
        If it is not one, or names a reading that there is none of.
    """
    return _Parser(text, signatures).whole(lambda p: p.expression())


def parse_comparison(text: str, signatures: Signatures) -> Comparison:
    """Read a comparison such as ``typical(target) = 2 * alpha within 1 %``; raises LessonError like the above."""
    return _Parser(text, signatures).whole(lambda p: p.comparison())


def parse_selector(text: str) -> Selector:
    """Read a selector such as ``fixed 99 + A9B7``; raises LessonError where it is none."""
    return _Parser(text, {}).whole(lambda p: p.selector())


def parse_number(text: str) -> float:
    """Read a number; raises LessonError where it is none."""
    if not re.fullmatch(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", text.strip()):
        raise LessonError(f"{text.strip()!r} is not a number.", "Write it as 0.01 or 1e-2.")
    return float(text)


class _Parser:
    """Tokens of one text, and a place among them."""

    def __init__(self, text: str, signatures: Signatures) -> None:
        if len(text) > LONGEST:
            raise LessonError(f"This has {len(text)} characters.", f"At most {LONGEST} are read; make it shorter.")
        self._text, self._signatures, self._depth = text, signatures, 0
        self._tokens: list[tuple[str, str]] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise LessonError(f"{text[place:].strip()!r} cannot be read, in {text!r}.", "See the README's example.")
            self._tokens.append((found.lastgroup, found.group(found.lastgroup)))
            place = found.end()
        self._place = 0

    def whole(self, rule: Callable[[_Parser], T]) -> T:
        """Apply a rule that has to use the text up."""
        made = rule(self)
        if self._place < len(self._tokens):
            raise self._error(f"{self._peek()!r} was not expected")
        return made

    # -- expressions --------------------------------------------------------------------------------------------------

    def comparison(self) -> Comparison:
        left = self.expression()
        relation = self._take()
        if relation not in RELATIONS:
            raise self._error("a comparison needs one of = < <= > >=")
        right = self.expression()
        tolerance = self._tolerance() if self._accept("within") else None
        if relation == "=" and tolerance is None:
            raise self._error('"=" needs a tolerance: within 1 %, within factor 2 or within 0.1')
        return Comparison(left, relation, right, tolerance)

    def expression(self) -> Expression:
        made = self._product()
        while self._peek() in ("+", "-"):
            operator = self._take()
            made = Operation(operator, made, self._product())
        return made

    def _product(self) -> Expression:
        made = self._factor()
        while self._peek() in ("*", "/"):
            operator = self._take()
            made = Operation(operator, made, self._factor())
        return made

    def _factor(self) -> Expression:
        if self._accept("-"):
            return Operation("-", Number(0.0), self._factor())
        if self._accept("("):
            self._depth += 1
            if self._depth > DEEPEST:
                raise self._error("too many brackets")
            made = self.expression()
            self._demand(")")
            return made
        kind, text = self._token()
        if kind == "number":
            return Number(float(text))
        if kind == "name":
            return self._reading(text)
        raise self._error(f"{text!r} was not expected" if text else "something is missing at the end")

    def _reading(self, name: str) -> Reading:
        if name not in self._signatures:
            raise LessonError(f"There is no reading {name!r}.", f"Readings: {', '.join(sorted(self._signatures))}.")
        kinds = self._signatures[name]
        if not kinds:
            return Reading(name)
        self._demand("(")
        arguments = []
        for place, kind in enumerate(kinds):
            if place:
                self._demand(",")
            arguments.append(self._argument(kind))
        self._demand(")")
        return Reading(name, tuple(arguments))

    def _argument(self, kind: str) -> Selector | float | str:
        if kind == "selector":
            return self.selector()
        return self._number() if kind == "number" else self._key()

    def _tolerance(self) -> Tolerance:
        if self._accept("factor"):
            size = self._number()
            if size < 1.0:
                raise self._error("a factor is at least 1")
            return Tolerance("factor", size)
        size = self._number()
        return Tolerance("share", size / 100.0) if self._accept("%") else Tolerance("amount", size)

    # -- selectors ----------------------------------------------------------------------------------------------------

    def selector(self) -> Selector:
        parts = [self._part()]
        while self._accept("+"):
            parts.append(self._part())
        atom = self._count() if self._accept("atom") else None
        conditions = []
        if self._accept("["):
            conditions.append(self._condition())
            while self._accept("and"):
                conditions.append(self._condition())
            self._demand("]")
        return Selector(tuple(parts), tuple(conditions), atom)

    def _part(self) -> Part:
        kind, name = self._token()
        if kind != "name":
            raise self._error("a group's name is missing")
        if self._accept("no"):
            number = self._count()
            return Part(name, number, number)
        if not self._tokens[self._place :] or self._tokens[self._place][0] != "number":
            return Part(name)
        first = self._count()
        if not self._accept("-"):
            return Part(name, 1, first)
        last = self._count()
        if last < first:
            raise self._error(f"{first}-{last} is empty")
        return Part(name, first, last)

    def _condition(self) -> Condition:
        key, relation = self._word(), self._take()
        if relation not in CONDITIONS:
            raise self._error("a condition needs one of = != < <= > >=")
        kind, text = self._token()
        return Condition(key, relation, float(text) if kind == "number" else text)

    # -- tokens -------------------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _token(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            return "", ""
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self) -> str:
        return self._token()[1]

    def _accept(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._place += 1
        return True

    def _demand(self, text: str) -> None:
        if not self._accept(text):
            raise self._error(f"{text!r} is missing")

    def _word(self) -> str:
        kind, text = self._token()
        if kind not in ("name", "number"):
            raise self._error("a word is missing")
        return text

    def _key(self) -> str:
        """A word that may begin with a digit or hold several hyphens: everything up to the comma or bracket."""
        text = ""
        while self._peek() not in (",", ")", ""):
            text += self._take()
        return text

    def _number(self) -> float:
        sign = -1.0 if self._accept("-") else 1.0
        kind, text = self._token()
        if kind != "number":
            raise self._error("a number is missing")
        return sign * float(text)

    def _count(self) -> int:
        number = self._number()
        if number < 1 or number != int(number):
            raise self._error("what is counted from 1 needs a whole number")
        return int(number)

    def _error(self, what: str) -> LessonError:
        return LessonError(f"In {self._text.strip()!r}, {what}.", "See the README's example.")
