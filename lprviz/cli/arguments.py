"""The command line of ``lprviz``."""

from __future__ import annotations

import argparse

from lprviz.cli.lesson_arguments import add_lessons
from lprviz.cli.model_options import add_model_options
from lprviz.cli.number_types import index_list, positive_count, positive_number

GOALS = ("mean-log", "worst", "d-optimal", "v-optimal", "coverage")
"""Repeats `lprviz.analysis.goals`, so that ``lprviz --help`` need not import the science; a test compares them."""

ESTIMATORS = ("rms", "mean-absolute", "crps")
"""Repeats `lprviz.core.calibration.ESTIMATORS`, for the same reason."""

_EPILOG = """\
Files may be anything ASE reads; indices are accepted as in ASE: file.xyz@0:100.
Exit status: 0 done, 2 unusable input, 130 interrupted.
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all sub-commands; the one chosen is in ``options.command``."""
    parser = argparse.ArgumentParser(
        prog="lprviz",
        description="Local prediction rigidity: how firmly a training set pins down each atom's share of the energy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_lpr(commands)
    _add_suggest(commands)
    _add_alpha(commands)
    _add_calibrate(commands)
    _add_describe(commands)
    _add_datasets(commands)
    _add_gallery(commands)
    _add_export(commands)
    add_lessons(commands)
    return parser


def _add_lpr(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "lpr",
        help="LPR of every atom of a target, for a training set",
        description="LPR of every atom of TARGET for a model trained on TRAIN. Descriptors of both are computed as one "
        "data set, so that their columns agree; the frozen scale is taken over the atoms of both.",
    )
    _add_train(command)
    command.add_argument("--target", required=True, metavar="TARGET", help="structures to judge")
    command.add_argument("--output", metavar="OUT.xyz", help="write TARGET with lpr, lpr_regulariser_share and, where "
                         "there are energies, local_energy per atom (extended xyz)")  # fmt: skip
    _add_model(command)
    _add_reporting(command, "SUMMARY.json")


def _add_suggest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "suggest",
        help="structures to add to a training set, best first, or to leave out of it",
        description="Choose structures of POOL to add to TRAIN, one after another, so that the atoms of TARGET gain "
        "most; or, with --remove, structures of TRAIN to leave out so that they lose least.",
    )
    _add_train(command)
    command.add_argument("--candidates", metavar="POOL", help="structures to choose from")
    command.add_argument("--target", required=True, metavar="TARGET", help="structures whose atoms should gain")
    command.add_argument("--target-species", nargs="+", metavar="SYMBOL", help="only atoms of these species of TARGET")
    command.add_argument("-n", type=positive_count, default=10, metavar="N", help="how many (default %(default)s)")
    command.add_argument("--goal", choices=GOALS, default="mean-log", help="what to raise (default %(default)s)")
    command.add_argument("--threshold", type=positive_number, default=1.0, metavar="T",
                         help="LPR that counts as covered, for coverage (default %(default)s)")  # fmt: skip
    command.add_argument("--curve", action="store_true", help="what 0 to N additions buy, beside random orders")
    command.add_argument("--order", type=index_list, metavar="I,J,...", help="beside an order of your own (indices in "
                         "POOL, counted from 0); implies --curve")  # fmt: skip
    command.add_argument("--remove", action="store_true", help="choose what can go from TRAIN instead")
    _add_model(command)
    _add_reporting(command, "OUT.json")


def _add_alpha(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "alpha",
        help="which regulariser predicts best, by cross-validation",
        description="Error of predicting each structure of TRAIN from all others (leave-one-out) and by generalised "
        "cross-validation, for regularisers from 1e-8 to 100. Near-duplicates in TRAIN make both too hopeful.",
    )
    _add_train(command)
    _add_model(command)
    _add_reporting(command, "OUT.json")


def _add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "calibrate",
        help="standard deviations in eV, from held-out structures",
        description="Fit c in sigma = c / sqrt(rigidity) to the energy errors of structures that TRAIN does not hold, "
        "and compare predicted with observed errors.",
    )
    _add_train(command)
    command.add_argument("--held-out", required=True, metavar="FILE", help="structures with energies, not in TRAIN")
    command.add_argument("--estimator", choices=ESTIMATORS, default="rms", help="root mean square of error over "
                         "predicted, mean absolute (an outlier counts less), or lowest continuous ranked "
                         "probability score (default %(default)s)")  # fmt: skip
    _add_model(command)
    _add_reporting(command, "OUT.json")


def _add_describe(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("describe", help="what a file holds: species, sizes, cells, energies, warnings")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--energy-key", metavar="KEY", help="key of the total energy (default: found by name)")
    _add_reporting(command, "OUT.json")


def _add_datasets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("datasets", help="the bundled data sets: list them, or write one to a file")
    command.add_argument("name", nargs="?", metavar="NAME", help="show this one; an archive is fetched from the "
                         "network first, once")  # fmt: skip
    command.add_argument("--output", metavar="FILE", help="write it there (extended xyz)")
    _add_reporting(command, "OUT.json")


def _add_gallery(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "gallery",
        help="phenomena on toys and on real structures: expected against obtained",
        description="Compute the entries of the gallery and set what was expected beside what was obtained.",
    )
    command.add_argument("--list", action="store_true", help="list the entries and stop")
    command.add_argument("--only", action="append", metavar="KEY", help="this entry alone; may be given again")
    command.add_argument("--output", metavar="REPORT.html", help="write a report: one page that loads nothing else")
    command.add_argument("--no-cache", action="store_true", help="neither look up nor keep descriptors on disk")
    _add_reporting(command, "OUT.json")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "export",
        help="what a saved session shows, as structures, tables, figures or a page",
        description="Open a session file or a link and write what it shows; the ending of each name says as what: "
        ".xyz, -atoms.csv, .csv (structures), .json.gz (chemiscope), .png, .svg, .pdf, .html, .py, .lprviz.json.",
    )
    command.add_argument("session", metavar="SESSION", help="a session file, or the text of a link")
    command.add_argument("--output", required=True, action="append", metavar="FILE", help="may be given again")
    command.add_argument("--structure", type=int, metavar="I", help="structure that figures show, counted from 0")
    command.add_argument("--no-cache", action="store_true", help="neither look up nor keep descriptors on disk")
    _add_reporting(command, "OUT.json")


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("--train", required=True, metavar="TRAIN", help="training structures")


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument("--alpha", type=positive_number, default=1e-4, metavar="A", help="regulariser (%(default)s)")
    command.add_argument("--hypers", metavar="FILE.yaml", help="SOAP parameters: featomic's nested form, or flat "
                         "cutoff, max_radial, max_angular, width, smoothing (default: presets)")  # fmt: skip
    command.add_argument("--scale", choices=("frozen", "training"), default="frozen", help="features are divided by "
                         "their size over all atoms given, or over the training atoms as skmatter "
                         "does (default %(default)s)")  # fmt: skip
    command.add_argument("--energy-key", metavar="KEY", help="key of the total energy (default: found by name)")
    command.add_argument("--no-cache", action="store_true", help="neither look up nor keep descriptors on disk")
    add_model_options(command)


def _add_reporting(command: argparse.ArgumentParser, metavar: str) -> None:
    command.add_argument("--json", metavar=metavar, help="write the results as JSON ('-' for standard output)")
    command.add_argument("--quiet", action="store_true", help="no progress and no notes on stderr")


class _Version(argparse.Action):
    """``--version`` that looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"lprviz {version('lprviz')}")
        parser.exit()
