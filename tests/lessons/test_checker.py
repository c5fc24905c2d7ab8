"""The checker names line, what is wrong and what to do."""

from pathlib import Path

import pytest

from lprviz.cli import main
from lprviz.lessons.catalogue import lesson_folder
from lprviz.lessons.checker import check_file

GOOD = """---
id: mine
title: Mine
summary: One step.
level: beginner
order: 1
minutes: 5
---
## One step
Text.
```setup
toy: species
```
```check
expect: typical(target) = 2e-5 within 1 %
hint: h
explanation: e
```
"""


def problems(tmp_path, text):
    path = tmp_path / "mine.md"
    path.write_text(text, encoding="utf-8")
    return check_file(path)


def test_a_small_lesson_is_fine(tmp_path):
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("id: mine", "id: My lesson", 2, "no id"),
        ("level: beginner", "level: easy", 5, "level"),
        ("minutes: 5", "minutes: five", 7, "number"),
        ("minutes: 5\n", "minutes: 5\ncolour: red\n", 8, "no field"),
        ("title: Mine\n", "", 1, "lacks 'title'"),
        ("Text.\n", "", 9, "no text"),
        ("toy: species", "toy: spices", 12, "no toy"),
        ("toy: species", "tyo: species", 12, "no action"),
        ("toy: species", "train: fixed", 9, "loads nothing"),
        ("toy: species", "toy: species\ndraw: elephant", 13, "no figure"),
        ("```setup", "```set-up", 11, "no block"),
        ("hint: h\n", "", 15, "lacks 'hint'"),
        ("typical(", "tpyical(", 15, "no reading"),
        ("within 1 %", "", 15, "tolerance"),
        ("2e-5 within", "2 within", 9, "does not come out"),
        ("toy: species", "toy: species\nadd: nowhere", 9, "no group"),
        ("explanation: e\n```", "explanation: e", 14, "no end"),
        ("---\nid", "id", 1, "front matter"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, old, new, line, says):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert (line, True) in [(each.line, says in each.message) for each in found], found
    assert all(each.hint for each in found)


def test_every_mistake_is_named_at_once(tmp_path):
    found = problems(tmp_path, GOOD.replace("toy: species", "toy: spices").replace("typical", "tpyical"))
    assert [each.line for each in found] == [12, 15]


def test_the_example_in_the_readme_is_fine(tmp_path):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    example = readme.split("````markdown\n")[1].split("````")[0]
    assert problems(tmp_path, example) == []


def test_the_command_checks_and_lists(tmp_path, capsys):
    path = tmp_path / "mine.md"
    path.write_text(GOOD.replace("2e-5", "3e-5"), encoding="utf-8")
    assert main(["lessons", "check", str(path), "--quiet"]) == 2
    assert f"{path}:9: " in capsys.readouterr().out
    assert main(["lessons", "check", str(path), "--text-only", "--quiet"]) == 0
    assert main(["lessons", "check", str(tmp_path / "none.md"), "--quiet"]) == 2
    capsys.readouterr()
    assert main(["lessons", "list", "--quiet"]) == 0
    listed = capsys.readouterr().out
    assert len(listed.strip().splitlines()) > len(list(lesson_folder().glob("*.md")))
