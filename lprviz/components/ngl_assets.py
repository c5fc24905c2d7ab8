"""Where the drawing library comes from: NGL as shipped inside the installed nglview wheel, served by this server.

No CDN and nothing vendored. nglview ships NGL twice: as webpack chunks of its JupyterLab extension (preferred: 1.3 MB,
quick) and inside one AMD file of its notebook extension (5.3 MB, slower). Both are found through the package's own
list of files, so neither a path nor a hash is written down here.
"""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lprviz.errors import LprvizError

LOADER = Path(__file__).parent / "viewer_js" / "ngl_loader.js"
"""The script that gets the NGL namespace out of them in the browser."""

EXTENSION_NAME = "lprviz-ngl"
"""Folder name under ``static/extensions/`` of the server."""

_CHUNKS = "labextensions/nglview-js-widgets/static/"
_AMD = "nbextensions/nglview-js-widgets/index.js"
_EXPORTS = ("SphereBuffer:()=>", "Stage:()=>", "CylinderBuffer:()=>")
_PUSH = re.compile(r"\(self\.(webpackChunk\w+)=self\.\1\|\|\[\]\)\.push\(\[\[[\d,]+\],\{")


@dataclass(frozen=True)
class NglAssets:
    """The scripts that hold NGL.

    Attributes
    ----------
    kind : str
        ``"webpack"`` or ``"amd"``: how the browser has to unpack them.
    folder : Path
        Folder of the scripts.
    files : tuple of str
        Names in `folder`, in loading order.
    registry : str
        Name of the global on which webpack chunks register; empty for AMD.
    version : str
        Version of nglview, part of the address so that a browser never mixes two of them.
    """

    kind: str
    folder: Path
    files: tuple[str, ...]
    registry: str
    version: str

    def describe(self, root: str = "") -> dict[str, object]:
        """What the browser needs to know; `root` leads from the page to the root of the server."""
        start = f"{root.rstrip('/')}/" if root else ""
        urls = [f"{start}static/extensions/{EXTENSION_NAME}/{name}?nglview={self.version}" for name in self.files]
        return {"kind": self.kind, "registry": self.registry, "urls": urls}

    def sources(self) -> list[bytes]:
        """The scripts themselves, for a page that no lprviz server stands behind (a notebook)."""
        return [(self.folder / name).read_bytes() for name in self.files]


@lru_cache(maxsize=1)
def ngl_assets() -> NglAssets:
    """Find NGL in the installed nglview and let this process's Bokeh server serve it.

    Raises
    ------
    LprvizError
        When nglview is missing or ships no NGL that is known here.
    """
    from bokeh.embed.bundle import extension_dirs

    assets = find_ngl()
    extension_dirs[EXTENSION_NAME] = assets.folder
    return assets


def find_ngl() -> NglAssets:
    """Find NGL in the installed nglview: the webpack chunks, else the AMD file."""
    try:
        distribution = importlib.metadata.distribution("nglview")
    except importlib.metadata.PackageNotFoundError:
        raise LprvizError("nglview is not installed, and NGL comes from it.", "Run: pip install nglview") from None
    paths = [Path(str(distribution.locate_file(entry))).resolve() for entry in distribution.files or ()]
    chunks = [path for path in paths if _CHUNKS in path.as_posix() and path.suffix == ".js"]
    amd = [path for path in paths if path.as_posix().endswith(_AMD)]
    found = _from_chunks(chunks, distribution.version) or _from_amd(amd, distribution.version)
    if found is None:
        raise LprvizError(
            f"nglview {distribution.version} does not ship NGL where lprviz looks for it.",
            "Install the version lprviz was tested with: pip install 'nglview>=4.0,<4.1'",
        )
    return found


def _from_chunks(paths: list[Path], version: str) -> NglAssets | None:
    """The chunk that exports NGL, with the smallest chunks that hold what it requires."""
    texts = {path: path.read_text(encoding="utf-8") for path in paths if path.is_file()}
    pushed = {path: match.group(1) for path, text in texts.items() if (match := _PUSH.search(text[:2000]))}
    main = next((path for path in pushed if all(name in texts[path] for name in _EXPORTS)), None)
    if main is None:
        return None
    chosen = [main]
    missing = _required(texts[main]) - _defined(texts[main])
    for path in sorted(pushed, key=lambda path: len(texts[path])):
        held = _defined(texts[path])
        if path != main and missing & held:
            chosen.append(path)
            missing -= held
    if missing:
        return None
    return NglAssets("webpack", main.parent, tuple(path.name for path in chosen), pushed[main], version)


def _from_amd(paths: list[Path], version: str) -> NglAssets | None:
    path = next((path for path in paths if path.is_file()), None)
    return None if path is None else NglAssets("amd", path.parent, (path.name,), "", version)


def _required(chunk: str) -> set[str]:
    return set(re.findall(r"\bn\((\d{3,6})\)", chunk))


def _defined(chunk: str) -> set[str]:
    return set(re.findall(r"[,{](\d{3,6}):(?:function|\(|\w+=>)", chunk))
