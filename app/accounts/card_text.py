"""What scanners, keyboards and character sets do to the text of a card's square code, and how it is put right."""
from __future__ import annotations

import re
from functools import cache

from app.core.text import fold, normalise

# A code page that knows no letter for a byte passes it on as a control sign, as browsers and scanners do.
_MISREAD_AS = ("cp1252", "latin-1", "cp1258")
# What scanners and keyboards send around a text; FS to US (1c-1f) may stand for the bar.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1b\x7f\ufeff]")
_KIND_OF_CODE = re.compile(r"\s*\][A-Za-z][0-9A-Za-z]\s*")  # "]Q3", which a scanner may be set to put in front
_LETTERS = re.compile(r"[^\W\d_]")
_LOST = re.compile(r"\ufffd|[^\W\d_]\?|\?[^\W\d_]")
_DIACRITIC = re.compile(r"[^\x00-\x7f]")
_ONSET = r"(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu?|r|s|t|th|tr|v|x)?"
_VOWELS = (
    r"(?:a|e|i|o|u|y|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|ua|ue|ui|uo|uu|uy|ya|ye|ieu|oai|oao|oay|oeo|uai|uao|uay|uoi"
    r"|uou|uya|uye|uyu|yeu|oo(?=n|c))"
)
_SYLLABLE = re.compile(_ONSET + _VOWELS + r"(?:c|ch|m|n|ng|nh|p|t)?\Z")
_DOUBLED = re.compile(r"([adeo])\1|([aou])w|(?<![aou])w")
_TONE = re.compile(r"(?<=[aeiouy])([a-z]*)[sfrxj]([a-z]*)\Z")


def cleaned(text: str) -> str:
    """``text`` in the letters it was written in, without what scanners put around it."""
    text = text.removeprefix("\ufeff")
    for _ in range(2):  # some texts were misread twice
        text = _reread(text)
    text = _CONTROLS.sub("", text)
    return text[found.end() :].strip() if (found := _KIND_OF_CODE.match(text)) else text.strip()


def _reread(text: str) -> str:
    """UTF-8 that someone took for Windows-1252, Latin-1 or Windows-1258, as UTF-8. Nothing else decodes by chance."""
    if text.isascii():
        return text
    for code_page in _MISREAD_AS:
        numbers = _numbers(code_page)
        if all(sign in numbers for sign in text):
            try:
                return bytes(numbers[sign] for sign in text).decode("utf-8")
            except UnicodeDecodeError:
                continue
    return text


@cache
def _numbers(code_page: str) -> dict[str, int]:
    numbers = {chr(byte): byte for byte in range(128)}
    for byte in range(128, 256):
        sign = bytes([byte]).decode(code_page, errors="replace")
        numbers[chr(byte) if sign == "\ufffd" else sign] = byte
    return numbers


def has_lost_letters(text: str) -> bool:
    """Whether a letter became a question mark on the way."""
    return bool(_LOST.search(text))


def has_no_marks(text: str) -> bool:
    """Whether not one Vietnamese mark is left."""
    return bool(_LETTERS.search(text)) and not _DIACRITIC.search(text)


def looks_like_telex(name: str) -> bool:
    """Whether a word is the keys of one ("Nguyeenx") instead of the word ("Nguyễn").

    Only words that are no Vietnamese syllable as they stand but become one when typed are taken for that, so
    that names such as Ksor or Niê are left in peace.
    """
    return any(_is_keys(word) for word in re.split(r"[\s'\-]+", normalise(name)))


def _is_keys(word: str) -> bool:
    keys = word.casefold()
    if not keys.isascii() or not keys.isalpha() or _SYLLABLE.match(keys):
        return False
    return any(_SYLLABLE.match(fold(typed)) for typed in _typed(keys))


def _typed(keys: str) -> tuple[str, ...]:
    """What the keys may stand for, marks left out."""
    plain = _DOUBLED.sub(lambda found: found[1] or found[2] or "u", keys)
    return tuple(result for result in (plain, _TONE.sub(r"\1\2", plain)) if result != keys)
