"""A real server and a real browser for the tests that need them; nothing here knows what is served."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

LAUNCH_ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch(playwright: Playwright) -> Browser:
    """The installed Chromium, drawing in software. Fails when there is none, unless LPRVIZ_NO_BROWSER is set."""
    if os.environ.get("LPRVIZ_NO_BROWSER"):
        pytest.skip("LPRVIZ_NO_BROWSER is set")
    path = os.environ.get("LPRVIZ_CHROMIUM") or next(filter(None, map(shutil.which, CANDIDATES)), None)
    if path is None:
        pytest.fail("no chromium found: install it, name it in LPRVIZ_CHROMIUM, or set LPRVIZ_NO_BROWSER to go without")
    return playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGUMENTS)


@dataclass(frozen=True)
class Server:
    """A running ``panel serve``; `log()` is what it has printed so far."""

    url: str
    log_path: Path

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@contextmanager
def serve(
    script: Path, env: Mapping[str, str] | None = None, arguments: Sequence[str] = (), path: str | None = None
) -> Iterator[Server]:
    """Serve a script on a free port of this machine until the block ends.

    Parameters
    ----------
    script : Path
        Handed to ``panel serve``.
    env : mapping, optional
        Added to the environment.
    arguments : sequence of str, optional
        Added to the command.
    path : str, optional
        Path of the page when `arguments` move it; the name of the script by default.
    """
    port = _free_port()
    command = [sys.executable, "-m", "panel", "serve", str(script), "--port", str(port), "--address", "127.0.0.1"]
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"http://127.0.0.1:{port}/{path or script.stem}", Path(folder) / "log.txt")
        with server.log_path.open("wb") as log:
            process = subprocess.Popen(
                [*command, *arguments], stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **quiet, **(env or {})}
            )
        try:
            _wait_until_up(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(process: subprocess.Popen[bytes], server: Server, patience: float = 120.0) -> None:
    deadline = time.monotonic() + patience
    root = server.url.rsplit("/", 1)[0]
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}:\n{server.log()}")
        try:
            # A file, not the page: asking for the page would start a session that nobody looks at.
            with urllib.request.urlopen(f"{root}/static/js/bokeh.min.js", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {patience:.0f} s:\n{server.log()}")


@dataclass
class Visit:
    """A page, with every request, console line and uncaught error since it was made."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, browser: Browser, width: int = 900, height: int = 700) -> Visit:
        visit = cls(browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True))
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda line: visit.console.append(f"{line.type}: {line.text}"))
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        return visit

    def outside_requests(self) -> list[str]:
        """Addresses asked for that are not this machine's."""
        return [url for url in self.requests if not url.startswith(("http://127.0.0.1:", "blob:", "data:"))]
