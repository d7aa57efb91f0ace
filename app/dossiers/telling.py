"""The printed list of who is told without a telephone, by residential group, and their letters: one A4 file."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from app.accounts.models import Agency
from app.core import codes
from app.dossiers.queries.telling import ToTell
from app.dossiers.slips import date_words, day_words, office_of
from app.providers import pdf

CHANNELS = {"group_head": "Nhờ tổ trưởng", "visit": "Đến nhà", "letter": "Gửi thư"}
NO_GROUP = "Chưa rõ tổ dân phố"


def print_telling(lines: Sequence[ToTell], agency: Agency, *, made_at: datetime) -> bytes:
    """A page or more for each group, with room for the time and a name; then each letter on a page of its own."""
    office = office_of(agency)
    groups = groupby(lines, key=lambda line: line.group.name if line.group else NO_GROUP)
    content: dict[str, object] = {
        "title": "Người không có điện thoại cần báo", "agency": office.agency, "centre": office.centre, "phone": office.phone,
        "place": office.place, "address": office.address, "day": day_words(made_at), "date_words": date_words(made_at),
        "groups": [{"name": name, "lines": [_line(one) for one in found]} for name, found in groups],
        "letters": [_line(one) for one in lines if one.message.channel == "letter"],
    }
    return pdf.print_paper("dossiers/pdf/telling.typ", content, made_at=made_at)


def _line(one: ToTell) -> dict[str, str]:
    return {
        "name": one.name, "address": one.address, "how": CHANNELS[one.message.channel], "text": one.message.text,
        "code": codes.show(one.dossier.public_code), "since": day_words(one.message.created_at),
        "hearing": "Nghe kém, nói chậm và to." if one.dossier.hard_of_hearing else "",
    }
