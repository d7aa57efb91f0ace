"""Helpers of the demonstration: one at work, one in training, their leader, the response team; mandates of some days."""
from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import actor_of
from app.assistance.models import TRAINING_PAGES, ByKind, Helper, Mandate, Method
from app.assistance.services import calls, evidence, helpers, mandates
from app.assistance.services.proposals import Person, propose
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.serve.demo.people import make_person

# username, name, role, whether the training is done
HELPERS = (
    ("nguyenminhthu", "Nguyễn Minh Thử", Role.HELPER, True),
    ("levanmau", "Lê Văn Mẫu", Role.HELPER, False),
    ("tranthitapduot", "Trần Thị Tập Dượt", Role.HELPER_LEAD, True),
    ("phamvanthidu", "Phạm Văn Thí Dụ", Role.RESPONSE_TEAM, True),
)
TEAM = "Tổ công nghệ số cộng đồng, Tổ dân phố 5"
_STROKES = [[(120, 220), (260, 110), (330, 290), (470, 140)], [(520, 240), (640, 120), (820, 260)]]
_DAYS_AGO = (4, 3, 2, 1, 0)


def make_helpers(rng: random.Random, now: datetime) -> None:
    """Four helpers and, for the one at work, a mandate a day; the last is in force until tonight."""
    with clock.moved_to(now - timedelta(days=20)):
        found = [_helper(number, *line) for number, line in enumerate(HELPERS)]
    worker, lead = found[0], found[2]
    dossiers = select(Dossier.public_code).where(Dossier.state != State.DRAFT).order_by(Dossier.id.desc())
    codes = db.session.scalars(dossiers.limit(len(_DAYS_AGO))).all()
    for days, code in zip(_DAYS_AGO, codes, strict=False):
        at = clock.at_local(clock.local(now - timedelta(days=days)).date(), time(9, 30)) if days else now
        with clock.moved_to(at):
            _mandate(rng, worker, lead, code, method=Method.DRAWN if days % 2 else Method.AGREED, ends=days == 3, asked=days == 4)


def _helper(number: int, username: str, name: str, role: Role, trained: bool) -> Helper:
    with transaction():
        group = list_residential_groups(get_ward().id)[number : number + 2]
        helper = helpers.add_helper(
            SYSTEM, username=username, full_name=name, role=role, particulars=helpers.Particulars(
                team=TEAM if role is not Role.RESPONSE_TEAM else "Tổ phản ứng nhanh", phone=f"+8490500070{number}",
                pledged_on=clock.today(), groups=[one.id for one in group],
            ),
        )
        for page in range(1, TRAINING_PAGES + 1) if trained else (1, 2):
            helpers.finish_page(helper, page, actor_of(helper.staff))
    return helper


def _mandate(
    rng: random.Random, helper: Helper, lead: Helper, code: str, *, method: Method, ends: bool, asked: bool
) -> None:
    person, actor = make_person(rng, born=(1938, 1955)), actor_of(helper.staff)
    proposal = propose(
        helper, Person(name=person.name, phone="+84" + person.phone[1:], id_number=person.id_number), method,
        dossier_code=code, is_relative=ends,
    )
    proof = evidence.drawn(_STROKES) if method is Method.DRAWN else evidence.agreed(proposal, web_session_id=0)
    with transaction():
        given = mandates.give_mandate(actor, proposal, proof)
    with transaction():
        _lead_on(given, helper, lead, ends=ends, asked=asked)


def _lead_on(mandate: Mandate, helper: Helper, lead: Helper, *, ends: bool, asked: bool) -> None:
    for act in ("answers.keep", "papers.add"):
        mandates.use_mandate(mandate, actor_of(helper.staff), act)
    if ends:
        mandates.end_mandate(mandate, actor_of(lead.staff), by_kind=ByKind.PERSON, reason="by_phone")
    if asked:
        calls.note_call(mandate, actor_of(lead.staff), "confirmed", "Bà nói cháu giúp rất tận tình.")
