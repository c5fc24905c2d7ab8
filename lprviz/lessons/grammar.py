"""What expressions and selectors are once they have been read: frozen trees that say what they mean.

======================  ===========================================================================================
selector                ``target``; ``crystal 5`` (the first five); ``crystal 2-4``; ``crystal no 5`` (the fifth alone);
                        ``fixed 99 + A9B7``; with conditions on atoms ``target[species = A and lpr < 0.1]``; a single
                        atom ``target no 1 atom 3``, counted from 1
words for structures    ``everything``, ``training``, ``outside``, ``shown``; for atoms also ``picked`` and ``selected``
expression              numbers, ``+ - * /``, brackets and readings: ``typical(target) / alpha``
comparison              ``typical(target) = 2 * alpha within 1 %``, ``within factor 2``, ``within 0.1``; ``< <= > >=``
======================  ===========================================================================================

A minus sign needs a space on both sides, since names may hold hyphens.
"""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS = ("=", "<=", ">=", "<", ">")
CONDITIONS = ("=", "!=", "<=", ">=", "<", ">")


@dataclass(frozen=True)
class Part:
    """Some structures of one group: from the ``first`` to the ``last``, counted from 1; all where both are None."""

    group: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return self.group
        if self.first == self.last:
            return f"{self.group} no {self.first}"
        return f"{self.group} {self.last}" if self.first == 1 else f"{self.group} {self.first}-{self.last}"


@dataclass(frozen=True)
class Condition:
    """What atoms have to fulfil: the value of ``key`` stands in ``relation`` to ``value``."""

    key: str
    relation: str
    value: str | float

    def __str__(self) -> str:
        return f"{self.key} {self.relation} {written(self.value)}"


@dataclass(frozen=True)
class Selector:
    """Structures or atoms."""

    parts: tuple[Part, ...]
    conditions: tuple[Condition, ...] = ()
    atom: int | None = None

    def __str__(self) -> str:
        text = " + ".join(map(str, self.parts))
        if self.atom is not None:
            text += f" atom {self.atom}"
        return f"{text}[{' and '.join(map(str, self.conditions))}]" if self.conditions else text


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float

    def __str__(self) -> str:
        return written(self.value)


@dataclass(frozen=True)
class Reading:
    """A named reading with its arguments."""

    name: str
    arguments: tuple[Selector | float | str, ...] = ()

    def __str__(self) -> str:
        inside = ", ".join(each if isinstance(each, str) else written(each) for each in self.arguments)
        return f"{self.name}({inside})" if self.arguments else self.name


@dataclass(frozen=True)
class Operation:
    """Two expressions joined by ``+``, ``-``, ``*`` or ``/``."""

    operator: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


Expression = Number | Reading | Operation


@dataclass(frozen=True)
class Tolerance:
    """How far apart two numbers may be that count as equal: by a ``"factor"``, a ``"share"``, or an ``"amount"``."""

    kind: str
    size: float

    def __str__(self) -> str:
        if self.kind == "factor":
            return f"within factor {self.size:g}"
        return f"within {100 * self.size:g} %" if self.kind == "share" else f"within {self.size:g}"


@dataclass(frozen=True)
class Comparison:
    """A statement that holds or not; ``=`` always comes with a tolerance."""

    left: Expression
    relation: str
    right: Expression
    tolerance: Tolerance | None = None

    def __str__(self) -> str:
        text = f"{self.left} {self.relation} {self.right}"
        return text if self.tolerance is None else f"{text} {self.tolerance}"

    def holds(self, left: float, right: float) -> bool:
        """Whether it holds for these two numbers; never for nan."""
        if self.relation == "=":
            return self.tolerance is not None and close(left, right, self.tolerance)
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[self.relation]


def close(value: float, expected: float, tolerance: Tolerance) -> bool:
    """Whether a number is as expected, to a tolerance."""
    if tolerance.kind == "factor":
        return expected != 0.0 and 1.0 / tolerance.size <= value / expected <= tolerance.size
    slack = tolerance.size * (abs(expected) if tolerance.kind == "share" else 1.0)
    return abs(value - expected) <= slack


def written(value: object) -> str:
    """A number without needless digits, or text as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)
