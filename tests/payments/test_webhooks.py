"""The doors for banks over HTTP: raw bodies, forged ones by the thousand, the same one fifty times at once."""
from __future__ import annotations

import json
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock, jobs
from app.core.db import db
from app.dossiers.models import PaymentState
from app.payments import views_public
from app.payments.doors import get_door
from app.payments.models import BankEvent, NoticeState, OrderState
from app.payments.services import notices
from app.payments.simulation import make_credit
from app.providers.payment import LONGEST_BODY
from tests.payments import desk
from tests.payments.mutations import mutated

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("door", [desk.PAYOS, desk.SEPAY], ids=["payos", "sepay"])
def test_a_notice_pays(client: FlaskClient, door: object) -> None:
    order = desk.make_order()
    body, headers = door.sign(make_credit(order))  # type: ignore[attr-defined]
    answer = client.post(f"/webhook/{door.name}", data=body, headers=headers)  # type: ignore[attr-defined]
    assert (answer.status_code, answer.get_json()) == (200, {"success": True})
    assert desk.fresh(order).state == OrderState.PAID and not desk.books_faults()
    assert client.post(f"/webhook/{door.name}", data=body, headers=headers).status_code == 200  # type: ignore[attr-defined]
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 1


def test_whatever_becomes_of_it_an_authentic_notice_is_taken(client: FlaskClient) -> None:
    order = desk.make_order()
    for amount in (1, 8_001):
        body, headers = desk.SEPAY.sign(make_credit(order, amount_vnd=amount))
        assert client.post("/webhook/sepay", data=body, headers=headers).status_code == 200
    assert client.post("/webhook/sepay", data=b"\xff", headers=headers).status_code == 200
    db.session.rollback()  # see what the requests wrote
    states = set(db.session.scalars(select(BankEvent.state)))
    assert states == {NoticeState.LESS, NoticeState.MORE, NoticeState.UNREADABLE}


def test_ten_thousand_forged_notices(client: FlaskClient) -> None:
    order = desk.make_order()
    body, headers = desk.PAYOS.sign(make_credit(order))
    statuses = {
        client.post("/webhook/payos", data=variant, headers=headers).status_code for variant in mutated(body, 10_000)
    }
    assert statuses <= {400, 401, 413}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 0
    assert desk.fresh(order).state == OrderState.OPEN
    assert client.post("/webhook/payos", data=body, headers=headers).status_code == 200
    assert desk.fresh(order).state == OrderState.PAID


@pytest.mark.parametrize("key", [
    "", "Apikey", "Apikey x", "Bearer sepay-key-of-tests", "Apikey sepay-key-of-test", "Apikey  sepay-key-of-tests",
])
def test_sepay_with_another_key(client: FlaskClient, key: str) -> None:
    body, headers = desk.SEPAY.sign(make_credit(desk.make_order()))
    assert client.post("/webhook/sepay", data=body, headers={**headers, "Authorization": key}).status_code == 401
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 0


def test_sepay_bodies_with_the_right_key_never_crash(client: FlaskClient) -> None:
    order = desk.make_order()
    body, headers = desk.SEPAY.sign(make_credit(order))
    whole = json.dumps({"data": json.loads(body)}).encode()
    for variant in mutated(whole, 300, seed=7):
        inner = variant.removeprefix(b'{"data": ').removesuffix(b"}")
        assert client.post("/webhook/sepay", data=inner, headers=headers).status_code in (200, 413)
    wrong = db.session.scalars(
        select(BankEvent).where(BankEvent.state == NoticeState.BOOKED, BankEvent.amount_vnd != order.amount_vnd)
    ).all()
    assert not wrong and not desk.books_faults()


def test_other_methods_types_and_sizes(client: FlaskClient) -> None:
    body, headers = desk.PAYOS.sign(make_credit(desk.make_order()))
    assert client.get("/webhook/payos").status_code == 405
    assert client.post("/webhook/vnpay", data=body).status_code == 404
    assert client.post("/webhook/payos", data={"data": body.decode()}).status_code == 401
    assert client.post("/webhook/payos", data=b" " * (LONGEST_BODY + 1), headers=headers).status_code == 413
    assert client.post("/webhook/payos", data=body, content_type="text/plain").status_code == 200


@pytest.mark.settings(PAYOS_CHECKSUM_KEY="", SEPAY_API_KEY="")
def test_without_keys_the_demonstration_has_its_own(client: FlaskClient, app: Flask) -> None:
    door = get_door(app.extensions["settings"], "payos")
    order = desk.make_order()
    body, headers = desk.PAYOS.sign(make_credit(order))
    assert client.post("/webhook/payos", data=body, headers=headers).status_code == 401
    body, headers = door.sign(make_credit(order))
    assert client.post("/webhook/payos", data=body, headers=headers).status_code == 200
    assert desk.fresh(order).state == OrderState.PAID


def test_fifty_at_once_are_one_booking(app: Flask) -> None:
    order = desk.make_order()
    body, headers = desk.PAYOS.sign(make_credit(order))
    gate, statuses = threading.Barrier(50), []

    def hook() -> None:
        browser = app.test_client()
        gate.wait()
        statuses.append(browser.post("/webhook/payos", data=body, headers=headers).status_code)

    threads = [threading.Thread(target=hook) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 503} and 200 in statuses and len(statuses) == 50
    assert not desk.books_faults() and desk.dossier_of(order).payment_state == PaymentState.PAID
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 1


def test_trouble_after_the_journal_is_answered_200_and_mended_by_the_job(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk.make_order()
    body, headers = desk.PAYOS.sign(make_credit(order))
    with monkeypatch.context() as patch:
        patch.setattr(views_public.notices, "process_notice", _fail)
        assert client.post("/webhook/payos", data=body, headers=headers).status_code == 200
    assert desk.fresh(order).state == OrderState.OPEN
    with clock.moved_to(clock.now() + 3 * notices.JOB_DELAY):
        jobs.run_due()
    assert desk.fresh(order).state == OrderState.PAID and not desk.books_faults()


def _fail(_event_id: int) -> None:
    raise RuntimeError("the power went")
