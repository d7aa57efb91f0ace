"""The whole story: a poster on the wall, a birth registered, a copy paid for by bank, both results collected.

Played by a person with a phone and three people at desks, on both engines, with scripts and without. Each step is
checked by reading the database through a second connection.
"""
from __future__ import annotations

import io
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.files.demo_papers import draw_paper
from app.payments.vietqr import decode
from app.procedures.poster_register import Scope, draw, make_poster
from app.providers.payment import Credit
from app.providers.payment.payos import PayOS
from tests.browser.citizen import NAME, NUMBER, Citizen
from tests.browser.desk import Desk, make_account
from tests.support.browsers import Pages
from tests.support.pdfs import codes as codes_on
from tests.support.servers import LiveServer

Rows = Callable[..., list[Any]]
CARD = f"{NUMBER}||{NAME}|02091975|Nam|Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế|01072024"
BIRTH = {
    "filing_for": "self", "record_kind": "birth", "contact_way": "own", "result_way": "counter", "copies": "2",
    "subject_is": "self",
}
STATE = "SELECT state FROM dossier WHERE public_code = :code"


def read_code(picture: bytes) -> str:
    """The one QR of a picture, by an independent decoder."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("RGB"))
    assert len(found) == 1, [one.text for one in found]
    return found[0].text


def path_of(printed: str) -> str:
    """What a phone opens: the path of a printed address (scheme and host do not care about case)."""
    return "/" + printed.split("/", 3)[3]


@pytest.fixture
def desks(live_server: LiveServer, pages: Pages) -> dict[str, Desk]:
    """Three people: reception, specialist, leader; each at a desk of their own, signed in."""
    people = (("lethithu", "Lê Thị Thử", Role.RECEPTIONIST), ("tranvanmau", "Trần Văn Mẫu", Role.SPECIALIST),
              ("vothividu", "Võ Thị Ví Dụ", Role.LEADER))
    made = {}
    for username, name, role in people:
        secret = make_account(live_server.app, username, name, role)
        made[role.value] = desk = Desk(pages.new(desk=True), username, secret)
        desk.sign_in()
    return made


@pytest.mark.both_engines
@pytest.mark.story
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_from_a_poster_on_the_wall_to_the_results_in_hand(
    scripts: bool, live_server: LiveServer, pages: Pages, desks: dict[str, Desk], second_connection: Rows, tmp_path: Path
) -> None:
    photo, card = tmp_path / "paper.jpg", tmp_path / "card.jpg"
    photo.write_bytes(draw_paper("generic", {"Họ và tên": NAME}))
    card.write_bytes(draw_paper("id_card", {"Họ và tên": NAME, "qr": CARD}))
    citizen = Citizen(pages.new(scripts=scripts), scripts=scripts, photo=photo, answers=BIRTH)

    poster = scan_the_poster(live_server, "1.001193")
    birth = file_a_birth(citizen, poster, card, second_connection)
    copy = file_a_copy(citizen, second_connection)
    pay_by_bank(citizen, copy, live_server, second_connection)

    accept(desks["receptionist"], birth, second_connection)
    mend_what_is_blurred(desks["specialist"], citizen, birth, live_server, second_connection)
    for code in (birth, copy):
        if code == copy:
            accept(desks["receptionist"], copy, second_connection)
        examine_and_sign(desks, code, photo, second_connection)
        follow_by_the_slip(citizen, code)
        hand_over(desks["receptionist"], code, second_connection)
    assert_all_is_told(birth, copy, second_connection)


def scan_the_poster(server: LiveServer, procedure: str) -> str:
    """Hang a poster, read its code back from the drawn page; the path that the phone opens."""
    with server.app.app_context(), transaction():
        ward = get_ward()
        poster = make_poster(SYSTEM, ward, scope=Scope.PROCEDURE, subject=procedure, place="Nhà sinh hoạt Tổ dân phố 5")
        pdf = draw(poster, ward, server.app.extensions["settings"].public_url)
    return path_of(codes_on(pdf)[0][0])


def file_a_birth(citizen: Citizen, poster: str, card: Path, rows: Rows) -> str:
    code = citizen.start(poster)
    assert rows("SELECT count(*) FROM poster_scan")[0][0] == 1
    citizen.photograph_card(card)
    citizen.fill_in()
    assert rows(STATE, code=code) == [(0,)]
    papers = "SELECT count(*) FROM dossier_paper p JOIN dossier d ON d.id = p.dossier_id WHERE d.public_code = :code"
    assert rows(papers, code=code)[0][0] >= 1
    submit(citizen, code, rows)
    return code


def submit(citizen: Citizen, code: str, rows: Rows) -> None:
    citizen.press("Nộp hồ sơ")
    expect(citizen.page.locator("h1")).to_have_text("Đã nộp hồ sơ")
    assert rows(STATE, code=code) == [(1,)]
    expect(citizen.page.locator("main")).to_contain_text("Mã bí mật")


def file_a_copy(citizen: Citizen, rows: Rows) -> str:
    code = citizen.start("/p/2.000635")
    citizen.press("Không chụp, tôi tự gõ")
    citizen.fill_in()
    submit(citizen, code, rows)
    assert rows("SELECT payment_state, due_vnd FROM dossier WHERE public_code = :code", code=code) == [("due", 16000)]
    return code


def pay_by_bank(citizen: Citizen, code: str, server: LiveServer, rows: Rows) -> None:
    """Scan the bank QR of the page, let the bank tell us with its signature, see the page turn."""
    citizen.press("Nộp tiền")
    asked = decode(read_code(citizen.page.locator("img.qr, .qr svg").first.screenshot()))
    assert asked.amount_vnd == 16000
    citizen.press("Tôi đã chuyển tiền")
    assert rows("SELECT payment_state FROM dossier WHERE public_code = :code", code=code) == [("due",)]
    tell_by_payos(server, asked.account, asked.amount_vnd, asked.purpose)
    if citizen.scripts:
        expect(citizen.page.locator("main")).to_contain_text("Đã nộp lệ phí", timeout=15_000)
    else:
        citizen.press("Xem lại")
    expect(citizen.page.locator("main")).to_contain_text("16.000 đồng")
    assert rows("SELECT payment_state, paid_vnd FROM dossier WHERE public_code = :code", code=code) == [("paid", 16000)]


def tell_by_payos(server: LiveServer, account: str, amount_vnd: int, purpose: str) -> None:
    """The bank's own request, signed as payOS signs."""
    credit = Credit(
        event_id="FT26330000001", incoming=True, account=account, amount_vnd=amount_vnd, bank_reference="FT26330000001",
        content=f"MBVCB.123.{purpose}.CT tu NGUYEN VAN MAU", moved_at=clock.now().replace(microsecond=0),
    )
    body, headers = PayOS(server.app.extensions["settings"].payos_checksum_key).sign(credit)
    request = urllib.request.Request(f"{server.url}/webhook/payos", body, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def accept(desk: Desk, code: str, rows: Rows) -> None:
    desk.open(code)
    desk.press("Nhận hồ sơ")
    state, number, due = rows("SELECT state, official_number, due_at FROM dossier WHERE public_code = :code", code=code)[0]
    assert state == 2
    assert number.startswith("H57.00.00-")
    assert due is not None
    assert not desk.offers("Ký, hoàn thành"), "who received a dossier is not offered its signature"


def mend_what_is_blurred(desk: Desk, citizen: Citizen, code: str, server: LiveServer, rows: Rows) -> None:
    """The specialist cannot read a photo; the person gets to know, sends it again with the slip alone, the clock stands."""
    desk.open(code)
    desk.press("Yêu cầu bổ sung")
    want = desk.page.locator("input[name=want][value^='paper.']").first
    want.check(force=True)
    key = want.get_attribute("value")
    desk.page.select_option(f"select[name='code-{key}']", "blurred")
    desk.press("Yêu cầu bổ sung")
    assert rows(STATE, code=code) == [(5,)]
    assert rows("SELECT count(*) FROM pause WHERE to_at IS NULL")[0][0] == 1
    citizen.page.goto(f"/ho-so/{code}")
    expect(citizen.page.locator("h1")).to_contain_text("Cần gửi lại")
    expect(citizen.page.locator("main")).to_contain_text("Ảnh bị mờ")
    citizen.press("Chụp lại giấy này")
    citizen.send_photo("#photo", citizen.photo, "Gửi ảnh")
    citizen.press("Tiếp tục")
    citizen.press("Gửi cho phường")
    assert rows("SELECT count(*) FROM pause WHERE to_at IS NULL")[0][0] == 0
    desk.open(code)
    desk.press("Đã đủ, làm tiếp")
    assert rows(STATE, code=code) == [(2,)]


def examine_and_sign(desks: dict[str, Desk], code: str, result: Path, rows: Rows) -> None:
    specialist, leader = desks["specialist"], desks["leader"]
    specialist.open(code)
    specialist.press("Chuyển xử lý")
    assert rows(STATE, code=code) == [(4,)]
    specialist.press("Trình ký")
    specialist.page.set_input_files("#result", result)
    specialist.press("Gắn tệp")
    specialist.press("Trình ký")
    specialist.open(code)
    assert not specialist.offers("Ký, hoàn thành")
    leader.open(code)
    leader.press("Ký, hoàn thành")
    assert rows(STATE, code=code) == [(9,)]
    received, examined, signed = rows(
        "SELECT received_by_id, examined_by_id, signed_by_id FROM dossier WHERE public_code = :code", code=code
    )[0]
    assert len({received, examined, signed}) == 3


def follow_by_the_slip(citizen: Citizen, code: str) -> None:
    """The QR on the slip opens the dossier on any phone, without the codes being typed."""
    citizen.page.goto(f"/ho-so/{code}/da-nop")
    printed = read_code(citizen.page.locator(".qr svg").first.screenshot())
    assert "/S/" in printed
    other: Page = citizen.page.context.browser.new_context(base_url=citizen.page.url.split("/ho-so")[0]).new_page()  # type: ignore[union-attr]
    other.goto(path_of(printed))
    assert other.url.endswith(f"/ho-so/{code}")
    expect(other.locator("main")).to_contain_text("Đã có giấy")
    expect(other.locator("main")).not_to_contain_text(NUMBER)
    other.context.close()


def hand_over(desk: Desk, code: str, rows: Rows) -> None:
    desk.open(code)
    desk.press("Trả kết quả")
    desk.page.fill("#collector_name", NAME)
    desk.page.check("#identity_checked", force=True)
    desk.press("Trả kết quả")
    assert rows(STATE, code=code) == [(10,)]


def assert_all_is_told(birth: str, copy: str, rows: Rows) -> None:
    """History, audit and messages hold the whole way of both."""
    acts = [row[0] for row in rows(
        "SELECT e.action FROM dossier_event e JOIN dossier d ON d.id = e.dossier_id WHERE d.public_code = :code ORDER BY e.seq",
        code=birth,
    )]
    assert acts == [
        "submit", "accept", "ask_supplement", "send_supplement", "confirm_supplement", "start", "examine", "finish", "hand_over",
    ]
    for code in (birth, copy):
        audited = rows("SELECT count(*) FROM audit_entry WHERE object_code = :code AND action LIKE 'dossier.%'", code=code)
        assert audited[0][0] >= len(acts) - 3
        assert rows("SELECT count(*) FROM message WHERE about = :code", code=code)[0][0] >= 3


