"""What README says can be done, can be done."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lprviz.bench.__main__ import BENCHMARKS
from lprviz.cli.arguments import build_parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OURS = re.compile(r"^(?:lprviz|apps|tests|assets|\.ci)/[\w./-]+$|^[\w.-]+\.(?:txt|toml)$|^LICENSE$")


def fenced(language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def code_spans() -> list[str]:
    """Return what stands in backticks outside code blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL))


def commands() -> list[str]:
    """Return every line that calls ``lprviz``."""
    return [line for block in fenced("bash") for line in block.splitlines() if line.startswith("lprviz ")]


def named_paths() -> set[str]:
    """Return the paths of this repository that are named anywhere."""
    words = [word.strip("\"'") for text in (*code_spans(), *fenced("bash")) for word in text.split()]
    return {word for word in (*words, *re.findall(r"\]\(([^)]+)\)", README)) if OURS.match(word)}


def test_the_lists_below_are_not_empty():
    assert len(commands()) >= 7
    assert {"apps/main.py", "assets/images/dashboard.png", "constraints.txt", ".ci/run", "LICENSE"} <= named_paths()


@pytest.mark.parametrize("line", commands())
def test_every_command_is_one_that_the_parser_takes(line):
    options = build_parser().parse_args(shlex.split(line)[1:])
    assert options.command == line.split()[1]


def test_every_option_in_the_text_is_one_of_the_commands():
    known = {"lprviz": build_parser().format_help()}
    for name in ("lpr", "suggest", "alpha", "calibrate", "describe", "datasets", "gallery"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COLUMNS", "200")
            known[name] = subcommand_help(name)
    named = {option for span in code_spans() if span.startswith("--") for option in re.findall(r"--[\w-]+", span)}
    assert named
    assert {option for option in named if not any(option in text for text in known.values())} == set()


def subcommand_help(name: str) -> str:
    """Return what ``lprviz NAME --help`` prints."""
    commands_of = next(action for action in build_parser()._actions if action.dest == "command")
    return commands_of.choices[name].format_help()


@pytest.mark.parametrize("path", sorted(named_paths()))
def test_every_path_exists(path):
    assert (ROOT / path).exists()


def test_every_module_and_benchmark_named_exists():
    modules = re.findall(r"python -m (lprviz[\w.]+)(?: (\w+))?", README)
    assert modules
    for module, argument in modules:
        assert importlib.util.find_spec(module) is not None
        assert module != "lprviz.bench" or argument in BENCHMARKS


def test_the_python_example_runs_and_prints_what_it_says():
    (example,) = fenced("python")
    expected = [float(number) for number in re.findall(r"^print\(.*\)  # ([\d.]+)$", example, re.MULTILINE)]
    run = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True, text=True, timeout=300, cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    printed = run.stdout.splitlines()
    assert len(expected) == 4
    assert [float(line) for line in printed[: len(expected)]] == pytest.approx(expected, rel=0.01)


def test_the_gallerys_table_counts_its_claims():
    """The claims themselves are checked in tests/gallery; here, that the table has every entry and its true counts."""
    from lprviz.gallery import ENTRIES

    rows = dict(re.findall(r"^\| `([\w-]+)` \| .* \| (\d+ of \d+) \|$", README, re.MULTILINE))
    assert list(rows) == [entry.key for entry in ENTRIES]
    for entry in ENTRIES:
        held, total = map(int, rows[entry.key].split(" of "))
        assert total - held == len(entry.disagreements)
        assert total == len(entry.claims) or not entry.claims


def test_every_name_of_the_package_exists():
    import lprviz

    names = set(re.findall(r"\blprviz\.([a-zA-Z_]\w*)\(", README))
    assert {"show", "show_nglview", "RigidityEngine"} <= names
    assert {name for name in names if not hasattr(lprviz, name)} == set()


@pytest.mark.parametrize("name", ["python3.11", "python3"])
def test_the_runner_takes_the_test_command_from_here(tmp_path, name):
    """With stand-ins for what it calls, under either name of Python: what is echoed is README's line."""
    (line,) = [block.strip() for block in fenced("bash") if "pytest" in block]
    assert "\n" not in line
    assert f"<!-- test-command -->\n```bash\n{line}\n```" in README
    checkout, programs = tmp_path / "checkout", tmp_path / "programs"
    (checkout / ".ci").mkdir(parents=True)
    programs.mkdir()
    (checkout / "README.md").write_text(README, encoding="utf-8")
    runner = checkout / ".ci" / "run"
    runner.write_bytes((ROOT / ".ci" / "run").read_bytes())
    for program in ("dirname", "sed", "grep"):
        (programs / program).symlink_to(find(program))
    for program in (name, "chromium"):
        stand_in(programs / program)
    for program in ("pip", "python"):
        (checkout / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        stand_in(checkout / ".venv" / "bin" / program)
    run = subprocess.run(
        [find("bash"), str(runner)], capture_output=True, text=True, timeout=60, env={"PATH": str(programs)}
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0] == "+ " + line.replace("python3.11", str(programs / name), 1)


def stand_in(path: Path) -> None:
    """Write a program that does nothing, successfully."""
    path.write_text(f"#!{find('bash')}\nexit 0\n", encoding="utf-8")
    path.chmod(0o755)


def find(program: str) -> str:
    """Return where a program is."""
    found = shutil.which(program)
    assert found is not None, f"{program} is needed by this test"
    return found
