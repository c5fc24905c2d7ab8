"""Where the real public data sets for tests are: the folder ``shared/data`` beside the repository, if it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[1] / "../shared/data"


def shared_data(name: str) -> Path:
    """Return the path of a file or folder of the shared data; skips the test, saying so, where it is absent."""
    path = (_FOLDER / name).resolve()
    if not path.exists():
        pytest.skip(f"real data {name!r} is not beside this checkout (../shared/data)")
    return path
