"""NGL is where lprviz looks for it; a new release of nglview that moves it fails here first."""

from __future__ import annotations

import importlib.metadata

import pytest

from lprviz.components import ngl_assets
from lprviz.components.ngl_assets import EXTENSION_NAME, find_ngl
from lprviz.errors import LprvizError


def test_the_installed_nglview_holds_ngl_as_webpack_chunks():
    assets = find_ngl()
    assert assets.kind == "webpack", "only the slow AMD file was found: nglview changed its JupyterLab extension"
    sources = b"".join(assets.sources())
    assert len(sources) < 2_500_000, "the chunks now drag in more than NGL (Mol* is 3 MB)"
    for name in (b"SphereBuffer", b"CylinderBuffer", b"WidelineBuffer", b"PointBuffer", b"Viewer", b"Quaternion"):
        assert name + b":()=>" in sources, f"NGL no longer exports {name.decode()}"


def test_the_slower_file_is_there_to_fall_back_on(monkeypatch):
    monkeypatch.setattr(ngl_assets, "_CHUNKS", "moved elsewhere")
    assets = find_ngl()
    assert assets.kind == "amd"
    assert b"SphereBuffer" in assets.sources()[0]


def test_a_release_without_ngl_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(ngl_assets, "_CHUNKS", "moved elsewhere")
    monkeypatch.setattr(ngl_assets, "_AMD", "moved elsewhere")
    with pytest.raises(LprvizError, match="does not ship NGL") as refusal:
        find_ngl()
    assert "pip install" in refusal.value.hint


def test_a_missing_nglview_is_refused_with_advice(monkeypatch):
    def missing(name: str):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(LprvizError, match="not installed"):
        find_ngl()


def test_bokeh_serves_the_folder_under_addresses_relative_to_the_page():
    from bokeh.embed.bundle import extension_dirs

    assets = ngl_assets.ngl_assets()
    assert extension_dirs[EXTENSION_NAME] == assets.folder
    for url in assets.describe()["urls"]:
        assert url.startswith(f"static/extensions/{EXTENSION_NAME}/")
        assert (assets.folder / url.rsplit("/", 1)[1].split("?")[0]).is_file()
    assert all(url.startswith("../static/") for url in assets.describe("..")["urls"])
