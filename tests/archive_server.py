"""A small web server on loopback that serves one file, well or badly."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shelf:
    """What the server serves and how; ``requests`` keeps the Range header of each request, None where it had none."""

    def __init__(self, content: bytes, *, ranges: bool = True, stop_after: int | None = None, status: int = 0,
                 redirect: str = "", shift: int = 0) -> None:  # fmt: skip
        self.content, self.ranges, self.stop_after = content, ranges, stop_after
        self.status, self.redirect, self.shift = status, redirect, shift
        self.requests: list[str | None] = []
        self.address = ""


@contextmanager
def serving(shelf: Shelf):
    """Serve on a free port of 127.0.0.1 until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            shelf.requests.append(asked)
            if shelf.redirect:
                self.send_response(302)
                self.send_header("Location", shelf.redirect)
                self.end_headers()
                return
            if shelf.status:
                self.send_error(shelf.status)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and shelf.ranges else 0
            if start >= len(shelf.content):
                self.send_error(416)
                return
            body = shelf.content[start:]
            self.send_response(206 if start else 200)
            if start:
                first = start + shelf.shift
                self.send_header("Content-Range", f"bytes {first}-{len(shelf.content) - 1}/{len(shelf.content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if shelf.stop_after is None else body[: shelf.stop_after])

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    shelf.address = f"http://127.0.0.1:{server.server_port}/file.tar.gz"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
