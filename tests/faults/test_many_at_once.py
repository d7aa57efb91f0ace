"""Four workers and impatient people: one effect for each form, numbers without gap or double (m1, m2, F19, T8)."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.accounts.permissions import Role
from app.core import audit, limits
from app.core.codes import ALPHABET
from app.core.db import db
from app.dossiers.models import Dossier, DossierEvent, PhoneCode, Slip, State
from app.dossiers.services.phone_codes import MAX_TRIES
from app.dossiers.services.slips import PER_WARD
from app.notifications.models import Message
from tests import factories
from tests.faults.conftest import Served
from tests.faults.workers import together
from tests.web import people
from tests.web.browsing import Form, Outside, Reply

START = f"/lam/{people.EXTRACT}"
# What a forger of addresses would send along.
FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP")


def presses(visitor: Outside, form: Form, times: int = 3, **typed: Any) -> list[Callable[[], Reply]]:
    """Presses of one button by the same browser, none of which waits for an answer."""
    tabs = [visitor.again() for _ in range(times)]
    return [lambda tab=tab: tab.send(form, **typed) for tab in tabs]


def statuses(replies: list[Reply]) -> Counter[int]:
    return Counter(reply.status for reply in replies)


def test_sixty_forms_pressed_three_times_begin_sixty_drafts(served: Served) -> None:
    before = [served.read(f"SELECT count(*) FROM {name}")[0][0] for name in ("dossier", "web_session", "idempotency_key")]
    visitors = [served.visitor() for _ in range(60)]
    forms = together([lambda visitor=visitor: visitor.open(START).form() for visitor in visitors])
    all_presses = [press for visitor, form in zip(visitors, forms, strict=True) for press in presses(visitor, form)]
    # Everyone presses once before anyone presses a second time.
    replies = together(all_presses[0::3] + all_presses[1::3] + all_presses[2::3])
    assert statuses(replies) == {303: 180}, served.workers.said[-2000:]
    led = [{reply.location for reply in replies[number::60]} for number in range(60)]
    assert [places for places in led if len(places) != 1] == [], "each press of a form is answered alike"
    assert len(set.union(*led)) == 60
    after = [served.read(f"SELECT count(*) FROM {name}")[0][0] for name in ("dossier", "web_session", "idempotency_key")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [60, 60, 60]


def test_whichever_answer_reaches_the_browser_the_draft_opens(served: Served) -> None:
    """A double tap drops the first answer with its cookie; any one of the three must be enough."""
    visitor = served.visitor()
    form = visitor.open(START).form()
    tabs = [visitor.again() for _ in range(3)]
    replies = together([lambda tab=tab: tab.send(form) for tab in tabs])
    assert {tab.get(reply.location).status for tab, reply in zip(tabs, replies, strict=True)} == {200}


def test_dossiers_accepted_by_three_clerks_at_once_are_numbered_without_gap_or_double(served: Served) -> None:
    """Sixty dossiers, each accepted by three clerks who press twice: one wins, the others are told who."""
    with served.app.app_context():
        codes = [factories.make_dossier(State.SUBMITTED).public_code for _ in range(20)]
    clerks = [served.staff(Role.RECEPTIONIST, username=f"clerk{number}") for number in range(3)]
    owners = [clerk for _ in codes for clerk in clerks]
    pages = together([
        lambda c=code, b=clerk: b.again().open(f"/can-bo/ho-so/{c}").form("/nhan") for code in codes for clerk in clerks
    ], at_once=4)
    replies = together([press for clerk, form in zip(owners, pages, strict=True) for press in presses(clerk, form, 2)])
    assert set(statuses(replies)) <= {303, 409}, statuses(replies)
    assert all("vừa làm trước" in reply.text for reply in replies if reply.status == 409)
    numbers = served.read("SELECT official_number FROM dossier WHERE state = 2 ORDER BY official_number")
    assert [int(number.rpartition("-")[2]) for (number,) in numbers] == list(range(1, len(codes) + 1))
    assert served.read("SELECT count(*) FROM dossier_event WHERE action = 'accept'") == [(len(codes),)]
    with served.app.app_context():
        assert list(audit.faults()) == []


def test_two_hundred_guesses_at_once_are_five_guesses(served: Served) -> None:
    """The six digits are counted before they are judged, whichever of the four workers is asked (m9, T4)."""
    codes, visitor = people.filed(served.app), served.visitor()
    assert visitor.fill("/xem", "/xem", code=codes.public_code, secret=codes.secret).status == 303
    address = f"/ho-so/{codes.public_code}/ma/withdraw"
    asked = visitor.follow(visitor.send(visitor.open(address).form("/gui")))
    form = asked.form(address)
    replies = together([
        lambda g=f"{number:06d}": visitor.again().send(form, _key=f"{form.key[:14]}{g}", ma=g) for number in range(200)
    ])
    assert statuses(replies) == {422: 200}
    with served.app.app_context():
        assert list(db.session.scalars(select(PhoneCode.tries))) == [MAX_TRIES]
        sms = db.session.scalars(select(Message.text).where(Message.template.contains("code_withdraw"))).one()
    right = visitor.send(form, _key=f"{form.key[:14]}right", ma=re.findall(r"\b[0-9]{6}\b", sms)[0])
    assert right.status == 422, "after five wrong ones the right one is none any more"


def test_guessing_a_slip_is_counted_once_for_all_workers(served: Served) -> None:
    """Five wrong secrets an hour for a code, however many browsers try and whatever address they claim (m8, T3)."""
    codes = people.filed(served.app, seed=2)
    visitors = [served.visitor() for _ in range(40)]
    forms = together([lambda visitor=visitor: visitor.open("/xem").form("/xem") for visitor in visitors])
    before = _spent_by_all(served)
    replies = together([
        lambda v=visitor, f=form, n=number: v.ask(
            "POST", "/xem", {**f.fields, "code": codes.public_code, "secret": "ABCDE" + ALPHABET[n % 31]},
            dict.fromkeys(FORGED, f"10.0.0.{n}"),
        )
        for number, (visitor, form) in enumerate(zip(visitors, forms, strict=True))
    ])
    assert statuses(replies) == {422: 5, 429: 35}
    right = visitors[0].fill("/xem", "/xem", code=codes.public_code, secret=codes.secret)
    assert right.status == 429 and "một giờ" in right.text and right.headers["Retry-After"] == "3600"
    assert _spent_by_all(served) - before == 5, "what the narrow limit stopped is not charged to everybody"


def _spent_by_all(served: Served) -> int:
    with served.app.app_context():
        window = limits._window(PER_WARD).replace(microsecond=0)
        row = db.session.get(limits.LimitCount, (limits.key_of(PER_WARD, "all"), window))
        return row.count if row else 0


def test_pages_of_one_draft_saved_at_once_are_all_kept(served: Served) -> None:
    """Two tabs of one browser, or a photo and an answer: the second waits for the first, nothing is lost."""
    visitor = people.citizen(served.app, served.visitor(), seed=3)
    visitor.begin()
    visitor.fill_in()
    pages = [page.id for page in visitor.form.pages(dict(visitor.answers)) if page.kind == "question"][:6]
    forms = [visitor.browser.open(visitor.at("cau", page)).form() for page in pages]
    typed = [visitor.typed(page) for page in pages]
    replies = together([
        lambda f=form, t=values, n=number: visitor.browser.again().send(f, **t, _key=f"again{n}{f.key}")
        for number in range(3) for form, values in zip(forms, typed, strict=True)
    ])
    assert set(statuses(replies)) <= {200, 303}, statuses(replies)
    assert visitor.hand_in().status == 200


def test_handing_in_from_four_tabs_at_once_makes_one_filing_and_one_living_slip(served: Served) -> None:
    visitor = people.citizen(served.app, served.visitor(), seed=4)
    visitor.begin()
    visitor.fill_in()
    forms = [visitor.browser.open(visitor.at("xem-lai")).form("/nop") for _ in range(4)]
    replies = together([press for form in forms for press in presses(visitor.browser, form, 2)])
    assert set(statuses(replies)) == {303, 409}, statuses(replies)
    with served.app.app_context():
        dossier = db.session.scalars(select(Dossier).where(Dossier.public_code == visitor.code)).one()
        filed = select(DossierEvent).where(DossierEvent.dossier_id == dossier.id, DossierEvent.action == "submit")
        living = select(Slip).where(Slip.dossier_id == dossier.id, Slip.ended_at.is_(None))
        assert dossier.state == State.SUBMITTED
        assert (len(db.session.scalars(filed).all()), len(db.session.scalars(living).all())) == (1, 1)
