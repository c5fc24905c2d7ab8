"""One BLAS thread while the engine works.

The engine multiplies tall arrays by single vectors: that is bound by memory, not by arithmetic, and two OpenBLAS
threads made the small blocks 7 to 30 times slower than one. The number of threads is a setting of the whole process,
so it is lowered on the way in and restored on the way out, and nested or concurrent users are counted: only the first
lowers it, only the last restores it.

`threadpoolctl.threadpool_limits` looks for the loaded libraries at each call (about 2 ms, as long as a toggle); a
controller kept for the life of the process does so once, and a limit then costs 20 microseconds.
"""

from __future__ import annotations

import threading
from functools import cache
from types import TracebackType
from typing import Any

import scipy.linalg  # noqa: F401  (loads SciPy's own BLAS, so that the controller sees it)
from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


class _OneBlasThread:
    """A re-entrant, thread-safe context manager; use the single instance `one_blas_thread`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._limiter: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                self._limiter = _controller().limit(limits=1, user_api="blas")
            self._users += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._limiter.restore_original_limits()
                self._limiter = None


one_blas_thread = _OneBlasThread()
"""``with one_blas_thread:`` pins BLAS to one thread inside the block."""
