"""What a session shows as a Python script that needs nothing but the public package.

Every value goes into the script as a literal of Python; text from outside is never more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from importlib.metadata import version
from typing import Any

import numpy as np

from lprviz.analysis import FittedLPR
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.pools import ALPHA_MIN
from lprviz.errors import ModelError
from lprviz.session.state import SessionState
from lprviz.session.studies import MEMBERS
from lprviz.session.toys import OpenToy
from lprviz.session.values import Pin

_COLUMN = 110

VALUES = {
    "lpr": "fitted.lpr",
    "log-ratio": "fitted.lpr / pinned.lpr",
    "regulariser-share": "fitted.regulariser_share",
    "local-energy": "fitted.local_energies()",
    "true-local-energy": "structures.local_energies",
    "error": "fitted.local_energies() - structures.local_energies",
    "sigma": "fitted.calibrate().atom_sigma",
    "correlation": "fitted.correlation({picked})",
    "component": "fitted.component_rigidity({component!r}).local",
    "committee": "fitted.{committee}.ratio",
    "force-effect": "fitted.force_effect().ratio",
    "element": "structures.numbers",
}
"""How each quantity is had from a fit."""


def script_of(state: SessionState) -> str:
    """Return the script; it ends with ``values``, one number for each atom, which the picture shows.

    Raises
    ------
    ModelError
        If nothing is computed yet.
    """
    fit, picture = state.fit, state.picture
    if fit is None or picture is None or state.dataset is None:
        raise ModelError("There is nothing to write down yet.", "Load a data set and wait for its picture.")
    lines = [
        *_head(state, fit),
        *_analysis(state, fit),
        "",
        f"fitted = analysis.fit({_indices(fit.members)})",
        *_alpha("fitted", fit.alpha, fit.analysis.alpha),
        *_pinned(state, fit, picture.quantity),
        "",
        *_values(state, picture.quantity),
        "print(fitted.rigidity())",
        'print(f"{np.nanmin(values):.6g} to {np.nanmax(values):.6g}")',
    ]
    return "\n".join(lines) + "\n"


def _head(state: SessionState, fit: FittedLPR) -> list[str]:
    title = "" if state.dataset is None else state.dataset.title
    about = _comment(f"{title}: {len(fit.members)} of {fit.analysis.structures.n_structures} structures in training.")
    return [f"# Written by lprviz {version('lprviz')}.", f"# {about}", "import numpy as np", "", "import lprviz"]


def _analysis(state: SessionState, fit: FittedLPR) -> list[str]:
    """Lines that end with ``structures`` and ``analysis``."""
    assert state.dataset is not None
    if state.entry is not None:
        return _analysis_of_entry(state, fit)
    toy = getattr(state, "open_toy", None)
    if toy is not None:
        return _analysis_of_toy(toy)
    structures, card = fit.analysis.structures, state.dataset.card
    if card is not None:
        return ["", f"structures = lprviz.load_dataset({card.name!r})", *_built(fit)]
    key = "" if structures.energy_key is None else f", energy_key={structures.energy_key!r}"
    return [
        "",
        f"FILE = {structures.name!r}  # where it is on your machine",
        f"structures = lprviz.read_structures(FILE{key})",
        f"if structures.content_hash != {structures.content_hash!r}:",
        '    raise SystemExit(f"{FILE} does not hold the structures that were on show.")',
        *_built(fit),
    ]


def _analysis_of_entry(state: SessionState, fit: FittedLPR) -> list[str]:
    """The analysis of the gallery where it is on show; its structures alone where the model was changed."""
    from lprviz.gallery import gallery_entry

    assert state.entry is not None
    key = state.entry.entry.key
    entry = gallery_entry(key)
    imports = ["from lprviz.gallery import gallery_entry", ""]
    if entry.prepare is not None and fit.analysis.spec.kind == "features":
        alpha_only = [f"analysis = gallery_entry({key!r}).study().analysis", "structures = analysis.structures"]
        return [*imports, *alpha_only]
    return [*imports, f"structures = gallery_entry({key!r}).load()", *_built(fit)]


def _analysis_of_toy(shown: OpenToy) -> list[str]:
    from lprviz.gallery.toys.named import named_toy

    if not np.array_equal(named_toy(shown.name).make(shown.seed).features, shown.toy.features):
        raise ModelError("Beads of this toy were moved, which a script cannot repeat.", "Open the toy again.")
    return [
        "from lprviz.gallery.toys import as_analysis",
        "from lprviz.gallery.toys.named import named_toy",
        "",
        f"analysis = as_analysis(named_toy({shown.name!r}).make({shown.seed!r}))",
        "structures = analysis.structures",
    ]


def _built(fit: FittedLPR) -> list[str]:
    """Lines that build the analysis from ``structures``."""
    analysis = fit.analysis
    hypers = ", ".join(f"{name}={value!r}" for name, value in analysis.hypers.to_mapping().items())
    small = f", alpha_min={ALPHA_MIN!r}" if analysis.alpha < ALPHA_MIN else ""
    return [
        *_features(analysis.spec),
        f"hypers = lprviz.SoapHypers({hypers})",
        f"model = {_model(analysis.spec)}",
        "analysis = lprviz.LPRAnalysis(",
        f"    structures, hypers=hypers, model=model, alpha={analysis.alpha!r}, scale={analysis.scale!r}{small}",
        ")",
    ]


def _features(spec: ModelSpec) -> list[str]:
    if spec.features is None:
        return []
    return [
        f"FEATURES = {spec.features.title!r}  # where it is on your machine",
        "features = lprviz.read_features(FEATURES, structures)",
        f"if features.content_hash != {spec.features.content_hash!r}:",
        '    raise SystemExit(f"{FEATURES} does not hold the features that were on show.")',
    ]


def _model(spec: ModelSpec) -> str:
    """A `ModelSpec` as the call that makes it; what equals its default is left out."""
    default = ModelSpec()
    said = [repr(spec.kind)]
    for each in fields(ModelSpec):
        value = getattr(spec, each.name)
        if each.name in ("kind", "features") or value == getattr(default, each.name):
            continue
        said.append(f"{each.name}={_literal(value)}")
    if spec.features is not None:
        said.append("features=features")
    return f"lprviz.ModelSpec({', '.join(said)})"


def _literal(value: Any) -> str:
    if isinstance(value, NetworkSettings):
        default = NetworkSettings()
        changed = [
            f"{e.name}={v!r}" for e in fields(value) if (v := getattr(value, e.name)) != getattr(default, e.name)
        ]
        return f"lprviz.NetworkSettings({', '.join(changed)})"
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        return _indices(value)
    return repr(list(value) if isinstance(value, tuple) else value)


def _alpha(name: str, alpha: float, known: float) -> list[str]:
    return [] if alpha == known else [f"{name} = {name}.with_alpha({alpha!r})"]


def _pinned(state: SessionState, fit: FittedLPR, quantity: str) -> list[str]:
    """The pins that the picture compares."""
    if quantity != "log-ratio" or state.pin is None:
        return []
    lines = ["", f"# The pin that is compared with: {_comment(state.pin.name)}", *_pin("pinned", state.pin, fit)]
    if state.compared is not None:
        lines += [f"# The state on show is a pin too: {_comment(state.compared.name)}"]
        lines += _pin("fitted", state.compared, fit)
    return lines


def _pin(name: str, pin: Pin, fit: FittedLPR) -> list[str]:
    """A pin by what it adds and removes: a few milliseconds instead of a fit."""
    if pin.model and pin.model != fit.analysis.spec.describe():
        raise ModelError(
            "The pin that is compared with was made by another model, which this script cannot bring back.",
            "Compare with a pin of the present model, or colour by something else.",
        )
    more, fewer = sorted(set(pin.members) - set(fit.members)), sorted(set(fit.members) - set(pin.members))
    line = f"{name} = fitted.edit(add={_indices(more)}, remove={_indices(fewer)})"
    return [line if pin.alpha == fit.alpha else f"{line}.with_alpha({pin.alpha!r})"]


def _values(state: SessionState, quantity: str) -> list[str]:
    committee = "shallow_ensemble" if state.committee == "posterior" else "committee"
    arguments = f"({MEMBERS})" if state.committee == "posterior" else f"({state.committee!r}, {MEMBERS})"
    expression = VALUES[quantity].format(
        picked=state.selection.picked, component=state.component, committee=committee + arguments
    )
    return [f"values = np.asarray({expression})  # one for each atom, structure after structure"]


def _indices(members: Iterable[int]) -> str:
    """Indices as a literal, with runs as ranges; broken into lines of readable length."""
    chosen = np.array(sorted(members), dtype=np.int64)
    parts: list[str] = []
    for run in np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1):
        first, last = (int(run[0]), int(run[-1])) if run.size else (0, -1)
        parts += [f"*range({first}, {last + 1})"] if last - first > 2 else [str(each) for each in run.tolist()]
    if len(parts) == 1 and parts[0].startswith("*"):
        return parts[0][1:]
    text = f"[{', '.join(parts)}]"
    if len(text) <= _COLUMN:
        return text
    lines, line = [], "   "
    for part in parts:
        if len(line) + len(part) > _COLUMN:
            lines.append(line)
            line = "   "
        line += f" {part},"
    return "[\n" + "\n".join([*lines, line]) + "\n]"


def _comment(text: str) -> str:
    """Text that stays on the line of its comment, whatever it holds."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
