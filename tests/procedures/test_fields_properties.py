"""Whatever is typed: nothing crashes, nothing is lost, and what was taken is taken again."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.procedures.fields import REGISTRY, Sent
from app.procedures.parts import Question
from tests.procedures.building import TODAY, question

SUBS = [
    {"id": "name", "type": "full_name", "label": "Tên"},
    {"id": "born", "type": "date", "label": "Sinh", "precision": "any"},
    {"id": "sex", "type": "one_of", "label": "Giới", "required": False,
     "options": [{"value": "male", "label": "Nam"}, {"value": "female", "label": "Nữ"}]},
]
QUESTIONS = [
    question("full_name"), question("id_number", old_number=True, unknown="Không nhớ"),
    question("id_number", passport=True),
    question("date"), question("date", precision="any", past=True, unknown="Không nhớ"), question("phone"),
    question("address"), question("address", here=True, required=False), question("one_of", unknown="Không rõ"),
    question("many_of", unknown="Không rõ", required=False), question("yes_no"), question("number", min=0, max=500),
    question("money"), question("text", max_length=40), question("text", lines=4, required=False),
    question("group", questions=SUBS, max=4),
]
NAMED = [pytest.param(asked, id=f"{asked.type}-{place}") for place, asked in enumerate(QUESTIONS)]

LIKELY = st.sampled_from([
    "", "1", "2", "29", "02", "1945", "2026", "2/9/1945", "29/2/1945", "0905000000", "+84905000000", "046045000001",
    "191000002", "8.000", "1,5 triệu", "Nguyễn Văn Mẫu", "Thuận Lộc", "Phường Phú Xuân", "Thành phố Huế", "a", "b",
    "yes", "unknown", "male", "0", "😀", "12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế", "TDP 5",
    "\ud800", "\x00", "%(x)s", "%", "<b>", "'", "²", "٤",
])
TYPED = LIKELY | st.text(max_size=60) | st.text(st.sampled_from("0123456789 ./-,đ"), max_size=14)


@st.composite
def sent(draw: st.DrawFn, asked: Question) -> dict[str, list[str]]:
    """A form with any of the question's inputs, sent any number of times."""
    inputs = list(REGISTRY[asked.type].inputs(asked))
    chosen = draw(st.lists(st.sampled_from(inputs), max_size=len(inputs) if len(inputs) < 12 else 12, unique=True))
    return {name: draw(st.lists(TYPED, min_size=1, max_size=2)) for name in chosen}


@pytest.mark.parametrize("asked", NAMED)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_nothing_that_is_typed_crashes_and_what_is_taken_is_taken_again(asked: Question, data: st.DataObject) -> None:
    kind = REGISTRY[asked.type]
    parsed = kind.parse(asked, Sent(data.draw(sent(asked))), today=TODAY)
    assert set(parsed.errors) <= set(kind.inputs(asked))
    assert set(parsed.typed) <= set(kind.inputs(asked))
    for text, params in parsed.errors.values():
        assert text % params
    if parsed.errors:
        assert parsed.value is None
        return
    if parsed.again:
        return
    again = kind.parse(asked, Sent(kind.typed(asked, parsed.value)), today=TODAY)
    assert (again.value, again.errors) == (parsed.value, {})
    _read_out(asked, parsed.value)


def _read_out(asked: Question, value: Any) -> None:
    kind = REGISTRY[asked.type]
    lines = kind.show(asked, value)
    assert all(isinstance(line, str) and line for line in lines)
    assert bool(lines) == (value is not None)
    assert all(isinstance(line, str) for line in kind.print_lines(asked, value))
    for text, params in kind.check(asked, value, today=TODAY, answers={}):
        assert text % params


@pytest.mark.parametrize("asked", NAMED)
@settings(max_examples=40, deadline=None)
@given(raw=TYPED | st.none() | st.integers())
def test_whatever_a_card_says_a_prefilled_value_could_have_been_typed(asked: Question, raw: object) -> None:
    kind = REGISTRY[asked.type]
    value = kind.prefill(asked, raw)
    if value is not None:
        assert kind.parse(asked, Sent(kind.typed(asked, value)), today=TODAY).value == value
