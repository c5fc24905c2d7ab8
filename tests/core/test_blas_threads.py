"""The pin to one BLAS thread is lifted again, however it is nested."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from lprviz.core.blas import one_blas_thread


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def fail_while_pinned() -> None:
    with one_blas_thread:
        with one_blas_thread:
            assert blas_threads() == {1}
        assert blas_threads() == {1}
        raise ValueError("inside")


def test_one_thread_inside_and_the_old_number_outside():
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with pytest.raises(ValueError, match="inside"):
            fail_while_pinned()
        assert blas_threads() == before
