"""A record as text that fits into an address, and back. Compressed; letters, digits, dash, underscore and dot only."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib

from lprviz.errors import DataError, ModelError
from lprviz.session.records.file import parse_json
from lprviz.session.records.plain import from_plain, to_plain
from lprviz.session.records.record import FORMAT, SessionRecord

LONGEST_LINK = 16_000
"""Letters; longer addresses are cut short by some browsers, mail programs and servers."""

_MOST_BYTES = 512 * 1024
_SHAPE = re.compile(r"(\d{1,4})\.([A-Za-z0-9_-]+)")
_USUAL = (
    b'"component":"species:"committee":"posterior""shown":"log-ratio""regulariser-share""local-energy""error""sigma"'
    b'"network":{"hidden":[64,64],"epochs":200,"seed":0},"trained_on":"n_sparse":"zeta":"sampling":"cur""weights":'
    b'"baseline":"isolated-atoms","intercept":true,"forces":true,"force_weight":0.001,"entry":"toy-species"'
    b'"picked":"group":"camera":[0.0,"reference":"Pin 1","compared":""pins":[{"alpha":0.0001,"members":"0-44,'
    b'"name":"Pin 1"},"metrics":[-1.0,"colour":{"limits":[0.0001,10.0],"shown":"lpr"},"data":{"bundled":"silicon",'
    b'"silicon-carbide""carbon""molecules""energy":"energy","environments":13440,"hash":"labels":"name":"Silicon",'
    b'"structures":210},"format":1,"look":{"structure":160},"settings":{"hypers":{"cutoff":2.85,"max_angular":12,'
    b'"max_radial":9,"smoothing":0.1,"width":0.5},"model":{"kind":"sparse-kernel"},"scale":"frozen"}}'
)
"""What most links hold, known to both sides so that it need not be sent. Part of format 1: never to be changed."""


def to_link(record: SessionRecord) -> str:
    """Return a record as text for a link.

    Raises
    ------
    ModelError
        If it would be too long.
    """
    plain = json.dumps(to_plain(record), separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    packer = zlib.compressobj(9, zdict=_USUAL)
    packed = packer.compress(plain) + packer.flush()
    text = f"{FORMAT}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"
    if len(text) > LONGEST_LINK:
        raise ModelError(
            f"This state is too large for a link ({len(text)} letters, and {LONGEST_LINK} is the limit).",
            "Save it as a file instead.",
        )
    return text


def from_link(text: str) -> SessionRecord:
    """Return the record that a link stands for; hostile until parsed.

    Raises
    ------
    LprvizError
        If it is no such link, damaged, of a newer version, or too large.
    """
    damaged = DataError("This link is damaged or incomplete.", "Copy it again, whole.")
    if len(text) > LONGEST_LINK:
        raise DataError("This link is too long.", "Copy it again, or ask for a session file.")
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise damaged
    if int(found.group(1)) > FORMAT:
        raise DataError("This link was made by a newer lprviz.", "Update lprviz to open it.")
    letters = found.group(2)
    try:
        packed = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj(zdict=_USUAL)
        content = reader.decompress(packed, _MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise damaged from error
    if len(content) > _MOST_BYTES or not reader.eof or reader.unused_data:
        raise damaged
    return from_plain(parse_json(content, "link"), "link", 0)
