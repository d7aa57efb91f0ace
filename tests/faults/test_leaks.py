"""Names nobody else has, followed through a whole filing: no log holds them, no file holds numbers or codes in clear."""
from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import MetaData, create_engine, select, text

from app.accounts.models import WebSession
from app.accounts.permissions import Role
from app.core import jobs
from app.core.db import db
from app.dossiers.models import Dossier, Slip
from app.notifications.models import Message
from tests.faults.conftest import Served
from tests.web import people
from tests.web.browsing import Outside

NAME, PHONE, ID_NUMBER = "Hoàng Phủ Thị Kim Tuyến", "0905000739", "046145007391"
WRONG_SECRET = "ZZZZZZ"


class Canaries:
    """What one filing knew, by kind, as it was in clear."""

    def __init__(self, served: Served) -> None:
        self.named: dict[str, str] = {"name": NAME, "phone": PHONE, "id number": ID_NUMBER}
        self.served = served

    def sing(self) -> Canaries:
        """A citizen files, goes wrong, comes back by the slip; a clerk signs in and accepts; codes go to the phone."""
        clerk = people.clerk(self.served.app, Role.RECEPTIONIST, username="canary")
        visitor = people.citizen(self.served.app, self.served.visitor(), applicant_name=NAME, phone=PHONE)
        visitor.answers = {
            name: ID_NUMBER if isinstance(value, str) and re.fullmatch(r"[0-9]{12}", value) else value
            for name, value in visitor.answers.items()
        }
        visitor.begin()
        visitor.fill_in()
        assert visitor.hand_in().status == 200
        self._remember(visitor.code)
        self._go_wrong(visitor.code)
        self._come_back(visitor.code)
        desk = Outside(self.served.workers.port)
        assert clerk.sign_in(desk).status == 303
        assert desk.fill(f"/can-bo/ho-so/{visitor.code}", "/nhan").status == 303
        assert desk.fill("/can-bo/ho-so", "/tim", q=NAME).status == 303
        assert desk.fill("/can-bo/ho-so", "/tim", q=ID_NUMBER).status == 303
        self.named |= {"password": people.PASSWORD, "generator": clerk.secret, "clerk's session": desk.cookies["session"]}
        with self.served.app.app_context():
            jobs.run_due(20)
        return self

    def _remember(self, code: str) -> None:
        with self.served.app.app_context():
            dossier = db.session.scalars(select(Dossier).where(Dossier.public_code == code)).one()
            slip = db.session.scalars(select(Slip).where(Slip.dossier_id == dossier.id)).one()
            assert dossier.phone and slip.secret and slip.token and NAME in dossier.applicant_name
            assert ID_NUMBER in str(dossier.answers)
            self.named |= {"secret": slip.secret, "slip token": slip.token}

    def _go_wrong(self, code: str) -> None:
        stranger = Outside(self.served.workers.port)
        assert stranger.fill("/xem", "/xem", code=code, secret=WRONG_SECRET).status == 422
        assert stranger.fill("/giup", "/giup", name=NAME, phone="không nhớ số").status == 422
        assert stranger.fill("/giup", "/giup", name=NAME, phone=PHONE, text=f"Tôi là {NAME}").status == 303
        assert stranger.get(f"/tim?q={quote(NAME)}").status == 200
        assert stranger.get(f"/khong-co/{quote(NAME)}").status == 404
        assert stranger.ask("POST", "/giup", {"name": NAME, "phone": PHONE}).status == 400
        self.named["wrong secret"] = WRONG_SECRET

    def _come_back(self, code: str) -> None:
        holder = Outside(self.served.workers.port)
        reply = holder.get(f"/S/{self.named['slip token']}")
        assert reply.status == 303 and self.named["slip token"] not in reply.location
        self.named["citizen's session"] = holder.cookies["session"]
        address = f"/ho-so/{code}/ma/withdraw"
        page = holder.follow(holder.send(holder.open(address).form("/gui")))
        with self.served.app.app_context():
            sms = db.session.scalars(select(Message.text).where(Message.template.contains("code_withdraw"))).one()
        assert holder.send(page.form(address), ma=re.findall(r"\b[0-9]{6}\b", sms)[0]).status == 303


def shapes(value: str) -> Iterator[bytes]:
    """One text as it may be hidden: composed, decomposed, in an address, in base64, by its middle, grouped."""
    for form in ("NFC", "NFD"):
        whole = unicodedata.normalize(form, value)
        yield whole.encode()
        yield quote(whole).encode()
        yield whole.encode("unicode_escape")
        for start in range(3):
            yield base64.b64encode(whole.encode()[start:])[:-4] or b"\0no shape"
    if value.isdigit():
        for cut in (3, 4):
            yield " ".join(value[at : at + cut] for at in range(0, len(value), cut)).encode()
        yield ("+84" + value[1:]).encode()


@pytest.fixture(scope="module")
def canaries(served: Served) -> Canaries:
    return Canaries(served).sing()


def found(data: bytes, named: dict[str, str]) -> list[str]:
    return [kind for kind, value in named.items() if any(shape in data for shape in shapes(value))]


def test_the_search_finds_what_is_there(canaries: Canaries) -> None:
    for value in canaries.named.values():
        for data in (value, unicodedata.normalize("NFD", value), quote(value)):
            assert found(b"..." + data.encode() + b"...", {"it": value}) == ["it"]
    assert found(base64.b64encode(b"xy" + NAME.encode() + b"z"), {"it": NAME}) == ["it"]


def test_no_log_holds_a_person_or_a_code(canaries: Canaries) -> None:
    said = canaries.served.workers.said
    assert "http.refused" in said, "refusals were logged"
    assert found(said.encode(), canaries.named) == []
    assert found(re.sub(r"[\s.\-]", "", said).encode(), {"phone": PHONE, "id number": ID_NUMBER}) == []


def test_no_file_of_the_data_holds_a_number_or_a_code_in_clear(canaries: Canaries) -> None:
    """Database, its journal, uploads, everything in the folder; names may stand in the database, for search."""
    settings = canaries.served.app.extensions["settings"]
    named = {kind: value for kind, value in canaries.named.items() if kind != "name"}
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    if settings.is_sqlite:
        database = settings.database_url.removeprefix("sqlite:///")
        files += [path for end in ("", "-wal", "-shm") if (path := type(settings.data_dir)(database + end)).exists()]
        assert any(NAME.encode() in path.read_bytes() for path in files), "we look at the right files"
    assert {str(path): kinds for path in files if (kinds := found(path.read_bytes(), named))} == {}


def test_no_row_holds_a_number_or_a_code_in_clear(canaries: Canaries) -> None:
    """The same as the database's own users would read it, column by column, on both engines."""
    named = {kind: value for kind, value in canaries.named.items() if kind != "name"}
    engine, tables = create_engine(canaries.served.app.extensions["settings"].database_url), MetaData()
    tables.reflect(engine)
    leaks = {}
    with engine.connect() as connection:
        for name in tables.tables:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()
            data = "\n".join(map(repr, rows)).encode() + b"".join(v for row in rows for v in row if isinstance(v, bytes))
            if kinds := found(data, named):
                leaks[name] = kinds
    engine.dispose()
    assert leaks == {}


def test_tokens_are_kept_as_hashes(canaries: Canaries) -> None:
    with canaries.served.app.app_context():
        kept = list(db.session.scalars(select(WebSession.token_hash)))
    assert kept and all(len(one) == 32 for one in kept)
    assert not any(canaries.named[kind].encode() in one for kind in ("clerk's session", "citizen's session") for one in kept)
