"""Doors for money: golden vectors, forged notices, notices that are authentic and yet not readable."""
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.providers.payment import Credit, NotAuthentic, Unreadable
from app.providers.payment.payos import PayOS, canonical, signature
from app.providers.payment.sepay import SePay
from tests.payments.mutations import mutated

# Published in payOS's documentation of the webhook; a sample, no one's secret.
GOLDEN_KEY = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675"
GOLDEN_SIGNATURE = "412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"
GOLDEN_TEXT = (
    "accountNumber=12345678&amount=3000&code=00&counterAccountBankId=&counterAccountBankName=&counterAccountName="
    "&counterAccountNumber=&currency=VND&desc=Thành công&description=VQRIO123&orderCode=123"
    "&paymentLinkId=124c33293c43417ab7879e14c8d9eb18&reference=TF230204212323&transactionDateTime=2023-02-04 18:25:00"
    "&virtualAccountName=&virtualAccountNumber="
)
GOLDEN_DATA: dict[str, Any] = {
    "orderCode": 123, "amount": 3000, "description": "VQRIO123", "accountNumber": "12345678",
    "reference": "TF230204212323", "transactionDateTime": "2023-02-04 18:25:00", "currency": "VND",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18", "code": "00", "desc": "Thành công",
    "counterAccountBankId": "", "counterAccountBankName": "", "counterAccountName": None, "counterAccountNumber": None,
    "virtualAccountName": "", "virtualAccountNumber": "",
}
KEY = "unit-test-key"
CREDIT = Credit(
    event_id="FT26327000123", incoming=True, account="1234567890", amount_vnd=8_000, content="MBVCB.1.PX234.CT",
    bank_reference="FT26327000123", moved_at=datetime(2026, 11, 23, 2, 5, tzinfo=UTC),
)


def _golden(**changed: Any) -> bytes:
    return json.dumps({
        "code": "00", "desc": "success", "success": True, "data": GOLDEN_DATA, "signature": GOLDEN_SIGNATURE, **changed,
    }).encode()


def test_payos_golden_vector() -> None:
    assert canonical(GOLDEN_DATA) == GOLDEN_TEXT
    assert signature(GOLDEN_DATA, GOLDEN_KEY) == GOLDEN_SIGNATURE
    credit = PayOS(GOLDEN_KEY).read(_golden(), {})
    assert (credit.event_id, credit.amount_vnd, credit.content) == ("TF230204212323", 3_000, "VQRIO123")
    assert (credit.account, credit.incoming) == ("12345678", True)
    assert credit.moved_at == datetime(2023, 2, 4, 11, 25, tzinfo=UTC)


def test_payos_order_of_keys_and_spaces_do_not_matter() -> None:
    backwards = dict(reversed(GOLDEN_DATA.items()))
    assert PayOS(GOLDEN_KEY).read(_golden(data=backwards), {}).event_id == "TF230204212323"
    assert PayOS(GOLDEN_KEY).read(json.dumps(json.loads(_golden()), indent=3).encode(), {}).amount_vnd == 3_000


@pytest.mark.parametrize(
    "body",
    [
        _golden(data=GOLDEN_DATA | {"amount": 3001}),
        _golden(data=GOLDEN_DATA | {"amount": "3000"}),  # signs alike, and yet is no number
        _golden(signature=GOLDEN_SIGNATURE.upper()),
        _golden(signature=GOLDEN_SIGNATURE[:-1]),
        _golden(signature=""), _golden(signature=None), _golden(signature=[GOLDEN_SIGNATURE]),
        _golden(success=False), _golden(success=1), _golden(code="01"), _golden(desc="failed"), _golden(more=1),
        _golden(data=[]), _golden(data=None), _golden().replace(b"3000", b"3000.0"), _golden().replace(b"3000", b"3e3"),
        _golden().replace(b'"amount": 3000', b'"amount": 1, "amount": 3000'),
        _golden().replace(b'"success": true', b'"success": NaN'),
        b"", b"[]", b"{}", b"null", b"[" * 50_000, b"\xff",
    ],
)
def test_payos_refuses(body: bytes) -> None:
    with pytest.raises((NotAuthentic, Unreadable)):
        PayOS(GOLDEN_KEY).read(body, {})


def test_payos_other_key_and_no_key() -> None:
    for key in (GOLDEN_KEY[:-1], GOLDEN_KEY.upper(), "x", ""):
        with pytest.raises(NotAuthentic):
            PayOS(key).read(_golden(), {})


def test_empty_keys_believe_nobody_even_when_signed_with_them() -> None:
    for door in (PayOS(""), SePay("")):
        body, headers = door.sign(CREDIT)
        with pytest.raises(NotAuthentic):
            door.read(body, headers)


@pytest.mark.parametrize("changed", [
    {"code": "01"}, {"currency": "USD"}, {"amount": 0}, {"amount": -3000}, {"amount": 10**13},
    {"reference": ""}, {"reference": None}, {"reference": "a&b=c"}, {"reference": "x" * 81}, {"accountNumber": None},
    {"description": None}, {"description": "x" * 1001}, {"transactionDateTime": "yesterday"},
    {"transactionDateTime": "2023-13-40 18:25:00"},
])
def test_payos_signed_and_yet_unreadable(changed: dict[str, Any]) -> None:
    data = GOLDEN_DATA | changed
    body = _golden(data=data, signature=signature(data, GOLDEN_KEY))
    with pytest.raises(Unreadable):
        PayOS(GOLDEN_KEY).read(body, {})


@pytest.mark.parametrize("changed", [
    {"amount": "3000"}, {"amount": True}, {"orderCode": "123"}, {"orderCode": None}, {"reference": 7},
    {"description": ["x"]}, {"accountNumber": 12345678}, {"code": 0},
])
def test_payos_other_types_are_not_its_word(changed: dict[str, Any]) -> None:
    data = GOLDEN_DATA | changed
    with pytest.raises(NotAuthentic):
        PayOS(GOLDEN_KEY).read(_golden(data=data, signature=signature(data, GOLDEN_KEY)), {})


def test_ten_thousand_mutated_payos_notices_none_believed() -> None:
    door = PayOS(KEY)
    body, headers = door.sign(CREDIT)
    assert door.read(body, headers) == CREDIT
    refused = 0
    for variant in mutated(body, 10_000):
        with pytest.raises(NotAuthentic):
            door.read(variant, headers)
        refused += 1
    assert refused == 10_000


def test_sepay_reads_what_it_signs() -> None:
    door = SePay(KEY)
    body, headers = door.sign(CREDIT)
    read = door.read(body, headers)
    assert read.event_id.isdigit() and (read.amount_vnd, read.content) == (8_000, CREDIT.content)
    assert (read.bank_reference, read.moved_at, read.incoming) == (CREDIT.bank_reference, CREDIT.moved_at, True)


@pytest.mark.parametrize("header", [
    {}, {"Authorization": ""}, {"Authorization": KEY}, {"Authorization": f"Bearer {KEY}"}, {"Authorization": "Apikey "},
    {"Authorization": f"Apikey {KEY} "}, {"Authorization": f"apikey {KEY}"},
    {"Authorization": f"Apikey {KEY}, Apikey {KEY}"},
    {"Authorization": f"Apikey {KEY[:-1]}"}, {"Authorization": f"Apikey {KEY}ộ"}, {"Authorization": "Apikey \ud800"},
])
def test_sepay_refuses_other_keys(header: dict[str, str]) -> None:
    body, _ = SePay(KEY).sign(CREDIT)
    with pytest.raises(NotAuthentic):
        SePay(KEY).read(body, header)


@pytest.mark.parametrize("changed", [
    {"id": "7"}, {"id": None}, {"id": True}, {"id": -7}, {"id": 1.5}, {"transferType": "IN"}, {"transferType": None},
    {"transferAmount": "8000"}, {"transferAmount": 8000.0}, {"transferAmount": 0}, {"transferAmount": 10**13},
    {"accountNumber": 1234567890}, {"content": None}, {"referenceCode": 7.5}, {"transactionDate": "23/11/2026"},
])
def test_sepay_with_the_key_and_yet_unreadable(changed: dict[str, Any]) -> None:
    body, headers = SePay(KEY).sign(CREDIT)
    with pytest.raises(Unreadable):
        SePay(KEY).read(json.dumps(json.loads(body) | changed).encode(), headers)


def test_sepay_says_outgoing() -> None:
    body, headers = SePay(KEY).sign(CREDIT)
    assert SePay(KEY).read(body.replace(b'"in"', b'"out"'), headers).incoming is False
