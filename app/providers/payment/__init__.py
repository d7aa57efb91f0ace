"""Doors for money: what a bank's notice must be to be believed, one file a provider.

A door only reads: raw bytes and headers in, a ``Credit`` out, or a refusal. It decides whether the notice is
authentic and what it says, never what it pays for; that is the business of the payments room.
"""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core import clock

LONGEST_BODY = 64 * 1024
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")
_EVENT_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/-]{0,79}\Z")


class NotAuthentic(Exception):
    """The notice does not prove where it comes from. ``reason`` is one word for the log, nothing of the body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):
    """The notice is authentic and yet does not say what a notice says; a person must look at it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Credit:
    """What an authentic notice says: money that moved on an account. ``amount_vnd`` is whole đồng, above 0."""

    event_id: str  # the provider's own id, unique for ever
    incoming: bool
    account: str
    amount_vnd: int
    content: str  # the transfer's text as the bank passed it on
    bank_reference: str  # the bank's number of the transfer; equal when two providers report the same money
    moved_at: datetime | None  # when the bank booked it, if the provider says so
    payer_account: str = ""  # bank and number of the paying account, if the provider says so; never kept in clear


class PaymentDoor(Protocol):
    """One provider of payment notices."""

    name: str

    def read(self, body: bytes, headers: Mapping[str, str]) -> Credit:
        """Verify, then read. Raises ``NotAuthentic`` or ``Unreadable``."""
        ...

    def sign(self, credit: Credit) -> tuple[bytes, dict[str, str]]:
        """The body and headers with which the provider would report ``credit`` (simulator, tests)."""
        ...


def parse_object(body: bytes) -> dict[str, Any]:
    """One JSON object from raw bytes, strictly: UTF-8, no name twice, whole numbers. Raises ``ValueError``."""
    if len(body) > LONGEST_BODY:
        raise ValueError("too long")
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_once_each, parse_float=_no_fraction, parse_constant=_no_fraction
        )
    except RecursionError as error:
        raise ValueError("too deep") from error
    if isinstance(value, dict):
        return value
    raise ValueError("not an object")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values for one name: which of them was signed? Refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_fraction(text: str) -> None:
    raise ValueError(f"not a whole number: {text[:20]}")


def whole_vnd(value: object) -> int:
    """An amount in whole đồng. Raises ``Unreadable`` for anything but an integer from 1 to 13 digits."""
    if type(value) is not int or not 0 < value < 10**13:
        raise Unreadable("amount")
    return value


def text_of(value: object, name: str, *, longest: int = 1000) -> str:
    """A text. Raises ``Unreadable`` when it is none, or too long."""
    if not isinstance(value, str) or len(value) > longest:
        raise Unreadable(name)
    return value


def event_id_of(value: object) -> str:
    """A provider's id: printable, without signs that could make two ids of one. Raises ``Unreadable``."""
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not _EVENT_ID.match(value):
        raise Unreadable("event_id")
    return value


def local_time_of(value: object) -> datetime | None:
    """``2026-11-23 09:05:00`` on a clock in Việt Nam; None when absent. Raises ``Unreadable`` when it is no time."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _DAY_AND_TIME.match(value):
        raise Unreadable("time")
    try:
        moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
    except ValueError as error:
        raise Unreadable("time") from error
    return clock.at_local(moment.date(), moment.time())


def local_text_of(moment: datetime | None) -> str:
    """Inverse of ``local_time_of``."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}" if moment else ""
