"""Rules of the house as tests: layers, import purity, small files, no outside addresses."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for folder in ("lprviz", "apps") for path in (ROOT / folder).rglob("*.py"))
SCRIPTS = sorted(path for pattern in ("*.js", "*.css", "*.html") for path in (ROOT / "lprviz").rglob(pattern))
LONGEST_FILE = 350
VAGUE_NAMES = {"utils", "helpers", "common", "misc", "manager", "utilities", "util", "helper"}
ADDRESS = re.compile(r"(?:https?:|wss?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def _run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_layers_import_only_downwards():
    # Run through Python rather than the console script, which may not be on PATH.
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import lprviz; lprviz.LprvizError", ("featomic", "metatensor", "panel", "bokeh", "nglview", "ase", "numpy")),
        ("import lprviz.core", ("featomic", "metatensor", "panel", "bokeh", "nglview", "matplotlib")),
        ("import lprviz.data, lprviz.analysis, lprviz.jobs", ("featomic", "metatensor", "panel", "bokeh", "nglview")),
        ("import lprviz.gallery", ("featomic", "metatensor", "panel", "bokeh", "nglview", "torch")),
        ("import lprviz.session", ("featomic", "metatensor", "panel", "bokeh", "nglview")),
        (
            "from lprviz.cli import main; main(['--help'])",
            ("featomic", "metatensor", "panel", "bokeh", "nglview", "ase"),
        ),
        ("import lprviz.gallery", ("featomic", "metatensor", "panel", "bokeh", "nglview")),
    ],
)
def test_importing_stays_pure(code, forbidden):
    found = "import sys; print('LOADED', sorted(set(n.split('.')[0] for n in sys.modules)))"
    done = _run(f"{code}\n{found}")
    assert done.returncode == 0, done.stderr
    loaded = set(ast.literal_eval(done.stdout.split("LOADED ")[-1]))
    assert not loaded & set(forbidden)


def test_every_public_name_is_there():
    import lprviz

    assert sorted(lprviz._HOME) == sorted(lprviz.__all__)
    assert set(lprviz.__all__) <= set(dir(lprviz))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        lprviz.nonsense  # noqa: B018
    for name in lprviz.__all__:
        assert getattr(lprviz, name) is not None
    assert re.match(r"\d+\.\d+", lprviz.__version__)


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_small_and_named_for_what_they_do(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in VAGUE_NAMES


def _docstrings(tree):
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value  # a string on its own: a docstring or the note under a constant
        elif isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_string_of_the_program_holds_an_outside_address(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            found = ADDRESS.findall(node.value)
            assert all("127.0.0.1" in address or "//localhost" in address for address in found), (node.lineno, found)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_script_or_style_holds_an_outside_address(path):
    found = set(ADDRESS.findall(path.read_text(encoding="utf-8")))
    allowed = {"http://www.w3.org"}  # the name of the SVG namespace; nothing is fetched from it
    assert found <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_evaluated_or_unpickled(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}, node.lineno
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {"pickle", "dill", "cloudpickle", "joblib"} & {name.split(".")[0] for name in names}, node.lineno
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant), node.lineno
            assert node.value.value is False, node.lineno
