"""Those who visit: a citizen who fills in a whole declaration, a clerk who signs in with password and code."""
from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyotp
from flask import Flask
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import Agency, Staff, StaffRole, WebSession
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.accounts.sessions import actor_of
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.crypto import keyring
from app.core.db import db, transaction
from app.dossiers.models import Dossier
from app.dossiers.services import drafts, filing
from app.dossiers.services.slips import SlipCodes
from app.procedures.form import SURE
from app.procedures.form import Form as Declaration
from app.procedures.queries import get_procedure
from app.serve.demo.filling import Filler
from app.serve.demo.people import make_person
from tests.web.browsing import Browser, Reply

EXTRACT = "2.000635"  # no photo is required, so a whole filing is words alone
PASSWORD = "bốn từ ghép lại với nhau"
_CODES = re.compile(r"[2-9A-HJ-NP-Z]{8}")


def declaration(app: Flask, code: str = EXTRACT) -> Declaration:
    with app.app_context():
        return get_procedure(code).form


def answers_for(form: Declaration, seed: int = 1, **fixed: str) -> dict[str, Any]:
    """A whole, plausible declaration of a person who does not exist."""
    rng = random.Random(seed)
    usual = {"record_kind": "birth", "copies": "1", "subject_is": "self"}
    return Filler(rng, form, make_person(rng), {**usual, **fixed}).fill()


@dataclass(slots=True)
class Citizen:
    """Someone on a phone; ``code`` names the dossier once it is begun."""

    browser: Browser
    form: Declaration
    answers: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""

    def begin(self, procedure: str = EXTRACT, **typed: str) -> Reply:
        """From the notice to the first page."""
        reply = self.browser.fill(f"/lam/{procedure}?moi=1", **typed)
        assert reply.status == 303, (reply.status, reply.heading)
        found = _CODES.search(reply.location)
        assert found is not None, reply.location
        self.code = found[0]
        return reply

    def at(self, *parts: str) -> str:
        return "/".join(("/ho-so", self.code, *parts))

    def typed(self, page_id: str) -> dict[str, Any]:
        """What goes into the fields of one page."""
        page = self.form.page(page_id, dict(self.answers))
        assert page is not None, page_id
        return {**self.form.fill(page, dict(self.answers)).typed}

    def answer(self, address: str) -> Reply:
        """Fill in one page and send it; what looks odd is confirmed."""
        page_id = address.split("?")[0].rpartition("/")[2]
        shown = self.browser.open(address)
        typed = self.typed(page_id) if "/cau/" in address else {}
        reply = self.browser.send(shown.form(page_id), **typed)
        if reply.status in (200, 422) and SURE in (asked := reply.form(page_id)).fields:
            reply = self.browser.send(asked, **typed)
        assert reply.status == 303, (address, reply.status, reply.heading, typed)
        return reply

    def fill_in(self) -> None:
        """Every page, until all is there to be checked."""
        address = self.browser.open(self.at()).path
        for _ in range(60):
            if address.endswith("/xem-lai"):
                return
            address = self.answer(address).location
        raise AssertionError(f"the form has no end: {address}")

    def hand_in(self) -> Reply:
        """Press "Nộp hồ sơ"; the confirmation."""
        reply = self.browser.fill(self.at("xem-lai"), "/nop")
        assert reply.status == 303 and reply.location.endswith("/da-nop"), (reply.status, reply.heading)
        return self.browser.get(reply.location)


def citizen(app: Flask, browser: Browser, seed: int = 1, **fixed: str) -> Citizen:
    form = declaration(app)
    return Citizen(browser, form, answers_for(form, seed, **fixed))


def filed(app: Flask, *, seed: int = 1, session_id: int | None = None, **fixed: str) -> SlipCodes:
    """A dossier that was filed, by the services; its codes."""
    with app.app_context(), transaction():
        procedure = get_procedure(EXTRACT)
        dossier = drafts.start_draft(EXTRACT, session_id=session_id)
        drafts.keep_answers(dossier, answers_for(procedure.form, seed, **fixed))
        return filing.submit(dossier, CITIZEN, session_id=session_id or _any_session())


def _any_session() -> int:
    row = WebSession(token_hash=keyring.mac("nobody", str(clock.now())), kind="citizen")
    db.session.add(row)
    db.session.flush()
    return row.id


@dataclass(frozen=True, slots=True)
class Clerk:
    """An account that is ready to sign in."""

    username: str
    secret: str

    def code(self, steps: int = 0) -> str:
        """The six digits that stand on the telephone, some steps of 30 seconds from now."""
        return pyotp.TOTP(self.secret).at(int(clock.now().timestamp()) + 30 * steps)

    def sign_in(self, browser: Browser, *, steps: int = 0, **changed: str) -> Reply:
        typed = {"username": self.username, "password": PASSWORD, "code": self.code(steps), **changed}
        return browser.fill("/can-bo/vao", **typed)


def clerk(app: Flask, *roles: Role, username: str = "lethithu", agency_code: str = "") -> Clerk:
    """A member of staff with password and code generator; of another agency when its code is given."""
    secret = pyotp.random_base32()
    with app.app_context(), transaction():
        agency = db.session.scalar(select(Agency).where(Agency.code == agency_code)) if agency_code else get_ward()
        assert agency is not None
        accounts.add_staff(
            SYSTEM, username=username, full_name="Lê Thị Thử", roles=frozenset(roles), agency=agency
        )
        token = accounts.reset_staff(SYSTEM, username)
        staff = accounts.set_up_account(token, password=PASSWORD, totp_secret=secret, code=pyotp.TOTP(secret).at(clock.now()))
        staff.totp_last_step = 0
    return Clerk(username, secret)


def let_in(app: Flask, browser: Any, *roles: Role, username: str = "lethithu", agency_code: str = "") -> int:
    """A browser in which a clerk with these roles is signed in; the account's id."""
    with app.app_context(), transaction() as session:
        agency = session.scalar(select(Agency).where(Agency.code == agency_code)) if agency_code else get_ward()
        staff = session.scalar(select(Staff).where(Staff.username == username))
        if staff is None:
            staff = Staff(username=username, full_name="Lê Thị Thử", agency_id=agency.id)
            session.add(staff)
        staff.role_rows = [StaffRole(role=role, confirmed_at=clock.now()) for role in roles]
        session.flush()
        staff_id = staff.id
        token = f"token-of-{username}-{clock.now().timestamp()}"
        session.add(WebSession(token_hash=keyring.mac("session-token", token), kind="staff", staff_id=staff_id))
    browser.set_cookie("session", token)
    return staff_id


def actor(app: Flask, staff_id: int) -> Actor:
    with app.app_context():
        return actor_of(db.session.get_one(Staff, staff_id))


def rows(app: Flask, statement: Any) -> list[Any]:
    """What the database holds now."""
    with app.app_context():
        return list(db.session.execute(statement).all())


def dossier_row(app: Flask, code: str) -> Dossier:
    """A dossier as it stands now, detached."""
    with app.app_context():
        found = db.session.scalars(select(Dossier).where(Dossier.public_code == code)).one()
        db.session.expunge(found)
        return found


def names(found: Iterable[Any]) -> set[str]:
    return {str(one) for one in found}
