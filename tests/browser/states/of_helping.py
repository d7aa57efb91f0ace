"""Pages of a session of help: beginning, the mandate, the turned screen, going on, the end; the citizen's own with a banner."""
from __future__ import annotations

import random
from typing import Any

from app.assistance.models import HelpSession, Method, Mode, TurnedFor
from app.assistance.services import help_calls
from app.assistance.services.proposals import Person
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.db import transaction
from app.dossiers.models import State as At
from app.dossiers.services import drafts, filing, helping, papers
from app.dossiers.services.slips import make_slip
from app.serve.demo.filling import Filler
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World, known

PERSON, PHONE = "Trần Thị Ví Dụ", "+84905000111"
T = TurnedFor


def _actor(key: str) -> Actor:
    return factories.make_helper(username=f"ngoi-{key}"[:30])


def _seat(
    world: World, key: str, purpose: TurnedFor | None = None, *, name: str = PERSON, procedure: str = factories.PENSION,
    agreed: bool = True, filled: bool = False, submitted: bool = False, refused: bool = False, slip: bool = False, **columns: Any,
) -> tuple[str, str]:
    """(token, code) of a helper who sits beside someone, the screen turned for ``purpose`` or not turned."""
    number, token = world.session(f"helping {key}", "staff", lambda: _actor(key))

    def make() -> tuple[int, str]:
        actor = _actor(key)
        with transaction():
            session = helping.begin(
                actor, factories.helper_of(actor), Person(name=name, phone=PHONE), procedure, web_session_id=number,
                mode=Mode.HELPER,
            )
            code = session.dossier_code or ""
            session_id = session.id
        if agreed:
            mandate = factories.make_mandate(
                actor, code, Method.PHONE_CODE, name=name, phone=PHONE, procedure_codes=[procedure], days=7
            )
            with transaction() as rows:
                helping.agree(rows.get_one(HelpSession, session_id), mandate, known(code))
        if filled or submitted:
            _fill(code)
        with transaction():
            if submitted:
                filing.submit(known(code), CITIZEN, session_id=number)
            elif slip:
                make_slip(known(code), reason="draft", session_id=number)
        return session_id, code

    session_id, code = world.once(f"seat {key}", make)
    with world.inside():
        actor = _actor(key)
        _set(actor, session_id, purpose, refused=refused, columns=columns)
    return token, code


def _set(actor: Actor, session_id: int, purpose: TurnedFor | None, *, refused: bool, columns: dict[str, Any]) -> None:
    """The session as it stands in this state, whatever others did to it before."""
    with transaction() as rows:
        row = rows.get_one(HelpSession, session_id)
        row.ended_at, row.turned_for, row.turned_at = None, purpose, clock.now() if purpose else None
        if refused:
            row.dossier_code = None
        for column, value in columns.items():
            setattr(row, column, value)
        helper = factories.helper_of(actor)
        helper.pin_failed, helper.pin_locked_until_at, helper.last_active_at = 0, None, clock.now()


def _fill(code: str) -> None:
    with transaction():
        found = known(code)
        form = drafts.procedure_of(found).form
        usual = {"filing_for": "self", "contact_way": "own", "result_way": "counter", "hearing": "no"}
        drafts.keep_answers(found, Filler(random.Random(7), form, factories.person(7), usual).fill())
        for paper in form.visible_papers(found.answers):
            for _ in range(max(paper.min_photos, 1) if paper.required else 0):
                papers.add_paper(found, paper.id, factories.photo(), CITIZEN)


def _at(world: World, path: str, key: str, purpose: TurnedFor | None = None, **more: Any) -> Look:
    return Look(f"/giup-dan{path}", _seat(world, key, purpose, **more)[0])


def _of(world: World, path: str, key: str, purpose: TurnedFor | None = None, **more: Any) -> Look:
    """A citizen's page of the dossier, under the banner or on the turned screen."""
    token, code = _seat(world, key, purpose, **more)
    return Look(f"/ho-so/{code}{path}", token)


def _free(world: World, path: str) -> Look:
    token = world.session("helper between two", "staff", lambda: _actor("ranh"))[1]
    return Look(f"/giup-dan{path}", token)


def _given_a_call(world: World) -> Look:
    look = _free(world, "/bat-dau")

    def make() -> bool:
        actor = _actor("ranh")
        with transaction():
            call = help_calls.ask(CITIZEN, help_calls.Ask(name=LONG_NAME, phone=PHONE, procedure_code=factories.PENSION))
            call.taken_by_id = actor.id
        return True
    world.once("call given", make)
    return look


def _mending(world: World, path: str) -> Look:
    """What the ward asked for again, sent with a helper."""
    key = "bo-sung"
    number, token = world.session(f"helping {key}", "staff", lambda: _actor(key))

    def make() -> tuple[int, str]:
        actor = _actor(key)
        found = factories.make_dossier(At.AWAITING_SUPPLEMENT, seed=5)
        mandate = factories.make_mandate(actor, found.public_code, Method.PHONE_CODE, name=PERSON, phone=PHONE, days=7)
        with transaction():
            session = helping.take_up(
                actor, factories.helper_of(actor), Person(name=PERSON), found, web_session_id=number, mode=Mode.HELPER,
                mandate=mandate,
            )
            return session.id, found.public_code
    session_id, code = world.once("mending with a helper", make)
    with world.inside(), transaction() as rows:
        rows.get_one(HelpSession, session_id).ended_at = None
    return Look(f"/ho-so/{code}" if path == "track" else f"/giup-dan{path}", token)


H, C = "dossiers_helper", "dossiers_citizen"
HELPING_STATES = [
    S(f"{H}.start", "nothing asked", lambda w: _free(w, "/bat-dau")),
    S(f"{H}.start", "found", lambda w: _free(w, "/bat-dau?q=tro+cap+tuoi+gia")),
    S(f"{H}.start", "not found", lambda w: _free(w, "/bat-dau?q=xyzzy+qwert")),
    S(f"{H}.start", "a call from the board", _given_a_call),
    S(f"{H}.start", "wrong codes", lambda w: _free(w, "/bat-dau").sends("/bat-dau/ma", name="", phone="12", code="AB")),
    S(f"{H}.person", "form", lambda w: _free(w, f"/bat-dau/viec/{factories.PENSION}")),
    S(f"{H}.person", "wrong", lambda w: _free(w, f"/bat-dau/viec/{factories.PENSION}").sends(name="", phone="12")),
    S(f"{H}.ask", "form", lambda w: _at(w, "/nho", "hoi", agreed=False)),
    S(f"{H}.ask", "wrong, no paper", lambda w: _at(w, "/nho", "hoi", agreed=False).sends("/nho/giay")),
    S(f"{H}.consent", "plain", lambda w: _at(w, "/dong-y", "dong-y", T.CONSENT, agreed=False)),
    S(f"{H}.consent", "long name", lambda w: _at(w, "/dong-y", "dai", T.CONSENT, agreed=False, name=LONG_NAME)),
    S(f"{H}.consent", "wrong, nothing chosen", lambda w: _at(w, "/dong-y", "dong-y", T.CONSENT, agreed=False).sends(answer="")),
    S(f"{H}.consent", "wrong, no second person", lambda w: _at(w, "/dong-y", "dong-y", T.CONSENT, agreed=False).sends(
        answer="yes", with_witness="1")),
    S(f"{H}.draw", "empty", lambda w: _at(w, "/dong-y/ky", "ky", T.CONSENT, agreed=False)),
    S(f"{H}.draw", "wrong, too short", lambda w: _at(w, "/dong-y/ky", "ky", T.CONSENT, agreed=False).sends(act="done")),
    S(f"{H}.code", "before sending", lambda w: _at(w, "/dong-y/ma", "ma", T.CONSENT, agreed=False)),
    S(f"{H}.code", "sent", lambda w: _at(w, "/dong-y/ma?da-gui=1", "ma", T.CONSENT, agreed=False)),
    S(f"{H}.code", "wrong code", lambda w: _at(w, "/dong-y/ma?da-gui=1", "ma", T.CONSENT, agreed=False).sends(
        "/dong-y/ma", code="000000")),
    S(f"{H}.code", "wrong phone", lambda w: _at(w, "/dong-y/ma", "ma", T.CONSENT, agreed=False).sends("/ma/gui", phone="12")),
    S(f"{H}.take_back", "after handing in", lambda w: _at(w, "/lay-lai-may", "nop-xong", T.SUBMIT, submitted=True)),
    S(f"{H}.take_back", "wrong PIN", lambda w: _at(w, "/lay-lai-may", "pin", T.CONSENT, agreed=False).sends(pin="000000")),
    S(f"{H}.take_back", "the person said no", lambda w: _at(w, "/lay-lai-may", "khong", T.CONSENT, agreed=False, refused=True)),
    S(f"{H}.hand_in", "complete", lambda w: _at(w, "/nop", "nop", T.SUBMIT, filled=True)),
    S(f"{H}.hand_in", "something lacks", lambda w: _at(w, "/nop", "thieu", T.SUBMIT)),
    S(f"{H}.slip", "before", lambda w: _at(w, "/phieu", "phieu", T.SLIP)),
    S(f"{H}.slip", "with codes", lambda w: _at(w, "/phieu", "phieu-co", T.SLIP, slip=True)),
    S(f"{H}.rating", "plain", lambda w: _at(w, "/danh-gia", "nop-xong", T.RATING, submitted=True)),
    S(f"{H}.rating", "wrong", lambda w: _at(w, "/danh-gia", "nop-xong", T.RATING, submitted=True).sends(rating="x")),
    S(f"{H}.overview", "something lacks", lambda w: _at(w, "/dang-giup", "lam", name=LONG_NAME)),
    S(f"{H}.overview", "complete", lambda w: _at(w, "/dang-giup", "du", filled=True)),
    S(f"{H}.overview", "handed in", lambda w: _at(w, "/dang-giup", "nop-xong", submitted=True)),
    S(f"{H}.overview", "more is wanted", lambda w: _mending(w, "/dang-giup")),
    S(f"{H}.several", "first", lambda w: _at(w, "/nhieu-cau/filing_for", "nhieu", several_per_page=True)),
    S(f"{H}.several", "wrong", lambda w: _at(w, "/nhieu-cau/filing_for", "nhieu", several_per_page=True).sends(
        applicant_name="1", applicant_id="12", status=200)),
    S(f"{H}.ending", "draft", lambda w: _at(w, "/ket-thuc", "lam")),
    S(f"{H}.ending", "nobody agreed", lambda w: _at(w, "/ket-thuc", "hoi", agreed=False)),
    S(f"{H}.ending", "handed in", lambda w: _at(w, "/ket-thuc", "nop-xong", submitted=True)),
    S(f"{C}.question", "with a helper", lambda w: _of(w, "/cau/applicant_name", "lam", name=LONG_NAME)),
    S(f"{C}.question", "a helper beside", lambda w: _of(w, "/cau/applicant_name", "canh", mode=Mode.BESIDE)),
    S(f"{C}.review", "with a helper", lambda w: _of(w, "/xem-lai", "du", filled=True)),
    S(f"{C}.card", "with a helper", lambda w: _of(w, "/the", "lam")),
    S(f"{C}.track", "with a helper", lambda w: _mending(w, "track")),
    S(f"{C}.track", "a helper after the filing", lambda w: _of(w, "", "nop-xong", submitted=True).answers(403)),
    S(f"{C}.confirmation", "turned to the person", lambda w: _of(w, "/da-nop", "nop-phieu", T.SUBMIT, submitted=True)),
]
