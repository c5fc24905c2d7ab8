"""Files written whole or not at all: beside the destination first, then renamed over it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from ase import Atoms

STDOUT = "-"


def write_text(path: str, text: str) -> None:
    """Write text (UTF-8) to `path`, or to standard output for ``-``."""
    if path == STDOUT:
        sys.stdout.write(text)
        return
    _write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_structures(path: str, structures: Sequence[Atoms]) -> None:
    """Write structures as extended xyz to `path`, or to standard output for ``-``."""
    from ase.io import write

    if path == STDOUT:
        write(sys.stdout, list(structures), format="extxyz")
        return
    _write_whole(path, lambda temporary: write(temporary, list(structures), format="extxyz"))


def require_writable(*paths: str | None) -> None:
    """Refuse destinations that cannot be written before any long work starts."""
    for path in paths:
        if path is None or path == STDOUT:
            continue
        folder = Path(path).parent
        if Path(path).is_dir():
            raise LprvizError(f"Cannot write to {path}: it is a folder.", "Name a file inside it.")
        if not folder.is_dir():
            raise LprvizError(f"Cannot write to {path}: there is no folder {folder}.", "Create the folder first.")
        if not os.access(folder, os.W_OK):
            raise LprvizError(f"Cannot write to {path}: {folder} is not writable.", "Choose another folder.")


def _write_whole(path: str, write: Callable[[Path], object]) -> None:
    require_writable(path)
    destination = Path(path).resolve()  # so that a link stays a link
    temporary = None
    try:
        if destination.exists() and not destination.is_file():
            write(destination)  # a device or a pipe is written to, never replaced
            return
        handle, name = tempfile.mkstemp(dir=destination.parent, prefix=".lprviz-", suffix=destination.suffix or ".xyz")
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(destination)
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise LprvizError(f"Cannot write to {path}: {reason}.", "Choose another file.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
