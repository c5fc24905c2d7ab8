"""``lprviz export``: what a session file or a link shows, as files for other programs."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from lprviz.cli.outputs import require_writable, write_bytes
from lprviz.cli.reporting import Report
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.session import Session

_LINK = re.compile(r"\d+\.[A-Za-z0-9_-]{40,}")
_KINDS = {
    ".xyz": "extxyz",
    ".extxyz": "extxyz",
    ".png": "png",
    ".svg": "svg",
    ".pdf": "pdf",
    ".py": "python",
    ".html": "page",
    ".gz": "chemiscope",
}
_ENDINGS = {"-atoms.csv": "atoms", ".csv": "structures", ".lprviz.json": "session"}


def run(options: argparse.Namespace, report: Report) -> None:
    """Open the session without a screen and write each file asked for."""
    kinds = {path: kind_of(path) for path in options.output}
    require_writable(*options.output)
    session = opened(options.session, report, cached=not options.no_cache)
    if options.structure is not None:
        session.show_structure(options.structure)
    sizes = {}
    for path, kind in kinds.items():
        with report.stage(f"writing {path}"):
            content = _content(session, kind)
        write_bytes(path, content)
        sizes[path] = len(content)
    lines = [f"{path}  {size} bytes" for path, size in sizes.items()]
    report.result("\n".join(lines), {"files": sizes, "n_train": len(session.members)}, options.json)


def kind_of(path: str) -> str:
    """What a file is to hold, by its name (LprvizError where the name does not say)."""
    name = Path(path).name.lower()
    ending = next((kind for end, kind in _ENDINGS.items() if name.endswith(end)), None)
    kind = ending or _KINDS.get(Path(name).suffix)
    if kind is None or (kind == "chemiscope" and not name.endswith(".json.gz")):
        raise LprvizError(
            f"The name {Path(path).name} does not say what the file is to hold.",
            "Let it end in .xyz, -atoms.csv, .csv, .json.gz, .png, .svg, .pdf, .html, .py or .lprviz.json.",
        )
    return kind


def opened(source: str, report: Report, *, cached: bool) -> Session:
    """Open a link, or the session file of that name."""
    from lprviz.data.cache import DiskCache
    from lprviz.session import Session
    from lprviz.session.library import Library

    session = Session(library=Library(DiskCache() if cached else None))
    with report.stage("opening the session"):
        if _LINK.fullmatch(source):
            session.open_link(source)
        else:
            session.open_file(_read(source))
    problem = session.problem
    if session.fit is None:
        message, hint = (problem.message, problem.hint) if problem is not None else ("It cannot be opened.", "")
        raise LprvizError(message, hint)
    if problem is not None:
        report.note(f"warning: {problem.message}")
    return session


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise LprvizError(
            f"The session file {Path(path).name[:60]} cannot be read: {error.strerror}.", "Check the path."
        ) from error


def _content(session: Session, kind: str) -> bytes:
    if kind == "page":
        from lprviz.components.session_page import session_page

        return session_page(session).content
    from lprviz.session.exporting import exported

    return exported(session, kind).content
