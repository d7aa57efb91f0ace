"""The queue as clerks see it: counts, filters, pages, deadlines, search that leaves no trace in an address."""
from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from app.accounts.permissions import Role
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.text import fold
from app.dossiers.chips import chip
from app.dossiers.forms import hide, is_scanned_slip, read_queue, unhide
from app.dossiers.models import Dossier, State, Supplement
from app.dossiers.queries import FILTERS, QueueAsk, count_queue, list_queue
from app.dossiers.services import supplements
from app.dossiers.views_staff import queue as queue_views
from app.working_time.queries import load_calendar
from tests import factories
from tests.dossiers.clerk import Clerk, Team

QUEUE = "/can-bo/ho-so"
MONDAY = datetime(2026, 11, 23, 14, 15, tzinfo=clock.TZ)


def codes_of(rows: list) -> list[str]:
    return [row.public_code for row in rows]


def make_many(count: int) -> list[str]:
    """Copies of one dossier, each due an hour after the other; their codes in the order of the queue."""
    first = factories.make_dossier()
    columns = {
        column.key: getattr(first, column.key) for column in Dossier.__table__.columns
        if column.key not in ("id", "public_code", "official_number")
    }
    made = []
    with transaction() as session:
        for number in range(count):
            at = MONDAY - timedelta(days=3) + timedelta(hours=number // 2)  # two at the same moment: ids decide
            row = Dossier(**{**columns, "public_code": f"T{number:07d}", "queue_at": at, "answer_due_at": at})
            session.add(row)
            made.append(row.public_code)
        other = factories.other_agency().id
        session.execute(update(Dossier).where(Dossier.id == first.id).values(received_agency_id=other))
    return made


class TestFilters:
    def test_each_filter_holds_its_states_and_the_counts_agree(self, team: Team) -> None:
        made = {state: factories.make_dossier(state) for state in State if state != State.DRAFT}
        factories.make_draft()
        to_sign = factories.make_dossier(State.IN_PROCESS, examined=True)
        actor, counts = team.specialist.actor, count_queue(team.specialist.actor)
        found = {name: codes_of(list_queue(actor, QueueAsk(name))) for name in FILTERS}
        assert found["new"] == [made[State.SUBMITTED].public_code]
        assert found["processing"] == [made[State.IN_PROCESS].public_code]
        assert found["to_sign"] == [to_sign.public_code]
        assert found["withdrawal"] == [made[State.WITHDRAWAL_ASKED].public_code]
        ended = [made[state].public_code for state in (State.REFUSED, State.STOPPED, State.HANDED_OVER)]
        assert sorted(found["ended"]) == sorted(ended)
        assert {name: len(codes) for name, codes in found.items() if name != "ended"} == {
            name: number for name, number in counts.items() if name != "ended"
        }
        assert made[State.IN_PROCESS].public_code in found["mine"]

    def test_what_came_for_a_supplement_is_to_be_looked_at_now(self, team: Team) -> None:
        dossier = factories.make_dossier(State.AWAITING_SUPPLEMENT)
        assert list_queue(team.specialist.actor, QueueAsk("now")) == []
        with transaction() as session:
            asked = session.scalars(select(Supplement)).one()
            asked.items[0].kind, asked.items[0].mended_at = "question", clock.now()
            supplements.send_supplement(dossier, factories.CITIZEN)
        row, = list_queue(team.specialist.actor, QueueAsk("now"))
        assert row.mended
        page = team.specialist.get(QUEUE)
        assert "Đã gửi thêm" in page.text
        assert "Xem giấy mới" in page.text

    def test_who_did_not_send_in_time_is_not_forgotten(self, team: Team) -> None:
        dossier = factories.make_dossier(State.AWAITING_SUPPLEMENT)
        with transaction() as session:
            session.execute(update(Supplement).values(until_at=clock.now() - timedelta(minutes=1)))
        row, = list_queue(team.specialist.actor, QueueAsk("now"))
        assert row.lapsed and not row.mended and count_queue(team.specialist.actor)["now"] == 1
        assert "Quá hạn gửi thêm" in team.specialist.get(QUEUE).text
        page = team.leader.get(f"{QUEUE}/{dossier.public_code}")
        assert "Quá hạn gửi thêm" in page.text
        assert "Gọi cho người nộp, hoặc dừng giải quyết." in page.text
        assert page.offers("/dung")

    def test_another_agency_sees_nothing_of_it(self, app: Flask, database: None) -> None:
        factories.make_dossier()
        stranger = Clerk(app, factories.make_staff(Role.RECEPTIONIST, username="xa", agency=factories.other_agency()))
        page = stranger.get(f"{QUEUE}?loc=new")
        assert "Không có hồ sơ nào ở đây." in page.text
        assert count_queue(stranger.actor)["new"] == 0

    def test_an_empty_queue_says_so(self, team: Team) -> None:
        assert "Không còn hồ sơ nào đến hạn hôm nay." in team.receptionist.get(QUEUE).text

    def test_the_verb_is_what_this_person_would_do(self, team: Team) -> None:
        factories.make_dossier()
        factories.make_dossier(State.FINISHED)
        assert " Nhận " in team.receptionist.get(f"{QUEUE}?loc=new").text
        assert " Nhận " not in team.leader.get(f"{QUEUE}?loc=new").text
        assert "Trả kết quả " in team.receptionist.get(f"{QUEUE}?loc=ready").text

    def test_a_cashier_goes_to_the_money_not_to_the_papers(self, app: Flask, database: None) -> None:
        dossier = factories.make_dossier()
        cashier = Clerk(app, factories.make_staff(Role.CASHIER))
        page = cashier.get(f"{QUEUE}?loc=new")
        assert page.offers(f"/thu-tien/{dossier.public_code}")
        assert not page.offers(f"/ho-so/{dossier.public_code}")
        assert cashier.get(f"{QUEUE}/{dossier.public_code}").status == 403


class TestPages:
    def test_forward_by_key_and_back_to_the_start_nothing_twice_nothing_lost(self, team: Team) -> None:
        made = make_many(125)
        page, seen = team.receptionist.get(f"{QUEUE}?loc=new"), []
        while True:
            seen += [link.rpartition("/")[2] for link in page.links if link.startswith(f"{QUEUE}/T")]
            following = [link for link in page.links if "sau=" in link]
            if not following:
                break
            page = team.receptionist.get(following[0])
            assert f"{QUEUE}?loc=new" in page.links  # and back to the first page
        assert list(dict.fromkeys(seen)) == made

    def test_a_page_costs_three_statements_whatever_its_number(self, app: Flask, team: Team) -> None:
        make_many(60)
        actor = team.receptionist.actor
        first = list_queue(actor, QueueAsk("new"))
        load_calendar()
        statements: list[str] = []

        def note(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            rows = list_queue(actor, QueueAsk("new", after=first[49].key))
            count_queue(actor)
            load_calendar()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        assert len(rows) == 10
        assert len(statements) == 3
        assert not any("answers" in statement or "phone" in statement for statement in statements)

    @pytest.mark.parametrize("spoiled", ["", "abc", "%00", "AQAAAAAAAAAAAAAAAAAAAA"])
    def test_a_spoiled_address_is_the_first_page(self, team: Team, spoiled: str) -> None:
        assert team.receptionist.get(f"{QUEUE}?loc={spoiled}&sau={spoiled}&tim={spoiled}").status == 200

    def test_a_hidden_value_comes_back_and_nothing_else_does(self, database: None) -> None:
        assert unhide(hide(["Nguyễn Văn Mẫu", 3])) == ["Nguyễn Văn Mẫu", 3]
        assert "Nguy" not in hide("Nguyễn")
        assert unhide(hide("x")[:-2]) is None
        assert read_queue({"tim": hide(12), "sau": hide("x")}) == QueueAsk("now")


class TestSearch:
    def search(self, clerk: Clerk, text: str) -> str:
        """The address to which a search leads."""
        answer = clerk.act(QUEUE, "/ho-so/tim", q=text)
        assert answer.status == 303
        return answer.location

    def found(self, clerk: Clerk, text: str) -> list[str]:
        page = clerk.get(self.search(clerk, text))
        return sorted({link.rpartition("/")[2] for link in page.links if link.startswith(f"{QUEUE}/")} - {"tim"})

    def test_by_name_without_marks_by_phone_id_number_and_number(self, team: Team) -> None:
        someone = factories.person(5)
        dossier = factories.make_dossier(State.ACCEPTED, of=someone)
        factories.make_dossier(of=factories.person(6))
        phone = someone.phone
        for text in (
            someone.name, fold(someone.name), someone.id_number, f"{phone[:4]} {phone[4:7]} {phone[7:]}",
            "+84" + phone[1:], str(dossier.official_number),
        ):
            assert dossier.public_code in self.found(team.receptionist, text), text
        assert self.found(team.receptionist, "không có ai tên này") == []

    def test_a_code_leads_straight_to_the_dossier(self, team: Team) -> None:
        code = factories.make_dossier().public_code
        for text in (code, f"{code[:4]} {code[4:]}", code.lower()):
            assert self.search(team.receptionist, text) == f"{QUEUE}/{code}"

    def test_nothing_typed_stands_in_the_address_or_the_audit(self, team: Team) -> None:
        location = self.search(team.receptionist, "Nguyễn Văn Mẫu 0905000000")
        assert "Nguy" not in location
        assert "0905" not in location
        assert unhide(location.partition("tim=")[2]) == "Nguyễn Văn Mẫu 0905000000"
        row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "dossier.search")).one()
        assert (row.actor_id, row.object_code, row.detail) == (team.receptionist.actor.id, "", {})

    @pytest.mark.parametrize("text", [
        "HTTPS://PHUXUAN.EXAMPLE/S/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "http://127.0.0.1:8000/s/abcdefghijklmnopqrstuvwxyz",
        "ABCDEFGHIJKLMNOPQRSTUVWX23", " /S/ABCDEFGHIJKLMNOPQRSTUVWX23 ",
    ])
    def test_a_scanned_slip_is_neither_opened_nor_repeated(self, team: Team, text: str) -> None:
        location = self.search(team.receptionist, text)
        assert location == f"{QUEUE}?phieu=1"
        page = team.receptionist.get(location)
        assert "Gõ mã hồ sơ 8 chữ in trên phiếu." in page.text
        assert "ABCDEF" not in page.text.upper()
        assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "dossier.search")).all() == []

    def test_what_people_type_is_no_slip(self) -> None:
        for text in ("Nguyễn Văn Mẫu", "046045000001", "K7M4 9QXT", "H57.00.00-20261123-0000001", "son/s"):
            assert not is_scanned_slip(text), text

    def test_searching_again_from_the_same_page_is_a_second_thought(self, team: Team) -> None:
        page = team.receptionist.get(QUEUE)
        first = team.receptionist.send(page, "/ho-so/tim", q="Mẫu")
        second = team.receptionist.send(page, "/ho-so/tim", q="Thử")
        assert (first.status, second.status) == (303, 303)


class TestAudit:
    def test_a_look_at_a_list_is_noted_once_a_minute(self, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queue_views, "_looks", {})
        for _ in range(3):
            team.receptionist.get(QUEUE)
        team.receptionist.get(f"{QUEUE}?loc=new")
        rows = select(AuditEntry.object_code).where(AuditEntry.action == "dossier.list").order_by(AuditEntry.seq)
        assert db.session.scalars(rows).all() == ["now", "new"]


class _Dates:
    def __init__(self, state: State, due: datetime | None = None, **dates: datetime) -> None:
        self.state, self.due_at = int(state), due
        self.answer_due_at, self.finished_at = dates.get("answer"), dates.get("finished")


class TestChips:
    """Deadline words at a Monday afternoon; Tuesday 24/11 is a holiday, closing is at 17:00."""

    @pytest.mark.parametrize(("due", "now", "kind", "words"), [
        ("23T17:00", "23T14:15", "soon", "Hôm nay %(hour)s"),
        ("25T17:00", "23T14:15", "", "Còn %(n)s ngày"),
        ("20T17:00", "23T14:15", "late", "Trễ %(n)s ngày"),
        ("23T10:00", "23T14:15", "late", "Trễ %(n)s giờ"),
        ("23T14:00", "23T14:15", "late", "Trễ %(n)s phút"),
        ("23T17:00", "24T06:04", "late", "Vừa trễ"),
    ])
    def test_running(self, database: None, due: str, now: str, kind: str, words: str) -> None:
        at = datetime.fromisoformat(f"2026-11-{due}").replace(tzinfo=clock.TZ)
        with clock.moved_to(datetime.fromisoformat(f"2026-11-{now}").replace(tzinfo=clock.TZ)):
            shown = chip(_Dates(State.IN_PROCESS, at), load_calendar())
        assert shown and (shown.kind, shown.words[0]) == (kind, words)

    def test_only_opening_time_counts(self, database: None) -> None:
        with clock.moved_to(MONDAY):
            shown = chip(_Dates(State.IN_PROCESS, MONDAY.replace(hour=17, minute=0)), load_calendar())
            next_days = chip(_Dates(State.IN_PROCESS, datetime(2026, 11, 26, 17, tzinfo=clock.TZ)), load_calendar())
        assert shown and [said % facts for said, facts in shown.long] == ["Còn 2 giờ 45 · hạn 17:00"]
        assert next_days and [said % facts for said, facts in next_days.long] == ["Còn 2 ngày", "hạn 17:00 26/11"]

    def test_finished_early_on_time_and_late(self, database: None) -> None:
        due = datetime.combine(MONDAY.date(), time(17), clock.TZ)
        cases = ((due - timedelta(days=4), "Sớm %(n)s ngày"), (due, "Đúng hẹn"), (due + timedelta(days=2), "Trễ %(n)s ngày"))
        for finished, words in cases:
            shown = chip(_Dates(State.FINISHED, due, finished=finished), load_calendar())
            assert shown and shown.words[0] == words

    def test_waiting_and_ended(self, database: None) -> None:
        calendar, due = load_calendar(), MONDAY + timedelta(days=3)
        waiting = chip(_Dates(State.AWAITING_SUPPLEMENT, due), calendar)
        assert waiting and waiting.kind == "stop"
        again = chip(_Dates(State.AWAITING_SUPPLEMENT, due), calendar, mended=True)
        assert again and again.kind != "stop"
        assert [chip(_Dates(state, due), calendar) for state in (State.REFUSED, State.STOPPED, State.DRAFT)] == [None] * 3

    def test_a_year_without_calendar_shows_the_day(self, database: None) -> None:
        far = chip(_Dates(State.IN_PROCESS, datetime(2039, 1, 3, 17, tzinfo=clock.TZ)), load_calendar())
        assert far and far.words == ("Hạn %(day)s", {"day": "03/01/2039"})
