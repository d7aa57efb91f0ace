"""The visit list on paper (danh sách đến nhà): for one day, by residential group, with the papers to bring and room to write."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from app.accounts.models import Agency
from app.assistance.models import HelpCall
from app.core import clock
from app.core.codes import show
from app.core.public_urls import host_in_words
from app.procedures.queries import find_procedure
from app.providers import pdf

_TIMES = {"morning": "buổi sáng", "afternoon": "buổi chiều"}
_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def papers_of(call: HelpCall) -> tuple[list[str], list[str]]:
    """(what is needed in any case, what may be needed) for what the person is about, in everyday names.

    Which of the second they are depends on answers, and those stand in the hall.
    """
    procedure = find_procedure(call.procedure_code) if call.procedure_code else None
    papers = procedure.papers if procedure else ()
    sure = [paper.title for paper in papers if paper.required and paper.show_if is None]
    return sure, [paper.title for paper in papers if paper.title not in sure]


def _phone(number: str) -> str:
    """0905 000 000"""
    local = "0" + number[3:] if number.startswith("+84") else number
    return f"{local[:4]} {local[4:7]} {local[7:]}".strip()


def _hour(at: datetime) -> str:
    local = clock.local(at)
    return f"{local.hour} giờ {local.minute:02d}" if local.minute else f"{local.hour} giờ"


def _promised(call: HelpCall, day: date) -> str:
    if call.promised_at is None:
        return "chưa hẹn giờ"
    local = clock.local(call.promised_at)
    return f"trước {_hour(local)}" if local.date() == day else f"trước {_hour(local)} ngày {local:%d/%m}"


def _visit(number: int, call: HelpCall, day: date) -> dict[str, object]:
    procedure = find_procedure(call.procedure_code) if call.procedure_code else None
    sure, perhaps = papers_of(call)
    return {
        "number": str(number), "code": show(call.code), "promised": _promised(call, day), "urgent": call.urgency == "now",
        "name": call.name, "phone": _phone(call.phone) if call.phone else "không có điện thoại",
        "place": call.landmark or "", "best_time": _TIMES.get(call.best_time, ""), "text": call.text,
        "about": procedure.title if procedure else "", "dossier": show(call.dossier_code) if call.dossier_code else "",
        "papers": sure, "perhaps": perhaps, "taker": call.taker.full_name if call.taker else "",
    }


def print_visits(calls: Sequence[HelpCall], agency: Agency, day: date, public_url: str, *, made_at: datetime) -> bytes:
    """The visits of a day on A4 in large type, by residential group; calls are in the order of their promises."""
    by_group = sorted(calls, key=lambda one: (one.group is None, one.residential_group_id or 0))
    numbers = iter(range(1, len(calls) + 1))
    groups = [
        {"name": name, "visits": [_visit(next(numbers), one, day) for one in rows]}
        for name, rows in groupby(by_group, key=lambda one: one.group.name if one.group else "Chưa rõ tổ dân phố")
    ]
    return pdf.print_paper("assistance/pdf/visits.typ", {
        "title": f"Danh sách đến nhà {day:%d/%m/%Y}", "agency": agency.name, "phone": agency.phone,
        "day": f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}", "count": str(len(calls)), "groups": groups,
        "site": host_in_words(public_url),
    }, made_at=made_at)
