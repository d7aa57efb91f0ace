"""A session of help from beginning to end, and what is left of it."""
from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import WebSession
from app.assistance import integrity
from app.assistance.models import HelpCall, HelpSession, Mandate, MandateEvent
from app.assistance.queries import list_help
from app.assistance.services import help_calls, help_sessions
from app.assistance.services.helpers import disable_helper
from app.core import clock, qr
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.db import db, transaction
from app.dossiers.models import Dossier, SlipAccess, State
from app.dossiers.queries import find_by_code, find_slip
from app.dossiers.services import drafts, papers
from app.dossiers.services.slips import make_slip
from app.notifications.models import Message
from app.serve.demo.filling import Filler
from tests import factories
from tests.assistance.tablet import Tablet
from tests.web.browsing import Inside, file

NAME, PHONE = "Trần Thị Ví Dụ", "0905000777"
CARD = "046045000001||Nguyễn Văn Mẫu|02091945|Nam|12 Đường Thử, Phường Phú Xuân, Thành phố Huế|01012022"


@pytest.fixture
def helper(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper()


@pytest.fixture
def tablet(app: Flask, helper: Actor) -> Tablet:
    return Tablet(app, helper)


def known(app: Flask, code: str) -> Dossier:
    found = find_by_code(code)
    assert found is not None
    db.session.refresh(found)
    return found


def fill(app: Flask, code: str) -> None:
    """All answers and papers, as if page after page had been typed."""
    with app.app_context(), transaction():
        found = known(app, code)
        form = drafts.procedure_of(found).form
        usual = {"filing_for": "self", "contact_way": "own", "result_way": "counter", "hearing": "no"}
        drafts.keep_answers(found, Filler(random.Random(7), form, factories.person(7), usual).fill())
        for paper in form.visible_papers(found.answers):
            for _ in range(max(paper.min_photos, 1) if paper.required else 0):
                papers.add_paper(found, paper.id, factories.photo(), CITIZEN)


def acts(app: Flask, code: str) -> list[tuple[str, str, str]]:
    """The journal of a dossier's mandates: kind, act, whose will."""
    with app.app_context():
        query = select(MandateEvent).join(Mandate, Mandate.id == MandateEvent.mandate_id)
        rows = db.session.scalars(query.where(Mandate.dossier_code == code).order_by(MandateEvent.seq))
        return [(row.kind, row.act, row.by_kind) for row in rows]


def test_from_the_start_to_the_filing_and_the_end(app: Flask, tablet: Tablet) -> None:
    page = tablet.start(NAME, phone=PHONE)
    assert page.heading == "Nhờ người xin đồng ý"
    page = tablet.turn("consent")
    assert NAME in page.heading and "Tôi nhờ" in page.text and "Đang làm giúp" not in page.text
    page = tablet.press(page, "Tôi đồng ý")
    assert page.heading == "Đưa máy lại cho người giúp"
    assert tablet.back("000000").status == 422, "a wrong PIN"
    page = tablet.back()
    assert page.heading == "Chụp thẻ căn cước cho khỏi gõ" and "Đang làm giúp" in page.text and NAME in page.text
    code = tablet.code
    page = tablet.open(tablet.open("/giup-dan/dang-giup").text.split('class="btn" href="')[1].split('"')[0])
    assert "Đọc cho người xin nghe" in page.text
    page = tablet.press(page, "Tiếp tục", filing_for="self", applicant_name="Lê Văn Thử")
    assert page.status == 200, page.text
    with app.app_context():
        found = known(app, code)
        assert found.answers and found.help_mode == "helper" and found.helped_agency_id
    fill(app, code)
    assert tablet.ask("POST", f"/ho-so/{code}/nop", tablet.keys()).status == 403, "the helper does not hand in"
    page = tablet.turn("submit")
    assert page.heading == "Ông/bà xem lại, rồi tự bấm nộp"
    page = tablet.press(page, "Nộp hồ sơ")
    assert page.heading == "Đã nộp hồ sơ" and "code--secret" in page.text
    with app.app_context():
        assert known(app, code).state == State.SUBMITTED
        told = " ".join(db.session.scalars(select(Message.text).where(Message.about == code)))
        assert "Nguyễn Minh Thử" in told, "the message names who helped"
    tablet.seen.clear()
    page = tablet.back()
    assert page.heading == "Người xin đã nộp hồ sơ"
    assert tablet.turn("submit").status == 200, "turned again"
    shown = tablet.open(f"/ho-so/{code}/da-nop")
    assert "code--secret" not in shown.text
    tablet.back()
    assert tablet.open("/giup-dan/phieu-da-lam.pdf").headers["Content-Type"] == "application/pdf"
    page = tablet.press(tablet.turn("rating"), "Tốt")
    tablet.back()
    answer = tablet.send(tablet.open("/giup-dan/ket-thuc").form("/ket-thuc"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"' and answer.headers["Cache-Control"] == "no-store"
    home = tablet.follow(answer)
    assert "Đã kết thúc" in home.text and NAME not in home.text and "Mới nộp" in home.text
    last = tablet.help()
    assert last is not None and last.ended_at is not None and last.person is None and last.rating == "good"
    told = acts(app, code)
    assert told[0] == ("given", "agreed", "person") and ("used", "answers.keep", "helper") in told
    assert ("used", "submit", "person") in told and told[-1][0] == "ended"
    with app.app_context():
        assert integrity.verify().faults == []
        assert db.session.scalar(select(func.count()).select_from(SlipAccess)) == 0, "nothing of the slip stays with the tablet"
        slip = find_slip(known(app, code))
        assert slip is not None and slip.secret is None
        assert [one.act for one in list_help(code) if one.kind == "used"]


def test_a_card_is_read_shown_and_forgotten_until_the_person_agrees(app: Flask, tablet: Tablet) -> None:
    path = f"/giup-dan/bat-dau/viec/{factories.EXTRACT}"
    page = tablet.press(tablet.open(path), "Đọc thẻ", id_photo=file(qr.png(CARD), "the.png"))
    assert 'value="Nguyễn Văn Mẫu"' in page.text and "046045000001" not in page.text
    tablet.press(page, "Tiếp tục")
    with app.app_context():
        assert known(app, tablet.code).answers == {}
    tablet.agree()
    with app.app_context():
        found = known(app, tablet.code)
        assert "Nguyễn Văn Mẫu" in found.answers.values() and found.from_card
        assert db.session.query(Mandate).one().person_key is not None


def test_a_photo_without_a_card_says_so_and_keeps_what_was_typed(tablet: Tablet) -> None:
    path = f"/giup-dan/bat-dau/viec/{factories.EXTRACT}"
    page = tablet.press(tablet.open(path), "Đọc thẻ", name=NAME, id_photo=file(qr.png("chữ khác"), "x.png"))
    assert page.status == 422 and f'value="{NAME}"' in page.text
    page = tablet.press(page, "Tiếp tục", name=" ", phone="12")
    assert page.status == 422 and tablet.help() is None


def test_who_does_not_agree_leaves_nothing(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    code = tablet.code
    page = tablet.press(tablet.turn("consent"), "Tôi không đồng ý")
    assert "không giữ lại gì" in page.text
    assert tablet.open("/giup-dan").heading == "Đưa máy lại cho người giúp", "the PIN is still asked for"
    assert tablet.back().heading.startswith("Chào")
    with app.app_context():
        assert find_by_code(code) is None and db.session.query(Mandate).count() == 0


def test_a_second_person_is_named_for_who_cannot_write_or_see(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    page = tablet.press(tablet.turn("consent"), "Tôi đồng ý", with_witness="1")
    assert page.status == 422
    page = tablet.press(page, "Tôi đồng ý", with_witness="1", witness_name=NAME.lower())
    assert page.status == 422, "the person is no witness of their own"
    tablet.press(page, "Tôi đồng ý", with_witness="1", witness_name="Ngô Văn Giả Định")
    with app.app_context():
        assert db.session.query(Mandate).one().witness_name == "Ngô Văn Giả Định"


def test_signed_with_a_finger_by_taps_and_by_lines(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    tablet.turn("consent")
    page = tablet.open("/giup-dan/dong-y/ky")
    for x, y in ((30, 60), (120, 20), (200, 90)):
        page = tablet.send(page.form("/ky"), **{"tap.x": x, "tap.y": y})
        assert page.status == 200
    assert "M100 200 L400 67 L667 300" in page.text
    assert tablet.press(tablet.open("/giup-dan/dong-y/ky"), "Ký xong", ink="[[[1,1]]]").status == 422
    assert tablet.press(page, "Ký xong").heading == "Đưa máy lại cho người giúp"
    with app.app_context():
        assert db.session.query(Mandate).one().method == "drawn"


def test_a_code_goes_to_the_persons_own_phone_and_never_to_a_helpers(app: Flask, tablet: Tablet, helper: Actor) -> None:
    tablet.start(NAME)
    tablet.turn("consent")
    with app.app_context():
        own = "0" + factories.helper_of(helper).phone[3:]
    page = tablet.press(tablet.open("/giup-dan/dong-y/ma"), "Gửi mã", phone=own)
    assert page.status == 422 and "số của người giúp" in page.text
    page = tablet.press(page, "Gửi mã", phone=PHONE, days="7")
    with app.app_context():
        text = db.session.scalars(select(Message.text).order_by(Message.id.desc())).first() or ""
    digits = text.split()[1]
    assert all(digits not in reply.text for reply in tablet.seen), "no page of the tablet shows the code"
    assert tablet.press(page, "Tôi đồng ý", code="000000").status == 422
    page = tablet.press(tablet.open("/giup-dan/dong-y/ma?da-gui=1&ngay=7"), "Tôi đồng ý", code=digits)
    assert page.heading == "Đưa máy lại cho người giúp"
    tablet.back()
    code = tablet.code
    tablet.end()
    assert tablet.open(f"/ho-so/{code}/the").status == 404, "the session is over, whatever the mandate"
    page = tablet.press(tablet.open("/giup-dan"), "Làm tiếp")
    assert page.heading == "Làm tiếp" and tablet.open(f"/ho-so/{code}/the").status == 200


def test_a_signed_paper_counts_once_a_clerk_has_seen_it(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    code = tablet.code
    page = tablet.press(tablet.open("/giup-dan/nho"), "Gửi ảnh giấy nhờ", paper=file(factories._jpeg(800, 600), "giay.jpg"))
    assert "Cán bộ xem xong" in page.text
    assert tablet.open(f"/ho-so/{code}/the").status == 404 and "Làm tiếp" not in page.text.split("Giấy nhờ còn hiệu lực")[1]
    with app.app_context():
        clerk = factories.make_staff(factories.Role.RECEPTIONIST)
        with transaction():
            factories.mandates.check_paper(db.session.query(Mandate).one(), clerk, accepted=True)
    assert tablet.press(tablet.open("/giup-dan"), "Làm tiếp").heading == "Làm tiếp"


def test_a_draft_is_left_with_its_codes_and_taken_up_by_another_helper(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    tablet.agree()
    code = tablet.code
    fill(app, code)
    page = tablet.press(tablet.turn("slip"), "Lấy mã để làm tiếp")
    secret = re.search(r'code--secret">(.*?)</dd>', page.text)
    assert secret is not None
    typed = re.sub(r"<.*?>|\s", "", secret.group(1))
    assert tablet.open(f"/ho-so/{code}/phieu.pdf").headers["Content-Type"] == "application/pdf"
    assert tablet.open(f"/ho-so/{code}/phieu.png?luu=1").heading == "Đưa máy lại cho người giúp", "no copy stays on the tablet"
    tablet.back()
    assert "code--secret" not in tablet.turn("slip").text, "shown once"
    tablet.back()
    tablet.end()
    with app.app_context():
        other = Tablet(app, factories.make_helper(username="khac", phone="+84905001099"))
    page = other.press(other.open("/giup-dan/bat-dau"), "Làm tiếp cùng họ", name=NAME, code=code, secret="AAAAAA")
    assert page.status == 422
    page = other.press(page, "Làm tiếp cùng họ", name=NAME, code=code, secret=typed)
    assert page.heading == "Nhờ người xin đồng ý"
    assert other.open(f"/ho-so/{code}/xem-lai").status == 404, "codes alone open nothing to a helper"
    other.agree()
    assert other.open(f"/ho-so/{code}/xem-lai").status == 200
    mine = Inside(app)
    page = mine.follow(mine.fill("/xem", "/xem", code=code, secret=typed))
    assert page.status == 200, "the slip is still the person's"


def test_a_call_from_the_board_begins_where_the_person_stopped(app: Flask, tablet: Tablet, helper: Actor) -> None:
    with app.app_context():
        draft = factories.make_draft()
        code = draft.public_code
        with transaction():
            call = help_calls.ask(CITIZEN, help_calls.Ask(name=NAME, phone="+84905000777", dossier_code=code))
            asked = call.code
    typed = {**tablet.keys(), "call": asked}
    assert tablet.ask("POST", "/giup-dan/bat-dau/goi", typed).status == 404, "given to nobody"
    with app.app_context(), transaction():
        row = db.session.query(HelpCall).filter_by(code=asked).one()
        row.taken_by_id, row.taken_at = helper.id, clock.now()
    page = tablet.press(tablet.open("/giup-dan/bat-dau"), "Bắt đầu giúp")
    assert page.heading == "Nhờ người xin đồng ý" and tablet.code == code
    assert tablet.open(f"/ho-so/{code}/xem-lai").status == 404
    tablet.agree()
    assert tablet.open(f"/ho-so/{code}/xem-lai").status == 200


def test_several_questions_on_a_page_keep_what_is_right(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME)
    tablet.agree()
    page = tablet.press(tablet.open("/giup-dan/dang-giup"), "Lưu cách làm", several="1", mode="helper")
    page = tablet.press(page, "Làm tiếp") if "Làm tiếp</button>" in page.text else tablet.open(
        page.text.split('class="btn" href="')[1].split('"')[0])
    assert "/nhieu-cau/" in page.path and page.text.count('name="shown"') >= 2
    first = page.text.split('name="shown" value="')[1].split('"')[0]
    assert tablet.open(f"/ho-so/{tablet.code}/cau/{first}").path == f"/giup-dan/nhieu-cau/{first}"
    page = tablet.press(page, "Tiếp tục", filing_for="self", applicant_name="Lê Văn Thử", applicant_id="12")
    assert page.status == 200 and "chỗ cần sửa" in page.text
    with app.app_context():
        kept = known(app, tablet.code).answers
        assert "12" not in kept.values() and kept
    assert ("used", "answers.keep", "helper") in acts(app, tablet.code)


def test_beside_means_larger_letters_and_hints(app: Flask, tablet: Tablet) -> None:
    tablet.start(NAME, mode="beside")
    tablet.agree()
    page = tablet.open(tablet.open("/giup-dan/dang-giup").text.split('class="btn" href="')[1].split('"')[0])
    assert 'data-text="l"' in page.text and "Không hiểu chữ nào" in page.text
    tablet.press(page, "Tiếp tục", filing_for="self")
    with app.app_context():
        assert known(app, tablet.code).help_mode == "beside"


def other_window(app: Flask, tablet: Tablet) -> Inside:
    window = Inside(app)
    window.set_cookie("session", tablet.cookies["session"])
    return window


def sign_out(app: Flask, tablet: Tablet, helper: Actor) -> None:
    tablet.ask("POST", "/can-bo/thoat", tablet.keys())


def become_a_citizen(app: Flask, tablet: Tablet, helper: Actor) -> None:
    tablet.ask("POST", f"/lam/{factories.EXTRACT}", tablet.keys())


def be_closed(app: Flask, tablet: Tablet, helper: Actor) -> None:
    with app.app_context(), transaction():
        disable_helper(SYSTEM, factories.helper_of(helper))


def rest_too_long(app: Flask, tablet: Tablet, helper: Actor) -> None:
    with app.app_context(), transaction() as session:
        for row in session.scalars(select(WebSession).where(WebSession.staff_id == helper.id)):
            row.seen_at = clock.now() - timedelta(minutes=16)
    with app.app_context(), transaction():
        assert help_sessions.end_lapsed(SYSTEM) == 1


@pytest.mark.parametrize("way", [sign_out, become_a_citizen, be_closed, rest_too_long])
def test_whatever_ends_the_account_ends_the_help(app: Flask, tablet: Tablet, helper: Actor, way: Any) -> None:
    tablet.start(NAME, phone=PHONE)
    tablet.agree()
    window = other_window(app, tablet)
    assert window.get(f"/ho-so/{tablet.code}/the").status == 200
    way(app, tablet, helper)
    assert window.get(f"/ho-so/{tablet.code}/the").status in (303, 404)
    last = tablet.help()
    assert last is not None and last.ended_at is not None and last.person is None


def test_own_phone_relatives_and_names_alike_are_marked(app: Flask, tablet: Tablet, helper: Actor) -> None:
    with app.app_context():
        own = "0" + factories.helper_of(helper).phone[3:]
    with clock.moved_to(clock.now()):
        tablet.start("Nguyễn Minh Mẫu", phone=own)
    row = tablet.help()
    assert row is not None and {"own_phone", "relative"} <= set(row.flags)
    tablet.start(NAME, relative="1")
    row = tablet.help()
    assert row is not None and "relative" in row.flags and "own_phone" not in row.flags


def test_after_the_filing_the_helper_changes_and_collects_nothing(app: Flask, tablet: Tablet, helper: Actor) -> None:
    """Under a mandate that is in force: phone, result, refund, the code to the phone are the person's alone."""
    with app.app_context():
        draft = factories.make_draft()
        code = draft.public_code
        with transaction():
            make_slip(draft, reason="draft", session_id=None)
        mandate = factories.make_mandate(helper, code, factories.Method.PHONE_CODE, phone="+84905000777", days=7)
        with transaction():
            web = db.session.query(WebSession).filter_by(staff_id=helper.id).order_by(WebSession.id.desc()).first()
            assert web is not None
            factories.filing.submit(draft, CITIZEN, session_id=None)
            db.session.add(HelpSession(
                helper_id=factories.helper_of(helper).id, web_session_id=web.id, mandate_id=mandate.id, person_name=NAME,
                dossier_code=code, mode="helper", flags=[],
            ))
    looks = ("", "/sua", "/ma/change", "/ma/download", "/rut", "/ket-qua", "/ket-qua/tep", "/cau/phone", "/xem-lai", "/nop-tien")
    for path in looks:
        assert tablet.get(f"/ho-so/{code}{path}").status in (403, 404), path
    for path in ("/ma/change/gui", "/ma/change", "/rut", "/ket-qua", "/cau/phone", "/bo", "/de-do", "/nop-tien", "/xin-mien"):
        assert tablet.ask("POST", f"/ho-so/{code}{path}", tablet.keys()).status in (403, 404), path


def test_what_the_ward_asked_for_again_is_sent_by_the_person(app: Flask, tablet: Tablet, helper: Actor) -> None:
    """The helper photographs the paper anew; the person presses send on the turned screen; answers stay shut."""
    with app.app_context():
        found = factories.make_dossier(State.AWAITING_SUPPLEMENT)
        code, wanted = found.public_code, drafts.procedure_of(found).form.visible_papers(found.answers)[0].id
        mandate = factories.make_mandate(helper, code, factories.Method.PHONE_CODE, phone="+84905000777", days=7)
        number = mandate.code
    tablet.follow(tablet.ask("POST", "/giup-dan/bat-dau/giay-nho", {**tablet.keys(), "mandate": number}))
    page = tablet.open(f"/ho-so/{code}/giay/{wanted}")
    assert page.status == 200 and tablet.get(f"/ho-so/{code}/cau/applicant_name").status == 403
    tablet.press(page, "Gửi ảnh", photo=file(factories._jpeg(800, 600), "giay.jpg"))
    assert tablet.ask("POST", f"/ho-so/{code}/gui-bo-sung", tablet.keys()).status == 403
    page = tablet.turn("submit")
    form = next(one for one in page.forms() if one.address.endswith("/gui-bo-sung"))
    assert tablet.follow(tablet.send(form)).status == 200
    assert ("used", "supplement.send", "person") in acts(app, code)
    assert tablet.back().status == 200


def test_a_page_that_htmx_swaps_is_left_as_a_whole_for_the_pin(tablet: Tablet) -> None:
    """An old tab of the helper's must not keep its banner and menu around the page of the PIN."""
    tablet.start(NAME)
    tablet.agree()
    tablet.turn("slip")
    answer = tablet.get(f"/ho-so/{tablet.code}/cau/applicant_name", **{"HX-Request": "true", "HX-Target": "div#page"})
    assert (answer.status, answer.headers["HX-Redirect"], answer.body) == (200, "/giup-dan/lay-lai-may", b"")
