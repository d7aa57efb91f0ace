"""Bars for a page of numbers, as plain shapes that the template draws (SVG made here, no script). Pure."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.assistance.models import Mode
from app.dossiers.queries.learning import ORDER, Share

WIDTH, ROW, LEFT = 360, 30, 64  # units of the drawing
_ROOM = WIDTH - LEFT
_LEAST_FOR_WORDS = 40  # a narrower piece has no room for its number


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar."""

    mode: Mode
    x: float
    width: float
    percent: int

    @property
    def says(self) -> str:
        return f"{self.percent}%" if self.width >= _LEAST_FOR_WORDS else ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the picture; without pieces there is nothing to show, or too little."""

    label: str
    y: int
    pieces: tuple[Piece, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """The whole picture."""

    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def draw_bars(shares: Sequence[tuple[str, Share]]) -> Bars:
    """A bar for each share, from doing it alone on the left to the counter on the right."""
    return Bars(tuple(
        Bar(label, number * ROW, tuple(_pieces(share)), share.total is None) for number, (label, share) in enumerate(shares)
    ))


def _pieces(share: Share) -> list[Piece]:
    pieces, x = [], float(LEFT)
    for mode in ORDER:
        percent = share.percent.get(mode, 0)
        if percent:
            width = round(_ROOM * percent / 100, 1)
            pieces.append(Piece(mode, round(x, 1), width, percent))
            x += width
    return pieces
