"""Photos in pieces as a browser's script sends them: small answers, the same guards, tokens and limits as every form."""
from __future__ import annotations

import hashlib
import json
import os
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.actor import CITIZEN
from app.core.db import transaction
from app.core.idempotency import new_key
from app.dossiers.models import DossierPaper
from app.dossiers.queries import find_by_code
from app.dossiers.services import papers as paper_services
from app.dossiers.services.drafts import discard_draft
from app.files import pieces, refusals
from app.files.models import StoredFile, Upload, UploadPiece
from tests.dossiers.test_views_citizen_photos import Papers
from tests.files import samples
from tests.web import people
from tests.web.browsing import Inside, Reply, file

PHOTO = samples.noisy_photo(1000, 800)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Sender:
    """The script of the paper page, without the page."""

    def __init__(self, app: Flask) -> None:
        self.papers = Papers(app)
        self.browser = self.papers.visitor.browser
        self.token = self.browser.open(self.papers.paper).forms()[0].fields["_token"]

    def post(self, address: str, key: str = "", **fields: Any) -> Reply:
        return self.browser.ask("POST", address, {"_token": self.token, "_key": key or new_key(), **fields})

    def begin(self, data: bytes, key: str = "", **changed: Any) -> Reply:
        fields = {"size": len(data), "name": "anh.jpg", "head": sha(data[: pieces.LEAST]), **changed}
        return self.post(f"{self.papers.paper}/gui-phan", key, **fields)

    def piece(self, address: str, data: bytes, at: int, key: str = "", **changed: Any) -> Reply:
        part = data[at : at + pieces.PIECE]
        return self.post(address, key, **{"start": at, "sha256": sha(part), "piece": file(part, "blob"), **changed})

    def send(self, data: bytes) -> tuple[str, Reply]:
        """All of it; the address of the upload and the answer to its end."""
        address = said(self.begin(data))["address"]
        for start in range(0, len(data), pieces.PIECE):
            assert self.piece(address, data, start).status == 201
        return address, self.post(f"{address}/xong", sha256=sha(data))

    def page(self) -> str:
        return self.browser.open(self.papers.paper).text


def said(reply: Reply) -> dict[str, Any]:
    assert reply.headers["Content-Type"] == "application/json", (reply.status, reply.heading)
    return dict(json.loads(reply.text))


@pytest.fixture
def sender(app: Flask) -> Sender:
    return Sender(app)


def count(app: Flask, table: Any) -> int:
    return int(people.rows(app, select(func.count()).select_from(table))[0][0])


def test_a_photo_in_pieces_stands_on_the_page_as_every_other(app: Flask, sender: Sender) -> None:
    address, end = sender.send(PHOTO)
    assert (end.status, said(end)["state"], said(end)["say"]) == (200, "done", "")
    assert len(sender.papers.tokens()) == 1 and "Đã nhận 1 ảnh" in sender.page()
    assert said(sender.browser.get(address)) == said(end)
    assert (count(app, UploadPiece), count(app, DossierPaper), count(app, StoredFile)) == (0, 1, 1)
    assert "chưa đến nơi" not in sender.page()


def test_every_form_sent_again_is_answered_with_where_it_stands(app: Flask, sender: Sender) -> None:
    """The answer was lost on the way: the same press again, whatever it was, does nothing twice."""
    first = sender.begin(PHOTO, "key-of-the-beginning")
    address = said(first)["address"]
    again = sender.begin(PHOTO, "key-of-the-beginning")
    assert (again.status, again.location) == (303, address) and count(app, Upload) == 1
    for start in range(0, len(PHOTO), pieces.PIECE):
        for _ in range(2):
            reply = sender.browser.follow(sender.piece(address, PHOTO, start, f"key-of-the-piece-{start}"))
            assert said(reply)["received"] == min(start + pieces.PIECE, len(PHOTO))
    for _ in range(3):
        reply = sender.post(f"{address}/xong", "key-of-the-end-of-it", sha256=sha(PHOTO))
        assert said(sender.browser.follow(reply))["state"] == "done"
    assert said(sender.post(f"{address}/xong", sha256=sha(PHOTO)))["state"] == "done", "another key, the same photo"
    assert said(sender.piece(address, PHOTO, 0))["state"] == "done", "a piece that was late on its way"
    assert count(app, DossierPaper) == 1


def test_what_lacks_is_named_and_can_be_let_go(sender: Sender) -> None:
    address = said(sender.begin(PHOTO))["address"]
    sender.piece(address, PHOTO, 0)
    parts = -(-len(PHOTO) // pieces.PIECE)
    page = sender.page()
    assert "Ảnh 1 chưa đến nơi. Chụp lại ảnh 1." in page and f"Mới đến 1 trong {parts} phần" in page and "Ảnh gửi lúc" in page
    let_go = sender.browser.open(sender.papers.paper).form(f"{address}/bo")
    reply = sender.browser.send(let_go)
    assert (reply.status, reply.location) == (303, sender.papers.paper)
    assert "chưa đến nơi" not in sender.page()
    assert sender.browser.get(address).status == 404


def test_who_checks_before_handing_in_is_told_of_it(sender: Sender) -> None:
    check = sender.papers.visitor.at("xem-lai")
    assert "Có ảnh chưa đến đủ" not in sender.browser.open(check).text
    sender.begin(PHOTO)
    page = sender.browser.open(check).text
    assert "Có ảnh chưa đến đủ" in page and f'{sender.papers.paper}?ve=xem-lai"' in page


def test_a_draft_that_is_thrown_away_takes_its_unfinished_photos_along(app: Flask, sender: Sender) -> None:
    address = said(sender.begin(PHOTO))["address"]
    sender.piece(address, PHOTO, 0)
    with app.app_context(), transaction():
        found = find_by_code(sender.papers.visitor.code)
        assert found is not None
        discard_draft(found, CITIZEN)
    assert (count(app, Upload), count(app, UploadPiece)) == (0, 0)


def test_the_same_photo_chosen_again_goes_on(sender: Sender) -> None:
    address = said(sender.begin(PHOTO))["address"]
    sender.piece(address, PHOTO, 0)
    again = said(sender.begin(PHOTO))
    assert (again["address"], again["received"]) == (address, pieces.PIECE)


def test_what_cannot_be_taken_says_why_on_the_page(app: Flask, sender: Sender) -> None:
    data = b"PK\3\4" + b"word/document.xml" + os.urandom(40_000)
    address, end = sender.send(data)
    assert (end.status, said(end)["state"], said(end)["say"]) == (200, "refused", refusals.OFFICE)
    assert refusals.OFFICE in sender.page() and sender.papers.tokens() == []
    assert sender.browser.send(sender.browser.open(sender.papers.paper).form(f"{address}/bo")).status == 303
    assert refusals.OFFICE not in sender.page() and count(app, UploadPiece) == 0


@pytest.mark.parametrize(("changed", "status", "again"), [
    ({"sha256": "0" * 64}, 422, True),
    ({"start": 3 * pieces.PIECE}, 422, False),
    ({"start": pieces.PIECE}, 409, True),
    ({"start": "many"}, 422, False),
    ({"start": "-1"}, 422, False),
    ({"piece": "words"}, 422, True),
])
def test_a_wrong_piece_is_refused_in_a_sentence(
    app: Flask, sender: Sender, changed: dict[str, Any], status: int, again: bool
) -> None:
    data = os.urandom(3 * pieces.PIECE)
    address = said(sender.begin(data))["address"]
    reply = sender.piece(address, data, 0, **changed)
    assert (reply.status, said(reply)["again"]) == (status, again) and said(reply)["say"].endswith(".")
    assert said(sender.browser.get(address))["received"] == 0 and count(app, UploadPiece) == 0
    assert sender.piece(address, data, 0).status == 201, "the right one is still taken"


@pytest.mark.parametrize("size", [0, (12 << 20) + 1, "x", "", "99999999999999", "²"])
def test_a_size_that_cannot_be_is_refused_at_once(app: Flask, sender: Sender, size: object) -> None:
    reply = sender.begin(PHOTO, size=size)
    assert reply.status == 422 and said(reply)["say"] and count(app, Upload) == 0


def test_a_paper_that_is_full_keeps_what_was_sent_and_says_so(
    app: Flask, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_services, "MAX_PER_PAPER", 0)
    address, end = sender.send(PHOTO)
    assert end.status == 409 and "đủ rồi" in said(end)["say"] and said(end)["again"] is False
    assert said(sender.browser.get(address))["state"] == "open" and count(app, StoredFile) == 0
    monkeypatch.undo()
    assert said(sender.post(f"{address}/xong", sha256=sha(PHOTO)))["state"] == "done"


def test_nobody_else_gets_near(app: Flask, sender: Sender) -> None:
    address = said(sender.begin(PHOTO))["address"]
    stranger, neighbour = Inside(app), Sender(app)
    assert stranger.get(address).status == 404
    foreign = neighbour.papers.visitor.at("gui-phan", address.rpartition("/")[2])
    assert neighbour.browser.get(foreign).status == 404, "the token of another dossier's upload"
    assert neighbour.piece(foreign, PHOTO, 0).status == 404
    assert neighbour.post(f"{foreign}/xong", sha256=sha(PHOTO)).status == 404
    assert neighbour.post(f"{foreign}/bo").status == 404
    assert neighbour.piece(address, PHOTO, 0).status == 404
    assert said(sender.browser.get(address))["received"] == 0


def test_without_its_token_or_key_nothing_is_taken(app: Flask, sender: Sender) -> None:
    address = said(sender.begin(PHOTO))["address"]
    part = PHOTO[: pieces.PIECE]
    fields = {"start": 0, "sha256": sha(part)}
    for keys in ({}, {"_token": sender.token}, {"_key": new_key()}, {"_token": "A" * 43, "_key": new_key()}):
        assert sender.browser.ask("POST", address, {**keys, **fields, "piece": file(part)}).status == 400
    headers = {"Origin": "https://evil.vn"}
    keys = {"_token": sender.token, "_key": new_key()}
    assert sender.browser.ask("POST", address, {**keys, **fields, "piece": file(part)}, headers).status == 403
    assert count(app, UploadPiece) == 0


def test_an_hidden_paper_takes_no_pieces(sender: Sender) -> None:
    assert sender.post(f"{sender.papers.visitor.at('giay', 'nothing')}/gui-phan", size=10).status == 404


def test_the_plain_form_needs_none_of_this(sender: Sender) -> None:
    assert sender.papers.send(samples.photo()).status == 303
    assert len(sender.papers.tokens()) == 1
