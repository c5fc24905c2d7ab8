"""Per-atom features in files, so that what MACE, PET or any other model computes can be explored, and ours exported.

``.npz``
    arrays ``features`` (n_environments, n_features), ``offsets`` (n_structures + 1,) and, if you like, ``names``
    (n_features,) of text. Atoms of all structures follow one another; ``offsets`` says where each structure starts.
``.mts``
    a TensorMap of metatensor with samples ``system`` and ``atom``; see `lprviz.data.metatensor_files`.

A file is hostile until parsed: nothing is unpickled, and no array is made before its header, its bytes and the limits
agree on its size.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lprviz.data.byte_sources import CountedStream
from lprviz.data.feature_table import FeatureTable
from lprviz.data.file_formats import display_name
from lprviz.data.limits import ReadLimits
from lprviz.data.metatensor_files import parse_mts, tensor_map_bytes
from lprviz.data.reading import split_index
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError, LprvizError

_EXPECTED = "Write it with numpy.savez(path, features=..., offsets=...), or with lprviz.data.feature_files."
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_KINDS = {"features": "f", "offsets": "iu", "names": "U"}
_LARGEST_HEADER = 4096


def read_features(
    source: str | os.PathLike[str] | bytes,
    structures: StructureSet | None = None,
    *,
    name: str = "",
    limits: ReadLimits | None = None,
) -> FeatureTable:
    """Read per-atom features from an ``.npz`` or ``.mts`` file; the content tells which.

    Parameters
    ----------
    source : path or bytes
        A file on this machine, perhaps with a selection of structures as ASE writes it (``features.npz@0:100``), or
        the content of an upload.
    structures : StructureSet, optional
        The structures they should describe.
    name : str
        What to call uploaded bytes in messages.
    limits : ReadLimits, optional
        What to accept; by default `ReadLimits.local` for paths, `ReadLimits` for bytes.

    Raises
    ------
    DataError
        If the file cannot be read, or does not describe these structures; the message has both sizes.
    """
    if isinstance(source, bytes):
        table = _parse(io.BytesIO(source), len(source), display_name(name or "The upload"), limits or ReadLimits())
    else:
        table = _read_path(os.fspath(source), limits or ReadLimits.local())
    if structures is not None:
        table.require_fitting(structures)
    return table


def write_features(path: str | os.PathLike[str], table: FeatureTable) -> None:
    """Write features to a file that `read_features` reads: ``.mts`` by its suffix, ``.npz`` otherwise.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    target = Path(path)
    content = tensor_map_bytes(table) if target.suffix == ".mts" else npz_bytes(table)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise DataError(f"{target.name} cannot be written: {error.strerror}.", "Check the path.") from error


def _read_path(path: str, limits: ReadLimits) -> FeatureTable:
    file, index = split_index(path)
    name = display_name(str(file))
    try:
        with file.open("rb") as raw:
            table = _parse(raw, file.stat().st_size, name, limits)
    except OSError as error:
        raise DataError(f"{name} cannot be opened: {error.strerror}.", "Check the path.") from error
    every = range(table.n_structures)
    try:
        chosen = every[index] if isinstance(index, slice) else [every[index]]
    except IndexError as error:
        raise DataError(f"{name} has no structure {index}.", f"It has {len(every)}, counted from 0.") from error
    return table if chosen == every else table.select(chosen)


def _parse(raw: BinaryIO, size: int, name: str, limits: ReadLimits) -> FeatureTable:
    limits.check_file_size(size, name)
    try:
        with zipfile.ZipFile(raw) as archive:
            members = _checked_members(archive, name, limits)
            if "features.npy" in members:
                return _parse_npz(archive, members, name, limits)
            if "keys.npy" not in members:
                raise DataError(f"{name} holds no array called features.", _EXPECTED)
        raw.seek(0)
        return parse_mts(raw.read(), name, limits)
    except LprvizError:
        raise
    except MemoryError as error:
        raise DataError(f"{name} asks for more memory than there is.", "Keep fewer structures in it.") from error
    except Exception as error:  # arbitrary bytes bring arbitrary errors out of a reader
        raise DataError(f"{name} is not a file of features, or is damaged.", _EXPECTED) from error


def _checked_members(archive: zipfile.ZipFile, name: str, limits: ReadLimits) -> dict[str, zipfile.ZipInfo]:
    """Members by name; encrypted, oddly compressed or inflated ones are refused before any is opened."""
    files = archive.infolist()
    if any(each.flag_bits & _ENCRYPTED or each.compress_type not in _METHODS for each in files):
        raise DataError(f"{name} is encrypted or compressed in an unusual way.", _EXPECTED)
    expanded = sum(each.file_size for each in files)
    if expanded > limits.expanded_bytes:
        raise DataError(
            f"{name} expands to {expanded / 2**20:.0f} MB, and {limits.expanded_bytes / 2**20:.0f} MB is the limit.",
            "Keep fewer structures in it, or write the features in single precision.",
        )
    return {each.filename: each for each in files}


def _parse_npz(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, limits: ReadLimits
) -> FeatureTable:
    if "offsets.npy" not in members:
        raise DataError(f"{name} holds features but no offsets, so they cannot be cut into structures.", _EXPECTED)
    present = [each for each in _KINDS if f"{each}.npy" in members]
    arrays = {each: _read_array(archive, members[f"{each}.npy"], each, name) for each in present}
    values, offsets = arrays["features"], arrays["offsets"]
    limits.check_counts(max(0, offsets.size - 1), len(values) if values.ndim else 0, name)
    names = tuple(arrays["names"].tolist()) if "names" in arrays and arrays["names"].ndim == 1 else ()
    return FeatureTable(values, offsets, names, name)


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, key: str, name: str) -> NDArray[Any]:
    """One array, after its header has been held against the number of bytes that follow it."""
    with archive.open(member) as raw:
        content = io.BytesIO(CountedStream(raw, member.file_size, name).read(member.file_size))
    version = np.lib.format.read_magic(content)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(content, max_header_size=_LARGEST_HEADER)
    if dtype.kind not in _KINDS[key] or dtype.itemsize == 0:
        raise DataError(f"The array {key} in {name} holds {dtype}.", _EXPECTED)
    if int(np.prod(shape, dtype=object)) * dtype.itemsize != member.file_size - content.tell():
        raise DataError(f"The array {key} in {name} is cut short.", "Write or download it again.")
    content.seek(0)
    return np.lib.format.read_array(content, allow_pickle=False, max_header_size=_LARGEST_HEADER)


def npz_bytes(table: FeatureTable) -> bytes:
    """Return features as the content of an ``.npz`` file."""
    arrays: dict[str, NDArray[Any]] = {"features": table.values, "offsets": table.offsets}
    if table.names:
        arrays["names"] = np.array(table.names)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()
