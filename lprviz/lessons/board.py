"""The class's board: nicknames and scores under a code, kept in a file, so that they survive a restart of the server.

No accounts and nothing about persons: a nickname, the best score of it, and nothing else. The file is JSON lines and is
replaced whole, so that a reader never sees half of it; one lock per file orders the writers of a process.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import tempfile
import threading
import unicodedata
from collections import defaultdict
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from lprviz.errors import LessonError
from lprviz.lessons.links import class_code

MOST_ENTRIES = 200
LARGEST_FILE = 65_536
LONGEST_NAME = 24

_WORDS = ("oak", "elm", "ash", "fir", "yew", "bay", "fig", "box", "may", "sloe", "pine", "rowan")
_LOCKS: dict[Path, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class BoardEntry:
    """One line of a board: a nickname and its best score."""

    nickname: str
    score: float

    @property
    def html(self) -> str:
        """The nickname, safe to be put into a page."""
        return escape(self.nickname)


def new_code() -> str:
    """A fresh class code, easy to read aloud."""
    return f"{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"


def valid_nickname(text: str) -> str:
    """A nickname as it is kept.

    Raises
    ------
    LessonError
        If nothing readable is left of it, or it is too long, or holds other than letters, digits, spaces and - _ . '
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise LessonError(f"A nickname has 1 to {LONGEST_NAME} characters.", "Choose another.")
    if not all(letter.isalnum() or letter in " -_.'" for letter in name) or not any(map(str.isalnum, name)):
        raise LessonError("A nickname is made of letters and digits.", "Choose another; do not use your full name.")
    return name


class Board:
    """The scores of one class.

    Parameters
    ----------
    code : str
        The class code.
    folder : str or Path
        Where boards are kept; made if it is not there.

    Raises
    ------
    LessonError
        If the code is none.
    """

    def __init__(self, code: str, folder: str | Path) -> None:
        self.code = class_code(code)
        self._path = Path(folder).resolve() / f"board-{self.code}.jsonl"

    def entries(self) -> tuple[BoardEntry, ...]:
        """All lines, the best score first; what cannot be read in the file is left out."""
        best: dict[str, BoardEntry] = {}
        for line in self._lines():
            entry = _entry(line)
            if entry is not None and (_key(entry) not in best or best[_key(entry)].score < entry.score):
                best[_key(entry)] = entry
        return tuple(sorted(best.values(), key=lambda each: (-each.score, each.nickname.casefold())))[:MOST_ENTRIES]

    def add(self, nickname: str, score: float) -> BoardEntry:
        """Note a score; of several under one nickname the best counts.

        Raises
        ------
        LessonError
            If nickname or score is none, or the board is full.
        """
        entry = BoardEntry(valid_nickname(nickname), float(score))
        if not math.isfinite(entry.score):
            raise LessonError("This is no score.", "Choose ten structures first.")
        with _LOCKS[self._path]:
            known = {_key(each): each for each in self.entries()}
            if _key(entry) not in known and len(known) >= MOST_ENTRIES:
                raise LessonError(f"The board has {MOST_ENTRIES} lines already.", "Clear it, or use another code.")
            if _key(entry) in known and known[_key(entry)].score >= entry.score:
                return known[_key(entry)]
            self._write([*(each for key, each in known.items() if key != _key(entry)), entry])
        return entry

    def clear(self) -> None:
        """Forget everything, at the end of the class."""
        with _LOCKS[self._path]:
            self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            with self._path.open("rb") as file:
                return file.read(LARGEST_FILE).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []

    def _write(self, entries: list[BoardEntry]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".board-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(asdict(each)) + "\n" for each in entries)
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _key(entry: BoardEntry) -> str:
    return entry.nickname.casefold()


def _entry(line: str) -> BoardEntry | None:
    try:
        raw = json.loads(line)
        entry = BoardEntry(valid_nickname(raw["nickname"]), float(raw["score"]))
    except (ValueError, TypeError, KeyError, RecursionError, LessonError):
        return None
    return entry if math.isfinite(entry.score) else None
