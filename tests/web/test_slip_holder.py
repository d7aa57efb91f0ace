"""Whoever holds the slip alone: where it stands and what was asked for, never ID numbers, photos or another telephone."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import db, transaction
from app.dossiers.models import Correction, Dossier, PhoneCode, State, SupplementItem
from app.dossiers.queries import find_by_code, find_slip, list_papers
from app.dossiers.services import drafts, supplements
from app.dossiers.services.slips import grant
from app.dossiers.services.supplements import Wanted
from tests import factories
from tests.files.samples import photo
from tests.web import people
from tests.web.browsing import Inside, file


@contextmanager
def inside(app: Flask, code: str) -> Iterator[Dossier]:
    """The dossier, in a transaction of its own."""
    with app.app_context(), transaction():
        found = find_by_code(code)
        assert found is not None
        yield found


def a_birth(app: Flask, *wanted: Wanted) -> str:
    """A declaration of birth that was filed; of which ``wanted`` was asked again."""
    with app.app_context():
        code = factories.make_dossier(State.SUBMITTED, factories.BIRTH).public_code
        clerk = factories.make_staff(Role.RECEPTIONIST)
    if wanted:
        with inside(app, code) as dossier:
            supplements.ask_supplement(dossier, clerk, list(wanted))
    return code


def holder(app: Flask, code: str, *acts: str) -> Inside:
    """A browser that scanned the slip, the phone proven for ``acts`` a moment ago."""
    with app.app_context():
        row, token = factories.make_session("citizen")
        session_id = row.id
    with inside(app, code) as dossier:
        slip = find_slip(dossier)
        assert slip is not None
        grant(dossier, slip, session_id)
        for act in acts:
            proof = PhoneCode(dossier_id=dossier.id, session_id=session_id, act=act, code_hash=bytes(32), used_at=clock.now())
            db.session.add(proof)
    browser = Inside(app)
    browser.set_cookie("session", token)
    return browser


def question_page(app: Flask, code: str, question: str) -> str:
    with inside(app, code) as dossier:
        return f"/ho-so/{code}/cau/{drafts.procedure_of(dossier).form.page_of(question)}"


def a_paper(app: Flask, code: str) -> tuple[str, str]:
    """Id of the first paper, token of its photo."""
    with inside(app, code) as dossier:
        row, kept = list_papers(dossier)[0]
        return row.paper_id, kept.token


def shows(text: str, number: str) -> bool:
    """Whether a page shows a number, however it is grouped."""
    return number in text.replace(" ", "").replace("\u00a0", "")


def test_what_was_read_from_the_card_is_shown_to_the_writer_only(app: Flask) -> None:
    code = a_birth(app)
    with inside(app, code) as dossier:
        dossier.from_card = ["applicant_id", "applicant_name"]
        number = str(dossier.answers["applicant_id"])
    reply = holder(app, code).get(f"/ho-so/{code}/the/doc-duoc")
    assert not shows(reply.text, number) and reply.status == 409
    assert shows(holder(app, code, "change").get(f"/ho-so/{code}/the/doc-duoc").text, number)


def test_of_a_paper_that_was_asked_for_only_the_new_photos_are_open(app: Flask) -> None:
    code = a_birth(app)
    paper_id, old = a_paper(app, code)
    with app.app_context():
        clerk = factories.make_staff(Role.RECEPTIONIST)
    with inside(app, code) as dossier:
        supplements.ask_supplement(dossier, clerk, [Wanted("paper", paper_id, "blurred")])
    browser = holder(app, code)
    for path in (f"/anh/{old}", f"/anh/{old}?nho=1", f"/anh/{old}/xem"):
        assert browser.get(f"/ho-so/{code}{path}").status == 404, path
    form = browser.open(f"/ho-so/{code}/giay/{paper_id}").form(paper_id)
    assert browser.ask("POST", f"/ho-so/{code}/anh/{old}", {**form.fields, "act": "remove"}).status == 404
    assert browser.send(form, photo=file(photo(120, 160))).status == 303
    with inside(app, code) as dossier:
        tokens = {kept.token: row.supplement_id for row, kept in list_papers(dossier)}
    assert old in tokens, "the old one stays"
    new = next(token for token, supplement in tokens.items() if supplement)
    assert browser.get(f"/ho-so/{code}/anh/{new}").status == 200


def test_a_question_that_was_asked_again_opens_after_the_code_to_the_phone(app: Flask) -> None:
    """Its page shows what stands there, and who changes the telephone gets all later codes (ruling 2)."""
    code = a_birth(
        app, Wanted("question", "applicant_id", "", "Thiếu một chữ số."), Wanted("question", "phone", "", "Gọi không được.")
    )
    before = people.dossier_row(app, code)
    thief = holder(app, code)
    for question in ("applicant_id", "phone"):
        address = question_page(app, code, question)
        turned = thief.get(address)
        assert (turned.status, turned.location) == (303, f"/ho-so/{code}/ma/change")
        ours = {name: thief.open("/giup").form("/giup").fields[name] for name in ("_token", "_key")}
        answer = thief.ask("POST", address, {**ours, "phone": "0905000999", "contact_way": "own"})
        assert answer.status == 409 and not shows(answer.text, str(before.answers["applicant_id"]))
    after = people.dossier_row(app, code)
    assert (after.phone, after.answers) == (before.phone, before.answers)
    assert thief.get(f"/ho-so/{code}/ma/change").status == 200, "here the code is asked for"


def test_who_proved_the_phone_mends_the_question_and_the_old_answer_is_kept(app: Flask) -> None:
    """Also where the question shares its page with others, as most do."""
    code = a_birth(app, Wanted("question", "applicant_name", "", "Thiếu chữ đệm."))
    before = people.dossier_row(app, code).answers["applicant_name"]
    browser, address = holder(app, code, "change"), question_page(app, code, "applicant_name")
    form = browser.get(address).form(address)
    sent = browser.send(form, applicant_name="Nguyễn Thị Đổi Mẫu")
    if sent.status != 303:  # what looks odd is confirmed
        sent = browser.send(sent.form(address), applicant_name="Nguyễn Thị Đổi Mẫu")
    assert (sent.status, sent.location) == (303, f"/ho-so/{code}"), sent.heading
    with inside(app, code):
        assert db.session.query(SupplementItem).one().mended_at is not None
        kept = db.session.query(Correction).filter_by(question_id="applicant_name").one()
        assert (kept.old_value, kept.new_value) == (before, "Nguyễn Thị Đổi Mẫu")
    assert browser.fill(f"/ho-so/{code}", "/gui-bo-sung").status == 303


def test_a_code_to_the_phone_is_sent_only_where_a_question_waits(app: Flask) -> None:
    code = a_birth(app)
    paper_id, _token = a_paper(app, code)
    with app.app_context():
        clerk = factories.make_staff(Role.RECEPTIONIST)
    with inside(app, code) as dossier:
        supplements.ask_supplement(dossier, clerk, [Wanted("paper", paper_id, "blurred")])
    assert holder(app, code).get(f"/ho-so/{code}/ma/change").status == 409
