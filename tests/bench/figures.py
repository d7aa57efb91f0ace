"""A figure, its floor of the same run, its target, and the table of them all."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Of(StrEnum):
    """What a target speaks of."""

    RATIO = "ratio"  # product / floor
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Target:
    """Bounds, both included."""

    of: Of
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        bounds = [f">= {number(self.at_least)}"] if self.at_least is not None else []
        bounds += [f"<= {number(self.at_most)}"] if self.at_most is not None else []
        return f"{' and '.join(bounds)}{' x' if self.of is Of.RATIO else ''}"


def ratio(*, at_least: float | None = None, at_most: float | None = None) -> Target:
    return Target(Of.RATIO, at_least, at_most)


def value(*, at_least: float | None = None, at_most: float | None = None) -> Target:
    return Target(Of.PRODUCT, at_least, at_most)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``floor`` None: nothing simpler to hold it against."""

    name: str
    unit: str
    product: float
    floor: float | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        return self.product / self.floor if self.floor else None

    @property
    def good(self) -> bool | None:
        """Whether the target holds; None where there is none. A target of a ratio without floor does not hold."""
        if self.target is None:
            return None
        judged = self.ratio if self.target.of is Of.RATIO else self.product
        return judged is not None and self.target.holds(judged)


def number(amount: float | None) -> str:
    if amount is None:
        return ""
    if amount == int(amount) and abs(amount) < 1e6:
        return f"{int(amount):,}"
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:.3g}"


def table(titled: Iterable[tuple[str, Iterable[Figure]]]) -> str:
    """All figures in aligned columns, a heading per bench."""
    head = ("", "unit", "product", "floor", "ratio", "target", "")
    rows: list[tuple[str, ...]] = [head]
    for title, figures in titled:
        rows.append((title.upper(), *[""] * 6))
        for f in figures:
            verdict = {True: "ok", False: "MISSED", None: ""}[f.good]
            target = "" if f.target is None else str(f.target)
            rows.append((f"  {f.name}", f.unit, number(f.product), number(f.floor), number(f.ratio), target, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = []
    for row in rows:
        cells = [
            text.rjust(width) if column in (2, 3, 4) else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
