"""One BLAS thread while the engine works.

The engine multiplies tall arrays by single vectors: that is bound by memory, not by arithmetic, and two OpenBLAS
threads made the small blocks 7 to 30 times slower than one. The number of threads is a setting of the whole process,
so it is lowered on the way in and restored on the way out, and nested or concurrent users are counted: only the first
lowers it, only the last restores it.

`threadpoolctl.threadpool_limits` looks for the loaded libraries at each call (2 ms, as long as a toggle). Here they are
looked up once for the life of the process; entering then costs a few microseconds.
"""

from __future__ import annotations

import threading
from functools import cache
from types import TracebackType
from typing import Any

import scipy.linalg  # noqa: F401  (loads SciPy's own BLAS, so that the look-up below sees it)
from threadpoolctl import ThreadpoolController


@cache
def _blas_libraries() -> list[Any]:
    return ThreadpoolController().select(user_api="blas").lib_controllers


class _OneBlasThread:
    """A re-entrant, thread-safe context manager; use the single instance `one_blas_thread`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._lowered: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._users == 0:
                counts = [(library, library.get_num_threads()) for library in _blas_libraries()]
                self._lowered = [(library, count) for library, count in counts if count != 1]
                for library, _ in self._lowered:
                    library.set_num_threads(1)
            self._users += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                for library, count in self._lowered:
                    library.set_num_threads(count)


one_blas_thread = _OneBlasThread()
"""``with one_blas_thread:`` pins BLAS to one thread inside the block."""
