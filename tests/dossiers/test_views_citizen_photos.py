"""The photos of a paper as the person handles them: replaced, removed; a bad file loses nothing else."""
from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from app.notifications.queries import list_messages_about
from tests.files import samples
from tests.web import people
from tests.web.browsing import Inside, Reply, file

COPIES = "2.000815"  # chứng thực bản sao: a photo is required
_TOKENS = re.compile(r'/anh/([\w-]+)\?nho=1"')


class Papers:
    """Someone at the page of a required paper."""

    def __init__(self, app: Flask) -> None:
        self.app, self.visitor = app, people.citizen(app, Inside(app))
        self.visitor.form = people.declaration(app, COPIES)
        self.visitor.answers = people.answers_for(self.visitor.form, 1)
        self.visitor.begin(COPIES)
        while not self.here.startswith(self.visitor.at("giay")):
            self.visitor.answer(self.here)

    @property
    def here(self) -> str:
        return self.visitor.browser.open(self.visitor.at()).path

    @property
    def paper(self) -> str:
        return self.visitor.at("giay", next(one.id for one in self.visitor.form.papers if one.required))

    def tokens(self) -> list[str]:
        """The photos that the page shows, in their order."""
        return _TOKENS.findall(self.visitor.browser.open(self.paper).text)

    def send(self, data: bytes, name: str = "anh.jpg") -> Reply:
        return self._post(self.paper, self.visitor.browser.open(self.paper).forms()[0].fields, photo=file(data, name))

    def act(self, token: str, act: str, **sent: Any) -> Reply:
        """Press a button below one photo."""
        shown = self.visitor.browser.open(self.visitor.at("anh", token, "xem"))
        form = next(one for one in shown.forms() if act in (one.fields.get("act"), "turn", "remove"))
        return self._post(self.visitor.at("anh", token), form.fields, act=act, **sent)

    def _post(self, address: str, fields: dict[str, Any], **sent: Any) -> Reply:
        return self.visitor.browser.ask("POST", address, {**fields, **sent})


@pytest.fixture
def papers(app: Flask) -> Papers:
    return Papers(app)


def test_a_better_photo_takes_the_place_of_the_bad_one(papers: Papers) -> None:
    for width in (640, 700):
        assert papers.send(samples.photo(width)).status == 303
    first, second = papers.tokens()
    reply = papers.act(first, "replace", photo=file(samples.photo(800)))
    assert reply.status == 303
    better, kept = papers.tokens()
    assert kept == second and better not in (first, second)
    assert reply.location == papers.visitor.at("anh", better, "xem")
    assert papers.visitor.browser.get(papers.visitor.at("anh", first)).status == 404


@pytest.mark.parametrize(("data", "says"), [
    (b"", "Ảnh này trống"), (b"\xff\xd8\xff\xe0 broken", "hỏng"), (b"PK\x03\x04" + bytes(500), "tệp nén"),
])
def test_a_bad_file_leaves_the_photo_that_is_there(papers: Papers, data: bytes, says: str) -> None:
    papers.send(samples.photo())
    before = papers.tokens()
    reply = papers.act(before[0], "replace", photo=file(data))
    assert reply.status == 422 and says in reply.text
    assert papers.tokens() == before


def test_no_file_says_what_to_do(papers: Papers) -> None:
    papers.send(samples.photo())
    reply = papers.act(papers.tokens()[0], "replace", photo=file(b"", ""))
    assert reply.status == 422 and "Chọn hoặc chụp ảnh mới" in reply.text


def test_what_was_handed_in_keeps_a_photo_of_each_paper_it_needs(papers: Papers) -> None:
    """After filing the last photo is not taken away, it is replaced: the clerk never finds an empty paper."""
    papers.send(samples.photo())
    papers.visitor.fill_in()
    papers.visitor.hand_in()
    prove_phone(papers)
    (only,) = papers.tokens()
    refused = papers.act(only, "remove")
    assert refused.status == 409 and "Chụp lại ảnh này" in refused.text
    assert papers.act(only, "replace", photo=file(samples.photo(800))).status == 303
    assert len(papers.tokens()) == 1 and papers.tokens() != [only]


def prove_phone(papers: Papers) -> None:
    """Ask for the code to the phone, read it from the outbox, type it."""
    visitor = papers.visitor
    sent = visitor.browser.fill(visitor.at("sua"), "/gui")
    assert sent.status == 303
    with papers.app.app_context():
        digits = re.findall(r"\b(\d{6})\b", list_messages_about(visitor.code)[-1].text)[0]
    assert visitor.browser.fill(sent.location, "/ma/change", ma=digits).status == 303
