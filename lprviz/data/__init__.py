"""Files, validation, descriptors and caches: everything outside becomes plain, read-only arrays here.

The way in, each step using those above it:

===================  ==================================================================================================
limits, byte_sources  how much is read; decompression that counts
file_formats          which format, which are refused
extxyz, frame_errors  extended xyz frame by frame; poscar, ase_json, ase_trajectory, ase_database: the other formats
parsing, archives     one file, or a zip of files -> ase.Atoms
energy_keys, labels   which key is the energy; groups and local energies
structures            `StructureSet`, the value that everything above this layer holds
validation            what cannot be used, what looks doubtful
reading, upload       `read_structures`, `read_upload`, `load_dataset`
hypers, descriptors   `SoapHypers`; features by featomic (imported only when something is computed)
feature_columns       what each column of the features stands for
feature_table         features that another program computed; feature_files, metatensor_files: reading, writing
gradients             derivatives of summed features; force_labels: the reference forces
baseline              energy per species, frozen for the data set; species_baseline: other ways to it
structure_rows        weights of structures, and what they do to the rows of the loss
cache, pools          disk cache; structures + hypers -> pool space
scene                 what the viewer draws
bundled, generate     the data sets that come with lprviz, and how they were made
remote                published archives, fetched only when asked: download, unpacking
===================  ==================================================================================================
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lprviz.data.bundled import DatasetCard, dataset_card, dataset_path, list_datasets
    from lprviz.data.feature_files import read_features, write_features
    from lprviz.data.feature_table import FeatureTable
    from lprviz.data.hypers import SoapHypers
    from lprviz.data.limits import ReadLimits
    from lprviz.data.reading import load_dataset, read_structures, structures_from_atoms
    from lprviz.data.structures import StructureSet
    from lprviz.data.upload import read_upload

_HOMES = {
    "DatasetCard": "bundled",
    "FeatureTable": "feature_table",
    "ReadLimits": "limits",
    "SoapHypers": "hypers",
    "StructureSet": "structures",
    "dataset_card": "bundled",
    "dataset_path": "bundled",
    "list_datasets": "bundled",
    "load_dataset": "reading",
    "read_features": "feature_files",
    "read_structures": "reading",
    "read_upload": "upload",
    "structures_from_atoms": "reading",
    "write_features": "feature_files",
}
"""Where each public name lives; it is fetched on first use, so that importing one module never loads the others."""

__all__ = [
    "DatasetCard",
    "FeatureTable",
    "ReadLimits",
    "SoapHypers",
    "StructureSet",
    "dataset_card",
    "dataset_path",
    "list_datasets",
    "load_dataset",
    "read_features",
    "read_structures",
    "read_upload",
    "structures_from_atoms",
    "write_features",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
