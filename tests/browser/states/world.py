"""A ward with something in every corner: each thing is made when a state first asks for it, and once.

What time wears out (sessions, proofs, slips that were just made) is made fresh each time, and what is made up hangs on the
name of the thing alone: a state is the same whichever others were shown before, and however long ago.
"""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from flask import Flask, has_app_context
from sqlalchemy import delete

from app.accounts import services as accounts
from app.accounts.models import WebSession
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.db import transaction
from app.core.limits import LimitCount
from app.dossiers.models import Dossier, PhoneCode
from app.dossiers.models import State as At
from app.dossiers.queries import find_by_code, find_slip
from app.dossiers.services.slips import grant, make_slip
from app.payments.models import PaymentOrder
from app.payments.services import orders
from app.serve.demo.people import Person
from tests import factories
from tests.payments.desk import BANK_COLUMNS

LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phước Thị Ẵm Ngữ Thí Dụ Tên Rất Dài Để Thử"


@dataclass(frozen=True, slots=True)
class Look:
    """Who opens what: a path, the cookie of a session, and what is sent when the state is an answer to a form."""

    path: str
    token: str = ""
    form: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def sends(self, form: str = "", *, status: int = 422, **typed: str) -> Look:
        """The same page after its form (by the end of its address; the page's own when empty) was sent like this."""
        return replace(self, form=form, typed=typed, status=status)

    def answers(self, status: int) -> Look:
        return replace(self, status=status)


def long_person() -> Person:
    """A person whose name and street are as long as they get."""
    return replace(
        factories.person(7), name=LONG_NAME, street="Số 129/14/5 Kiệt Ví Dụ Rất Dài, Đường Giả Định Nối Dài Phía Đông",
        group="Tổ dân phố Ví Dụ Liên Khu Vực 12",
    )


def known(code: str) -> Dossier:
    """A dossier as it stands now, whoever asks."""
    found = find_by_code(code)
    assert found is not None, code
    return found


def _seed(name: str) -> int:
    """The same answers for the same thing in every run."""
    return crc32(name.encode())


class World:
    """One database with its application. Everything is made through the services."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._made: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, in an application context, the first time it is asked for."""
        if key not in self._made:
            with self.inside():
                self._made[key] = make()
        return self._made[key]

    def inside(self) -> AbstractContextManager[Any]:
        """An application context: one for all that is made within, a second would not see what the first has just written."""
        return nullcontext() if has_app_context() else self.app.app_context()

    def forgive(self) -> None:
        """Nobody has tried anything yet."""
        with self.inside(), transaction() as session:
            session.execute(delete(LimitCount))

    # Those who look

    def session(self, name: str, kind: str, who: Callable[[], Actor] | None = None) -> tuple[int, str]:
        """Number and token of a session that was opened just now, however often it is asked for."""
        def make() -> tuple[int, str]:
            row, token = factories.make_session(kind, who() if who else None)
            return row.id, token
        number, token = self.once(f"session {name}", make)
        with self.inside(), transaction() as session:
            row = session.get_one(WebSession, number)
            row.created_at = row.seen_at = clock.now()
            row.ended_at = None
        return number, token

    def staff(self, *roles: Role) -> str:
        """The session of someone who holds these roles."""
        return self.session(f"staff {roles}", "staff", lambda: self.actor(*roles))[1]

    def actor(self, *roles: Role) -> Actor:
        """The person behind ``staff(...)``; call it in an application context."""
        return factories.make_staff(*roles, username="-".join(role.value for role in roles).replace("_", "-")[:30])

    def clerk(self, path: str, *roles: Role) -> Look:
        return Look(f"/can-bo{path}", self.staff(*(roles or (Role.RECEPTIONIST,))))

    def stranger(self) -> str:
        """The session of a citizen who has nothing here."""
        return self.session("stranger", "citizen")[1]

    # Dossiers

    def dossier(self, name: str, make: Callable[[], Dossier]) -> str:
        """The public code of a dossier, made once."""
        def code() -> str:
            return make().public_code
        return str(self.once(f"dossier {name}", code))

    def at(self, state: At, procedure: str = factories.EXTRACT, *, days_ago: int = 0, **more: Any) -> str:
        """A dossier that stands at a state; ``days_ago`` it came there. Another ``days_ago`` is another dossier."""
        name = f"{state} {procedure} {days_ago} {sorted(more.items(), key=str)}"

        def make() -> Dossier:
            with clock.moved_to(clock.now() - timedelta(days=days_ago)):
                return factories.make_dossier(state, procedure, seed=_seed(name), **more)
        return self.dossier(name, make)

    def of_long_name(self, state: At = At.SUBMITTED, procedure: str = factories.EXTRACT) -> str:
        name = f"long {state} {procedure}"
        return self.dossier(name, lambda: factories.make_dossier(state, procedure, of=long_person(), seed=_seed(name)))

    def holder(self, code: str, *acts: str, grown_old: bool = False) -> str:
        """The session of whoever holds the slip of a dossier, the phone proven for ``acts`` a moment ago."""
        number, token = self.session(f"holder {code} {acts} {grown_old}", "citizen")
        with self.inside(), transaction() as session:
            found = known(code)
            slip = find_slip(found)
            assert slip is not None, code
            access = grant(found, slip, number)
            if grown_old:
                access.seen_at = clock.now() - timedelta(hours=2)
            session.execute(delete(PhoneCode).where(PhoneCode.session_id == number))
            for act in acts:
                session.add(PhoneCode(
                    dossier_id=found.id, session_id=number, act=act, code_hash=bytes(32), used_at=clock.now()
                ))
        return token

    def follow(self, code: str, path: str = "", *acts: str) -> Look:
        """A page of a dossier, seen by whoever holds its slip."""
        return Look(f"/ho-so/{code}{path}", self.holder(code, *acts))

    def filed_here(self, code: str, path: str) -> Look:
        """A page of a dossier, seen by the phone that handed it in and may show its codes again."""
        look = self.follow(code, path)

        def make() -> bool:
            with transaction():
                make_slip(known(code), reason="submitted", session_id=self.session(f"holder {code} () False", "citizen")[0])
            return True
        self.once(f"filed here {code}", make)
        return look

    def draft(self, path: str, procedure: str = factories.EXTRACT, *, slip: bool = False, **more: Any) -> Look:
        """A page of an unsent draft, seen by the phone that writes it."""
        name = f"draft {procedure} {slip} {sorted(more.items(), key=str)}"
        number, token = self.session(name, "citizen")

        def make() -> Dossier:
            made = factories.make_draft(procedure, session_id=number, seed=_seed(name), **more)
            if slip:
                with transaction():
                    make_slip(made, reason="draft", session_id=number)
            return made
        return Look(f"/ho-so/{self.dossier(name, make)}{path}", token)

    def counter_draft(self, procedure: str, **more: Any) -> str:
        name = f"counter {procedure} {sorted(more.items(), key=str)}"
        return self.dossier(name, lambda: factories.make_draft(
            procedure, clerk=self.actor(Role.RECEPTIONIST), seed=_seed(name), **more
        ))

    # Money

    def bank(self) -> None:
        """The ward gets the sample account."""
        def make() -> bool:
            with transaction():
                for name, value in BANK_COLUMNS.items():
                    setattr(get_ward(), name, value)
            return True
        self.once("bank", make)

    def order(self, code: str) -> PaymentOrder:
        """The open payment order of a dossier (detached)."""
        self.bank()

        def make() -> PaymentOrder:
            with transaction() as session:
                made = orders.start_order(known(code), CITIZEN)
                session.flush()
                session.refresh(made)
                session.expunge(made)
            return made
        found = self.once(f"order {code}", make)
        assert isinstance(found, PaymentOrder)
        return found

    # Accounts

    def ticket(self, purpose: str = "setup") -> str:
        """A ticket to set up an account."""
        def make() -> str:
            factories.make_staff(Role.SPECIALIST, username="nguoi-moi")
            with transaction():
                return accounts.reset_staff(SYSTEM, "nguoi-moi")
        return str(self.once(f"ticket {purpose}", make))
