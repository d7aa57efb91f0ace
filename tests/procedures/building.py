"""Questions, forms and procedures for tests of this room, built as the catalogue states them."""
from __future__ import annotations

from datetime import date
from typing import Any

from app.procedures import reading
from app.procedures.fields import REGISTRY, Parsed, Sent
from app.procedures.parts import Question
from app.procedures.schema import Procedure, from_dict, resolve

TODAY = date(2026, 11, 23)
SECTION = {"id": "one", "title": "Phần một"}


def question(type: str, id: str = "x", **keys: Any) -> Question:
    """One question of a type."""
    if type in ("one_of", "many_of") and "options" not in keys:
        keys["options"] = [{"value": "a", "label": "Dòng A"}, {"value": "b", "label": "Dòng B"}]
    return reading.question(reading.Table({"id": id, "type": type, "label": "Câu hỏi", **keys}, "test"))


def parse(asked: Question, **typed: str | list[str]) -> Parsed:
    """What is read when ``x="..."`` (or ``x_day="..."``) was typed."""
    return REGISTRY[asked.type].parse(asked, Sent(typed), today=TODAY)


def sentence(parsed: Parsed) -> str:
    """The only fault, as people read it."""
    ((text, params),) = parsed.errors.values()
    return text % params


def asked(asked_question: Question, value: Any, answers: dict[str, Any] | None = None) -> list[str]:
    """What is asked about a value, as people read it."""
    found = REGISTRY[asked_question.type].check(asked_question, value, today=TODAY, answers=answers)
    return [text % params for text, params in found]


def row(id: str, type: str = "text", **keys: Any) -> dict[str, Any]:
    """A question as the catalogue has it."""
    if type in ("one_of", "many_of") and "options" not in keys:
        keys["options"] = [{"value": "a", "label": "Dòng A"}, {"value": "b", "label": "Dòng B"}]
    return {"id": id, "type": type, "section": "one", "label": f"Câu {id}", "short": id, **keys}


def paper(id: str, **keys: Any) -> dict[str, Any]:
    return {"id": id, "name": f"Giấy {id}", **keys}


def raw_procedure(*questions: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A catalogue file as a dict."""
    return {
        "code": "1.009999", "version": 1, "valid_from": date(2025, 7, 1), "name": "Đăng ký thử", "title": "Đăng ký thử",
        "summary": "Một việc để thử.", "field": "ho_tich", "source_note": "thử", "online": bool(questions),
        "time": {"unit": "working_day", "value": 3, "text": "3 ngày làm việc", "source": "thử"},
        "form": {"sections": [SECTION]}, "question": list(questions), **keys,
    }


def procedure(*questions: dict[str, Any], **keys: Any) -> Procedure:
    """A procedure with these questions."""
    return from_dict(resolve(raw_procedure(*questions, **keys), {}, "test"))
