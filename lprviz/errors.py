"""One family of errors. Each says what is wrong and, in its hint, what to do about it."""

from __future__ import annotations


class LprvizError(Exception):
    """Base of every error that lprviz raises on purpose.

    Parameters
    ----------
    message : str
        One sentence: what is wrong, and where.
    hint : str, optional
        One sentence: what the reader can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DataError(LprvizError):
    """A file or a structure cannot be used."""


class DescriptorError(LprvizError):
    """The descriptors cannot be computed for these structures with these hypers."""


class ModelError(LprvizError):
    """The model cannot be built or changed as asked (alpha, members, shapes)."""


class LessonError(LprvizError):
    """A lesson cannot be read, or something cannot be done in it now."""
