"""Sets of indices as short text: runs ("0-44,50"), or a compressed bit for every index, whichever is shorter."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable

import numpy as np

_RUNS = re.compile(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*")
_BITS = "b"


def text_of(indices: Iterable[int], size: int) -> str:
    """Return rising indices below ``size`` as text; "" for none."""
    chosen = np.unique(np.fromiter(indices, dtype=np.int64))
    if not chosen.size:
        return ""
    ends = np.flatnonzero(np.diff(chosen) > 1)
    firsts, lasts = chosen[np.concatenate([[0], ends + 1])], chosen[np.concatenate([ends, [-1]])]
    runs = ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True))
    if len(runs) < 24:
        return runs
    mask = np.zeros(size, dtype=bool)
    mask[chosen] = True
    packed = base64.urlsafe_b64encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode().rstrip("=")
    return min(runs, _BITS + packed, key=len)


def indices_from(text: str, size: int) -> tuple[int, ...] | None:
    """Return the indices that a text stands for, rising; None where it stands for none below ``size``."""
    if text == "":
        return ()
    return _from_bits(text[1:], size) if text.startswith(_BITS) else _from_runs(text, size)


def _from_runs(text: str, size: int) -> tuple[int, ...] | None:
    if len(text) > 12 * size + 24 or not _RUNS.fullmatch(text):
        return None
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin, end = int(first), int(last or first)
        if begin > end or end >= size or (found and begin <= found[-1]):
            return None
        found.extend(range(begin, end + 1))
    return tuple(found)


def _from_bits(text: str, size: int) -> tuple[int, ...] | None:
    length = (size + 7) // 8
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        content = reader.decompress(packed, length + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    if len(content) != length or not reader.eof or reader.unused_data:
        return None
    mask = np.unpackbits(np.frombuffer(content, dtype=np.uint8)).astype(bool)
    return None if mask[size:].any() else tuple(np.flatnonzero(mask[:size]).tolist())
