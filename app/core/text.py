"""Vietnamese text: normalised once on the way in, folded for search, keyed for sorting."""
from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# Controls, zero-width and direction marks never belong in a name or an address.
_UNWANTED = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e0fff\ud800-\udfff]"
)
# Three look-alikes are in use for the Vietnamese Đ: U+0110, U+00D0 (Icelandic), U+0189 (African).
_D_LOOKALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
_FOLD_D = str.maketrans({"đ": "d"})


def normalise(text: str) -> str:
    """One line of text in NFC, single spaces, no invisible signs, one Đ."""
    clean = _UNWANTED.sub("", unicodedata.normalize("NFC", text).translate(_D_LOOKALIKES))
    return _SPACES.sub(" ", clean).strip()


def normalise_lines(text: str) -> str:
    """Like ``normalise`` but keeps line breaks (at most one empty line in a row)."""
    lines = [normalise(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def fold(text: str) -> str:
    """What a search compares: no marks, no case, đ as d, letters and digits parted by single spaces."""
    bare = unicodedata.normalize("NFD", normalise(text).casefold().translate(_FOLD_D))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def ascii_upper(text: str) -> str:
    """Upper-case ASCII letters, digits and spaces only (bank transfer texts, file names)."""
    return fold(text).upper()


def name_sort_key(full_name: str) -> str:
    """Key for lists of people: given name first, then family and middle names, as Vietnamese lists do."""
    words = fold(full_name).split()
    return " ".join(words[-1:] + words[:-1])


def shorten_name(full_name: str) -> str:
    """"Nguyễn Văn Mẫu" -> "N. V. Mẫu": what someone who only holds a slip may see."""
    words = normalise(full_name).split(" ")
    return " ".join([f"{word[0]}." for word in words[:-1] if word] + words[-1:])


def mask_digits(number: str, *, head: int = 4, tail: int = 3) -> str:
    """"0905000000" -> "0905 ••• 000"; short numbers show only their tail."""
    digits = re.sub(r"[^0-9]", "", number)
    if len(digits) <= head + tail:
        return "••• " + digits[-tail:]
    return f"{digits[:head]} ••• {digits[-tail:]}"
