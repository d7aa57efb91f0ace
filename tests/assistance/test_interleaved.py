"""Two helpers, two tablets, clients one after the other: nothing of one client ever shows where another sits.

CiviForm let client 1's answers into client 2's form; this is that story, in any order of steps. Each client brings names
and numbers of their own; every answer that comes back is searched for those of everyone who does not sit there.
"""
from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.core.actor import CITIZEN, Actor
from app.core.db import transaction
from app.dossiers.queries import find_by_code
from app.dossiers.services import drafts, papers
from tests import factories
from tests.assistance.tablet import Tablet
from tests.support import applications, databases
from tests.web.browsing import Form

PAGES = (
    "/giup-dan", "/giup-dan/bat-dau", "/giup-dan/bat-dau?q=tro-cap", "/giup-dan/nho", "/giup-dan/dang-giup", "/giup-dan/dong-y",
    "/giup-dan/dong-y/ma", "/giup-dan/nop", "/giup-dan/phieu", "/giup-dan/danh-gia", "/giup-dan/ket-thuc",
    "/giup-dan/lay-lai-may",
    "/giup-dan/nhieu-cau/applicant_name", f"/giup-dan/bat-dau/viec/{factories.PENSION}", "/", "/giup", "/can-bo",
)
OF_DOSSIER = ("", "/the", "/cau/applicant_name", "/xem-lai", "/da-nop", "/de-do", "/phieu.pdf", "/nop-tien", "/the/doc-duoc")
_numbers = count(1)


class Seat:
    """A tablet, who sits there now, and all who sat there or elsewhere."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        self.tablet = Tablet(app, actor)
        self.client: tuple[str, ...] = ()
        self.codes: list[str] = []


class Sessions(RuleBasedStateMachine):
    """Any interleaving of start, consent, fill, turn, take back, end and looks at pages, of two helpers."""

    app: Flask
    helpers: list[Actor]

    def __init__(self) -> None:
        super().__init__()
        self.seats = [Seat(self.app, actor) for actor in self.helpers]
        self.clients: list[tuple[str, ...]] = []
        self.all_codes: list[str] = []

    @rule(which=st.integers(0, 1), agrees=st.booleans())
    def start(self, which: int, agrees: bool) -> None:
        seat, number = self.seats[which], next(_numbers)
        self._back(seat)
        self.nothing_of_others_shows()
        seat.client = (f"Mẫu Riêng {_letters(number)}", f"09{number:08d}", f"Ngõ Thử {_letters(number)} Số {number}")
        self.clients.append(seat.client)
        seat.tablet.start(seat.client[0], phone=seat.client[1])
        if agrees:
            seat.tablet.agree()
        self.all_codes.append(seat.tablet.code)
        seat.codes = [seat.tablet.code]

    @precondition(lambda self: any(seat.codes for seat in self.seats))
    @rule(which=st.integers(0, 1), by_pages=st.booleans())
    def fill(self, which: int, by_pages: bool) -> None:
        seat = self.seats[which]
        if not seat.codes:
            return
        if by_pages:
            page = seat.tablet.open(f"/ho-so/{seat.codes[0]}/cau/applicant_name")
            forms = [form for form in page.forms() if "applicant_name" in form.fields]
            if forms:
                seat.tablet.follow(seat.tablet.send(forms[0], applicant_name=seat.client[0], applicant_id_unknown="1"))
            return
        with self.app.app_context(), transaction():
            found = find_by_code(seat.codes[0])
            if found is not None and found.is_draft:
                form = drafts.procedure_of(found).form
                address = {"line": seat.client[2], "group": "", "ward": "Phường Phú Xuân", "city": "Thành phố Huế", "paper": ""}
                drafts.keep_answers(found, {"applicant_name": seat.client[0], "applicant_address": address})
                for paper in form.visible_papers(found.answers)[:1]:
                    papers.add_paper(found, paper.id, factories.photo(), CITIZEN)

    @precondition(lambda self: any(seat.codes for seat in self.seats))
    @rule(which=st.integers(0, 1), purpose=st.sampled_from(["consent", "submit", "slip", "payment", "rating"]))
    def turn(self, which: int, purpose: str) -> None:
        page = self.seats[which].tablet.turn(purpose)
        if purpose == "slip" and any(form.address.endswith("/phieu") for form in page.forms()):
            self.seats[which].tablet.press(page, "Lấy mã")

    @rule(which=st.integers(0, 1))
    def take_back(self, which: int) -> None:
        self._back(self.seats[which])

    def _back(self, seat: Seat) -> None:
        page = seat.tablet.open("/giup-dan/lay-lai-may")
        if page.heading == "Đưa máy lại cho người giúp":
            seat.tablet.press(page, "Lấy lại máy", pin=factories.PIN)

    @rule(which=st.integers(0, 1))
    def end(self, which: int) -> None:
        seat = self.seats[which]
        page = seat.tablet.open("/giup-dan/ket-thuc")
        if page.heading == "Kết thúc làm giúp?":
            self.nothing_of_others_shows()  # up to here the client sat there
            seat.client, seat.codes = (), []
            seat.tablet.press(page, "Kết thúc, xóa")

    @rule(which=st.integers(0, 1), path=st.sampled_from(PAGES))
    def look(self, which: int, path: str) -> None:
        self.seats[which].tablet.open(path)

    @precondition(lambda self: self.all_codes)
    @rule(which=st.integers(0, 1), path=st.sampled_from(OF_DOSSIER), of=st.integers(0, 9), posts=st.booleans())
    def type_an_address(self, which: int, path: str, of: int, posts: bool) -> None:
        """Of any dossier that any helper ever had open: kept in a history, typed by hand, sent from an old page."""
        tablet, code = self.seats[which].tablet, self.all_codes[of % len(self.all_codes)]
        if posts:
            tablet.follow(tablet.send(Form(f"/ho-so/{code}{path}", {**tablet.keys(), "applicant_name": "Kẻ Gõ Bậy"})))
        else:
            tablet.open(f"/ho-so/{code}{path}")

    @invariant()
    def nothing_of_others_shows(self) -> None:
        for seat in self.seats:
            others = [word for client in self.clients if client != seat.client for word in client]
            for reply in seat.tablet.seen:
                found = [word for word in others if word in reply.text or word in reply.headers.get("Location", "")]
                assert found == [], (reply.path, found)
            seat.tablet.seen.clear()


def _letters(number: int) -> str:
    """A word for each number, none within another."""
    return "".join("aăbcdđeghi"[int(digit)] for digit in f"{number:05d}").capitalize()


@pytest.fixture
def made(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = databases_of_run.fresh()
    with applications.made(applications.settings_for(url, tmp_path_factory.mktemp("ward"))) as app:
        yield app
    databases_of_run.drop(url)


def test_nothing_of_one_client_shows_to_another(made: Flask) -> None:
    with made.app_context():
        helpers = [factories.make_helper(username=f"giup-{letter}", phone=f"+8490500200{n}") for n, letter in enumerate("ab")]
    machine = type("Bound", (Sessions,), {"app": made, "helpers": helpers})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=8, stateful_step_count=14, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    ))
