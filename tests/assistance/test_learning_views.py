"""Pages of the helpers' leader: what is odd, how much people do alone; the pledge that is kept with a helper."""
from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.assistance import practice
from app.assistance.models import PatternKind
from app.assistance.services import fairness
from app.core.actor import Actor
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.dossiers.models import State
from app.files import services as files
from app.files.models import StoredFile
from tests import factories
from tests.assistance.test_views import at_work
from tests.files.samples import photo
from tests.web.browsing import file


@pytest.fixture
def lead(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper(Role.HELPER_LEAD)


def test_what_is_odd_is_closed_with_a_word_and_accuses_nobody(app: Flask, lead: Actor) -> None:
    with app.app_context(), transaction():
        for number, kind in enumerate(PatternKind):
            fairness.flag(kind, agency_id=get_ward().id, key=bytes([number] * 16), people=5, codes=["K7M49QXT"])
    browser = at_work(app, lead)
    page = browser.open("/can-bo/nen-xem-lai")
    assert "Một số điện thoại, nhiều người" in page.text and "Thường là một nhà" in page.text
    for accusing in ("gian lận", "vi phạm", "đáng ngờ", "nghi ngờ", "lừa", "sai phạm"):
        assert accusing not in page.text.casefold()
    assert browser.fill("/can-bo/nen-xem-lai", "/nen-xem-lai").status == 422
    assert browser.fill("/can-bo/nen-xem-lai", "/nen-xem-lai", word="Đã hỏi, cùng một nhà.").status == 303
    assert "Đã hỏi, cùng một nhà." in browser.open("/can-bo/nen-xem-lai").text


def test_numbers_name_nobody(app: Flask, lead: Actor) -> None:
    with app.app_context():
        for number in range(6):
            name = factories.make_dossier(State.SUBMITTED, of=factories.person(300 + number)).applicant_name
    browser = at_work(app, lead)
    page = browser.open("/can-bo/so-lieu-giup")
    assert "<svg" in page.text and "100%" in page.text and "không xếp hạng" in page.text
    main = page.text.split("<main")[1].split("</main")[0]
    assert name not in main and "Trần Thị Tập Dượt" not in main, "neither people nor helpers"
    assert browser.get("/can-bo/so-lieu-giup?to=x").status == 200


def test_a_pledge_is_kept_seen_and_replaced(app: Flask, lead: Actor) -> None:
    with app.app_context():
        factories.make_helper()
    browser, path = at_work(app, lead), "/can-bo/nguoi-giup/helper"
    assert browser.get(f"{path}/cam-ket").status == 404
    assert browser.fill(path, "/cam-ket").status == 422
    for number in range(2):
        form = browser.open(path).form("/cam-ket")
        sent = browser.send(form, pledge=file(photo(300, 400 + number), "cam-ket.jpg"))
        assert sent.status == 303
    seen = browser.get(f"{path}/cam-ket")
    assert seen.status == 200 and seen.headers["Content-Type"] == "image/jpeg"
    with app.app_context():
        looks = select(AuditEntry.object_code).where(AuditEntry.action == "helper.pledge_open")
        assert db.session.scalars(looks).all() == ["helper"]
        rows = list(db.session.scalars(select(StoredFile).where(StoredFile.owner_ref == "pledge/helper").order_by(StoredFile.id)))
        assert [row.is_kept for row in rows] == [False, True] and files.read(rows[1])


def test_the_practice_is_the_same_on_paper_and_on_the_screen(app: Flask, lead: Actor) -> None:
    paper = (Path(__file__).resolve().parents[2] / "docs" / "helper-practice.md").read_text(encoding="utf-8")
    page = at_work(app, lead).open("/giup-dan/bai-tap").text
    for words in (*practice.BEFORE, *(line for step in practice.STEPS for line in (step.title, *step.lines, step.seen))):
        assert words in paper and words in unescape(page), words
    assert practice.STEPS[-1].minutes.endswith("10")
