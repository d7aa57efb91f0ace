"""Papers drawn by Typst: PDF/A-2a and PDF/UA-1 in one file, byte for byte the same when asked again."""
from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING

from app.providers.pdf import Data, Drawing, fonts

if TYPE_CHECKING:
    from typst import Compiler, Fonts, TypstError

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
STANDARDS = ("a-2a", "ua-1")
PICTURE_PPI = 150.0  # A5: 874 x 1240 pixels, wider than most phones
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_LONGEST_WORD, _PIECE = 28, 8
_LONG_WORD = re.compile(rf"[^\s\-/]{{{_LONGEST_WORD + 1},}}")
# Control signs, invisible signs and direction overrides (they turn text around), halves of surrogate pairs.
_UNPRINTABLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\ufffe\uffff]"
)


class TypstPrinter:
    """A compiler for each thread, all on the same fonts. Thread-safe.

    ``places`` replaces the usual folders of fonts (tests of a machine without ours).
    """

    def __init__(self, places: tuple[str, ...] = fonts.USUAL_PLACES) -> None:
        self._places = places
        self._local = threading.local()
        self._lock = threading.Lock()
        self._found: Fonts | None = None

    @property
    def _fonts(self) -> Fonts:
        import typst

        with self._lock:
            if self._found is None:
                files = fonts.files(self._places)
                folders = [str(fonts.unhinted_copies(files))] if files else []
                self._found = typst.Fonts(include_system_fonts=False, font_paths=folders)
        return self._found

    def _compiler(self) -> Compiler:
        import typst

        if not hasattr(self._local, "compiler"):
            self._local.compiler = typst.Compiler(root=TEMPLATES, font_paths=self._fonts)
        compiler: Compiler = self._local.compiler
        return compiler

    def print_paper(self, template: str, data: Data, *, made_at: datetime) -> bytes:
        """See ``PaperPrinter``. Raises ``ValueError`` for a naive ``made_at``."""
        import typst

        if made_at.tzinfo is None:
            raise ValueError("a paper's instant is aware")
        made_at = made_at.astimezone(UTC).replace(microsecond=0)  # the engine wants whole seconds
        call = _call(template, data)
        try:
            return _one(self._compiler().compile(
                input=call, format="pdf", pdf_standards=list(STANDARDS), timestamp=made_at
            ))
        except typst.TypstError as error:
            if not _is_about_signs(error):
                raise
        # A sign that no font here has (a name in Chinese, an emoji) is not allowed in PDF/A.
        # The person still gets the paper: with the machine's other fonts, and as plain PDF.
        return _one(typst.Compiler(root=TEMPLATES, font_paths=typst.Fonts()).compile(
            input=call, format="pdf", timestamp=made_at
        ))

    def draw_picture(self, template: str, data: Data) -> bytes:
        """See ``PaperPrinter``. Signs that no font here has are drawn as boxes."""
        return _one(self._compiler().compile(input=_call(template, data), format="png", ppi=PICTURE_PPI))

    def version(self) -> str:
        """See ``PaperPrinter``."""
        return f"typst {package_version('typst')}; {', '.join(self._families()) or 'embedded fonts'}"

    def faults(self) -> list[str]:
        """See ``PaperPrinter``."""
        return [
            f"fonts: {family} is not on this machine; papers are printed in the embedded serif"
            for family in fonts.FAMILIES
            if family not in self._families()
        ]

    def _families(self) -> list[str]:
        return [family for family in fonts.FAMILIES if family in self._fonts.families()]


def _call(template: str, data: Data) -> bytes:
    """One line of Typst that hands ``data`` to the template's ``draw``.

    The data travels as a string literal of JSON inside a text of this paper alone: no other paper's data can
    stand in its place, and Typst keeps what it worked out about the template (``sys.inputs`` cost a quarter more).
    In a Typst string only the backslash and the quote mean anything, so escaping these two shuts the data in.
    """
    literal = json.dumps(printable(data), ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "/{template}": draw\n#draw(json(bytes("{literal}")))'.encode()


def _is_about_signs(error: TypstError) -> bool:
    return any(hint in f"{error} {error.diagnostic}" for hint in ("could not be displayed", "PDF/A", "PDF/UA"))


def _one(compiled: bytes | list[bytes] | None) -> bytes:
    if not isinstance(compiled, bytes):
        raise TypeError("a paper is one file")
    return compiled


def printable(value: object) -> object:
    """``value`` with all its text fit to be laid out; a ``Drawing`` passes as it is."""
    if isinstance(value, Drawing):
        return value
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, Mapping):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(item) for item in value]
    return value


def _printable_text(text: str) -> str:
    """Composed letters, no control signs, and words that are longer than a line may break."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return _LONG_WORD.sub(lambda word: _broken(word[0]), _UNPRINTABLE.sub("", text))


def _broken(word: str) -> str:
    return _ZERO_WIDTH_SPACE.join(word[i : i + _PIECE] for i in range(0, len(word), _PIECE))


printer = TypstPrinter()
