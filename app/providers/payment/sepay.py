"""SePay: a flat notice that proves its origin by a key in a header.

Source: sepayvn/laravel-sepay and the domain notes 3.2. There is no signature over the body and no time of sending
(ruling 14), so the key is compared in constant time, and what is booked depends on the unique id, our own account
and the exact amount of an order that we made.
"""
from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

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


class SePay:
    """The door for SePay. ``api_key`` is the shared key; an empty one believes nobody."""

    name = "sepay"

    def __init__(self, api_key: str) -> None:
        self._key = api_key

    def read(self, body: bytes, headers: Mapping[str, str]) -> Credit:
        """Check the key, then read the flat object."""
        if not self._key:
            raise NotAuthentic("no_key")
        said = headers.get("Authorization", "")
        # Headers arrive as latin-1 text; anything else cannot be our key.
        if not hmac.compare_digest(f"Apikey {self._key}".encode(), said.encode("utf-8", "replace")):
            raise NotAuthentic("key")
        try:
            notice = parse_object(body)
        except ValueError as error:
            raise Unreadable("not_json") from error
        way = notice.get("transferType")
        if way not in ("in", "out"):
            raise Unreadable("transfer_type")
        if type(notice.get("id")) is not int:
            raise Unreadable("event_id")
        reference = notice.get("referenceCode")
        return Credit(
            event_id=event_id_of(notice.get("id")),
            incoming=way == "in",
            account=text_of(notice.get("accountNumber"), "account", longest=40),
            amount_vnd=whole_vnd(notice.get("transferAmount")),
            content=text_of(notice.get("content"), "content"),
            bank_reference="" if reference in (None, "") else event_id_of(reference),
            moved_at=local_time_of(notice.get("transactionDate")),
        )

    def sign(self, credit: Credit) -> tuple[bytes, dict[str, str]]:
        """The notice that SePay would send. ``event_id`` that is no number becomes one."""
        digits = credit.event_id if credit.event_id.isascii() and credit.event_id.isdigit() else ""
        number = int(digits) if digits else int.from_bytes(hashlib.sha256(credit.event_id.encode()).digest()[:5], "big")
        notice = {
            "id": number,
            "gateway": "Ngân hàng Mẫu",
            "transactionDate": local_text_of(credit.moved_at),
            "accountNumber": credit.account,
            "subAccount": None,
            "code": None,
            "content": credit.content,
            "transferType": "in" if credit.incoming else "out",
            "description": credit.content,
            "transferAmount": credit.amount_vnd,
            "referenceCode": credit.bank_reference,
            "accumulated": 0,
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Apikey {self._key}"}
        return json.dumps(notice, ensure_ascii=False).encode(), headers
