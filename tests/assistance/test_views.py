"""Pages of the room: the badge, a helper's own pages, the leader's and the clerk's lists."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.accounts.models import StaffRole
from app.accounts.permissions import Role
from app.assistance import queries, training
from app.assistance.models import Helper, Mandate, MandateEvent, Method
from app.assistance.services import helpers as helper_services
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.audit import AuditEntry
from app.core.codes import new_public_code
from app.core.db import db, transaction
from tests import factories
from tests.support import pdfs
from tests.web.browsing import Inside, Reply

R = Role


def at_work(app: Flask, actor: Actor) -> Inside:
    browser = Inside(app)
    with app.app_context():
        browser.set_cookie("session", factories.make_session("staff", actor)[1])
    return browser


@pytest.fixture
def helper(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper()


@pytest.fixture
def lead(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper(R.HELPER_LEAD)


def row(app: Flask, actor: Actor) -> Helper:
    with app.app_context():
        found = factories.helper_of(actor)
        db.session.expunge(found)
        return found


def ended(app: Flask, code: str) -> bool:
    with app.app_context():
        kinds = select(MandateEvent.kind).join(Mandate, Mandate.id == MandateEvent.mandate_id).where(Mandate.code == code)
        return "ended" in db.session.scalars(kinds).all()


def give(app: Flask, actor: Actor, method: Method = Method.DRAWN, **more: object) -> str:
    with app.app_context():
        return factories.make_mandate(actor, new_public_code(), method, **more).code  # type: ignore[arg-type]


class TestBadge:
    def ask(self, app: Flask, actor: Actor) -> Reply:
        return Inside(app).get(f"/nguoi-giup/{row(app, actor).badge_token}")

    def test_yes_with_first_name_and_team_alone(self, app: Flask, helper: Actor) -> None:
        page = self.ask(app, helper)
        assert page.status == 200 and "Đúng, đây là người giúp" in page.text and "Tổ dân phố 5" in page.text
        assert "Tên: Thử" in page.text
        for private in ("Nguyễn Minh", "0905", "helper", "+84"):
            assert private not in page.text.split("<main")[1].split("</main")[0].replace("assistance", "")

    CHANGES: dict[str, Callable[[Actor], None]] = {
        "disabled": lambda actor: helper_services.disable_helper(SYSTEM, factories.helper_of(actor)),
        "expired": lambda actor: setattr(factories.helper_of(actor), "expires_on", clock.today() - timedelta(days=1)),
        "idle": lambda actor: setattr(factories.helper_of(actor), "last_active_at", clock.now() - timedelta(days=61)),
        "untrained": lambda actor: setattr(factories.helper_of(actor), "trained_at", None),
        "unconfirmed": lambda actor: db.session.execute(delete(StaffRole).where(StaffRole.staff_id == actor.id)),
    }

    @pytest.mark.parametrize("change", CHANGES)
    def test_no_from_the_moment_on(self, app: Flask, helper: Actor, change: str) -> None:
        with app.app_context(), transaction():
            self.CHANGES[change](helper)
        page = self.ask(app, helper)
        assert "Không phải người giúp" in page.text and "Thử" not in page.text.split("<main")[1].split("</main")[0]

    def test_a_code_of_nobody_is_a_no(self, app: Flask) -> None:
        page = Inside(app).get("/nguoi-giup/" + "x" * 22)
        assert page.status == 404 and "Không phải người giúp" in page.text

    def test_the_printed_card_leads_there(self, app: Flask, helper: Actor, lead: Actor) -> None:
        paper = at_work(app, lead).get("/can-bo/nguoi-giup/helper/the.pdf")
        token = row(app, helper).badge_token
        assert paper.status == 200 and pdfs.page_count(paper.body) == 1
        assert [code.rpartition("/")[2] for code in pdfs.codes(paper.body, 150)[0]] == [token]
        for words in ("Nguyễn Minh Thử", "Người giúp", "Tổ dân phố 5", "không hỏi mật khẩu"):
            assert pdfs.says(paper.body, words), words


class TestHelpersPages:
    def test_sign_in_lands_at_home(self, app: Flask, helper: Actor) -> None:
        assert at_work(app, helper).get("/can-bo").location.endswith("/giup-dan")

    def test_an_account_without_papers_sees_nothing(self, app: Flask) -> None:
        with app.app_context():
            bare = factories.make_staff(R.HELPER, username="bare")
        assert at_work(app, bare).get("/giup-dan").status == 404

    def test_training_keeps_the_page_reached_and_nothing_typed(self, app: Flask) -> None:
        with app.app_context():
            actor = factories.make_helper(trained=False)
        browser = at_work(app, actor)
        assert browser.fill("/giup-dan/tap/2", answer="no").status == 409, "pages come in order"
        for lesson in training.LESSONS:
            path = f"/giup-dan/tap/{lesson.number}"
            wrong = browser.fill(path, answer="nonsense", practice_name="Tên Mật Của Ai", practice_year="1")
            assert wrong.status == 422 and row(app, actor).training_page == lesson.number - 1
            typed = {"practice_name": training.PRACTICE_NAME, "practice_year": training.PRACTICE_YEAR}
            done = browser.fill(path, **({"answer": lesson.right} if lesson.choices else typed))
            assert done.status == 303
        assert done.location.endswith("/giup-dan") and row(app, actor).is_trained
        with app.app_context():
            for table in db.metadata.sorted_tables:
                for line in db.session.execute(select(table)).all():
                    assert not any("Tên Mật" in str(value) or "Ví Dụ" in str(value) for value in line), table.name

    def test_a_pin_is_set_changed_and_locked(self, app: Flask) -> None:
        with app.app_context():
            actor = factories.make_helper(pin="")
        browser = at_work(app, actor)
        assert browser.fill("/giup-dan/ma-pin", pin="730518", again="730519").status == 422
        assert browser.fill("/giup-dan/ma-pin", pin="730518", again="730518").status == 303
        for _ in range(5):
            assert browser.fill("/giup-dan/ma-pin", old="918273", pin="405162", again="405162").status == 422
        locked = browser.fill("/giup-dan/ma-pin", old="730518", pin="405162", again="405162")
        assert locked.status == 429 and "Retry-After" in locked.headers

    def test_only_ones_own_mandate_is_given_back(self, app: Flask, helper: Actor, lead: Actor) -> None:
        mine, theirs = give(app, helper), give(app, lead)
        browser = at_work(app, helper)
        form = browser.open("/giup-dan").form(f"/giay-nho/{mine}")
        theirs_too = replace(form, address=form.address.replace(mine, theirs))
        assert browser.send(theirs_too).status == 404 and not ended(app, theirs)
        assert browser.fill("/giup-dan", f"/giay-nho/{mine}").status == 303 and ended(app, mine)

    def test_another_persons_full_name_is_not_on_the_page(self, app: Flask, helper: Actor) -> None:
        give(app, helper, name="Công Tằng Tôn Nữ Thí Dụ")
        assert "Tôn Nữ" not in at_work(app, helper).open("/giup-dan").text


class TestHelpersList:
    TYPED = {
        "username": "moi", "full_name": "Lê Văn Thử", "role": "helper", "team": "Tổ 5", "phone": "0905 001 234",
        "pledged_on": "2026-11-01",
    }

    def test_a_new_helper_gets_a_link_once(self, app: Flask, lead: Actor) -> None:
        browser = at_work(app, lead)
        page = browser.fill("/can-bo/nguoi-giup/them", **self.TYPED)
        assert page.status == 200 and "/can-bo/tai-khoan/" in page.text
        again = browser.open("/can-bo/nguoi-giup/moi").text
        assert "/can-bo/tai-khoan/" not in again
        assert "chờ người thứ hai xác nhận" in again, "roles take two (ruling 9)"
        assert browser.fill("/can-bo/nguoi-giup/them", **self.TYPED).status == 422, "the name is taken"

    @pytest.mark.parametrize("wrong", [
        {"phone": "12"}, {"team": ""}, {"role": "leader"}, {"role": "helper_lead"}, {"username": "x y"},
    ])
    def test_what_is_wrong_comes_back_with_what_was_typed(self, app: Flask, lead: Actor, wrong: dict[str, str]) -> None:
        page = at_work(app, lead).fill("/can-bo/nguoi-giup/them", **{**self.TYPED, **wrong})
        assert page.status in (403, 422)
        if page.status == 422:
            assert "Lê Văn Thử" in page.text
        with app.app_context():
            assert queries.find_by_badge("moi") is None and len(queries.list_helpers(SYSTEM)) == 1

    def test_acts(self, app: Flask, helper: Actor, lead: Actor) -> None:
        browser, path = at_work(app, lead), "/can-bo/nguoi-giup/helper"
        code, before = give(app, helper), row(app, helper)

        def act(name: str) -> Helper:
            form = next(one for one in browser.open(path).forms() if one.address.endswith(path))
            assert browser.send(form, act=name).status == 303
            return row(app, helper)
        assert act("badge").badge_token != before.badge_token
        assert act("pin").pin_hash is None
        signed_in = at_work(app, helper)
        assert act("disable").is_disabled and ended(app, code)
        assert signed_in.get("/giup-dan").status == 303, "the session ended"
        assert not act("renew").is_disabled
        form = next(one for one in browser.open(path).forms() if one.address.endswith(path))
        assert browser.send(form, act="nonsense").status == 422

    def test_another_agencys_administrator_sees_none(self, app: Flask, helper: Actor) -> None:
        with app.app_context():
            away = factories.make_staff(R.ADMINISTRATOR, username="away", agency=factories.other_agency())
        browser = at_work(app, away)
        assert browser.get("/can-bo/nguoi-giup/helper").status == 404
        assert "Nguyễn Minh Thử" not in browser.open("/can-bo/nguoi-giup").text


class TestMandates:
    def test_the_leader_ends_one_for_who_called(self, app: Flask, helper: Actor, lead: Actor) -> None:
        code = give(app, helper)
        assert at_work(app, lead).fill("/can-bo/giay-nho-cua-to", code, reason="by_phone").status == 303
        with app.app_context():
            last = db.session.scalars(select(MandateEvent).order_by(MandateEvent.seq.desc())).first()
            assert (last.kind, last.by_kind, last.reason) == ("ended", "person", "by_phone")

    def test_only_odd_ones_when_asked(self, app: Flask, helper: Actor, lead: Actor) -> None:
        give(app, helper, name="Ngô Văn Mẫu")
        give(app, helper, name="Trần Thị Ví Dụ", is_relative=True)
        page = at_work(app, lead).open("/can-bo/giay-nho-cua-to?loc=xem-lai")
        assert "người nhà" in page.text

    def test_a_call_is_noted_and_a_denial_ends(self, app: Flask, helper: Actor, lead: Actor) -> None:
        code, browser = give(app, helper), at_work(app, lead)
        assert browser.fill("/can-bo/goi-kiem", code=code, outcome="denied").status == 422
        assert browser.fill("/can-bo/goi-kiem", code=code, outcome="denied", note="Không ai đến nhà bà.").status == 303
        assert ended(app, code) and "Không ai đến nhà bà." in browser.open("/can-bo/goi-kiem").text

    def test_a_clerk_checks_a_paper_and_each_look_is_noted(self, app: Flask, helper: Actor) -> None:
        code = give(app, helper, Method.SIGNED_PAPER)
        with app.app_context():
            clerk = factories.make_staff(R.RECEPTIONIST)
        browser, path = at_work(app, clerk), f"/can-bo/giay-nho/{code}"
        picture = browser.get(f"{path}/bang-chung")
        assert picture.status == 200 and picture.headers["Content-Type"] == "image/jpeg"
        with app.app_context():
            looks = select(AuditEntry.object_code).where(AuditEntry.action == "mandate_evidence.open")
            assert db.session.scalars(looks).all() == [code]
        form = next(one for one in browser.open(path).forms() if one.address.endswith(path))
        assert browser.send(form, act="accept").status == 303
        form = next(one for one in browser.open(path).forms() if one.address.endswith(path))
        assert browser.send(form, act="end").status == 303 and ended(app, code)

    @pytest.mark.parametrize("method", [Method.AGREED, Method.DRAWN])
    def test_evidence_is_shown_as_what_it_is(self, app: Flask, helper: Actor, method: Method) -> None:
        code = give(app, helper, method)
        with app.app_context():
            clerk = factories.make_staff(R.SPECIALIST)
        shown = at_work(app, clerk).get(f"/can-bo/giay-nho/{code}/bang-chung")
        kinds = {Method.AGREED: "text/plain; charset=utf-8", Method.DRAWN: "image/png"}
        assert shown.status == 200 and shown.headers["Content-Type"] == kinds[method]
        assert shown.headers["Cache-Control"] == "no-store"

    def test_another_agency_sees_none(self, app: Flask, helper: Actor) -> None:
        code = give(app, helper)
        with app.app_context():
            away = factories.make_staff(R.RECEPTIONIST, username="away", agency=factories.other_agency())
        browser = at_work(app, away)
        for path in ("", "/bang-chung"):
            assert browser.get(f"/can-bo/giay-nho/{code}{path}").status == 404
