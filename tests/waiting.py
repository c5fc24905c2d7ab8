"""The one way to wait for what is still on its way: from the page, from the server, from another thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
PATIENCE = 60.0  # seconds; the machines that run these tests are shared, and only a failure waits so long


def eventually(read: Callable[[], T], expected: Any, patience: float = PATIENCE) -> T:
    """Read until what is read is as expected, and return it; fails with the last reading.

    Parameters
    ----------
    read : callable
        Without arguments.
    expected : value or callable
        What the reading shall equal (arrays in shape and all elements), or a test that it shall pass.
    patience : float
        Seconds.
    """
    deadline = time.monotonic() + patience
    while not _is(seen := read(), expected):
        if time.monotonic() > deadline:
            wanted = "what passes the test" if callable(expected) else repr(expected)
            raise AssertionError(f"after {patience:.0f} s still {str(seen)[:600]} instead of {wanted[:600]}")
        time.sleep(0.05)
    return seen


def _is(seen: Any, expected: Any) -> bool:
    if callable(expected):
        return bool(expected(seen))
    if isinstance(seen, np.ndarray) or isinstance(expected, np.ndarray):
        return np.array_equal(seen, expected)
    return bool(seen == expected)
