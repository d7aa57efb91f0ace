"""Hostile variants of an authentic notice: what a forger, a broken proxy or a curious student would send."""
from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]


def _flip(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body))]


def _drop(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + body[at + chance.randrange(1, 9) :]


def _insert(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + chance.randbytes(chance.randrange(1, 6)) + body[at:]


def _swap(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) - 1)
    return body[:at] + body[at + 1 : at + 2] + body[at : at + 1] + body[at + 2 :]


def _other_digit(chance: random.Random, body: bytes) -> bytes:
    places = [at for at, byte in enumerate(body) if 0x30 <= byte <= 0x39]
    at = chance.choice(places)
    return body[:at] + str((body[at] - 0x30 + chance.randrange(1, 10)) % 10).encode() + body[at + 1 :]


def _foreign_digit(chance: random.Random, body: bytes) -> bytes:
    """Digits that ``str.isdigit`` and ``int`` take and a bank never sends."""
    places = [at for at, byte in enumerate(body) if 0x30 <= byte <= 0x39]
    at = chance.choice(places)
    zero = chance.choice([0x0660, 0x06F0, 0xFF10, 0x1D7CE])
    return body[:at] + chr(zero + body[at] - 0x30).encode() + body[at + 1 :]


_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 8_001, 10**15, 10**400, 8000.0, "8000", "", "PX", [], {}, [[]], {"a": 1}, "\ud800",
    "\x00", "00", "A" * 70_000, "1e3", "NaN",
]


def _other_value(chance: random.Random, body: bytes) -> bytes:
    notice = json.loads(body)
    place = notice["data"] if chance.random() < 0.7 else notice
    key = chance.choice(list(place))
    now = place[key]
    place[key] = chance.choice([value for value in _VALUES if value != now or type(value) is not type(now)])
    return json.dumps(notice).encode()


def _twice(chance: random.Random, body: bytes) -> bytes:
    """The same name again with another value: parsers differ in which one they keep."""
    key = chance.choice([b'"amount"', b'"description"', b'"accountNumber"', b'"reference"', b'"data"', b'"signature"'])
    return body.replace(key, key + chance.choice([b": 1, ", b': "x", ', b": null, "]) + key, 1)


def _without(chance: random.Random, body: bytes) -> bytes:
    notice = json.loads(body)
    place = notice["data"] if chance.random() < 0.7 else notice
    del place[chance.choice(list(place))]
    return json.dumps(notice).encode()


def _more(chance: random.Random, body: bytes) -> bytes:
    notice = json.loads(body)
    place = notice["data"] if chance.random() < 0.7 else notice
    place[chance.choice(["z", "amount ", "Amount", "à", ""])] = chance.choice(["", 0, None])
    return json.dumps(notice).encode()


def _nonsense(chance: random.Random, body: bytes) -> bytes:
    return chance.choice([
        b"", b"null", b"[]", b"0", b'"x"', b"{}", b"{" * 30_000, b"[" * 30_000, b"\xff\xfe", b"\xef\xbb\xbf" + body,
        body.decode().encode("utf-16"), b"<a/>", b"amount=8000", body + body, b'{"data":' * 5_000,
        body.replace(b'"', b"'"),
        chance.randbytes(chance.randrange(1, 400)),
    ])


MUTATIONS: list[Mutation] = [
    _flip, _cut, _drop, _insert, _swap, _other_digit, _foreign_digit, _other_value, _twice, _without, _more, _nonsense,
]


def mutated(body: bytes, count: int, seed: int = 1) -> Iterator[bytes]:
    """``count`` variants of ``body`` that say something else than it (spaces between values say nothing)."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        variant = MUTATIONS[made % len(MUTATIONS)](chance, body)
        if _says(variant) != _says(body):
            made += 1
            yield variant


def _says(body: bytes) -> object:
    def pairs(found: list[tuple[str, Any]]) -> object:
        # payOS signs null and nothing alike, and both mean nothing.
        return sorted((key, repr("" if value is None else value)) for key, value in found)

    try:
        return json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return body
