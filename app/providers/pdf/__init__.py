"""The door to paper: a template under ``templates/`` and plain data in, a tagged PDF out.

The driver is loaded on first use, so a web worker that prints nothing starts without it.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

Data = Mapping[str, object]


class Drawing(str):
    """An SVG among the data: handed over untouched, while text is made printable."""

    __slots__ = ()


class PaperPrinter(Protocol):
    """What a printer of papers must be able to do."""

    def print_paper(self, template: str, data: Data, *, made_at: datetime) -> bytes:
        """The PDF of ``template`` (path below ``templates/``) filled with ``data``.

        ``made_at`` is aware and counts to the second. Raises ``ValueError`` when it is naive.
        The same template, data, instant and ``version()`` give the same bytes. Data is only ever shown,
        never read as markup.
        """

    def draw_picture(self, template: str, data: Data) -> bytes:
        """A paper of one page as a PNG, to be kept in a phone's gallery. It is no document: nothing in it can be read aloud."""

    def version(self) -> str:
        """Engine and fonts, to be kept beside an issued paper: equal bytes need equal versions."""

    def faults(self) -> list[str]:
        """What would make papers look other than meant, a sentence each (for ``doctor``)."""


def _printer() -> PaperPrinter:
    return cast(PaperPrinter, import_module("app.providers.pdf.typst").printer)


def print_paper(template: str, data: Data, *, made_at: datetime) -> bytes:
    """See ``PaperPrinter.print_paper``."""
    return _printer().print_paper(template, data, made_at=made_at)


def draw_picture(template: str, data: Data) -> bytes:
    """See ``PaperPrinter.draw_picture``."""
    return _printer().draw_picture(template, data)


def version() -> str:
    """See ``PaperPrinter.version``."""
    return _printer().version()


def faults() -> list[str]:
    """See ``PaperPrinter.faults``."""
    return _printer().faults()
