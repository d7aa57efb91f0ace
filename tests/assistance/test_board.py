"""Calls, visits and incidents: what is promised, who has it, two at once, the leader who hears in time, the list on paper."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.accounts.permissions import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance import integrity, queries, visit_lists
from app.assistance.models import CallAct, CallKind, HelpCall, Urgency
from app.assistance.services import board
from app.assistance.services.help_calls import Ask, Report, ask, forget_draft, promise, report
from app.core import clock, codes, jobs
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.notifications.models import Message
from app.working_time.queries import load_calendar
from tests import factories
from tests.core.running import at_once
from tests.support import pdfs

pytestmark = pytest.mark.usefixtures("database")
MONDAY = date(2026, 11, 23)
BIRTH = factories.BIRTH


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return clock.at_local(day, time(hour, minute))


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.moved_to(at(9)):
        yield


def group(number: int = 0) -> int:
    return list_residential_groups(get_ward().id)[number].id


def call(**more: object) -> HelpCall:
    with transaction():
        return ask(CITIZEN, Ask(**{"name": "Bà Mẫu", "phone": "+84905000000", **more}))  # type: ignore[arg-type]


def visit(**more: object) -> HelpCall:
    return call(**{"way": "visit", "landmark": "gần chợ Ví Dụ", "group_id": group(), **more})


def clerk(*roles: Role) -> Actor:
    return factories.make_staff(*(roles or (Role.RECEPTIONIST,)))


def response() -> Actor:
    return factories.make_staff(Role.RESPONSE_TEAM, username="phan-ung", name="Phạm Văn Thí Dụ")


def acts_of(one: HelpCall) -> list[str]:
    return [line.event.act for line in queries.list_history(one)]


class TestPromise:
    @pytest.mark.parametrize(("kind", "urgency", "best", "asked_at", "promised_at"), [
        (CallKind.CALL, Urgency.NOW, "", at(9), at(10)),
        (CallKind.CALL, Urgency.NOW, "", at(9, 20), at(10, 30)),  # to the quarter: "trước 10 giờ 30"
        (CallKind.CALL, Urgency.STUCK, "", at(10, 30), at(14)),  # over the midday rest
        (CallKind.CALL, Urgency.LATER, "", at(16), at(10, 30, date(2026, 11, 25))),  # 24/11 is a day off
        (CallKind.CALL, Urgency.NOW, "", at(20), at(8, 30, date(2026, 11, 25))),
        (CallKind.VISIT, Urgency.NOW, "", at(9), at(17)),
        (CallKind.VISIT, Urgency.NOW, "morning", at(9), at(11, 30, date(2026, 11, 25))),
        (CallKind.VISIT, Urgency.STUCK, "afternoon", at(9), at(17, 0, date(2026, 11, 25))),
        (CallKind.INCIDENT, Urgency.NOW, "", at(9), at(10)),
    ])
    def test_from_urgency_and_office_hours(
        self, kind: CallKind, urgency: Urgency, best: str, asked_at: datetime, promised_at: datetime
    ) -> None:
        promised = promise(kind, urgency, best, asked_at, load_calendar())
        assert promised is not None and clock.local(promised) == clock.local(promised_at)

    def test_a_year_without_a_calendar_promises_nothing(self) -> None:
        with clock.moved_to(at(9, day=date(2039, 3, 1))):
            made = call()
            assert made.promised_at is None and queries.hurry_of(made) is queries.Hurry.NONE
            assert queries.list_board(clerk()) == [made]


class TestAsking:
    def test_page_and_draft_come_along(self) -> None:
        made = call(dossier_code="K7M49QXT", procedure_code=BIRTH, page="/ho-so/K7M49QXT/cau/child_name")
        assert (made.kind, made.urgency, made.dossier_code) == ("call", "stuck", "K7M49QXT")
        assert codes.is_valid(made.code) and acts_of(made) == ["asked"]
        with transaction():
            forget_draft("K7M49QXT")
        db.session.refresh(made)
        assert made.dossier_code is None

    @pytest.mark.parametrize(("missing", "field"), [
        ({"name": " "}, "name"), ({"phone": ""}, "phone"), ({"way": "visit"}, "landmark"),
    ])
    def test_what_is_needed_is_asked_for(self, missing: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            call(**missing)
        assert set(refusal.value.fields) == {field}

    def test_without_a_telephone_someone_comes(self) -> None:
        made = visit(phone="")
        assert (made.kind, made.phone, made.landmark) == ("visit", "", "gần chợ Ví Dụ")

    def test_an_incident_with_its_photo(self) -> None:
        photo = factories.photo()
        with transaction():
            made = report(CITIZEN, Report(text="Cây đổ", landmark="kiệt 12", group_id=999_999, urgent=True), photo)
        assert (made.kind, made.name, made.residential_group_id, made.urgency) == ("incident", "", None, "now")
        assert board.get_photo(queries.get_call(clerk(), made.code)).is_kept


class TestTaking:
    def test_one_wins_the_other_is_told_who(self) -> None:
        made, one, two = call(), clerk(), response()
        with transaction():
            board.take(one, made.code, 1)
        with pytest.raises(Conflict) as refusal, transaction():
            board.take(two, made.code, 1)
        assert refusal.value.params["who"] == "Lê Thị Thử"
        with pytest.raises(Conflict), transaction():
            board.finish(two, made.code, 1, "Đã giúp")
        assert (made.taken_by_id, made.version) == (one.id, 2)

    def test_at_the_same_moment(self, app: Flask) -> None:
        made, one, two = call(), clerk(), response()
        code = made.code
        db.session.rollback()
        moment = clock.now()

        def press(actor: Actor) -> str:
            with clock.moved_to(moment), transaction():
                board.take(actor, code, 1)
            return actor.label
        answers = at_once(app, [lambda: press(one), lambda: press(two)])
        refused = [found for found in answers if isinstance(found, Conflict)]
        assert len(refused) == 1 and len(answers) == 2
        winner = next(number for number, found in enumerate(answers) if not isinstance(found, Exception))
        assert refused[0].params["who"] == ("Lê Thị Thử", "Phạm Văn Thí Dụ")[winner]

    def test_taken_over_with_a_word_and_the_history_says_who_had_it(self) -> None:
        made, one, two = visit(), clerk(), response()
        with transaction():
            board.take(one, made.code, 1)
        with pytest.raises(Invalid), transaction():
            board.take(two, made.code, 2)
        with transaction():
            board.take(two, made.code, 2, "Chị Thử ốm")
        assert [(line.by, line.event.word) for line in queries.list_history(made) if line.event.act == "taken"] == [
            ("Lê Thị Thử", None), ("Phạm Văn Thí Dụ", "Chị Thử ốm")
        ]

    def test_passed_on_with_a_word(self) -> None:
        made, one, two = visit(), clerk(), response()
        helper = factories.make_helper()
        for word, to in (("", two.id), ("Dặn", 999_999)):
            with pytest.raises(Invalid), transaction():
                board.pass_on(one, made.code, 1, to, word)
        with transaction():
            board.pass_on(one, made.code, 1, helper.id, "Bà nặng tai, nói to")
        assert made.taken_by_id == helper.id and made.taken_at is not None
        assert queries.last_words([made])[made.id].event.word == "Bà nặng tai, nói to"
        assert queries.list_for_helper(factories.helper_of(helper)) == [made]  # whatever the group
        with transaction():
            board.pass_on(helper, made.code, 2, None, "Không có nhà")
        assert made.taken_by_id is None and made.taken_at is None

    def test_a_vain_try_keeps_it_open(self) -> None:
        made, one = call(), clerk()
        with transaction():
            board.note_try(one, made.code, 1, "Gọi 9 giờ, không ai nghe")
        assert made.is_open and acts_of(made) == ["asked", "tried"]

    def test_sorting_never_makes_a_promise_later(self) -> None:
        made, one = call(), clerk()
        told = made.promised_at
        with transaction():
            board.sort(one, made.code, 1, "now", group(1))
        assert (made.promised_at, made.residential_group_id) == (at(10), group(1)) and told != at(10)
        with transaction():
            board.sort(one, made.code, 2, "later", None)
        assert made.promised_at == at(10) and made.urgency == "later"


class TestClosing:
    def test_the_true_time_is_typed_later(self) -> None:
        made, one = visit(), clerk()
        with clock.moved_to(at(16)), transaction():
            board.finish(one, made.code, 1, "Đã nộp giúp bà.", at(10, 15))
        assert (made.done_at, made.answered_at, made.taken_by_id) == (at(10, 15), at(16), one.id)
        assert queries.list_done(one) == [made] and queries.list_board(one) == []
        with pytest.raises(Conflict), transaction():
            board.finish(one, made.code, 2, "Lần nữa")

    @pytest.mark.parametrize("wrong", [at(8, 59), at(16, 30)])
    def test_not_before_the_call_and_not_to_come(self, wrong: datetime) -> None:
        made, one = visit(), clerk()
        with clock.moved_to(at(16)), pytest.raises(Invalid) as refusal, transaction():
            board.finish(one, made.code, 1, "Đã nộp giúp bà.", wrong)
        assert set(refusal.value.fields) == {"done_at"}

    def test_a_word_is_needed(self) -> None:
        made, one = call(), clerk()
        with pytest.raises(Invalid) as refusal, transaction():
            board.finish(one, made.code, 1, " ")
        assert set(refusal.value.fields) == {"outcome"}


class TestWhoSees:
    def test_a_helper_sees_visits_of_the_own_groups_while_they_are_open(self) -> None:
        actor = factories.make_helper()
        with transaction():
            factories.helper_of(actor).groups = [list_residential_groups(get_ward().id)[0]]
        mine, elsewhere, by_phone = visit(), visit(group_id=group(1)), call(group_id=group())
        helper = factories.helper_of(actor)
        assert queries.list_for_helper(helper) == [mine]
        for other in (elsewhere, by_phone):
            with pytest.raises(NotFound):
                queries.get_call(actor, other.code)
        with pytest.raises(Forbidden), transaction():
            board.finish(actor, mine.code, 1, "Xong")  # not taken
        with transaction():
            board.take(actor, mine.code, 1)
        with transaction():
            board.finish(actor, mine.code, 2, "Đã giúp bà.")
        with pytest.raises(NotFound):
            queries.get_call(actor, mine.code)  # the act happened; its contents are no longer theirs

    def test_a_helper_who_may_not_help_takes_nothing(self) -> None:
        actor = factories.make_helper(trained=False)
        with transaction():
            factories.helper_of(actor).groups = [list_residential_groups(get_ward().id)[0]]
        with pytest.raises(Forbidden), transaction():
            board.take(actor, visit().code, 1)

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.LEADER, Role.AUDITOR])
    def test_others_see_nothing(self, role: Role) -> None:
        with pytest.raises(NotFound):
            queries.get_call(factories.make_staff(role), call().code)

    def test_not_of_another_agency(self) -> None:
        stranger = factories.make_staff(Role.RECEPTIONIST, username="noi-khac", agency=factories.other_agency())
        made = call()
        assert queries.list_board(stranger) == []
        with pytest.raises(NotFound):
            queries.get_call(stranger, made.code)

    def test_late_on_top_and_filtered(self) -> None:
        one = clerk()
        far, soon = visit(urgent=False), call(urgent=True)
        with clock.moved_to(at(10, 1)):
            new = call(urgent=True)
            assert queries.list_board(one) == [soon, new, far]
            hurries = [queries.hurry_of(each) for each in (soon, new, far)]
            assert hurries == [queries.Hurry.LATE, queries.Hurry.TODAY, queries.Hurry.AHEAD]
            for asked, found in (
                (queries.BoardAsk(kind="visit"), [far]), (queries.BoardAsk(hurry="late"), [soon]),
                (queries.BoardAsk(group_id=group()), [far]), (queries.BoardAsk(group_id=queries.NO_GROUP), [soon, new]),
                (queries.BoardAsk(urgency="now"), [soon, new]), (queries.BoardAsk(mine=True), []),
            ):
                assert queries.list_board(one, asked) == found, asked


class TestEscalation:
    def messages(self, about: str) -> list[str]:
        return list(db.session.scalars(select(Message.template).where(Message.about == about).order_by(Message.id)))

    def test_the_leader_hears_when_it_is_near_and_when_it_is_late_each_once(self) -> None:
        factories.make_helper(Role.HELPER_LEAD)
        made = call(urgent=True)
        seen = []
        for moment in (at(9, 29), at(9, 31), at(9, 45), at(10, 1), at(11)):
            with clock.moved_to(moment):
                jobs.run_due()
                with transaction():
                    board.look_at_promise(made.id)  # the job may come twice
            db.session.expire_all()
            seen.append(len(self.messages(made.code)))
        assert seen == [0, 1, 1, 2, 2]
        assert self.messages(made.code) == ["assistance/call_near.v1", "assistance/call_late.v1"]
        assert acts_of(made) == ["asked", "near", "late"]
        told = db.session.scalars(select(Message).where(Message.about == made.code)).first()
        assert told is not None and "Mẫu" not in told.text and "0905" not in told.text

    def test_what_was_done_meanwhile_is_left_alone(self) -> None:
        factories.make_helper(Role.HELPER_LEAD)
        made, one = call(urgent=True), clerk()
        with transaction():
            board.finish(one, made.code, 1, "Đã chỉ cách chụp.")
        with clock.moved_to(at(11)):
            jobs.run_due()
        assert self.messages(made.code) == [] and acts_of(made) == ["asked", "done"]


class TestPaper:
    def test_by_group_with_papers_to_bring_and_room_to_write(self) -> None:
        one = clerk()
        visit(name="Trần Thị Ví Dụ", procedure_code=BIRTH, urgent=True, text="Mắt kém, nhờ đọc giúp", best_time="afternoon")
        visit(name="Lê Văn Mẫu", group_id=group(1), phone="", urgent=True)
        call(name="Không Đến Nhà")
        visit(name="Tuần Sau", best_time="morning")
        found = queries.list_visits(one, MONDAY)
        paper = visit_lists.print_visits(found, get_ward(), MONDAY, "https://phuxuan.example", made_at=clock.now())
        words = " ".join(pdfs.text(paper).split())
        names = [row.name for row in list_residential_groups(get_ward().id)[:2]]
        for expected in (
            "Danh sách đến nhà", "thứ Hai 23/11/2026", "2 nhà", *names, "Trần Thị Ví Dụ", "0905 000 000", "gần chợ Ví Dụ",
            "buổi chiều", "Có thể cần",
            "Giấy bệnh viện cấp khi sinh", "trước 17 giờ", "GẤP", "không có điện thoại", "Kết quả", "Xong lúc", "Mắt kém",
        ):
            assert expected in words, expected
        assert "Không Đến Nhà" not in words and "Tuần Sau" not in words

    def test_a_day_without_visits_says_so(self) -> None:
        paper = visit_lists.print_visits([], get_ward(), MONDAY, "https://phuxuan.example", made_at=clock.now())
        assert "không có nhà nào" in pdfs.text(paper)

    def test_of_one_person(self) -> None:
        one, two = clerk(), response()
        made = visit(urgent=True)
        visit(urgent=True, name="Người Khác")
        with transaction():
            board.take(two, made.code, 1)
        assert queries.list_visits(one, MONDAY, two.id) == [made]


def test_a_row_that_says_other_than_its_journal_is_found() -> None:
    one, two = clerk(), response()
    rows = [call(), visit(), call()]
    with transaction():
        board.take(one, rows[0].code, 1)
        board.pass_on(one, rows[0].code, 2, two.id, "Dặn")
        board.finish(one, rows[1].code, 1, "Xong")
    assert list(integrity.call_faults()) == []
    with transaction():
        rows[0].taken_by_id, rows[1].done_at, rows[2].answered_at = one.id, clock.now() + timedelta(hours=1), clock.now()
    assert len(list(integrity.call_faults())) == 4


def test_the_journal_cannot_be_changed() -> None:
    made = call()
    for statement in ("UPDATE help_call_event SET act = 'done'", "DELETE FROM help_call_event"):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(text(statement))
    assert acts_of(made) == [CallAct.ASKED]
