"""The pages of money: what a citizen, a family member and a cashier see and do."""
from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import db, transaction
from app.dossiers.models import Dossier, PaymentState, State
from app.payments import queries, vietqr
from app.payments.models import BankEvent, Exemption, OrderState, PaymentOrder, Receipt
from app.payments.services import orders
from tests.files import samples
from tests.payments import browsing, desk

pytestmark = pytest.mark.usefixtures("database", "disk")
BLOCK = {"HX-Request": "true", "HX-Target": "div#money"}


def payable(client: FlaskClient, **columns: Any) -> tuple[str, PaymentOrder]:
    """A browser that holds the slip of a dossier with an open order; its code and the order."""
    order = desk.make_order(**columns)
    return browsing.hold_slip(client, order.dossier_id), order


def read_qr(png: bytes) -> str:
    """What an independent decoder reads."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    assert len(found) == 1
    return found[0].text


def test_paying_from_the_first_press_to_paid(client: FlaskClient) -> None:
    with transaction():
        dossier_id = desk.make_dossier().id
    code = browsing.hold_slip(client, dossier_id)
    page = client.get(f"/ho-so/{code}/nop-tien").text
    assert "8.000 đồng" in page and "trả lại đủ tiền" in page and "Lưu ảnh mã" not in page
    answer = browsing.send(client, f"/ho-so/{code}/nop-tien")
    assert (answer.status_code, answer.location) == (303, f"/ho-so/{code}/nop-tien")
    order = db.session.scalars(select(PaymentOrder)).one()
    page = client.get(answer.location).text
    for words in ("8.000 đồng", "Lưu ảnh mã", "UBND PHUONG PHU XUAN", order.code, "OTP", "trả lại đủ tiền"):
        assert words in page
    desk.pay(order)
    page = client.get(f"/ho-so/{code}/nop-tien").text
    assert "Đã nộp lệ phí" in page and "Lưu ảnh mã" not in page
    assert queries.find_receipt(order).full_number in page  # type: ignore[union-attr]


@pytest.mark.parametrize(("due_vnd", "account"), [
    (1, "0"), (8_000, "0123456789"), (16_000, "1900ABCxyz"), (2_000_000_000, "1" * 19), (999_999, "0011012345678"),
])
def test_every_picture_says_what_the_database_says(client: FlaskClient, due_vnd: int, account: str) -> None:
    code, order = payable(client, due_vnd=due_vnd)
    with transaction() as session:
        session.get_one(PaymentOrder, order.id).bank_account = account
    for address in (f"/ho-so/{code}/nop-tien/ma.png", f"/t/{order.link_token}/ma.png"):
        answer = client.get(address)
        assert answer.mimetype == "image/png" and answer.headers["Cache-Control"] == "no-store"
        decoded = vietqr.decode(read_qr(answer.data))
        said = (decoded.bank_bin, decoded.account, decoded.amount_vnd, decoded.purpose, decoded.service)
        assert said == ("999999", account, due_vnd, order.purpose, "QRIBFTTA")


def test_what_is_paid_is_not_offered_to_be_paid_again(client: FlaskClient) -> None:
    """Neither to the citizen nor to the family: a picture that was saved late would bring money twice."""
    code, order = payable(client)
    desk.pay(order)
    for address in (f"/ho-so/{code}/nop-tien/ma.png", f"/t/{order.link_token}/ma.png"):
        assert client.get(address).status_code == 303


def test_saying_that_one_has_paid_pays_nothing(client: FlaskClient) -> None:
    code, order = payable(client)
    page = client.get(f"/ho-so/{code}/nop-tien/cho?paid=1&status=PAID&code=00&success=true").text
    assert "Chờ ngân hàng báo tiền" in page and "Xem lại" in page
    for forged in ("nop-tien?success=true&orderCode=1&status=PAID", "nop-tien/cho?vnp_ResponseCode=00"):
        client.get(f"/ho-so/{code}/{forged}")
    assert client.post(f"/ho-so/{code}/nop-tien/cho", data={"paid": "1"}).status_code == 405
    assert desk.fresh(order).state == OrderState.OPEN and desk.dossier_of(order).paid_vnd == 0


def test_the_page_looks_by_itself_for_a_while_and_turns_when_paid(client: FlaskClient) -> None:
    code, order = payable(client)
    for path in (f"/ho-so/{code}/nop-tien", f"/ho-so/{code}/nop-tien/cho", f"/t/{order.link_token}"):
        page = client.get(path).text
        assert f'hx-get="{path}?lan=1" hx-trigger="load delay:5s"' in page
        fragment = client.get(f"{path}?lan=59", headers=BLOCK).text
        assert "lan=60" in fragment and "<h1" not in fragment
        assert "hx-get" not in client.get(f"{path}?lan=60", headers=BLOCK).text
        assert "hx-get" not in client.get(f"{path}?lan=99999999999", headers=BLOCK).text
        assert client.get(f"{path}?lan=x").status_code == 200
    desk.pay(order)
    answer = client.get(f"/ho-so/{code}/nop-tien/cho?lan=2", headers=BLOCK)
    assert answer.headers["HX-Retarget"] == "#page" and "Đã nộp lệ phí" in answer.text


def test_money_that_came_wrong_is_told_of(client: FlaskClient) -> None:
    code, order = payable(client)
    desk.pay(order, amount_vnd=5_000)
    for path in (f"/ho-so/{code}/nop-tien", f"/ho-so/{code}/nop-tien/cho", f"/t/{order.link_token}"):
        page = client.get(path).text
        assert "5.000 đồng" in page and "Tiền không mất" in page
    assert desk.dossier_of(order).payment_state == PaymentState.DUE


def test_a_family_link_opens_the_payment_and_nothing_else(client: FlaskClient) -> None:
    order = desk.make_order(applicant_name="Nguyễn Văn Mẫu")
    dossier = desk.dossier_of(order)
    answer = client.get(f"/t/{order.link_token}")
    assert answer.status_code == 200 and answer.headers["Referrer-Policy"] == "no-referrer"
    assert "8.000 đồng" in answer.text and dossier.title not in answer.text
    assert "Mẫu" not in answer.text.replace("Ngân hàng Mẫu", "")
    assert "/ho-so/" not in answer.text
    assert client.get(f"/ho-so/{dossier.public_code}/nop-tien").status_code == 404
    for wrong in (order.link_token[:-1] + "A" * 2, order.code, dossier.public_code):
        assert client.get(f"/t/{wrong}").status_code == 404
    desk.pay(order)
    assert "Đã nộp lệ phí" in client.get(f"/t/{order.link_token}").text
    other = desk.make_order()
    desk.end(other)
    assert "hết dùng được" in client.get(f"/t/{other.link_token}").text


def test_the_link_is_shown_to_send(client: FlaskClient) -> None:
    code, order = payable(client)
    page = client.get(f"/ho-so/{code}/nop-tien/nho-con-chau").text
    assert f"/t/{order.link_token}" in page and 'href="sms:?&amp;body=' in page
    assert "Giờ làm việc" in client.get(f"/ho-so/{code}/nop-tien/tai-quay").text


@pytest.mark.parametrize(("columns", "words"), [
    ({"due_vnd": None}, "báo số tiền khi nhận"),
    ({"due_vnd": 0}, "không còn khoản nào"),
    ({"state": State.REFUSED}, "không làm tiếp"),
    ({"collect": "on_acceptance"}, "Khi phường nhận hồ sơ"),
    ({"payment_state": PaymentState.EXEMPT_ASKED}, "giấy xin không nộp"),
])
def test_nothing_to_pay_says_why(client: FlaskClient, columns: dict[str, Any], words: str) -> None:
    with transaction():
        dossier_id = desk.make_dossier(**columns).id
    code = browsing.hold_slip(client, dossier_id)
    page = client.get(f"/ho-so/{code}/nop-tien").text
    assert words in page and "Lưu ảnh mã" not in page
    for path in ("ma.png", "nho-con-chau"):
        assert client.get(f"/ho-so/{code}/nop-tien/{path}").status_code == 303


def test_an_expired_code_is_not_shown(client: FlaskClient) -> None:
    code, order = payable(client)
    with transaction() as session:
        session.get_one(PaymentOrder, order.id).expires_at = clock.now() - timedelta(minutes=1)
    page = client.get(f"/ho-so/{code}/nop-tien").text
    assert order.code not in page and 'method="post"' in page
    assert "hết dùng được" in client.get(f"/t/{order.link_token}").text
    browsing.send(client, f"/ho-so/{code}/nop-tien")
    assert order.code not in client.get(f"/ho-so/{code}/nop-tien").text


def test_refund_is_said(client: FlaskClient) -> None:
    code, order = payable(client)
    desk.pay(order)
    desk.end(order, State.REFUSED)
    assert "nhận lại tiền" in client.get(f"/ho-so/{code}/nop-tien").text
    with transaction():
        orders.close_ended_orders()
    assert "nhận lại tiền" in client.get(f"/ho-so/{code}/nop-tien").text


def test_the_form_sent_three_times_makes_one_order(client: FlaskClient) -> None:
    with transaction():
        dossier_id = desk.make_dossier().id
    code = browsing.hold_slip(client, dossier_id)
    hidden = browsing.fields_of(client.get(f"/ho-so/{code}/nop-tien").text)
    assert [client.post(f"/ho-so/{code}/nop-tien", data=hidden).status_code for _ in range(3)] == [303] * 3
    assert db.session.scalar(select(func.count()).select_from(PaymentOrder)) == 1


def test_asking_for_an_exemption_and_its_decision(client: FlaskClient) -> None:
    code, order = payable(client)
    address = f"/ho-so/{code}/xin-mien"
    assert "Hộ nghèo" in client.get(address).text
    answer = browsing.send(client, address, ground="poor")
    assert answer.status_code == 422 and "Gửi ảnh giấy chứng nhận" in answer.text and "checked" in answer.text
    bad = (io.BytesIO(b"not a picture"), "x.jpg")
    assert browsing.send(client, address, ground="poor", proofs=bad).status_code == 422
    photo = (io.BytesIO(samples.photo()), "ho-ngheo.jpg")
    assert browsing.send(client, address, ground="poor", proofs=photo).status_code == 303
    assert "đang xem giấy xin không nộp" in client.get(f"/ho-so/{code}/nop-tien").text
    browsing.sign_in(client, Role.SPECIALIST)
    assert code[:4] in client.get("/can-bo/xin-mien").text
    page = client.get(f"/can-bo/xin-mien/{code}").text
    proof = re.search(rf'href="(/can-bo/xin-mien/{code}/[^"]+)"', page)
    assert proof and client.get(proof[1]).mimetype == "image/jpeg" and "Hộ nghèo" in page
    assert browsing.send(client, f"/can-bo/xin-mien/{code}").status_code == 422
    assert browsing.send(client, f"/can-bo/xin-mien/{code}", answer="decline").status_code == 422
    assert browsing.send(client, f"/can-bo/xin-mien/{code}", answer="grant").status_code == 303
    assert desk.dossier_of(order).payment_state == PaymentState.EXEMPT
    assert db.session.scalars(select(Exemption.state)).one() == "granted"
    assert "Đã đồng ý" in client.get(f"/can-bo/xin-mien/{code}").text


def test_a_declined_exemption_is_explained(client: FlaskClient) -> None:
    code, order = payable(client)
    photo = (io.BytesIO(samples.photo()), "ho-ngheo.jpg")
    browsing.send(client, f"/ho-so/{code}/xin-mien", ground="poor", proofs=photo)
    browsing.sign_in(client, Role.SPECIALIST)
    browsing.send(client, f"/can-bo/xin-mien/{code}", answer="decline", reason="Giấy <b>hết hạn</b>.")
    browsing.hold_slip(client, order.dossier_id)
    page = client.get(f"/ho-so/{code}/nop-tien").text
    assert "Giấy &lt;b&gt;hết hạn&lt;/b&gt;." in page and "8.000 đồng" in page


def test_cash_at_the_desk(client: FlaskClient) -> None:
    order = desk.make_order()
    code = desk.dossier_of(order).public_code
    browsing.sign_in(client, Role.CASHIER)
    assert f"{code[:4]} {code[4:]}" in re.sub(r"</?span>", "", client.get("/can-bo/thu-tien").text)
    for typed, found in (("mẫu", True), (code.lower(), True), ("khong co ai", False), (" ", True)):
        answer = browsing.send(client, "/can-bo/thu-tien/tim", page="/can-bo/thu-tien", tim=typed)
        assert "mau" not in answer.location and code not in answer.location
        assert ("N. V. Mẫu" in client.get(answer.location).text) == found
    assert "N. V. Mẫu" in client.get("/can-bo/thu-tien?tim=mau").text  # not ours, so not said
    address = f"/can-bo/thu-tien/{code}"
    payer = {"payer_name": "Lê Thị Thử"}
    for typed in ({}, {"amount_vnd": "x", **payer}, {"amount_vnd": "9.000", **payer}, {"amount_vnd": "8.000"}):
        answer = browsing.send(client, address, **typed)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    answer = browsing.send(client, address, amount_vnd="8.000 đ", payer_name="Lê Thị Thử")
    year = clock.today().year
    assert (answer.status_code, answer.location) == (303, f"/can-bo/bien-lai/{year}/1")
    assert "Lê Thị Thử" in client.get(answer.location).text
    pdf = client.get(f"{answer.location}.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF")
    for _ in range(2):
        assert browsing.send(client, answer.location).location == f"{answer.location}.pdf"
    assert "In lại biên lai" in client.get(answer.location).text
    assert client.get(f"{answer.location}.pdf").data != pdf.data  # says that it is a copy
    page = client.get("/can-bo/bien-lai").text
    assert f"BL{year % 100}/0000001" in page and "Tiền mặt: 8.000 đ." in page
    assert "chưa có biên lai" in client.get("/can-bo/bien-lai?ngay=2020-01-01").text
    assert client.get("/can-bo/bien-lai?ngay=hom-qua").status_code == 200
    assert "không còn khoản nào" in client.get(address).text
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1 and not desk.books_faults()


def test_money_in_suspense_on_the_desk(client: FlaskClient) -> None:
    order = desk.make_order()
    browsing.sign_in(client, Role.CASHIER)
    assert "Không có khoản nào chưa khớp" in client.get("/can-bo/tien-treo").text
    desk.pay(order, amount_vnd=5_000)
    desk.pay(order, text="chuyen tien <script>")
    page = client.get("/can-bo/tien-treo").text
    for words in ("Nộp thiếu", "Không có mã nộp tiền", "5.000 đ", "13.000 đ", "&lt;script&gt;"):
        assert words in page
    event = db.session.scalars(select(BankEvent).order_by(BankEvent.id)).first()
    assert event is not None
    empty = browsing.send(client, f"/can-bo/tien-treo/{event.ref}", page="/can-bo/tien-treo", text=" ")
    assert empty.status_code == 422 and f"text-{event.ref}-err" in empty.text
    done = browsing.send(client, f"/can-bo/tien-treo/{event.ref}", page="/can-bo/tien-treo", text="Con trai nộp thiếu.")
    assert done.status_code == 303 and "Con trai nộp thiếu." in client.get("/can-bo/tien-treo").text
    paid = desk.make_order()
    desk.pay(paid)
    desk.end(paid)
    code = desk.dossier_of(paid).public_code
    assert f"{code[:4]} {code[4:]}" in client.get("/can-bo/tien-treo").text.partition('id="refunds"')[2]


PAGES = ("/can-bo/thu-tien", "/can-bo/thu-tien/{code}", "/can-bo/bien-lai", "/can-bo/tien-treo", "/can-bo/xin-mien")
MAY = {
    Role.CASHIER: {0, 1, 2, 3}, Role.RECEPTIONIST: {0, 1, 2, 4}, Role.SPECIALIST: {4}, Role.LEADER: {3},
    Role.AUDITOR: {3}, Role.ADMINISTRATOR: set(), Role.RECORDS_OFFICER: set(), Role.RETURN_OFFICER: set(),
    Role.HELPER: set(), Role.HELPER_LEAD: set(), Role.RESPONSE_TEAM: set(),
}


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_what(client: FlaskClient, role: Role) -> None:
    code = desk.dossier_of(desk.make_order()).public_code
    browsing.sign_in(client, role)
    opened = {at for at, path in enumerate(PAGES) if client.get(path.format(code=code)).status_code == 200}
    assert opened == MAY[role]
    refused = {client.get(path.format(code=code)).status_code for at, path in enumerate(PAGES) if at not in opened}
    assert refused <= {403}


def test_strangers_see_no_payment_page(client: FlaskClient) -> None:
    order = desk.make_order()
    code = desk.dossier_of(order).public_code
    paths = ("nop-tien", "nop-tien/cho", "nop-tien/ma.png", "nop-tien/nho-con-chau", "nop-tien/tai-quay", "xin-mien")
    assert {client.get(f"/ho-so/{code}/{path}").status_code for path in paths} == {404}
    assert {client.get(path.format(code=code)).status_code for path in PAGES} == {303}
    other_code, _ = payable(client)
    assert client.get(f"/ho-so/{other_code}/nop-tien").status_code == 200
    assert {client.get(f"/ho-so/{code}/{path}").status_code for path in paths} == {404}
    assert db.session.get_one(Dossier, order.dossier_id).paid_vnd == 0
