"""Names and free text (họ và tên, chữ viết tự do)."""
from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from app.core.errors import N_
from app.core.text import normalise_lines
from app.procedures.fields.base import Answers, FieldType, Message, Parsed, Typed, clean, quote
from app.procedures.parts import Question

# The longest names of ethnic minorities on cards have about 60 letters; titles and by-names fit in 100.
NAME_LIMIT = 100
_WEB = re.compile(r"https?:|www\.|[^\s@]+@[^\s@]+\.|\.(?:com|vn|net|org)\b", re.IGNORECASE)
_SELECTORS = re.compile("[\ufe00-\ufe0f\u20e3]")
_NAME_SIGNS = frozenset(" '’‘ʼ`-‐‑–.·,()")
# A keyboard that types Vietnamese was off or on twice: "Nguyeenx", "Traanf".
_TELEX = re.compile(r"\b[A-Za-z]*(?:aa|ee|oo|aw|ow|uw|dd)[A-Za-z]*[sfrxj]\b", re.IGNORECASE)
_EXAMPLE = "Nguyễn Văn Mẫu"

NAME_WEB = N_("Ô này ghi “%(typed)s”, giống địa chỉ trang web. Chỉ ghi họ và tên, ví dụ %(example)s.")
NAME_PICTURE = N_("Tên có hình “%(sign)s”. Xóa hình đi, chỉ ghi chữ, ví dụ %(example)s.")
NAME_NO_LETTER = N_("Ô này ghi “%(typed)s”, chưa có chữ cái nào. Ghi họ và tên, ví dụ %(example)s.")
NAME_LONG = N_("Ô này có %(count)s chữ cái. Họ và tên dài nhất %(limit)s chữ cái. Ghi ngắn lại.")
NAME_DIGIT = N_("Tên có chữ số %(sign)s, có đúng không? Đúng thì bấm Tiếp tục.")
NAME_SIGN = N_("Tên có dấu lạ “%(sign)s”, có đúng không? Đúng thì bấm Tiếp tục.")
NAME_SCRIPT = N_("Tên có chữ “%(sign)s” không phải chữ Việt. Đúng thì bấm Tiếp tục.")
NAME_TELEX = N_("Tên ghi “%(typed)s”, giống gõ dấu chưa được. Đúng thì bấm Tiếp tục.")
TEXT_LONG = N_("Đoạn này có %(count)s chữ cái. Ô này nhận nhiều nhất %(limit)s. Viết ngắn lại giúp.")


def _is_picture(sign: str) -> bool:
    # Latin-1 symbols (© ® ° ¦) come from names in the old TCVN3 code: odd, but the clerk can read them.
    return unicodedata.category(sign) in ("So", "Co", "Cn") and ord(sign) > 0xFF


class FullName(FieldType):
    """A full name in one box (họ, chữ đệm, tên): any letters, any length a card can hold."""

    code = "full_name"
    empty = N_("Ghi họ và tên.")

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        text = clean(_SELECTORS.sub("", text))
        if _WEB.search(text):
            return None, (NAME_WEB, {"typed": quote(text), "example": _EXAMPLE})
        picture = next((sign for sign in text if _is_picture(sign)), "")
        if picture:
            return None, (NAME_PICTURE, {"sign": picture, "example": _EXAMPLE})
        if not any(sign.isalpha() for sign in text):
            return None, (NAME_NO_LETTER, {"typed": quote(text), "example": _EXAMPLE})
        if len(text) > NAME_LIMIT:
            return None, (NAME_LONG, {"count": len(text), "limit": NAME_LIMIT})
        return text, None

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """Look-alike letters, digits and misfired keyboards are asked about, never refused."""
        if not isinstance(value, str) or value.isascii() and value.replace(" ", "").isalpha():
            return self._telex(value)
        for sign in value:
            category = unicodedata.category(sign)
            if category == "Nd":
                return [(NAME_DIGIT, {"sign": sign})]
            if category[0] == "L":
                if not unicodedata.name(sign, "").startswith(("LATIN", "MODIFIER")):
                    return [(NAME_SCRIPT, {"sign": sign})]
            elif category[0] != "M" and sign not in _NAME_SIGNS:
                return [(NAME_SIGN, {"sign": sign})]
        return self._telex(value)

    def _telex(self, value: Any) -> list[Message]:
        found = _TELEX.search(value) if isinstance(value, str) else None
        return [(NAME_TELEX, {"typed": quote(found[0])})] if found else []


class Text(FieldType):
    """Free text; ``lines`` above 1 keeps line breaks."""

    code = "text"

    def read(self, question: Question, typed: Typed, name: str, today: date) -> Parsed:
        raw = str(typed[name])
        text = normalise_lines(raw) if question.lines > 1 else clean(raw)
        if not text:
            return self.nothing(question, typed, name)
        if len(text) > question.max_length:
            fault: Message = (TEXT_LONG, {"count": len(text), "limit": question.max_length})
            return Parsed(None, {name: fault}, typed)
        return Parsed(text, {}, typed)

    def show_value(self, question: Question, value: Any, _: Any) -> list[str]:
        return str(value).split("\n")

    def prefill(self, question: Question, raw: object) -> Any:
        value = super().prefill(question, raw)
        return value if value is None or len(value) <= question.max_length else None
