"""A ward with something in every corner: each thing is made when a state first asks for it, and once."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask import Flask, has_app_context

from app.accounts import services as accounts
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.db import transaction
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


class World:
    """One database with its application. Everything is made through the services."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._made: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, in an application context, the first time it is asked for."""
        if key not in self._made:
            # One session for all that is made within: a second one would not see what the first has just written.
            with nullcontext() if has_app_context() else self.app.app_context():
                self._made[key] = make()
        return self._made[key]

    # Those who look

    def staff(self, *roles: Role) -> str:
        """The session of someone who holds these roles."""
        def make() -> str:
            actor = factories.make_staff(*roles, username="-".join(role.value for role in roles)[:30])
            return factories.make_session("staff", actor)[1]
        return str(self.once(f"staff {roles}", make))

    def actor(self, *roles: Role) -> Actor:
        """The person behind ``staff(...)``; call it in an application context."""
        return factories.make_staff(*roles, username="-".join(role.value for role in roles)[:30])

    def clerk(self, path: str, *roles: Role) -> Look:
        return Look(f"/can-bo{path}", self.staff(*(roles or (Role.RECEPTIONIST,))))

    def stranger(self) -> str:
        """The session of a citizen who has nothing here."""
        return str(self.once("stranger", lambda: factories.make_session("citizen")[1]))

    # Dossiers

    def dossier(self, name: str, make: Callable[[], Dossier]) -> str:
        """The public code of a dossier, made once."""
        def code() -> str:
            return make().public_code
        return str(self.once(f"dossier {name}", code))

    def at(self, state: At, procedure: str = factories.EXTRACT, *, days_ago: int = 0, **more: Any) -> str:
        """A dossier that stands at a state; ``days_ago`` it came there."""
        def make() -> Dossier:
            with clock.moved_to(clock.now() - timedelta(days=days_ago)):
                return factories.make_dossier(state, procedure, **more)
        return self.dossier(f"{state} {procedure} {days_ago} {sorted(more.items(), key=str)}", make)

    def of_long_name(self, state: At = At.SUBMITTED, procedure: str = factories.EXTRACT) -> str:
        return self.dossier(
            f"long {state} {procedure}", lambda: factories.make_dossier(state, procedure, of=long_person())
        )

    def holder(self, code: str, *acts: str, grown_old: bool = False) -> str:
        """The session of whoever holds the slip of a dossier, the phone proven for ``acts``."""
        def make() -> str:
            row, token = factories.make_session("citizen")
            with transaction() as session:
                found = known(code)
                slip = find_slip(found)
                if slip is None or slip.session_id is None:  # one slip for all who hold it: a second would kill it
                    make_slip(found, reason="submitted", session_id=row.id)
                    slip = find_slip(found)
                assert slip is not None
                access = grant(found, slip, row.id)
                if grown_old:
                    access.seen_at = clock.now() - timedelta(hours=2)
                for act in acts:
                    session.add(PhoneCode(
                        dossier_id=found.id, session_id=row.id, act=act, code_hash=bytes(32), used_at=clock.now()
                    ))
            return token
        return str(self.once(f"holder {code} {acts} {grown_old}", make))

    def follow(self, code: str, path: str = "", *acts: str) -> Look:
        """A page of a dossier, seen by whoever holds its slip."""
        return Look(f"/ho-so/{code}{path}", self.holder(code, *acts))

    def draft(self, path: str, procedure: str = factories.EXTRACT, *, slip: bool = False, **more: Any) -> Look:
        """A page of an unsent draft, seen by the phone that writes it."""
        def make() -> tuple[str, str]:
            row, token = factories.make_session("citizen")
            made = factories.make_draft(procedure, session_id=row.id, **more)
            if slip:
                with transaction():
                    make_slip(made, reason="draft", session_id=row.id)
            return made.public_code, token
        code, token = self.once(f"draft {procedure} {slip} {sorted(more.items(), key=str)}", make)
        return Look(f"/ho-so/{code}{path}", token)

    def counter_draft(self, procedure: str, **more: Any) -> str:
        return self.dossier(f"counter {procedure} {sorted(more.items(), key=str)}", lambda: factories.make_draft(
            procedure, clerk=self.actor(Role.RECEPTIONIST), **more
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
