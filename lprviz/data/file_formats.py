"""Tell formats of structure files apart by content first and by name second, and refuse what must not be opened.

ASE could guess as well, but some of its formats run Python or unpickle what they read. So formats are named here one
by one, and everything else is refused.
"""

from __future__ import annotations

from pathlib import PurePath

from lprviz.errors import DataError

READABLE = "Extended xyz, cif, POSCAR, ASE traj, db and json files can be read, also compressed or in a zip."

ASE_TEXT_FORMATS = {
    "gen": "gen",
    "xsf": "xsf",
    "axsf": "xsf",
    "pdb": "proteindatabank",
    "xdatcar": "vasp-xdatcar",
}
"""Suffix (or whole name, lower case) -> name of a further plain-text format of ASE that reads nothing but text."""

_SUFFIXES = {"xyz": "extxyz", "extxyz": "extxyz", "cif": "cif", "vasp": "vasp", "poscar": "vasp", "contcar": "vasp"}
_COMPRESSED = {"gz", "bz2", "xz"}
_REFUSED = (
    (b"\x80\x02", "is a Python pickle, which can run programs when opened"),
    (b"\x80\x03", "is a Python pickle, which can run programs when opened"),
    (b"\x80\x04", "is a Python pickle, which can run programs when opened"),
    (b"\x80\x05", "is a Python pickle, which can run programs when opened"),
    (b"\x93NUMPY", "is a NumPy array, not a structure file"),
    (b"\x89HDF", "is an HDF5 file"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"%PDF", "is a PDF document"),
    (b"\x7fELF", "is a program"),
    (b"PK\x03\x04", "is an archive inside an archive"),
    (b"\x1f\x8b", "is compressed twice"),
    (b"7z\xbc\xaf", "is a 7z archive"),
    (b"Rar!", "is a rar archive"),
)


def detect_format(head: bytes, filename: str) -> str:
    """Name the format of a (decompressed) file.

    Parameters
    ----------
    head : bytes
        Its first few kilobytes.
    filename : str
        Its name as given; only the suffix is looked at.

    Returns
    -------
    str
        One of "extxyz", "cif", "vasp", "traj", "db", "json", or another text format of ASE.

    Raises
    ------
    DataError
        If the file is empty, of a kind that is refused, or not recognised.
    """
    name = display_name(filename)
    refuse_dangerous(head, name)
    if head.startswith((b"- of Ulm", b"AFFormat")):
        return "traj"
    if head.startswith(b"SQLite format 3\x00"):
        return "db"
    text = _as_text(head, name)
    if text.lstrip().lower().startswith(("<!doctype", "<html", "<head", "<script", "<body")):
        raise DataError(f"{name} is a web page, not a structure file.", "Download the file itself, not its page.")
    if text.lstrip().startswith("{"):
        return "json"
    return _SUFFIXES.get(_suffix(filename)) or _by_content(text) or _further(filename, name)


def refuse_dangerous(head: bytes, name: str) -> None:
    """Raise DataError for an empty file and for kinds of files that are recognised and never opened."""
    if not head.strip():
        raise DataError(f"{name} is empty.", "Choose a file that holds structures.")
    for magic, what in _REFUSED:
        if head.startswith(magic):
            raise DataError(f"{name} {what}.", f"It was not opened. {READABLE}")


def display_name(filename: str, longest: int = 60) -> str:
    """Return the last part of a file name, printable and short, fit to be shown in a message."""
    last = PurePath(filename.replace("\\", "/")).name
    clean = "".join(letter if letter.isprintable() else "?" for letter in last).strip()
    if len(clean) > longest:
        clean = f"{clean[: longest - 15]}…{clean[-14:]}"
    return clean or "the file"


def has_known_suffix(filename: str) -> bool:
    """Whether a file looks like a structure file by its name alone."""
    return _suffix(filename) in {*_SUFFIXES, *ASE_TEXT_FORMATS, "traj", "db", "json"}


def _suffix(filename: str) -> str:
    """Suffix in lower case without compression, or the whole name where it has none (POSCAR, XDATCAR)."""
    parts = PurePath(filename.replace("\\", "/")).name.lower().split(".")
    while len(parts) > 1 and parts[-1] in _COMPRESSED:
        parts.pop()
    if parts[0] in {"poscar", "contcar", "xdatcar"}:
        return parts[0]
    return parts[-1]


def _as_text(head: bytes, name: str) -> str:
    text = head.decode("utf-8", errors="replace")
    if b"\x00" in head or text.count("\ufffd") > 0.1 * len(text):
        raise DataError(f"{name} is a binary file of an unknown kind.", READABLE)
    return text


def _by_content(text: str) -> str | None:
    lines = text.splitlines()
    if lines[0].strip().isdecimal():
        return "extxyz"
    if any(line.lower().startswith("data_") for line in lines):
        return "cif"
    numbers = [_reals(line) for line in lines[1:5]]
    if len(numbers) == 4 and numbers[0] in (1, 3) and numbers[1:] == [3, 3, 3]:
        return "vasp"
    return None


def _further(filename: str, name: str) -> str:
    further = ASE_TEXT_FORMATS.get(_suffix(filename))
    if further is None:
        raise DataError(f"{name} is not a structure file that is recognised.", READABLE)
    return further


def _reals(line: str) -> int:
    """How many real numbers a line holds, 0 when it holds anything else."""
    words = line.split()
    try:
        return len([float(word) for word in words])
    except ValueError:
        return 0
