"""Read a file that came over the network: hostile until parsed."""

from __future__ import annotations

import io

from lprviz.data.archives import parse_file_or_archive
from lprviz.data.file_formats import display_name
from lprviz.data.limits import ReadLimits
from lprviz.data.parsing import ALL, FileToParse
from lprviz.data.reading import collect
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError, LprvizError
from lprviz.progress import Cancelled, Tick, no_tick, phase

_PARSING = 0.7


def read_upload(
    filename: str, payload: bytes | str, *, tick: Tick = no_tick, limits: ReadLimits | None = None
) -> StructureSet:
    """Read structures from bytes held in memory; the disk is never touched and nothing in them is run.

    Parameters
    ----------
    filename : str
        Name the sender gave; shown shortened and used to tell formats apart, never as a path.
    payload : bytes or str
        The content, of any format that `read_structures` reads, or a zip of such files.
    tick : Tick
        Progress and cancel.
    limits : ReadLimits, optional
        What to accept; the defaults of `ReadLimits` suit strangers.

    Returns
    -------
    StructureSet

    Raises
    ------
    DataError
        Whatever is wrong with the file, in one sentence that names it.
    """
    content = payload.encode() if isinstance(payload, str) else payload
    limits = limits or ReadLimits()
    name = display_name(filename)
    file = FileToParse(name, io.BytesIO(content), len(content), ALL)
    try:
        parsed = parse_file_or_archive(file, limits, phase(tick, 0.0, _PARSING))
        return collect(parsed, [name], tick=phase(tick, _PARSING, 1.0))
    except (LprvizError, Cancelled):
        raise
    except MemoryError as error:
        raise DataError(f"{name} asks for more memory than there is.", "Keep fewer structures in it.") from error
    except Exception as error:  # a net under the checks: whatever a stranger sends, the page shows one sentence
        raise DataError(f"{name} cannot be used.", "Check it with ASE, and write it again as extended xyz.") from error
