"""payOS: a notice whose ``data`` is signed with HMAC-SHA256.

Source: payOS documentation of the webhook and its published golden vector (domain notes 3.2). The signature covers
``key=value&...`` of ``data``, keys sorted, null as nothing, not URL-encoded. What stands outside ``data`` is not
signed: it is held to its only documented values and decides nothing else.
"""
from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from app.providers.payment import (
    Credit,
    NotAuthentic,
    Unreadable,
    event_id_of,
    local_text_of,
    local_time_of,
    parse_object,
    text_of,
    whole_vnd,
)

_HEX = re.compile(r"[0-9a-f]{64}\Z")
_NUMBERS = ("amount", "orderCode")
_TEXTS = (
    "accountNumber", "code", "currency", "desc", "description", "paymentLinkId", "reference", "transactionDateTime",
    "counterAccountBankId", "counterAccountBankName", "counterAccountName", "counterAccountNumber",
    "virtualAccountName", "virtualAccountNumber",
)
_ENVELOPE = frozenset({"code", "desc", "success", "data", "signature"})


def canonical(data: Mapping[str, Any]) -> str:
    """The text that payOS signs. Raises ``ValueError`` for a value it never sends."""
    return "&".join(f"{key}={_value(data[key])}" for key in sorted(data))


def _value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    raise ValueError("value")


def signature(data: Mapping[str, Any], checksum_key: str) -> str:
    """HMAC-SHA256 in hex over the canonical text."""
    return hmac.new(checksum_key.encode(), canonical(data).encode(), hashlib.sha256).hexdigest()


def _has_own_types(data: Mapping[str, Any]) -> bool:
    """The signature covers texts, so ``8000`` and ``"8000"`` sign alike: only payOS's own types are its word."""
    numbers = all(type(data.get(key)) is int for key in _NUMBERS)
    return numbers and all(data.get(key) is None or isinstance(data[key], str) for key in _TEXTS)


def _payer(data: Mapping[str, Any]) -> str:
    """Bank and number of the paying account; empty when the bank keeps it to itself."""
    number = str(data.get("counterAccountNumber") or "").strip()
    return f"{data.get('counterAccountBankId') or ''}/{number}"[:80] if number else ""


class PayOS:
    """The door for payOS. ``checksum_key`` is the merchant's secret; an empty one believes nobody."""

    name = "payos"

    def __init__(self, checksum_key: str) -> None:
        self._key = checksum_key

    def read(self, body: bytes, headers: Mapping[str, str]) -> Credit:
        """Verify the signature over the raw body's data, then read it."""
        data = self._authentic(body)
        if data.get("code") != "00" or data.get("currency") != "VND":
            raise Unreadable("not_paid")
        return Credit(
            event_id=event_id_of(data.get("reference")),
            incoming=True,  # payOS reports nothing else
            account=text_of(data.get("accountNumber"), "account", longest=40),
            amount_vnd=whole_vnd(data.get("amount")),
            content=text_of(data.get("description"), "content"),
            bank_reference=event_id_of(data.get("reference")),
            moved_at=local_time_of(data.get("transactionDateTime")),
            payer_account=_payer(data),
        )

    def _authentic(self, body: bytes) -> dict[str, Any]:
        if not self._key:
            raise NotAuthentic("no_key")
        try:
            notice = parse_object(body)
        except ValueError as error:
            raise NotAuthentic("not_json") from error
        data, said = notice.get("data"), notice.get("signature")
        if set(notice) != _ENVELOPE or not isinstance(data, dict) or not isinstance(said, str) or not _HEX.match(said):
            raise NotAuthentic("envelope")
        try:
            expected = signature(data, self._key)
        except (ValueError, RecursionError) as error:  # lone surrogates, values that payOS never sends
            raise NotAuthentic("envelope") from error
        if not hmac.compare_digest(expected, said):
            raise NotAuthentic("signature")
        if not _has_own_types(data):
            raise NotAuthentic("types")
        if notice["success"] is not True or (notice["code"], notice["desc"]) != ("00", "success"):
            raise NotAuthentic("envelope")
        return data

    def sign(self, credit: Credit) -> tuple[bytes, dict[str, str]]:
        """The notice that payOS would send, with the keys of its documentation."""
        data: dict[str, Any] = {
            "orderCode": int.from_bytes(hashlib.sha256(credit.event_id.encode()).digest()[:4], "big"),
            "amount": credit.amount_vnd,
            "description": credit.content,
            "accountNumber": credit.account,
            "reference": credit.event_id,
            "transactionDateTime": local_text_of(credit.moved_at),
            "currency": "VND",
            "paymentLinkId": hashlib.sha256(credit.event_id.encode()).hexdigest()[:32],
            "code": "00",
            "desc": "Thành công",
            "counterAccountBankId": "",
            "counterAccountBankName": "",
            "counterAccountName": None,
            "counterAccountNumber": None,
            "virtualAccountName": "",
            "virtualAccountNumber": "",
        }
        notice = {
            "code": "00", "desc": "success", "success": True, "data": data, "signature": signature(data, self._key),
        }
        return json.dumps(notice, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
