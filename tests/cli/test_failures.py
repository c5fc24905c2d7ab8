"""Unusable input ends in one line and a hint, exit status 2, and leaves no half-written file."""

import os
import signal
import subprocess
import sys

import pytest

from lprviz.cli import main


def _entry_point(*arguments, **options):
    command = [sys.executable, "-c", "import sys; from lprviz.cli import main; sys.exit(main())", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("content", "name"),
    [("", "empty.xyz"), ("\x80\x04\x95 not a structure", "a.xyz"), ("2\n\nSi 0 0 0\n", "cut.xyz"), ("<html>", "p.cif")],
)
def test_unreadable_files_end_in_one_line_and_a_hint(run, files, tmp_path, content, name):
    (tmp_path / name).write_text(content, encoding="latin-1")
    for arguments in (("describe", tmp_path / name),
                      ("lpr", "--train", tmp_path / name, "--target", files / "target.xyz")):  # fmt: skip
        status, stdout, stderr = run(*arguments)
        assert status == 2
        assert stdout == ""
        lines = [line for line in stderr.splitlines() if not line.startswith("reading")]
        assert lines[0].startswith("lprviz: ")
        assert lines[1].startswith("hint: ")
        assert len(lines) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("lpr",),
        ("nonsense",),
        ("lpr", "--train", "a", "--target", "b", "--alpha", "0"),
        ("lpr", "--train", "a", "--target", "b", "--alpha", "nan"),
        ("lpr", "--train", "a", "--target", "b", "--scale", "batch"),
        ("suggest", "--train", "a", "--candidates", "b", "--target", "c", "-n", "0"),
        ("suggest", "--train", "a", "--candidates", "b", "--target", "c", "--goal", "best"),
        ("describe", "/nonexistent/file.xyz"),
        ("lpr", "--train", "/nonexistent/file.xyz", "--target", "/nonexistent/file.xyz"),
    ],
)
def test_wrong_requests_exit_with_2(run, arguments):
    status, _, stderr = run(*arguments)
    assert status == 2
    assert stderr


def test_hypers_that_make_no_sense_are_refused(run, files, tmp_path):
    (tmp_path / "h.yaml").write_text("cutoff: -1\nmax_radial: 2\nmax_angular: 2\nwidth: 0.5\n")
    for path in (tmp_path / "h.yaml", tmp_path / "missing.yaml"):
        status, _, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--hypers",
                                path)  # fmt: skip
        assert status == 2
        assert "hint: " in stderr


def test_an_output_that_cannot_be_written_is_refused_before_the_work(run, files, tmp_path):
    for out in (tmp_path / "missing" / "out.xyz", tmp_path):
        status, _, stderr = run("lpr", "--train", files / "train.xyz", "--target", files / "target.xyz", "--output",
                                out)  # fmt: skip
        assert status == 2
        assert "Cannot write" in stderr
        assert "descriptors" not in stderr


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    from lprviz.cli import outputs
    from lprviz.errors import LprvizError

    destination = tmp_path / "out.json"
    destination.write_text("old")

    def fail(self, *_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", fail)
    with pytest.raises(LprvizError, match="No space left"):
        outputs.write_text(str(destination), "new")
    monkeypatch.undo()
    assert destination.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    from lprviz.cli.outputs import write_text

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
    write_text(str(pipe), "through")
    assert reader.communicate(timeout=20)[0] == "through"
    assert pipe.is_fifo()


def test_text_from_a_file_cannot_drive_the_terminal(capsys):
    from lprviz.cli.reporting import Report
    from lprviz.errors import DataError

    Report().error(DataError("bad \x1b[2J name\nsecond line", "do\x07 this"))
    error = capsys.readouterr().err
    assert "\x1b" not in error
    assert "\x07" not in error
    assert len(error.splitlines()) == 2


def test_the_real_entry_point_reports_its_version_and_an_error():
    process = _entry_point("--version")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.startswith("lprviz ")
    process = _entry_point("describe", "/nonexistent.xyz")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Traceback" not in error


def test_an_interrupt_exits_with_130(files, tmp_path):
    os.mkfifo(tmp_path / "slow.xyz")  # reading blocks on it, as on a slow disk
    process = _entry_point("describe", tmp_path / "slow.xyz")
    writing = os.open(tmp_path / "slow.xyz", os.O_WRONLY)  # returns once the command has begun to read
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    os.close(writing)
    assert error.strip() == "lprviz: interrupted"


def test_a_reader_that_goes_away_is_no_error(files):
    process = _entry_point("describe", files / "pool.xyz", "--json", "-")
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait(timeout=60) == 0
    assert "BrokenPipe" not in error


def test_main_returns_its_status_instead_of_exiting(capsys):
    assert main(["--help"]) == 0
    assert "lpr" in capsys.readouterr().out
    assert main([]) == 2
