"""A person who files the social pension, as fast as the server lets them: the product's flows under load."""
from __future__ import annotations

import random
import re
from html import unescape

from tests.bench.client import Answer, Session

PROCEDURE = "1.014027"
_INPUT = re.compile(r"<(input|textarea)\b([^>]*)>", re.IGNORECASE)
_FORM = re.compile(r'<form class="stack".*?</form>', re.DOTALL)
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_BY_END = (
    ("_day", "2"), ("_month", "9"), ("_year", "1945"), ("_line", "12 Đường Thử"), ("_group", ""), ("_ward", "Phường Phú Xuân"),
    ("_city", "Thành phố Huế"), ("_paper", ""), ("_id", "046045000001"), ("_name", "Nguyễn Văn Mẫu"),
)


def filled(page: Answer) -> dict[str, str]:
    """The page's form with plausible answers: first choices, usual words, kept values."""
    form = _FORM.search(page.text)
    typed: dict[str, str] = {}
    for _kind, raw in _INPUT.findall(form[0] if form else page.text):
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(raw)}
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if not name or kind in ("checkbox", "file", "submit"):
            continue
        if kind == "radio":
            typed.setdefault(name, attributes.get("value", ""))
        else:
            usual = next((words for end, words in _BY_END if name.endswith(end)), "Phường Phú Xuân")
            if name.endswith("phone"):  # one telephone takes only so many filings a day
                usual = f"0905{random.randrange(10**6):06d}"
            typed[name] = attributes.get("value") or usual
    return typed


def open_question(session: Session) -> str:
    """Start a draft; the path of its first question."""
    page = session.get(f"/lam/{PROCEDURE}", "start")
    session.post(f"/lam/{PROCEDURE}", page.hidden(), "start")
    code = session.path.split("/")[2]
    page = session.get(f"/ho-so/{code}", "first question")
    return session.path


def draft(session: Session, _number: int) -> None:
    """All questions, without handing in."""
    path = open_question(session)
    page = session.get(path, "question")
    for _step in range(30):
        if session.path.endswith("/xem-lai"):
            return
        page = session.post(session.path, filled(page), "answer")
        if page.status != 200:
            raise RuntimeError(f"{session.path} answered {page.status}")
    raise RuntimeError(f"no end at {session.path}")


def submission(session: Session, number: int) -> None:
    """All questions, then "Nộp hồ sơ" and the confirmation with its QR."""
    draft(session, number)
    review = session.get(session.path, "review")
    confirmed = session.post(session.path.replace("/xem-lai", "/nop"), review.hidden(), "submit")
    if not session.path.endswith("/da-nop") or "Mã bí mật" not in confirmed.text:
        raise RuntimeError(f"no confirmation: {confirmed.status} at {session.path}")
