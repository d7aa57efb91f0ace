"""The markup of every kind of question: labels, descriptions, ids that error links reach, values kept as typed."""
from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from justhtml import JustHTML

from app.procedures import schema
from app.procedures.fields import REGISTRY, Sent
from app.procedures.form import Form
from app.procedures.pages import Page
from app.web import i18n, rendering
from tests.procedures.building import TODAY, paper, procedure, row

WILD = '"><script>alert(1)</script> %(x)s & Mẫu'


@pytest.fixture(scope="module")
def macros() -> Iterator[Any]:
    """``ui_fields`` in an application that has only the skin's templates and words."""
    skin = Flask("skin", root_path=str(schema.DIRECTORY.parents[2]), template_folder="templates")
    i18n.init_app(skin)
    rendering.init_app(skin)
    with skin.app_context():
        yield skin.jinja_env.globals["ui_fields"]


class Markup(HTMLParser):
    """The start tags of a piece of markup."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.tags if tag in tags]

    def by_id(self, id: str) -> dict[str, str]:
        (found,) = [attrs for _tag, attrs in self.tags if attrs.get("id") == id]
        return found


def one_page(kind: str, **keys: Any) -> tuple[Form, Page]:
    if kind == "group":
        keys.setdefault("questions", [
            {"id": "name", "type": "full_name", "label": "Tên"}, {"id": "born", "type": "date", "label": "Sinh"}])
    form = procedure(row("x", kind, **keys)).form
    return form, form.page("x", {})


def sent_back(macros: Any, form: Form, page: Page, typed: dict[str, Any]) -> str:
    sent = form.parse_page(page, Sent(typed), answers={}, today=TODAY)
    return str(macros.questions(page, sent.typed, {name: i18n.words(*fault) for name, fault in sent.errors.items()}))


def check(html: str) -> Markup:
    """What must hold of any question: no parse error, ids once, labels and descriptions that lead somewhere."""
    assert JustHTML(f"<!DOCTYPE html><title>t</title><form>{html}</form>", collect_errors=True).errors == []
    markup = Markup(html)
    ids = [attrs["id"] for _tag, attrs in markup.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for label in markup.all("label"):
        assert label["for"] in ids
    for _tag, attrs in markup.tags:
        assert set(attrs.get("aria-describedby", "").split()) <= set(ids)
    for control in markup.all("input", "textarea", "select"):
        if control.get("type") != "hidden":
            assert control["id"] in [label["for"] for label in markup.all("label")]
            assert control["name"]
    assert not any("style" in attrs or name.startswith("on") for _t, attrs in markup.tags for name in attrs)
    return markup


KINDS = sorted(REGISTRY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keys", [{}, {"hint": "Gợi ý.", "unknown": "Không nhớ"}, {"required": False}])
def test_an_empty_question_has_one_heading_and_sound_markup(macros: Any, kind: str, keys: dict[str, Any]) -> None:
    if kind == "group":
        keys = {key: value for key, value in keys.items() if key != "unknown"}
    _form, page = one_page(kind, **keys)
    html = str(macros.questions(page, {}, {}))
    markup = check(html)
    assert len(markup.all("h1")) == 1
    assert ("(không bắt buộc)" in html) == (not keys.get("required", True) or kind == "address")
    assert ("Gợi ý." in html) == ("hint" in keys)
    assert ("Không nhớ" in html) == ("unknown" in keys)
    assert not any(attrs.get("aria-invalid") or "checked" in attrs for _tag, attrs in markup.tags)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hint", ["", "Gợi ý."])
def test_a_fault_stands_at_the_field_and_its_link_leads_there(macros: Any, kind: str, hint: str) -> None:
    form, page = one_page(kind, hint=hint, **({"precision": "any"} if kind == "date" else {}))
    sent = form.parse_page(page, Sent({}), answers={}, today=TODAY)
    assert sent.errors
    html = sent_back(macros, form, page, {})
    markup = check(html)
    for name, (text, params) in sent.errors.items():
        assert text % params in html.replace("&#34;", '"')
        target = markup.by_id(name)
        assert markup.by_id(f"{name}-err")["class"] == "err"
        describers = [attrs["aria-describedby"] for _tag, attrs in markup.tags if "aria-describedby" in attrs]
        assert any(f"{name}-err" in described.split() for described in describers), target
    assert "field--bad" in html
    assert '<span class="vh">Lỗi: </span>' in html


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("one_of", "many_of", "yes_no")])
def test_what_was_typed_comes_back_as_typed_and_harmless(macros: Any, kind: str) -> None:
    form, page = one_page(kind)
    names = [name for name in REGISTRY[kind].inputs(page.questions[0]) if not name.endswith(("_add", "_remove"))]
    typed: dict[str, Any] = dict.fromkeys(names, WILD)
    if kind == "group":
        typed["x"] = ["0"]
    html = sent_back(macros, form, page, typed)
    markup = check(html)
    assert "<script" not in html
    back = [field["value"] for field in markup.all("input") if field.get("type") not in ("checkbox", "hidden")]
    assert WILD in back


def test_a_choice_comes_back(macros: Any) -> None:
    form, page = one_page("many_of", max=1)
    html = sent_back(macros, form, page, {"x": ["a", "b"]})
    assert html.count(" checked") == 2
    _form, page = one_page("one_of", unknown="Không rõ")
    markup = check(str(macros.questions(page, {"x": "unknown"}, {})))
    assert [field["value"] for field in markup.all("input") if "checked" in field] == ["unknown"]


def test_a_long_choice_is_a_list_to_open(macros: Any) -> None:
    options = [{"value": f"v{n}", "label": f"Dòng {n}"} for n in range(9)]
    _form, page = one_page("one_of", options=options, unknown="Không rõ")
    html = str(macros.questions(page, {"x": "v3"}, {}))
    check(html)
    assert '<option value="v3" selected>' in html
    assert html.count("<option") == 11


def test_attributes_that_help_a_phone(macros: Any) -> None:
    def attrs(kind: str, **keys: Any) -> dict[str, str]:
        return check(str(macros.questions(one_page(kind, **keys)[1], {}, {}))).by_id("x")

    assert attrs("full_name", column="applicant_name")["autocomplete"] == "name"
    assert attrs("full_name", column="subject_name")["autocomplete"] == "off"
    assert attrs("full_name")["autocapitalize"] == "words"
    assert attrs("id_number")["inputmode"] == "numeric"
    assert "inputmode" not in attrs("id_number", passport=True)
    assert (attrs("phone")["type"], attrs("phone")["inputmode"]) == ("tel", "tel")
    assert attrs("phone", column="phone")["autocomplete"] == "tel"
    assert attrs("number")["inputmode"] == "numeric"
    own = check(str(macros.questions(one_page("date", column="applicant_birth")[1], {}, {})))
    assert own.by_id("x_day")["autocomplete"] == "bday-day"
    assert "maxlength" not in own.by_id("x_day")  # a whole date may be pasted there


def test_free_text_with_suggestions(macros: Any) -> None:
    html = str(macros.questions(one_page("text", suggest=["Kinh", "Tà Ôi"])[1], {}, {}))
    assert check(html).by_id("x")["list"] == "x-list"
    assert '<option value="Tà Ôi">' in html


def test_lines_of_text_keep_their_first_break(macros: Any) -> None:
    html = str(macros.questions(one_page("text", lines=3)[1], {"x": "\nmột"}, {}))
    assert ">\n\nmột</textarea>" in html


def test_read_from_a_card_is_said(macros: Any) -> None:
    _form, page = one_page("full_name")
    assert "Máy đọc từ thẻ" in str(macros.questions(page, {"x": "A"}, {}, {"x"}))
    assert "Máy đọc từ thẻ" not in str(macros.questions(page, {"x": "A"}, {}))


def test_enter_does_not_take_a_row_away(macros: Any) -> None:
    _form, page = one_page("group")
    buttons = check(str(macros.questions(page, {"x": ["0", "1"]}, {}))).all("button")
    assert "name" not in buttons[0]
    assert [button["name"] for button in buttons[1:]] == ["x_remove", "x_remove", "x_add"]


def test_rows_of_a_group_are_named_once_each(macros: Any) -> None:
    _form, page = one_page("group", item="Người con")
    html = str(macros.questions(page, {"x": ["0", "1"], "x-1-name": "Thử"}, {}))
    markup = check(html)
    assert markup.by_id("x-1-name")["value"] == "Thử"
    assert "Người con 2" in html


def test_follow_ups_stand_under_their_row_and_tell_their_faults(macros: Any) -> None:
    form = procedure(
        row("way", "one_of"), row("phone", "phone", same_page="way", show_if={"question": "way", "is": "a"}),
    ).form
    page = form.page("way", {})
    html = sent_back(macros, form, page, {"way": "a", "phone": "0905 000 00"})
    check(html)
    first, second = html.index('value="a"'), html.index('value="b"')
    assert first < html.index('class="reveal reveal--bad"') < html.index('id="phone"') < second
    assert "Số này có 9 chữ số." in html
    assert 'class="reveal"' in str(macros.questions(page, {}, {}))


def test_what_is_asked_once_carries_the_token_that_lets_it_pass(macros: Any) -> None:
    html = str(macros.ask([("x", "Năm sinh là 1845, có đúng không?")], "abc"))
    assert Markup(html).all("input") == [{"type": "hidden", "name": "sure", "value": "abc"}]
    assert str(macros.ask([], "")).strip() == ""


def test_papers(macros: Any) -> None:
    found = procedure(row("x"), paper=[paper("p", everyday="Giấy bệnh viện", hint="Chụp cả tờ.")]).papers[0]
    html = str(macros.paper_words(found)) + str(macros.pick(found, "Ảnh này trống, mở không lên. Chụp lại giúp."))
    markup = check(html)
    assert markup.by_id("photo")["aria-describedby"] == "p-hint photo-err"
    assert "Giấy bệnh viện" in html


def test_every_question_of_the_catalogue_has_sound_markup(macros: Any) -> None:
    for found, _data in schema.load_directory().procedures:
        answers: dict[str, Any] = {}
        for name in found.form.questions:
            page = found.form.page(found.form.page_of(name) or "")
            check(sent_back(macros, found.form, page, answers))
