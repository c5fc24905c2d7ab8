"""What the benchmark of the dashboard serves: one dashboard per browser session, on a named workload."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lprviz.analysis import LPRAnalysis
from lprviz.app import create_app, show
from lprviz.bench.workloads import PUBLISHED_ALPHA, Workload, silicon
from lprviz.data import load_dataset
from lprviz.data.cache import DiskCache

if TYPE_CHECKING:
    import panel_material_ui as pmui

DEFAULT = "the default set"
PUBLISHED = "silicon, published size"


def dashboard(workload: str) -> pmui.Page:
    """Return the dashboard on `DEFAULT` (as ``apps/main.py`` opens it) or on `PUBLISHED`."""
    return create_app() if workload == DEFAULT else show(_analysis())


def script(workload: str) -> str:
    """The few lines that ``panel serve`` is given."""
    return f"from lprviz.bench.served import dashboard\n\ndashboard({workload!r}).servable()\n"


def sizes(workload: str) -> dict[str, Any]:
    """The work of a toggle: name, structures and environments."""
    structures = load_dataset("silicon") if workload == DEFAULT else silicon().structures
    return {"set": workload, "n_structures": len(structures), "n_environments": structures.n_environments}


@lru_cache(maxsize=1)
def _analysis() -> LPRAnalysis:
    """Computed at the first session and shared by the others."""
    published: Workload = silicon()
    return LPRAnalysis(published.structures, hypers=published.hypers, alpha=PUBLISHED_ALPHA, cache=DiskCache())
