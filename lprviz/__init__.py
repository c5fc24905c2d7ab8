"""See how firmly a training set pins down each atom's share of a machine-learned energy.

One map of the package; each line imports only from the lines below it (checked by tests/test_architecture.py):

==================  ===========================================================================================
lprviz.bench        ``python -m lprviz.bench NAME``: measurements as ratios against a peer or a limit
lprviz.app          composition root of the dashboard; `show` for notebooks
lprviz.views        thin panels that read the session and call its intents
lprviz.cli          the ``lprviz`` command: lpr, suggest, alpha, calibrate, ...; headless
lprviz.components   widgets that know only arrays (3D viewer, nglview widget for notebooks)
lprviz.session      observable state and its only writer; undo, save, load
lprviz.gallery      phenomena on toys and on real structures: expected against obtained; a report
lprviz.exports      what can be taken out: extended xyz, tables, chemiscope, figures
lprviz.analysis     the headless facade: `LPRAnalysis` -> `FittedLPR` -> results
lprviz.jobs         one worker thread, requests and replies; knows no science
lprviz.data         files, validation, SOAP by featomic, caches -> plain arrays
lprviz.core         the science on plain arrays: pool space, `RigidityEngine`, kernels, colours
lprviz.progress     the one hook for progress and cancel
lprviz.errors       one family of errors: message + hint
==================  ===========================================================================================

Start here::

    structures = lprviz.read_structures("silicon.xyz")
    fitted = lprviz.LPRAnalysis(structures, alpha=1e-4).fit(train=range(20))
    fitted.rigidity()              # LPR of every atom
    fitted.add(21).rigidity()      # ... with one more structure, a few milliseconds later

Local prediction rigidity: S. Chong, F. Grasselli, C. Ben Mahmoud, J. D. Morrow, V. L. Deringer, M. Ceriotti,
J. Chem. Theory Comput. 2023, 19, 8020 (doi 10.1021/acs.jctc.3c00704).

Names below are imported at first use, so that ``import lprviz`` stays quick and loads neither featomic nor Panel.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lprviz.analysis import (
        FittedLPR,
        InfluenceResult,
        LPRAnalysis,
        ModelSpec,
        NetworkSettings,
        RigidityResult,
        Suggestion,
    )
    from lprviz.app import show
    from lprviz.components.notebook import show_nglview
    from lprviz.core import RigidityEngine, local_prediction_rigidity
    from lprviz.data import (
        FeatureTable,
        SoapHypers,
        StructureSet,
        list_datasets,
        load_dataset,
        read_features,
        read_structures,
        write_features,
    )
    from lprviz.errors import DataError, DescriptorError, LprvizError, ModelError

_HOME = {
    "FittedLPR": "lprviz.analysis",
    "InfluenceResult": "lprviz.analysis",
    "LPRAnalysis": "lprviz.analysis",
    "ModelSpec": "lprviz.analysis",
    "NetworkSettings": "lprviz.analysis",
    "RigidityResult": "lprviz.analysis",
    "Suggestion": "lprviz.analysis",
    "show": "lprviz.app",
    "show_nglview": "lprviz.components.notebook",
    "RigidityEngine": "lprviz.core",
    "local_prediction_rigidity": "lprviz.core",
    "FeatureTable": "lprviz.data",
    "SoapHypers": "lprviz.data",
    "StructureSet": "lprviz.data",
    "list_datasets": "lprviz.data",
    "load_dataset": "lprviz.data",
    "read_features": "lprviz.data",
    "read_structures": "lprviz.data",
    "write_features": "lprviz.data",
    "DataError": "lprviz.errors",
    "DescriptorError": "lprviz.errors",
    "LprvizError": "lprviz.errors",
    "ModelError": "lprviz.errors",
}
"""Where each public name lives."""

__all__ = [
    "DataError",
    "DescriptorError",
    "FeatureTable",
    "FittedLPR",
    "InfluenceResult",
    "LPRAnalysis",
    "LprvizError",
    "ModelError",
    "ModelSpec",
    "NetworkSettings",
    "RigidityEngine",
    "RigidityResult",
    "SoapHypers",
    "StructureSet",
    "Suggestion",
    "list_datasets",
    "load_dataset",
    "local_prediction_rigidity",
    "read_features",
    "read_structures",
    "show",
    "show_nglview",
    "write_features",
]


def __getattr__(name: str) -> Any:
    """Import a public name at first use (PEP 562) and keep it, so that the next use costs nothing."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("lprviz")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'lprviz' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, "__version__"})
