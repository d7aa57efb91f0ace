"""A telephone that was typed is not a telephone that was proven: it is not rung at will, nor changed behind its owner's back."""
from __future__ import annotations

from flask import Flask

from app.accounts.permissions import Role
from app.core.db import db, transaction
from app.core.limits import spend
from app.dossiers.models import State
from app.dossiers.queries import find_by_code
from app.dossiers.services import desk, filing
from app.dossiers.views_citizen.filing import SUBMITS_BY_PHONE
from app.notifications.models import Message
from tests import factories
from tests.web import people
from tests.web.browsing import Inside

OLD, NEW = "+84905000111", "+84905000222"


def told(app: Flask) -> list[tuple[str, str]]:
    """To whom which message went."""
    with app.app_context():
        return [(one.recipient, one.template) for one in db.session.query(Message).order_by(Message.id)]


def a_dossier(app: Flask) -> str:
    with app.app_context():
        return factories.make_dossier(State.SUBMITTED, answers={"phone": "0905 000 111"}).public_code


def test_the_old_telephone_hears_that_another_takes_its_place(app: Flask) -> None:
    code = a_dossier(app)
    with app.app_context(), transaction():
        dossier = find_by_code(code)
        assert dossier is not None and dossier.phone == OLD
        filing.change_answers(dossier, {"phone": NEW}, factories.CITIZEN)
    assert told(app)[-1] == (OLD, "dossiers/phone_changed.v1")


def test_also_when_a_clerk_changes_it(app: Flask) -> None:
    code = a_dossier(app)
    with app.app_context():
        clerk = factories.make_staff(Role.RECEPTIONIST)
        with transaction():
            dossier = find_by_code(code)
            assert dossier is not None
            desk.correct_answer(dossier, clerk, "phone", NEW, reason="Đọc nhầm số.", lock_version=dossier.lock_version)
    assert told(app)[-1] == (OLD, "dossiers/phone_changed.v1")


def test_a_draft_whose_telephone_is_typed_anew_rings_nobody(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    before = people.dossier_row(app, visitor.code).phone
    visitor.answers = {**visitor.answers, "phone": NEW}
    page = next(page.id for page in visitor.form.pages(dict(visitor.answers)) if any(q.id == "phone" for q in page.questions))
    visitor.answer(visitor.at("cau", page))
    assert before and people.dossier_row(app, visitor.code).phone == NEW != before and told(app) == []


def test_nobody_is_rung_by_filing_in_their_name_all_day(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    phone = people.dossier_row(app, visitor.code).phone
    assert phone
    with app.app_context():
        for _ in range(SUBMITS_BY_PHONE.times):
            spend((SUBMITS_BY_PHONE, phone))
    refused = visitor.browser.fill(visitor.at("xem-lai"), "/nop")
    assert refused.status == 429 and told(app) == []
    assert people.dossier_row(app, visitor.code).state == State.DRAFT, "the draft stays"
