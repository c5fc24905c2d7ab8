"""A drop zone for one file, sent piece by piece, with its limit enforced here and not in the browser."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

OnFile = Callable[[str, bytes], None]
OnRefused = Callable[[str, str], None]

_STYLE = """
.zone { display: flex; flex-direction: column; gap: 2px; position: relative; overflow: hidden; cursor: pointer;
  border: 1.5px dashed color-mix(in srgb, currentColor 40%, transparent); border-radius: 8px; padding: 10px 12px;
  font: 13px/1.35 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  transition: border-color .15s, background .15s; }
.zone:hover, .zone[data-over] { border-color: var(--lpr-accent, #1976d2);
  background: color-mix(in srgb, var(--lpr-accent, #1976d2) 10%, transparent); }
.zone:focus-within { outline: 2px solid var(--lpr-accent, #1976d2); outline-offset: 2px; }
.title { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.hint { opacity: .75; font-size: 12px; }
.bar { position: absolute; left: 0; bottom: 0; height: 3px; width: 0; background: var(--lpr-accent, #1976d2); }
input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
"""


class FileDrop(JSComponent):
    """Drop a file, or choose one; the file arrives whole or not at all.

    Parameters
    ----------
    max_bytes : int
        Larger files are refused before their content is sent.
    """

    label = param.String("Drop a file here, or choose one")
    hint = param.String("")
    max_bytes = param.Integer(64 * 1024 * 1024, bounds=(1, None))

    _esm = Path(__file__).with_name("file_drop.js")
    _stylesheets = [_STYLE]  # noqa: RUF012  (Panel's own protocol)
    _rename = {"max_bytes": None}  # noqa: RUF012

    def __init__(self, on_file: OnFile, on_refused: OnRefused, **params: Any) -> None:
        super().__init__(**params)
        self._on_file = on_file
        self._on_refused = on_refused
        self._name = ""
        self._size = 0
        self._pieces = bytearray()

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        if msg.get("type") == "start":
            self._start(msg)
        elif msg.get("type") == "chunk":
            self._take(msg)

    def _start(self, msg: dict[str, Any]) -> None:
        self._name, self._size, self._pieces = str(msg.get("name", "")), int(msg.get("size", 0)), bytearray()
        if int(msg.get("count", 1)) > 1:
            self._refuse(msg, "Several files were dropped at once.", "Drop one file, or put them into one .zip.")
        elif self._size > self.max_bytes:
            self._refuse_size(msg, self._size)
        else:
            self._send_msg({"type": "next", "token": msg.get("token"), "offset": 0})

    def _take(self, msg: dict[str, Any]) -> None:
        try:
            self._pieces += base64.b64decode(str(msg.get("data", "")), validate=True)
        except (binascii.Error, ValueError):
            self._refuse(msg, "The file did not arrive whole.", "Try to send it again.")
            return
        if len(self._pieces) > self.max_bytes:  # whatever size the page had announced
            self._refuse_size(msg, len(self._pieces))
        elif msg.get("last"):
            payload, self._pieces = bytes(self._pieces), bytearray()
            self._send_msg({"type": "done", "token": msg.get("token")})
            self._on_file(self._name, payload)
        else:
            self._send_msg({"type": "next", "token": msg.get("token"), "offset": len(self._pieces)})

    def _refuse_size(self, msg: dict[str, Any], size: int) -> None:
        self._refuse(
            msg,
            f"This file is too large: {size / 2**20:.0f} MB, where {self.max_bytes / 2**20:.0f} MB is the limit.",
            "Send fewer structures, or compress the file with gzip.",
        )

    def _refuse(self, msg: dict[str, Any], message: str, hint: str) -> None:
        self._pieces = bytearray()
        self._send_msg({"type": "done", "token": msg.get("token")})
        self._on_refused(message, hint)
