"""`NetworkSettings`: shape and training of the small network, as one checked value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from lprviz.core.perceptron import ACTIVATIONS
from lprviz.errors import ModelError

Activation = Literal["tanh", "silu"]

_RANGES: dict[str, tuple[int, int]] = {
    "n_inputs": (1, 2048),
    "epochs": (1, 100_000),
    "batch_structures": (1, 100_000),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True)
class NetworkSettings:
    """A multi-layer perceptron on the features of one atom, summed over atoms.

    Parameters
    ----------
    hidden : tuple of int
        Width of each hidden layer; the last one is the number of features that the rigidity engine sees.
    activation : {"tanh", "silu"}
    n_inputs : int
        Principal components of the features that enter, in proportion; fewer where there are fewer.
    epochs : int
        Passes over the training structures of a cold start; a warm start takes a tenth.
    learning_rate : float
        Of Adam at its start; it falls to zero along a cosine.
    weight_decay : float
        Decoupled decay of the weights, as in AdamW.
    batch_structures : int
        Structures per step.
    seed : int
        Fixes the start and the order of structures: the same seed gives the same network.
    """

    hidden: tuple[int, ...] = (64, 64)
    activation: Activation = "tanh"
    n_inputs: int = 64
    epochs: int = 200
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    batch_structures: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        hidden = tuple(self.hidden) if isinstance(self.hidden, tuple | list) else ()
        if not 1 <= len(hidden) <= 6 or not all(_in_range(width, 1, 1024) for width in hidden):
            raise ModelError(
                f"The hidden layers of a network cannot be {self.hidden!r}.", "Give one to six widths up to 1024."
            )
        object.__setattr__(self, "hidden", hidden)
        if self.activation not in ACTIVATIONS:
            raise ModelError(f"There is no activation {self.activation!r}.", f"Choose one of {', '.join(ACTIVATIONS)}.")
        for name, (low, high) in _RANGES.items():
            if not _in_range(getattr(self, name), low, high):
                raise ModelError(
                    f"The {name} of a network cannot be {getattr(self, name)!r}.", f"Choose one from {low} to {high}."
                )
        _require_rate("learning_rate", self.learning_rate, smallest=1e-8)
        _require_rate("weight_decay", self.weight_decay, smallest=0.0)

    def describe(self) -> str:
        """Widths and activation in a few characters."""
        return f"{'-'.join(map(str, self.hidden))} {self.activation}"


def _in_range(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _require_rate(name: str, value: Any, *, smallest: float) -> None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or not smallest <= value <= 1.0:
        raise ModelError(f"The {name} of a network cannot be {value!r}.", f"Choose one from {smallest:g} to 1.")
