"""Pages of calls: what the public asks and is told, incidents without an account, the board, a helper's errands, the paper."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance.models import HelpCall, HelpSession
from app.assistance.services import board
from app.assistance.services.help_calls import Ask, ask
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.files.models import FileState, StoredFile
from tests import factories
from tests.support import pdfs
from tests.web.browsing import Inside, Reply, file
from tests.web.people import citizen

R = Role
MORNING = clock.at_local(date(2026, 11, 23), time(9, 5))


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.moved_to(MORNING):
        yield


def at_work(app: Flask, actor: Actor) -> Inside:
    browser = Inside(app)
    with app.app_context():
        browser.set_cookie("session", factories.make_session("staff", actor)[1])
    return browser


def clerk(app: Flask, role: Role = R.RECEPTIONIST) -> Inside:
    with app.app_context():
        actor = factories.make_staff(role, username=role.value.replace("_", "-"), name=factories.NAMES.get(role, ""))
    return at_work(app, actor)


def helper(app: Flask) -> Inside:
    with app.app_context():
        actor = factories.make_helper()
        with transaction():
            factories.helper_of(actor).groups = list_residential_groups(get_ward().id)[:1]
    return at_work(app, actor)


def asked(app: Flask, **more: object) -> str:
    """The code of a visit that was asked for in the first residential group."""
    with app.app_context(), transaction():
        group = list_residential_groups(get_ward().id)[0].id
        given = {"name": "Trần Thị Ví Dụ", "phone": "+84905000000", "way": "visit", "landmark": "gần chợ", "group_id": group}
        return ask(CITIZEN, Ask(**{**given, **more})).code  # type: ignore[arg-type]


def only_call(app: Flask) -> HelpCall:
    with app.app_context():
        found = db.session.scalars(select(HelpCall)).one()
        db.session.expunge(found)
        return found


class TestAsking:
    def send(self, app: Flask, browser: Inside | None = None, path: str = "/giup", **typed: str) -> Reply:
        browser = browser or Inside(app)
        return browser.follow(browser.fill(path, "/giup", **{"name": "Bà Mẫu", "phone": "0905 000 123", **typed}))

    def test_the_person_is_told_by_when(self, app: Flask) -> None:
        page = self.send(app, urgent="1")
        assert page.heading == "Phường sẽ gọi lại" and "Sẽ gọi trước 10 giờ 15 hôm nay" in page.text
        private = page.text.split("<main")[1].split("</main")[0]
        assert "Mẫu" not in private and "0905" not in private

    def test_a_visit_needs_a_place_and_no_telephone(self, app: Flask) -> None:
        page = self.send(app, how="visit", phone="")
        assert page.status == 422 and "Ghi chỗ dễ tìm" in page.text
        page = self.send(app, how="visit", phone="", landmark="gần chợ Ví Dụ", best_time="afternoon")
        assert page.heading == "Phường sẽ cho người đến nhà" and "Sẽ đến trước 17 giờ, thứ Năm 26/11/2026" in page.text
        assert only_call(app).best_time == "afternoon"

    def test_the_draft_comes_along_from_its_page(self, app: Flask) -> None:
        visitor = citizen(app, Inside(app))
        visitor.begin()
        there = visitor.browser.open(visitor.at())
        page = self.send(app, visitor.browser, f"/giup?tu={there.path}")
        call = only_call(app)
        assert (call.dossier_code, call.procedure_code, call.urgency) == (visitor.code, factories.EXTRACT, "stuck")
        assert there.path in page.text and call.page == there.path

    def test_a_draft_of_somebody_else_does_not(self, app: Flask) -> None:
        with app.app_context():
            code = factories.make_dossier().public_code
        self.send(app, path=f"/giup?tu=/ho-so/{code}")
        assert only_call(app).dossier_code is None

    def test_a_flood_of_one_number_ends(self, app: Flask) -> None:
        assert [self.send(app).status for _ in range(6)] == [200] * 5 + [429]

    @pytest.mark.parametrize("typed", ["", "AAAA AAAB"])
    def test_the_code_is_looked_at_before_it_is_asked_for(self, app: Flask, typed: str) -> None:
        assert Inside(app).get(f"/loi-hen?ma={typed}").status == (422 if typed else 200)

    def test_by_the_code_how_far_it_is(self, app: Flask) -> None:
        code = asked(app)
        browser = Inside(app)
        assert "Đang chờ người nhận" in browser.open(f"/loi-hen?ma={code[:4]} {code[4:].lower()}").text
        work = helper(app)
        work.fill("/can-bo/viec-giup", "/viec-giup")
        page = browser.open(f"/loi-hen/{code}")
        assert "Người đến tên Thử." in page.text and "Nguyễn Minh" not in page.text
        work.fill(f"/can-bo/viec-giup/{code}", code, act="done", outcome="Bà tự bấm nộp.")
        page = browser.open(f"/loi-hen/{code}")
        assert page.heading == "Phường đã làm xong việc này" and "Bà tự bấm" not in page.text


class TestIncident:
    FORM = {"text": "Cây đổ chắn ngang đường", "landmark": "kiệt 12", "urgent": "1"}

    def photo(self) -> tuple[object, str]:
        return file(factories._jpeg(200, 200))

    def test_without_an_account_with_a_photo_once(self, app: Flask) -> None:
        browser = Inside(app)
        form = browser.open("/bao-su-co").form("/bao-su-co")
        first = browser.send(form, **self.FORM, photo=self.photo())
        again = browser.send(form, **self.FORM, photo=self.photo())
        assert first.status == again.status == 303 and first.location == again.location
        page = browser.follow(first)
        assert page.heading == "Phường đã nhận tin báo" and "Sẽ có người xem trước" in page.text
        call = only_call(app)
        assert (call.kind, call.phone, call.photo_file_id is not None) == ("incident", "", True)
        desk = clerk(app, R.RESPONSE_TEAM)
        assert f"/bang/{call.code}/anh" in desk.get(f"/can-bo/bang/{call.code}").text
        shown = desk.get(f"/can-bo/bang/{call.code}/anh")
        assert shown.status == 200 and shown.body.startswith(b"\xff\xd8")
        assert Inside(app).get(f"/can-bo/bang/{call.code}/anh").status == 303  # to the door

    def test_a_photo_that_is_none_is_named_and_the_words_stay(self, app: Flask) -> None:
        browser = Inside(app)
        page = browser.fill("/bao-su-co", "/bao-su-co", **self.FORM, photo=file(b"GIF89a no picture at all"))
        assert page.status == 422 and "Cây đổ chắn ngang đường" in page.text
        with app.app_context():
            assert db.session.scalars(select(HelpCall)).all() == []
            assert db.session.scalars(select(StoredFile).where(StoredFile.state == FileState.KEPT)).all() == []

    @pytest.mark.parametrize(("typed", "says"), [
        ({"text": ""}, "chuyện gì đang xảy ra"), ({"landmark": " "}, "Ghi chỗ dễ tìm"), ({"phone": "12"}, "Số điện thoại"),
    ])
    def test_what_is_wrong_is_said(self, app: Flask, typed: dict[str, str], says: str) -> None:
        page = Inside(app).fill("/bao-su-co", "/bao-su-co", **{**self.FORM, **typed})
        assert page.status == 422 and says in page.text

    def test_a_flood_ends(self, app: Flask) -> None:
        browser = Inside(app)
        answers = [browser.fill("/bao-su-co", "/bao-su-co", **self.FORM).status for _ in range(21)]
        assert answers == [303] * 20 + [429]


class TestBoard:
    def test_the_printed_address_leads_here(self, app: Flask) -> None:
        reply = clerk(app).get("/can-bo/goi-lai")
        assert (reply.status, reply.location) == (303, "/can-bo/bang")

    def test_two_at_once_one_is_told_who(self, app: Flask) -> None:
        code = asked(app)
        one, two = clerk(app), clerk(app, R.RESPONSE_TEAM)
        page = two.open("/can-bo/bang")
        assert one.fill("/can-bo/bang", "/bang").location == f"/can-bo/bang/{code}"
        late = two.send(page.form("/bang"))
        assert late.status == 409 and f"{factories.NAMES[R.RECEPTIONIST]} đã nhận việc này." in late.text

    def test_a_result_is_typed_later_with_the_true_time(self, app: Flask) -> None:
        code = asked(app)
        with clock.moved_to(MORNING + timedelta(hours=6)):
            desk = clerk(app)
            wrong = desk.fill(
                f"/can-bo/bang/{code}", code, act="done", outcome="Đã nộp", done_day="2026-11-23", done_hour="8:00"
            )
            assert wrong.status == 422 and "trước lúc người dân gọi" in wrong.text and "Đã nộp" in wrong.text
            done = desk.fill(
                f"/can-bo/bang/{code}", code, act="done", outcome="Đã nộp", done_day="2026-11-23", done_hour="10:20"
            )
            assert done.location == "/can-bo/bang"
            assert "10:20" in desk.open("/can-bo/bang").text
        assert clock.local(only_call(app).done_at or MORNING).time() == time(10, 20)

    def test_passed_on_it_waits_for_the_other(self, app: Flask) -> None:
        code, desk, work = asked(app, group_id=None), clerk(app), helper(app)
        assert "Trần Thị Ví Dụ" not in work.open("/can-bo/viec-giup").text  # of no group
        with app.app_context():
            to = str(factories.make_helper().id)
        reply = desk.fill(f"/can-bo/bang/{code}", code, act="pass", to=to, word="Bà nặng tai")
        assert reply.location == "/can-bo/bang"
        page = work.open("/can-bo/viec-giup")
        assert "Trần Thị Ví Dụ" in page.text and "Bà nặng tai" in page.text
        assert "Bà nặng tai" in desk.open(f"/can-bo/bang/{code}").text

    def test_filters_and_groups(self, app: Flask) -> None:
        asked(app)
        asked(app, name="Lê Văn Mẫu", group_id=None, urgent=True)
        desk = clerk(app)
        assert "Lê Văn Mẫu" not in desk.open("/can-bo/bang?gap=later").text
        page = desk.open("/can-bo/bang?xep=to").text
        assert page.index("Trần Thị Ví Dụ") < page.index("Lê Văn Mẫu")  # who named no group stands last
        assert "Không có việc nào như đã lọc" in desk.open("/can-bo/bang?loai=incident").text
        assert desk.open("/can-bo/bang?to=x&gap=x&loai=x&hen=x").text.count("call-card") == 2

    def test_late_ones_are_counted_on_top(self, app: Flask) -> None:
        asked(app, way="phone", urgent=True)
        with clock.moved_to(MORNING + timedelta(hours=3)):
            page = clerk(app).open("/can-bo/bang")
        assert "1 việc đã trễ hẹn." in page.text and "due--late" in page.text

    def test_the_list_on_paper_is_noted(self, app: Flask) -> None:
        asked(app, urgent=True)
        reply = clerk(app).get("/can-bo/bang/danh-sach.pdf?ngay=2026-11-23&ai=")
        assert reply.status == 200 and "Trần Thị Ví Dụ" in pdfs.text(reply.body)
        with app.app_context():
            noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "help.print")).one()
            assert noted.detail["visits"] == 1

    def test_nobody_else_comes_in(self, app: Flask) -> None:
        code = asked(app)
        for browser in (clerk(app, R.LEADER), helper(app)):
            for path in ("/can-bo/bang", f"/can-bo/bang/{code}", "/can-bo/bang/danh-sach.pdf"):
                assert browser.get(path).status == 403, path
        assert clerk(app, R.RESPONSE_TEAM).get("/can-bo/viec-giup").status == 403


class TestErrands:
    def test_taken_from_the_own_group_and_closed(self, app: Flask) -> None:
        code, work = asked(app), helper(app)
        page = work.open("/can-bo/viec-giup")
        assert "Trần Thị Ví Dụ" in page.text and "0905 000 000" not in page.text
        assert work.fill("/can-bo/viec-giup", "/viec-giup").location == f"/can-bo/viec-giup/{code}"
        mine = work.open(f"/can-bo/viec-giup/{code}")
        assert "0905 000 000" in mine.text
        reply = work.send(mine.form(code), act="done", outcome="Bà tự bấm nộp.")
        assert reply.location == "/can-bo/viec-giup"
        assert work.get(f"/can-bo/viec-giup/{code}").status == 404

    def test_a_number_is_not_shown_before_it_is_taken(self, app: Flask) -> None:
        code, work = asked(app), helper(app)
        assert "0905 000 000" not in work.open(f"/can-bo/viec-giup/{code}").text

    def test_another_takes_it_over_with_its_history(self, app: Flask) -> None:
        code, work = asked(app), helper(app)
        with app.app_context(), transaction():
            board.take(factories.make_staff(R.RECEPTIONIST, username="truoc", name="Lê Thị Trước"), code, 1)
        page = work.open(f"/can-bo/viec-giup/{code}")
        assert "Lê Thị Trước đã nhận" in page.text
        refused = work.send(page.form(code), act="take", word="")
        assert refused.status == 422 and "vì sao nhận thay" in refused.text
        assert work.send(page.form(code), act="take", word="Chị bận họp").status == 303
        page = work.open(f"/can-bo/viec-giup/{code}")
        assert "Chị bận họp" in page.text and "Lê Thị Trước" in page.text

    def test_help_begins_where_the_person_stopped(self, app: Flask) -> None:
        with app.app_context():
            draft = factories.make_draft(factories.EXTRACT).public_code
        code, work = asked(app, dossier_code=draft, procedure_code=factories.EXTRACT), helper(app)
        work.fill("/can-bo/viec-giup", "/viec-giup")
        page = work.open(f"/can-bo/viec-giup/{code}")
        (start,) = [form for form in page.forms() if form.fields.get("call") == code]
        begun = work.send(start)
        assert begun.status == 303 and begun.location.startswith("/giup-dan"), (begun.status, begun.heading)
        with app.app_context():
            session = db.session.scalars(select(HelpSession)).one()
            assert (session.call_code, session.dossier_code, session.person_name) == (code, draft, "Trần Thị Ví Dụ")

    def test_own_list_on_paper(self, app: Flask) -> None:
        asked(app, urgent=True)
        asked(app, urgent=True, name="Người Khác")
        work = helper(app)
        work.fill("/can-bo/viec-giup", "/viec-giup")
        words = pdfs.text(work.get("/can-bo/viec-giup/danh-sach.pdf?ngay=2026-11-23").body)
        assert words.count("Người Khác") + words.count("Trần Thị Ví Dụ") == 1
