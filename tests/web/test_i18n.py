"""Every page in English too: no string missing or stale, nothing Vietnamese left that does not say so."""
from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import lxml.html
import pytest
from babel.messages import Catalog
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core import clock
from app.core.actor import CITIZEN
from app.core.db import transaction
from app.dossiers.models import Dossier, State
from app.dossiers.queries import find_slip
from app.dossiers.services import drafts, help_calls
from app.dossiers.services.slips import grant, make_slip
from app.procedures.queries import list_procedures
from app.web import i18n
from tests import factories
from tests.support import messages
from tests.support.languages import VIETNAMESE, strangers
from tests.web import people
from tests.web.browsing import Inside, Reply

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
# One word for one thing, on every page.
GLOSSARY = {
    "mã bí mật": "secret code", "mã hồ sơ": "application code", "mã 6 số": "6-digit code", "mã OTP": "OTP",
    "số căn cước": "ID number", "thẻ căn cước": "card", "lệ phí": "fee", "biên lai": "receipt", "VNeID": "VNeID",
    "quầy": "counter", "tổ dân phố": "residential group", "ngày làm việc": "working day", "khai tử": "death",
    "kết hôn": "marr", "trích lục": "extract", "bản sao": "cop", "giám hộ": "guardian", "ủy quyền": "authoris",
    "hộ nghèo": "poor", "thường trú": "permanent", "tạm trú": "temporary", "chữ ký": "sign",
}
NAMES = {"Phú Xuân"}  # stands in titles, where no element can mark it
QUESTIONS = ("1.001193", "1.001612", "2.000815")  # all types of fields between them


@pytest.fixture(scope="module")
def source() -> Catalog:
    return messages.extracted()


@pytest.fixture(scope="module")
def english() -> Catalog:
    return messages.translated()


def ids(catalogue: Catalog) -> set[Any]:
    return {message.id for message in catalogue if message.id}


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Every source text with each of its English forms."""
    for message in catalogue:
        if message.id:
            texts = (message.string,) if isinstance(message.string, str) else message.string
            yield from ((message.id if isinstance(message.id, str) else message.id[0], text) for text in texts)


# The catalogue

def test_no_string_is_missing_or_stale(source: Catalog, english: Catalog) -> None:
    assert len(ids(source)) > 2000
    assert ids(source) - ids(english) == set(), "run: make messages"
    assert ids(english) - ids(source) == set(), "run: make messages"


def test_every_string_has_its_english(english: Catalog) -> None:
    assert [text for text, said in pairs(english) if not said.strip()] == []
    assert [message.id for message in english if message.id and message.fuzzy] == []
    assert [message.id for message in english if isinstance(message.id, tuple) and len(message.string) != 2] == []


def test_placeholders_are_those_of_the_source(english: Catalog) -> None:
    wrong = [
        (text, said) for text, said in pairs(english) if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(said))
    ]
    assert wrong == []
    assert [text for text, said in pairs(english) if "%" in PLACEHOLDER.sub("", text + said)] == []


def test_the_english_is_english(english: Catalog) -> None:
    assert [said for _, said in pairs(english) if VIETNAMESE.search(said)] == []
    kept = {text for text, said in pairs(english) if text == said}
    assert kept <= {"%(number)s. %(words)s"}


def test_a_sentence_stays_a_sentence(english: Catalog) -> None:
    wrong = [(text, said) for text, said in pairs(english) if text[-1:] == "." and said[-1:] != "."]
    assert wrong == []


def test_the_same_word_says_the_same_thing(english: Catalog) -> None:
    wrong = [
        (text, said)
        for text, said in pairs(english) for word, meant in GLOSSARY.items()
        if re.search(rf"(?<!\w){word}(?!\w)", text) and not re.search(meant, said, re.IGNORECASE)
    ]
    assert wrong == []


# Reading it

def test_only_an_english_page_reads_the_catalogue(app: Flask) -> None:
    i18n._catalogue.cache_clear()
    browser = Inside(app)
    assert browser.get("/").status == 200
    assert i18n._catalogue.cache_info().currsize == 0
    began = time.process_time()
    i18n._catalogue("en")
    assert time.process_time() - began < 0.5
    in_english(browser)
    assert "What do you need?" in browser.get("/").text
    assert i18n._catalogue.cache_info().misses == 1


def test_sentences_with_what_was_typed(app: Flask) -> None:
    said = "Ô này ghi “%(typed)s”. Số căn cước chỉ có chữ số 0 đến 9."
    with app.test_request_context(headers={"Cookie": "view=m.auto.en"}):
        told = i18n.words(said, {"typed": "<b>Nguyễn"})
        assert told == 'This box says “<span lang="vi">&lt;b&gt;Nguyễn</span>”. An ID number has only the digits 0 to 9.'
        plain = i18n.words(said, {"typed": "<b>x"})
        assert not isinstance(plain, Markup) and "“<b>x”" in plain
        assert i18n.words("Được giảm còn %(total)s đồng", {"total": "1.250.000"}) == "Reduced to 1,250,000 VND"
        assert i18n.words("%(who)s vừa làm trước: %(act)s. Mở lại hồ sơ để xem.", {"who": "Lan", "act": "Đã nộp tiền"}) == (
            "Lan was first: Paid. Open the application again to see."
        )
        assert i18n.told("Giấy này đã hết hạn dùng.\nĐến sớm") == (
            'This paper is no longer valid.\n<span lang="vi">Đến sớm</span>'
        )
        # As the services put a reason together: the sentence, what the clerk added, how to mend it.
        assert i18n.told("Giấy này đã hết hạn dùng. Hạn <đến> 2019. Nộp giấy còn hạn.") == (
            'This paper is no longer valid. <span lang="vi">Hạn &lt;đến&gt; 2019.</span> Send a paper that is still valid.'
        )
        assert i18n.vietnamese("abc") == "abc" and i18n.told("") == "" and i18n.vietnamese(None) is None
    with app.test_request_context():
        assert i18n.words(said, {"typed": "<b>Nguyễn"}) == said % {"typed": "<b>Nguyễn"}
        assert i18n.told("Đến sớm") == i18n.vietnamese("Đến sớm") == "Đến sớm"


def test_dates_and_money_in_the_reader_s_form(app: Flask) -> None:
    at = datetime(2026, 12, 3, 9, 5, tzinfo=clock.TZ)
    filters = app.jinja_env.filters
    shown: dict[str, tuple[str, ...]] = {}
    for language in ("vi", "en"):
        with app.test_request_context(headers={"Cookie": f"view=m.auto.{language}"}), clock.moved_to(at):
            shown[language] = (
                filters["day"](at), filters["when"](at), filters["when"](at + timedelta(days=9)), filters["money"](8000),
                filters["size"](1_250_000),
            )
    assert shown["vi"] == (
        "thứ Năm 03/12/2026", "9 giờ 05 hôm nay, thứ Năm 03/12/2026", "9 giờ 05, thứ Bảy 12/12/2026", "8.000 đồng", "1,2 MB",
    )
    assert shown["en"] == (
        "Thursday 3 December 2026", "9:05 today, Thursday 3 December 2026", "9:05, Saturday 12 December 2026", "8,000 VND",
        "1.2 MB",
    )


# Switching

def in_english(browser: Inside) -> None:
    browser.set_cookie("view", "m.auto.en")


def switch_of(reply: Reply, language: str) -> str:
    """Where the page's own switch to a language leads."""
    found = lxml.html.fromstring(reply.text).xpath(f'//a[@lang="{language}"][contains(@href, "tieng={language}")]')
    assert len(found) == 1, reply.path
    return str(found[0].get("href"))


@pytest.mark.parametrize("path", ["/", "/tim?q=khai+sinh", "/p/1.001193", "/giup?tu=%2Fviec", "/can-bo/vao", "/xem"])
def test_the_switch_stays_on_the_page(app: Flask, path: str) -> None:
    browser = Inside(app)
    shown = browser.get(path)
    answer = browser.get(switch_of(shown, "en"))
    assert (answer.status, answer.location) == (303, path)
    assert 'lang="en"' in browser.get(path).text
    back = browser.get(switch_of(browser.get(path), "vi"))
    assert back.location == path and '<html lang="vi"' in browser.get(path).text


def test_the_switch_stands_on_errors_and_on_forms_that_came_back(app: Flask) -> None:
    browser = Inside(app)
    missing = browser.get("/khong-co-trang-nay")
    assert missing.status == 404 and browser.get(switch_of(missing, "en")).location == "/"
    refused = browser.fill("/xem", code="K7M4", secret="x")
    assert refused.status == 422 and browser.get(switch_of(refused, "vi")).location == "/xem"
    # A form that has no page of its own leads to the page above it.
    assert browser.get("/hien-thi?tieng=en&ve=/rieng-tu/khong/co").location == "/rieng-tu"


def test_after_a_swap_the_browser_knows_better_than_the_frame(app: Flask) -> None:
    browser = Inside(app)
    address = "/hien-thi?tieng=en&ve=/viec"
    assert browser.get(address, Referer="http://localhost/tim?q=a").location == "/tim?q=a"
    assert browser.get(address, Referer="http://elsewhere.example/xem").location == "/viec"
    assert browser.get(address, Referer="http://[broken").location == "/viec"
    assert browser.get(address, Referer="http://localhost/hien-thi?ve=/xem").location == "/viec"


@pytest.mark.parametrize(
    "asked", ["https://elsewhere.example/", "//elsewhere.example/xem", "/\\elsewhere.example", "http://[x", "javascript:1"]
)
def test_the_switch_leads_nowhere_else(app: Flask, asked: str) -> None:
    answer = Inside(app).ask("GET", "/hien-thi?" + "tieng=en&ve=" + asked)
    assert (answer.status, answer.location) == (303, "/") and "elsewhere" not in answer.headers["Location"]


# Pages

def walk(browser: Inside, paths: Collection[str]) -> dict[str, list[str]]:
    """Vietnamese that does not say so, by page."""
    found: dict[str, list[str]] = {}
    for path in paths:
        look(found, browser.open(path))
    return found


def look(found: dict[str, list[str]], reply: Reply) -> None:
    assert reply.status < 500 and '<html lang="en"' in reply.text, (reply.path, reply.status)
    if foreign := strangers(reply.text, NAMES):
        found[reply.path] = foreign


def test_public_pages_in_english(app: Flask) -> None:
    with app.app_context():
        procedures = list_procedures()
    chosen = [one.code for one in procedures if one.online or one.elsewhere or one.level == "none"][:16]
    browser = Inside(app)
    in_english(browser)
    found = walk(browser, [
        "/", "/tim?q=khai+sinh", "/tim?q=xyzzy", "/viec", "/xem", "/giup", "/rieng-tu", "/hien-thi", "/nghi/K7M49QXT",
        "/khong-co", "/Q/99", "/can-bo/vao", "/can-bo/thoat-roi", *(f"/p/{code}" for code in chosen),
        *(f"/lam/{code}" for code in QUESTIONS),
    ])
    for path, typed in (("/xem", {"code": "K7M49QXT", "secret": "R4D8WM"}), ("/xem", {}), ("/giup", {"phone": "12"}),
                        ("/can-bo/vao", {"username": "ai"})):
        look(found, browser.fill(path, **typed))
    assert found == {}


@pytest.mark.parametrize("procedure", QUESTIONS)
def test_question_pages_in_english(app: Flask, procedure: str) -> None:
    browser, found = Inside(app), dict[str, list[str]]()
    in_english(browser)
    visitor = people.citizen(app, browser)
    visitor.begin(procedure)
    form = people.declaration(app, procedure)
    answers = people.answers_for(form)
    with app.app_context(), transaction() as session:
        drafts.keep_answers(session.scalars(select(Dossier).where(Dossier.public_code == visitor.code)).one(), answers)
    for page in form.pages(answers):
        address = visitor.at("giay" if page.kind == "paper" else "cau", page.id)
        look(found, browser.open(address))
        for typed in ("", "Nguyễn 1 @@ 99999999999999") if page.kind == "question" else ():
            empty = browser.open(address).form(page.id)
            answer = browser.send(empty, **{name: typed for name in empty.fields if not name.startswith("_")})
            if answer.status == 422:
                look(found, answer)
    found |= walk(browser, [visitor.at("xem-lai"), visitor.at("de-do"), visitor.at("the"), f"/lam/{procedure}", "/"])
    assert found == {}


def test_dossiers_in_english_in_every_state(app: Flask) -> None:
    browser = Inside(app)
    in_english(browser)
    with app.app_context():
        session, token = factories.make_session("citizen")
        held = [  # the same answers in every run, whatever was made up before
            factories.make_dossier(
                state, factories.BIRTH if state == State.AWAITING_SUPPLEMENT else factories.EXTRACT, seed=number
            )
            for number, state in enumerate(State)
        ]
        with transaction():
            for dossier in held:
                make_slip(dossier, reason="submitted", session_id=session.id)
                slip = find_slip(dossier)
                assert slip is not None
                grant(dossier, slip, session.id)
        codes = [dossier.public_code for dossier in held]
    browser.set_cookie("session", token)
    found = walk(browser, [f"/ho-so/{code}" for code in codes])
    parts = ("da-nop", "sua", "rut", "ma/withdraw", "nop-tien", "nop-tien/tai-quay", "xin-mien", "ket-qua")
    submitted = codes[list(State).index(State.SUBMITTED)]
    found |= walk(browser, [f"/ho-so/{submitted}/{part}" for part in parts])
    look(found, browser.follow(browser.fill(f"/ho-so/{submitted}/nop-tien")))
    found |= walk(browser, [f"/ho-so/{submitted}/nop-tien/{part}" for part in ("cho", "nho-con-chau")])
    assert found == {}


def test_staff_pages_in_english(app: Flask) -> None:
    browser = Inside(app)
    in_english(browser)
    people.let_in(app, browser, *Role)
    with app.app_context():
        held = [
            factories.make_dossier(state, factories.BIRTH, seed=number).public_code
            for number, state in enumerate((State.SUBMITTED, State.AWAITING_SUPPLEMENT, State.IN_PROCESS, State.HANDED_OVER))
        ]
        with transaction():
            help_calls.ask_for_help(
                CITIZEN, name="Trần Thị Ví Dụ", phone="+84905000000", way="phone", page="/p/1.001193", text="Mắt kém"
            )
    pages = [
        "", "/ho-so", "/ho-so?loc=ended", "/mat-phieu", "/tiep-nhan", "/bang", "/tin-nhan", "/le-phi",
        "/le-phi/1.001193/copy", "/lich", "/lich/gio", "/phuong", "/tai-khoan", "/thu-tien", "/bien-lai", "/tien-treo",
        "/to-dan", "/to-dan/moi", "/to-dan/luot-quet", "/xin-mien", "/vai-tro", "/vai-tro/lethithu", "/khong-co",
    ]
    acts = ("", "/bo-sung", "/dung", "/khong-nhan", "/trinh-ky", "/tra-ket-qua", "/tra-lai", "/phieu-moi")
    pages += [f"/ho-so/{code}{act}" for code in held for act in (acts if code == held[0] else ("",))]
    assert walk(browser, [f"/can-bo{path}" for path in pages]) == {}
