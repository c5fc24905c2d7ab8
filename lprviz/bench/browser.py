"""A real server and a real browser: ``panel serve`` and the installed Chromium, for the benchmarks and the tests."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LAUNCH_ARGUMENTS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
"""Software GL by name, so that machines with and without a graphics card measure the same thing."""

_CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
_PATIENCE = 120.0  # seconds for a server to answer
_OURS = ("http://127.0.0.1:", "blob:", "data:", "about:")


def is_outside(url: str) -> bool:
    """Tell whether an address is another machine's."""
    return not url.startswith(_OURS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the installed Chromium, drawing in software.

    Raises
    ------
    LprvizError
        If it or playwright is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise LprvizError(
            "Playwright, which drives the browser, is missing.", "pip install lprviz[test] brings it."
        ) from error
    path = os.environ.get("LPRVIZ_CHROMIUM") or next(filter(None, map(shutil.which, _CANDIDATES)), None)
    if path is None:
        raise LprvizError(
            "There is no Chromium to open the dashboard with.",
            "Install it (apt-get install chromium) or name it in LPRVIZ_CHROMIUM.",
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Server:
    """A running ``panel serve``: the address of its page, and where it writes what it prints."""

    url: str
    log_path: Path

    def log(self) -> str:
        """What it has printed so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@contextmanager
def serve(
    script: Path,
    *,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    path: str | None = None,
) -> Iterator[Server]:
    """Run ``panel serve`` on a script, on this machine only, until the block ends.

    Parameters
    ----------
    script : Path
    port : int, optional
        A free one by default.
    env : mapping of str to str, optional
        Added to the environment.
    arguments : sequence of str, optional
        Added to the command.
    path : str, optional
        Path of the page when `arguments` move it; the name of the script by default.

    Raises
    ------
    LprvizError
        If the server ends or does not answer.
    """
    root = f"http://127.0.0.1:{port or free_port()}"
    command = [sys.executable, "-m", "panel", "serve", str(script), "--port", root.rsplit(":", 1)[1]]
    environment = {**os.environ, **_QUIET, **(env or {})}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"{root}/{path or script.stem}", Path(folder) / "log.txt")
        with server.log_path.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                [*command, "--address", "127.0.0.1", *arguments], stdout=log, stderr=subprocess.STDOUT, env=environment
            )
        try:
            _wait_until_up(process, server)
            yield server
        finally:
            _end(process)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], server: Server) -> None:
    """Ask for a file, not for the page: that would start a session that nobody looks at."""
    deadline = time.monotonic() + _PATIENCE
    file = f"{server.url.rsplit('/', 1)[0]}/static/js/bokeh.min.js"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(file, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    last = server.log().strip().splitlines()[-1:]
    raise LprvizError("The server of the dashboard does not answer.", *last or ["It printed nothing."])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
