"""`SoapHypers`: the few numbers that define the descriptor, checked, and in the forms that others use."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from lprviz.data.structures import StructureSet
from lprviz.errors import DataError, DescriptorError

_RANGES: dict[str, tuple[float, float, str]] = {
    "cutoff": (0.5, 12.0, "Å"),
    "max_radial": (0, 20, ""),
    "max_angular": (0, 20, ""),
    "width": (0.05, 3.0, "Å"),
    "smoothing": (0.0, 5.0, "Å"),
}


@dataclass(frozen=True)
class SoapHypers:
    """Hypers of the SOAP power spectrum, with featomic's meaning.

    Parameters
    ----------
    cutoff : float
        Radius of the environment in Å, 0.5 to 12.
    max_radial : int
        Largest index of the radial (GTO) functions, 0 to 20. featomic counts from zero: 9 gives 10 functions.
    max_angular : int
        Largest degree of the spherical harmonics, 0 to 20.
    width : float
        Width of the Gaussian put on each atom in Å, 0.05 to 3.
    smoothing : float
        Width over which the shifted cosine takes neighbours away at the cutoff, in Å; 0 for a sharp cutoff.

    Raises
    ------
    DescriptorError
        If a value is not a number of the right kind, or is out of range.
    """

    cutoff: float
    max_radial: int
    max_angular: int
    width: float
    smoothing: float = 0.5

    def __post_init__(self) -> None:
        for name in ("max_radial", "max_angular"):
            object.__setattr__(self, name, _whole(name, getattr(self, name)))
        for name in ("cutoff", "width", "smoothing"):
            object.__setattr__(self, name, _real(name, getattr(self, name)))
        for name, (low, high, unit) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise DescriptorError(
                    f"The {name} of the descriptor is {value:g}.",
                    f"Choose one from {low:g} to {high:g} {unit}".strip() + ".",
                )
        if self.smoothing > self.cutoff:
            raise DescriptorError(
                f"The smoothing ({self.smoothing:g} Å) is wider than the cutoff ({self.cutoff:g} Å).",
                "Choose a smaller smoothing.",
            )

    # -- forms ------------------------------------------------------------------------------------------------------

    def to_featomic(self) -> dict[str, Any]:
        """Return featomic's nested form, ready for ``SoapPowerSpectrum(**...)``."""
        cosine = {"type": "ShiftedCosine", "width": self.smoothing}
        return {
            "cutoff": {"radius": self.cutoff, "smoothing": cosine if self.smoothing > 0 else {"type": "Step"}},
            "density": {"type": "Gaussian", "width": self.width},
            "basis": {
                "type": "TensorProduct",
                "max_angular": self.max_angular,
                "radial": {"type": "Gto", "max_radial": self.max_radial},
            },
        }

    def to_mapping(self) -> dict[str, float | int]:
        """Return the flat form: the parameters of this class by name."""
        return asdict(self)

    def key(self) -> str:
        """Return a string that is the same for equal hypers and only for them."""
        return " ".join(f"{name}={value!r}" for name, value in self.to_mapping().items())

    def n_features(self, n_species: int) -> int:
        """Number of power-spectrum features with this many species, after folding (without species columns)."""
        radial, angular = self.max_radial + 1, self.max_angular + 1
        same = n_species * angular * radial * (radial + 1) // 2
        different = n_species * (n_species - 1) // 2 * angular * radial**2
        return same + different

    # -- sources ----------------------------------------------------------------------------------------------------

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> SoapHypers:
        """Build hypers from featomic's nested form or from the flat names of this class.

        Raises
        ------
        DescriptorError
            If a name is missing or unknown, or asks for something other than Gaussian density, GTO radial functions
            and a shifted-cosine (or step) cutoff.
        """
        if not isinstance(mapping, Mapping):
            raise DescriptorError("The hypers are not a mapping of names to values.", _EXPECTED)
        flat = _flatten(mapping) if isinstance(mapping.get("cutoff"), Mapping) else dict(mapping)
        known = {each.name for each in fields(cls)}
        unknown = sorted(str(name) for name in set(flat) - known)
        missing = sorted(known - {"smoothing"} - set(flat))
        if unknown or missing:
            wrong = f"unknown: {', '.join(unknown)[:80]}" if unknown else f"missing: {', '.join(missing)}"
            raise DescriptorError(f"The hypers cannot be used ({wrong}).", _EXPECTED)
        return cls(**flat)

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> SoapHypers:
        """Read hypers from a YAML file in either form of `from_mapping` (DataError when it cannot be read)."""
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise DataError(f"The hypers in {Path(path).name} cannot be read.", "It should be a YAML file.") from error
        return cls.from_mapping(content)

    @classmethod
    def default_for(cls, structures: StructureSet) -> SoapHypers:
        """Return hypers that are sane for these structures: smaller bases for more species, shorter for molecules.

        Single-species sets of silicon get the published recipe of the LPR paper's authors.
        """
        if structures.species == ("Si",):
            return cls(cutoff=2.85, max_radial=9, max_angular=12, width=0.5, smoothing=0.1)
        n_species = len(structures.species)
        molecular = not any(each.pbc.any() for each in structures)
        cutoff = 3.5 if molecular or "H" in structures.species else 4.5
        radial, angular = _BASIS.get(n_species, (2, 2) if n_species <= 8 else (1, 1))
        return cls(
            cutoff=cutoff, max_radial=radial, max_angular=angular, width=0.3 if molecular else 0.4, smoothing=0.5
        )


_BASIS = {1: (7, 6), 2: (5, 4), 3: (4, 4), 4: (3, 3), 5: (3, 3)}
"""Number of species -> (max_radial, max_angular), which keeps the features below about a thousand."""

_EXPECTED = "Give cutoff, max_radial, max_angular, width and smoothing, or featomic's nested cutoff, density and basis."


def _flatten(nested: Mapping[str, Any]) -> dict[str, Any]:
    """Turn featomic's nested form into the flat names, refusing choices that lprviz does not make."""
    try:
        cutoff, density, basis = (dict(nested[part]) for part in ("cutoff", "density", "basis"))
        smoothing, radial = dict(cutoff["smoothing"]), dict(basis["radial"])
        kinds = (density["type"], basis["type"], radial["type"], smoothing["type"])
        if kinds[:3] != ("Gaussian", "TensorProduct", "Gto") or kinds[3] not in ("ShiftedCosine", "Step"):
            raise DescriptorError(
                f"These kinds of hypers are not supported: {', '.join(map(str, kinds))[:120]}.",
                "Use a Gaussian density, a TensorProduct basis of Gto, and ShiftedCosine or Step smoothing.",
            )
        return {
            "cutoff": cutoff["radius"],
            "max_radial": radial["max_radial"],
            "max_angular": basis["max_angular"],
            "width": density["width"],
            "smoothing": smoothing["width"] if kinds[3] == "ShiftedCosine" else 0.0,
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DescriptorError(f"The nested hypers lack or misuse {str(error)[:60]}.", _EXPECTED) from error


def _real(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DescriptorError(f"The {name} of the descriptor is {str(value)[:30]!r}, not a number.", _EXPECTED)
    return float(value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value % 1:
        raise DescriptorError(f"The {name} of the descriptor is {str(value)[:30]!r}, not a whole number.", _EXPECTED)
    return int(value)
