"""A real server and a real browser to measure the dashboard with: ``panel serve`` and the installed chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
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
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
_PATIENCE = 120.0  # seconds for a server to answer


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the installed Chromium, drawing in software; raises LprvizError when it or playwright is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise LprvizError(
            "The app benchmark drives a browser through playwright, which is missing.", "pip install lprviz[test]"
        ) from error
    path = os.environ.get("LPRVIZ_CHROMIUM") or next(filter(None, map(shutil.which, _CANDIDATES)), None)
    if path is None:
        raise LprvizError(
            "The app benchmark found no chromium.",
            "Install it (apt-get install chromium) or name it in LPRVIZ_CHROMIUM.",
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(script: Path, port: int, cache: Path) -> Iterator[str]:
    """Run ``panel serve`` on a script until the block ends, and give the address of its page.

    Parameters
    ----------
    script : Path
    port : int
        On this machine only; `free_port` names one.
    cache : Path
        Folder of the disk cache.

    Raises
    ------
    LprvizError
        If the server ends or does not answer.
    """
    command = [sys.executable, "-m", "panel", "serve", str(script), "--port", str(port), "--address", "127.0.0.1"]
    log_path = script.with_suffix(".log")
    with log_path.open("wb") as log:
        environment = {**os.environ, **_ONE_THREAD, "LPRVIZ_CACHE_DIR": str(cache)}
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)  # noqa: S603
    try:
        _wait_until_up(process, f"http://127.0.0.1:{port}/static/js/bokeh.min.js", log_path)
        yield f"http://127.0.0.1:{port}/{script.stem}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Ask for a file, not for the page: that would start a session that nobody looks at."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise LprvizError("The server to be measured does not answer.", *last or ["It printed nothing."])
