"""Reading plain values strictly: whatever is missing, of another kind, too large or unknown is one clear error."""

from __future__ import annotations

import math
from typing import Any, NoReturn

from lprviz.errors import DataError
from lprviz.session.records.index_text import indices_from

LONGEST_TEXT = 300
_MISSING = object()


class Fields:
    """A mapping from outside, read field by field; `finish` refuses what nobody asked for.

    Parameters
    ----------
    plain : object
        What JSON gave.
    what : str
        What is being read, for messages: "link" or "session file".
    place : str
        Where in it this mapping is.
    """

    def __init__(self, plain: Any, what: str, place: str = "") -> None:
        self._what, self._place = what, place
        if not isinstance(plain, dict):
            self._refuse("", "a group of fields")
        self._plain: dict[str, Any] = dict(plain)

    def __contains__(self, name: str) -> bool:
        return name in self._plain

    def text(self, name: str, default: Any = _MISSING, *, longest: int = LONGEST_TEXT) -> str:
        """A short text without control characters."""
        value = self._take(name, default)
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            self._refuse(name, f"a text of at most {longest} characters")
        return value

    def choice(self, name: str, known: tuple[str, ...], default: Any = _MISSING) -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in known:
            self._refuse(name, f"one of {', '.join(known[:12])}")
        return value

    def number(self, name: str, default: Any = _MISSING, *, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self._refuse(name, "a number within its range")
        number = float(value)
        if not math.isfinite(number):
            self._refuse(name, "a finite number")
        return number

    def whole(self, name: str, default: Any = _MISSING, *, low: int = 0, high: int = 2**53) -> int:
        """A whole number from low to high."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._refuse(name, f"a whole number from {low} to {high}")
        return value

    def flag(self, name: str, default: Any = _MISSING) -> bool:
        """True or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            self._refuse(name, "true or false")
        return value

    def numbers(self, name: str, lengths: tuple[int, ...] | None = None, *, most: int = 1_000_000) -> tuple[float, ...]:
        """A list of finite numbers, of one of some lengths."""
        values = self._list(name, most)
        if lengths is not None and len(values) not in lengths:
            self._refuse(name, f"a list of {' or '.join(map(str, lengths))} numbers")
        if any(isinstance(each, bool) or not isinstance(each, int | float) for each in values):
            self._refuse(name, "a list of numbers")
        found = tuple(float(each) for each in values)
        if not all(map(math.isfinite, found)):
            self._refuse(name, "a list of finite numbers")
        return found

    def wholes(self, name: str, *, most: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers from 0 to high."""
        values = self._list(name, most)
        if any(isinstance(each, bool) or not isinstance(each, int) or not 0 <= each <= high for each in values):
            self._refuse(name, "a list of whole numbers")
        return tuple(values)

    def indices(self, name: str, size: int, default: Any = _MISSING) -> tuple[int, ...]:
        """Rising indices below ``size``, as `lprviz.session.records.index_text` writes them."""
        value = self._take(name, default)
        found = indices_from(value, size) if isinstance(value, str) else None
        if found is None:
            self._refuse(name, f"a set of numbers below {size}")
        return found

    def long_text(self, name: str, longest: int) -> str:
        """A long text in letters of base 64."""
        value = self._take(name, "")
        if not isinstance(value, str) or len(value) > longest or not value.isascii():
            self._refuse(name, f"at most {longest} letters")
        return value

    def group(self, name: str, default: Any = _MISSING) -> Fields:
        """A mapping inside this one."""
        return Fields(self._take(name, default), self._what, self._path(name))

    def groups(self, name: str, most: int) -> list[Fields]:
        """A list of mappings; empty where it is missing."""
        return [Fields(each, self._what, self._path(name)) for each in self._list(name, most)]

    def texts(self, most: int) -> dict[str, str]:
        """Every field that is left, all short texts."""
        if len(self._plain) > most:
            self._refuse("", f"at most {most} fields")
        return {name: self.text(name) for name in list(self._plain)}

    def finish(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._plain:
            self._refuse("", "nothing but what this version of lprviz knows")

    def refuse(self, name: str, expected: str) -> NoReturn:
        """Raise DataError for a field whose value makes no sense."""
        self._refuse(name, expected)

    def _list(self, name: str, most: int) -> list[Any]:
        value = self._take(name, [])
        if not isinstance(value, list) or len(value) > most:
            self._refuse(name, f"a list of at most {most}")
        return value

    def _take(self, name: str, default: Any) -> Any:
        value = self._plain.pop(name, default)
        if value is _MISSING:
            self._refuse(name, "there")
        return value

    def _path(self, name: str) -> str:
        return ".".join(part for part in (self._place, name) if part)

    def _refuse(self, name: str, expected: str) -> NoReturn:
        place = self._path(name)
        raise DataError(
            f"This {self._what} is damaged: {place or 'it'} should be {expected}.",
            "Nothing was changed. Ask for it anew where it came from.",
        )
