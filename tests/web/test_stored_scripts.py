"""What a stranger types is read by clerks and families as it was typed, and runs nowhere (T11, T12)."""
from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.assistance.services.help_calls import Ask, ask
from app.core.actor import CITIZEN
from app.core.db import transaction
from app.dossiers.models import Dossier, State
from app.dossiers.queries import find_by_code
from app.dossiers.services import desk
from app.dossiers.services.slips import make_slip
from tests import factories
from tests.web import people
from tests.web.browsing import Inside

EVIL = [
    "Mẫu <script>alert(1)</script>", "Mẫu \"'><img src=x onerror=alert(1)>", "Mẫu <a hx-get=/x hx-trigger=load>",
    "Mẫu {{7*7}}${7*7}", "Mẫu <svg onload=alert(1)>", "Mẫu %(code)s </title><b>",
]
TAGS = ("<script>alert", "<img src=x", "<a hx-get", "<svg onload", "</title><b>", "Mẫu 49")


@pytest.mark.parametrize("evil", EVIL)
def test_every_page_that_shows_it_escapes_it(app: Flask, evil: str) -> None:
    with app.app_context():
        code = factories.make_dossier(State.SUBMITTED, factories.BIRTH).public_code
        clerk = factories.make_staff(Role.RECEPTIONIST)
        with transaction():
            dossier = find_by_code(code)
            assert dossier is not None
            dossier.applicant_name = dossier.subject_name = dossier.phone_owner = evil
            dossier.answers = {
                name: evil if isinstance(value, str) and name.endswith(("_name", "_place", "_origin")) else value
                for name, value in dossier.answers.items()
            }
            dossier.from_card = sorted(dossier.answers)
            desk.add_note(dossier, clerk, evil)
            asked = Ask(name=evil, phone="+84905000111", way="visit", landmark=evil, text=evil, dossier_code=code)
            call = ask(CITIZEN, asked).code
            token = make_slip(dossier, reason="submitted", session_id=None).token
    staff, family = Inside(app), Inside(app)
    people.let_in(app, staff, Role.RECEPTIONIST, Role.LEADER, Role.SPECIALIST)
    assert family.get(f"/S/{token}").status == 303
    at = f"/can-bo/ho-so/{code}"
    seen = 0
    for language in ("vi", "en"):
        for browser, paths in (
            (staff, (at, "/can-bo/ho-so", "/can-bo/bang", f"/can-bo/bang/{call}",
                     f"{at}/sua/applicant_name", f"{at}/khong-nhan", f"{at}/phieu-moi")),
            (family, (f"/ho-so/{code}", f"/ho-so/{code}/da-nop", f"/giup?tu=/ho-so/{code}", f"/loi-hen/{call}")),
        ):
            browser.get(f"/hien-thi?tieng={language}")
            for path in paths:
                page = browser.get(path)
                assert page.status == 200, path
                assert [tag for tag in TAGS if tag in page.text] == [], path
                seen += "Mẫu" in page.text
    assert seen >= 8, "the pages do show it"
    refused = staff.fill(f"{at}/khong-nhan", "/khong-nhan", reason=evil, reason_code="")
    assert refused.status in (303, 422) and not any(tag in refused.text for tag in TAGS)
    told = family.get(f"/ho-so/{code}")
    assert not any(tag in told.text for tag in TAGS)


def test_a_search_for_signs_of_the_database_finds_no_more(app: Flask) -> None:
    with app.app_context():
        code = factories.make_dossier(State.SUBMITTED).public_code
        assert isinstance(find_by_code(code), Dossier)
    browser = Inside(app)
    people.let_in(app, browser, Role.RECEPTIONIST)
    for typed in ("%", "_", "%%%", "' OR 1=1 --", "w%", "\\", "%_%"):
        found = browser.follow(browser.fill("/can-bo/ho-so", "/tim", q=typed))
        assert found.status == 200 and code not in found.text, typed
