"""What a helper of ill will, or a stranger with an address, tried once and must not succeed with again."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.permissions import Role
from app.assistance.models import HelpCall, Helper, Mandate, Method
from app.assistance.services import board, evidence, help_calls, mandates, phone_codes
from app.assistance.services.proposals import Person as Asking
from app.assistance.services.proposals import Proposal, propose
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.dossiers.models import State
from app.dossiers.queries import find_by_code
from app.dossiers.services import phone_codes as codes_of_dossiers
from app.notifications.models import Message
from app.web import rendering
from tests import factories
from tests.assistance.tablet import Tablet
from tests.support import pdfs
from tests.web.browsing import Inside

NAME, PHONE = "Trần Thị Ví Dụ", "+84905000777"


@pytest.fixture
def helper(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper()


@pytest.fixture
def tablet(app: Flask, helper: Actor) -> Tablet:
    return Tablet(app, helper)


def last_code(app: Flask) -> str:
    """The six digits of the newest message."""
    with app.app_context():
        text = db.session.scalars(select(Message.text).order_by(Message.id.desc())).first() or ""
        return next(word for word in text.replace(".", " ").split() if len(word) == 6 and word.isdigit())


def test_the_code_to_the_persons_phone_stands_on_no_page(app: Flask, tablet: Tablet, helper: Actor) -> None:
    """A helper under a weak mandate lets a code be sent, takes the screen back and looks among the dossier's messages."""
    with app.app_context():
        code, clerk = factories.make_dossier(State.AWAITING_SUPPLEMENT).public_code, factories.make_staff(Role.RECEPTIONIST)
        number = factories.make_mandate(helper, code, Method.SIGNED_PAPER, phone=PHONE, checked_by=clerk).code
    tablet.follow(tablet.ask("POST", "/giup-dan/bat-dau/giay-nho", {**tablet.keys(), "mandate": number}))
    tablet.turn("consent")
    tablet.follow(tablet.ask("POST", "/giup-dan/dong-y/ma/gui", {**tablet.keys(), "phone": "", "days": "7"}))
    tablet.back()
    page = tablet.open(f"/ho-so/{code}")
    assert page.status == 200 and page.path == f"/ho-so/{code}"
    assert last_code(app) not in page.text


def proposal(helper: Actor, code: str, days: int = 1) -> Proposal:
    procedure = find_by_code(code)
    assert procedure is not None
    return propose(
        factories.helper_of(helper), Asking(name=NAME, phone=PHONE), Method.PHONE_CODE, dossier_code=code, days=days,
        procedure_codes=(procedure.procedure_code,),
    )


@pytest.mark.parametrize("twist", ["another dossier", "more days"])
def test_a_code_opens_what_its_message_was_sent_for_and_nothing_else(app: Flask, helper: Actor, twist: str) -> None:
    with app.app_context():
        one, other = factories.make_draft().public_code, factories.make_draft(factories.PENSION).public_code
        with transaction():
            phone_codes.send_code(proposal(helper, one))
        typed = last_code(app)
        wanted = proposal(helper, other) if twist == "another dossier" else proposal(helper, one, days=7)
        code_id = phone_codes.count_guess(wanted.helper, PHONE)
        with pytest.raises(Invalid), transaction():
            mandates.give_mandate(
                helper, wanted, evidence.phone_code(wanted, code_id=code_id), code_id=code_id, typed_code=typed
            )
        assert db.session.scalar(select(Mandate.id)) is None
        right = proposal(helper, one)
        code_id = phone_codes.count_guess(right.helper, PHONE)
        with transaction():
            assert mandates.give_mandate(
                helper, right, evidence.phone_code(right, code_id=code_id), code_id=code_id, typed_code=typed
            )


def test_codes_that_the_screen_showed_do_not_come_back_in_the_next_session(app: Flask, tablet: Tablet, helper: Actor) -> None:
    """Turned to the person the screen shows the codes; the helper ends the session from elsewhere, without the PIN."""
    tablet.start(NAME)
    tablet.agree()
    code = tablet.code
    page = tablet.press(tablet.turn("slip"), "Lấy mã để làm tiếp")
    assert "code--secret" in page.text
    with app.app_context():
        number = db.session.scalars(select(Mandate.code).order_by(Mandate.id.desc())).first()
    elsewhere = Tablet(app, helper)
    elsewhere.ask("POST", "/giup-dan/bat-dau/giay-nho", {**elsewhere.keys(), "mandate": number})
    tablet.follow(tablet.ask("POST", "/giup-dan/bat-dau/giay-nho", {**tablet.keys(), "mandate": number}))
    assert tablet.code == code
    page = tablet.turn("slip")
    assert page.heading == "Để đó, lần sau làm tiếp" and "code--secret" not in page.text
    assert tablet.get(f"/ho-so/{code}/phieu.pdf").status == 404


@pytest.mark.parametrize("change", [
    {"expires_on": clock.today() - timedelta(days=1)}, {"last_active_at": clock.now() - timedelta(days=90)},
    {"trained_at": None},
], ids=["expired", "idle", "untrained"])
def test_who_may_not_help_today_sees_nobody_who_waits(
    app: Flask, tablet: Tablet, helper: Actor, change: dict[str, object]
) -> None:
    with app.app_context():
        with transaction():
            call = help_calls.ask(CITIZEN, help_calls.Ask(name=NAME, phone=PHONE, way="visit", landmark="Kiệt 5, cạnh chợ"))
            call.taken_by_id, call.taken_at = helper.id, clock.now()
            code = call.code
        assert NAME in tablet.open("/can-bo/viec-giup").text
        with transaction() as session:
            session.execute(update(Helper).values(**change))
    assert NAME not in tablet.open("/can-bo/viec-giup").text
    assert tablet.get(f"/can-bo/viec-giup/{code}").status in (403, 404)


def test_an_address_full_of_our_own_marks_makes_no_large_page(app: Flask) -> None:
    """The frame puts the page's address in; what the address itself says is put in for nothing."""
    page = Inside(app).get("/" + "~look~" * 60 + "?" + "~path~" * 60)
    assert page.status == 404 and len(page.body) < 60_000


def test_a_helpers_own_phone_gets_no_code_of_a_dossier_that_was_helped(app: Flask, helper: Actor) -> None:
    """Ruling 10: a helper who types the own number as the person's would hold all that a code protects."""
    with app.app_context():
        own = factories.helper_of(helper).phone
        found = factories.make_dossier(State.SUBMITTED)
        factories.make_mandate(helper, found.public_code, name=NAME)
        with transaction():
            found.phone = own
        with pytest.raises(Conflict):
            codes_of_dossiers.count_sending(found)


def test_a_helper_who_files_for_oneself_gets_codes_as_anyone(app: Flask, helper: Actor) -> None:
    with app.app_context():
        found = factories.make_dossier(State.SUBMITTED)
        with transaction():
            found.phone = factories.helper_of(helper).phone
        codes_of_dossiers.count_sending(found)


def test_the_turned_screen_takes_no_draft_along_when_help_is_called(app: Flask, tablet: Tablet) -> None:
    """A call that carries the draft would open it to the helper on another day, without the person's codes."""
    tablet.start(NAME)
    tablet.agree()
    page = tablet.press(tablet.turn("slip"), "Lấy mã để làm tiếp")
    assert "code--secret" in page.text
    path = f"/ho-so/{tablet.code}/de-do"
    sent = {**tablet.keys(), "name": NAME, "how": "visit", "landmark": "Kiệt 5, cạnh chợ", "tu": path}
    assert "/loi-hen/" in tablet.ask("POST", "/giup", sent).location
    with app.app_context():
        call = db.session.scalars(select(HelpCall)).one()
        assert call.page == path and call.dossier_code is None


def test_made_up_calls_do_not_flood_the_leaders_telephone(app: Flask) -> None:
    """Anyone may call for help without an account: what the leader is told about it costs money, and has an end."""
    with app.app_context():
        factories.make_helper(Role.HELPER_LEAD)
        with transaction():
            made = [
                help_calls.ask(CITIZEN, help_calls.Ask(name=NAME, phone=PHONE, urgent=True)).id
                for _ in range(board.MOST_TOLD + 4)
            ]
        due = db.session.get_one(HelpCall, made[0]).promised_at
        assert due is not None
        with clock.moved_to(due + timedelta(minutes=1)):
            for number in made:
                with transaction():
                    board.look_at_promise(number)
        told = select(func.count()).select_from(Message).where(Message.template.startswith("assistance/call_"))
        assert db.session.scalar(told) == board.MOST_TOLD
        assert all(db.session.get_one(HelpCall, number).late_at for number in made), "the board shows them all"
        with clock.moved_to(due + timedelta(hours=2)), transaction():
            later = help_calls.ask(CITIZEN, help_calls.Ask(name=NAME, phone=PHONE, urgent=True))
            assert later.promised_at is not None
        with clock.moved_to(later.promised_at + timedelta(minutes=1)), transaction():
            board.look_at_promise(later.id)
        assert db.session.scalar(told) == board.MOST_TOLD + 1


@pytest.mark.parametrize("percent", [0, 100])
def test_the_paper_does_not_tell_a_helper_whom_the_draw_left_out(
    app: Flask, tablet: Tablet, helper: Actor, percent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows before acting that nobody will ask has nothing to fear from the draw."""
    monkeypatch.setattr(mandates, "DRAW_PERCENT", percent)
    with app.app_context():
        code = factories.make_draft().public_code
        mandate = factories.make_mandate(helper, code, Method.PHONE_CODE, phone=PHONE, days=7)
        assert mandate.to_call_back is (percent == 100)
        number = mandate.code
    tablet.follow(tablet.ask("POST", "/giup-dan/bat-dau/giay-nho", {**tablet.keys(), "mandate": number}))
    words = " ".join(pdfs.text(tablet.get("/giup-dan/phieu-da-lam.pdf").body).split())
    assert "Phường có thể gọi hoặc đến hỏi lại." in words and "sẽ gọi hoặc đến" not in words


def test_compiled_templates_are_read_only_from_a_folder_that_nobody_else_writes_to(tmp_path: Path) -> None:
    """What lies there is run as our own code."""
    made = rendering._compiled(tmp_path / "new")
    assert made is not None and (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert rendering._compiled(tmp_path / "open") is None


def test_a_helper_changes_no_phone_that_the_person_gave(app: Flask, tablet: Tablet, helper: Actor) -> None:
    """A draft that the person began has their telephone: it is not the helper's to change, one by one or with others."""
    with app.app_context():
        draft = factories.make_draft()
        code, phone = draft.public_code, draft.phone
        number = factories.make_mandate(helper, code, Method.AGREED).code
    assert phone
    tablet.follow(tablet.ask("POST", "/giup-dan/bat-dau/giay-nho", {**tablet.keys(), "mandate": number}))
    page = tablet.open(f"/ho-so/{code}/cau/contact_way")
    for typed in ({"contact_way": "own", "phone": "0905000666"}, {"contact_way": "none"}):
        refused = tablet.press(page, "Tiếp tục", **typed)
        assert refused.status == 422 and "người xin đã ghi từ trước" in refused.text
    several = tablet.open(f"/giup-dan/nhieu-cau/{page.path.rpartition('/')[2]}")
    assert "người xin đã ghi từ trước" in tablet.press(several, "Tiếp tục", contact_way="own", phone="0905000666").text
    with app.app_context():
        found = find_by_code(code)
        assert found is not None and found.phone == phone
    assert tablet.press(page, "Tiếp tục", contact_way="own", phone=f"0{phone[3:]}").status == 200, "the same again is no change"
