"""Files written whole or not at all: beside the destination first, then renamed over it."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from ase import Atoms

STDOUT = "-"
Columns = Mapping[str, NDArray[np.float64]]


def write_text(path: str, text: str) -> None:
    """Write text (UTF-8) to `path`, or to standard output for ``-``."""
    if path == STDOUT:
        sys.stdout.write(text)
        return
    _write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_bytes(path: str, content: bytes) -> None:
    """Write bytes to `path`."""
    _write_whole(path, lambda temporary: temporary.write_bytes(content))


def write_structures(path: str, structures: Sequence[Atoms], columns: Sequence[Columns] | None = None) -> None:
    """Write structures as extended xyz to `path`, or to standard output for ``-``.

    Parameters
    ----------
    path : str
    structures : sequence of ase.Atoms
    columns : sequence of mappings of str to (n_atoms,) arrays, optional
        Further numbers per atom, one mapping for each structure. They keep ten digits whatever their size, where
        ASE's own columns keep eight decimals, which would turn an LPR of 1e-9 into zero.
    """
    extras = columns if columns is not None else [{}] * len(structures)
    text = "".join(_frame(atoms, extra) for atoms, extra in zip(structures, extras, strict=True))
    if path == STDOUT:
        sys.stdout.write(text)
        return
    _write_whole(path, lambda temporary: _write_compressible(temporary, text))


def _frame(atoms: Atoms, columns: Columns) -> str:
    """One structure as ASE writes it, with further columns behind its own."""
    from ase.io import write

    buffer = io.StringIO()
    write(buffer, atoms, format="extxyz")
    count, comment, *rows = buffer.getvalue().rstrip("\n").split("\n")
    properties = "".join(f":{name}:R:1" for name in columns)
    comment = re.sub(r"Properties=\S+", lambda found: found.group() + properties, comment, count=1)
    added = ["".join(f" {value:.9e}" for value in values) for values in zip(*columns.values(), strict=True)]
    rows = [row.rstrip() + more for row, more in zip(rows, added or [""] * len(rows), strict=True)]
    return "\n".join([count, comment, *rows]) + "\n"


def _write_compressible(path: Path, text: str) -> None:
    """Write text, compressed where the name says so."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        path.write_text(text, encoding="utf-8")


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
