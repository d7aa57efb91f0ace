"""Photos over a line that is cut, delayed and dropped, to workers that are killed: acknowledged is kept, once (F33, F47)."""
from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any

import pytest

from app.core.idempotency import new_key
from app.files import pieces
from tests.faults.conftest import Served
from tests.faults.workers import together
from tests.files import samples
from tests.support.weak_line import WeakLine, weak_line
from tests.web import people
from tests.web.browsing import Outside, Reply

COPIES = "2.000815"  # chứng thực bản sao: a photo is required
PHOTO = samples.noisy_photo(1600, 1200)
BOUNDARY = "a-boundary-that-no-photo-holds"


def multipart(fields: Mapping[str, object], blob: bytes | None) -> bytes:
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields.items()]
    if blob is not None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="piece"; filename="blob"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + blob + b"\r\n")
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


class Phone:
    """Sends a photo as the script of the page does: piece after piece, smaller ones after a cut, asking where it stands."""

    def __init__(self, served: Served) -> None:
        near = served.visitor()
        visitor = people.citizen(served.app, near)
        visitor.form = people.declaration(served.app, COPIES)
        visitor.answers = people.answers_for(visitor.form, 1)
        visitor.begin(COPIES)
        while not (address := near.open(visitor.at()).path).startswith(visitor.at("giay")):
            visitor.answer(address)
        self.near, self.paper, self.code = near, address, visitor.code
        self.token = near.open(address).forms()[0].fields["_token"]
        self.line, self.cuts, self.acknowledged = near.port, 0, 0

    def ask(self, method: str, address: str, fields: Mapping[str, object] | None = None, blob: bytes | None = None) -> Reply:
        """One request over the line, its redirect followed. Raises ``OSError`` or ``HTTPException`` when it is cut."""
        browser = Outside(self.line, self.near.cookies)
        cookies = "; ".join(f"{name}={value}" for name, value in self.near.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        body = None if fields is None else multipart({"_token": self.token, **fields}, blob)
        return browser.follow(browser.raw(method, address, body, headers))

    def post(self, address: str, key: str, blob: bytes | None = None, **fields: object) -> Reply:
        return self.ask("POST", address, {"_key": key, **fields}, blob)

    def try_hard(self, send: Any) -> dict[str, Any]:
        """Until an answer comes whole."""
        for _ in range(200):
            try:
                reply = send()
                if reply.status < 500:
                    return {"status": reply.status, **json.loads(reply.text)}
            except (OSError, HTTPException, ValueError):
                self.cuts += 1
            time.sleep(0.03)
        raise AssertionError("the line is too weak")

    def begin(self, data: bytes) -> str:
        key, head = new_key(), hashlib.sha256(data[: pieces.LEAST]).hexdigest()
        said = self.try_hard(lambda: self.post(f"{self.paper}/gui-phan", key, size=len(data), name="anh.jpg", head=head))
        return str(said["address"])

    def piece(self, address: str, data: bytes, start: int, length: int = pieces.PIECE) -> Reply:
        part = data[start : start + length]
        key = f"{address.rpartition('/')[2]}-{start}-{len(part)}"
        return self.post(address, key, part, start=start, sha256=hashlib.sha256(part).hexdigest())

    def pieces(self, address: str, data: bytes) -> Iterator[int]:
        """Send them all; how much is acknowledged after each."""
        length = pieces.PIECE
        while self.acknowledged < len(data):
            try:
                reply = self.piece(address, data, self.acknowledged, length)
                assert reply.status in (200, 201), (reply.status, reply.text[:300])
                self.acknowledged = json.loads(reply.text)["received"]
                length = min(pieces.PIECE, length * 2)
                yield self.acknowledged
            except (OSError, HTTPException, ValueError):
                self.cuts += 1
                length = max(pieces.LEAST, length // 2)
                received = self.try_hard(lambda: self.ask("GET", address))["received"]
                assert received >= self.acknowledged, "what was acknowledged is lost"
                self.acknowledged = received

    def finish(self, address: str, data: bytes) -> dict[str, Any]:
        key = new_key()
        return self.try_hard(lambda: self.post(f"{address}/xong", key, sha256=hashlib.sha256(data).hexdigest()))

    def photos(self) -> int:
        return self.near.open(self.paper).text.count("?nho=1")


@pytest.fixture
def phone(served: Served) -> Phone:
    return Phone(served)


@pytest.fixture
def cut_line(served: Served, phone: Phone) -> Iterator[WeakLine]:
    with weak_line(served.workers.port, cut_every=150_000) as line:
        phone.line = line.port
        yield line


def test_a_line_that_is_cut_every_150_kb_brings_a_photo_whole_and_once(served: Served, phone: Phone, cut_line: WeakLine) -> None:
    assert len(PHOTO) > 600_000
    address = phone.begin(PHOTO)
    for _ in phone.pieces(address, PHOTO):
        pass
    assert phone.finish(address, PHOTO)["state"] == "done"
    assert phone.photos() == 1 and cut_line.cuts >= 4 and phone.cuts >= 4
    assert cut_line.carried < len(PHOTO) + cut_line.cuts * (pieces.PIECE + 8192) + 100_000, "a cut costs one piece at most"
    kept = served.read("SELECT size_received FROM stored_file WHERE owner_ref = :code", code=phone.code)
    assert kept == [(len(PHOTO),)]
    assert "Traceback" not in served.workers.said


def test_cuts_at_any_byte(served: Served, phone: Phone) -> None:
    """Lengths drawn by chance: in heads, in pieces, in answers."""
    dice = random.Random(47)
    data = samples.noisy_photo(500, 400)
    for _ in range(4):
        with weak_line(served.workers.port, cut_every=dice.randrange(20_000, 60_000)) as line:
            phone.line, phone.acknowledged = line.port, 0
            before = phone.photos()
            address = phone.begin(data)
            for _ in phone.pieces(address, data):
                pass
            assert phone.finish(address, data)["state"] == "done"
            assert phone.photos() == before + 1 and line.cuts
    assert "Traceback" not in served.workers.said


def test_only_what_was_acknowledged_survives_and_the_page_says_which_photo(served: Served, phone: Phone) -> None:
    with weak_line(served.workers.port) as line:
        phone.line = line.port
        address = phone.begin(PHOTO)
        sending = phone.pieces(address, PHOTO)
        for _ in range(3):
            next(sending)
        line.delay = 0.01
        dies = threading.Timer(0.1, lambda: setattr(line, "dead", True))
        dies.start()
        with pytest.raises((OSError, HTTPException)):
            phone.piece(address, PHOTO, phone.acknowledged)
        dies.join()
    rows = served.read(
        "SELECT p.start, p.size FROM upload_piece p JOIN upload u ON u.id = p.upload_id WHERE u.token = :token ORDER BY 1",
        token=address.rpartition("/")[2],
    )
    assert [tuple(row) for row in rows] == [(number * pieces.PIECE, pieces.PIECE) for number in range(3)]
    page = phone.near.open(phone.paper).text
    assert "Ảnh 1 chưa đến nơi. Chụp lại ảnh 1." in page and "Mới đến 3 trong" in page
    phone.line = phone.near.port
    assert phone.begin(PHOTO) == address, "chosen again, the same photo goes on"
    for _ in phone.pieces(address, PHOTO):
        pass
    assert phone.finish(address, PHOTO)["state"] == "done" and phone.photos() == 1


def test_a_slow_line_is_only_slow(served: Served, phone: Phone) -> None:
    data = samples.noisy_photo(400, 300)
    with weak_line(served.workers.port, delay=0.03) as line:
        phone.line = line.port
        address = phone.begin(data)
        for _ in phone.pieces(address, data):
            pass
        assert phone.finish(address, data)["state"] == "done" and phone.cuts == 0


def test_nothing_acknowledged_is_lost_when_workers_are_killed(served: Served, phone: Phone) -> None:
    """``kill -9`` of every worker after each piece, and of one in the middle of the next."""
    address = phone.begin(PHOTO)
    for acknowledged in phone.pieces(address, PHOTO):
        for pid in served.workers.pids():
            os.kill(pid, signal.SIGKILL)
        assert phone.try_hard(lambda: phone.ask("GET", address))["received"] == acknowledged
        threading.Timer(0.02, served.workers.kill_one).start()
    assert phone.finish(address, PHOTO)["state"] == "done" and phone.photos() == 1


def test_a_piece_that_arrives_twice_is_stored_once(served: Served, phone: Phone) -> None:
    address = phone.begin(PHOTO)
    part = PHOTO[: pieces.PIECE]
    sha256 = hashlib.sha256(part).hexdigest()

    def send() -> int:
        return phone.post(address, new_key(), part, start=0, sha256=sha256).status

    assert set(together([send] * 8, at_once=8)) == {201}
    token = address.rpartition("/")[2]
    count = "SELECT count(*) FROM upload_piece p JOIN upload u ON u.id = p.upload_id WHERE u.token = :token"
    assert served.read(count, token=token) == [(1,)]
    assert served.read("SELECT received FROM upload WHERE token = :token", token=token) == [(len(part),)]
    other = os.urandom(pieces.PIECE)
    reply = phone.post(address, new_key(), other, start=0, sha256=hashlib.sha256(other).hexdigest())
    assert reply.status == 409 and json.loads(reply.text)["again"] is False
