"""``flask demo``: staff, two months of dossiers over every state, calls for help; all made through the services."""
from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.permissions import Role
from app.accounts.queries import find_staff, get_ward
from app.core import clock, jobs
from app.core.actor import SYSTEM
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.files.cleaning import CleanFile
from app.files.demo_papers import DemoPaper, draw_clean
from app.procedures.parts import Paper
from app.procedures.queries import list_procedures
from app.procedures.schema import Procedure
from app.providers import sms
from app.providers.sms.memory import MemorySms
from app.serve.demo.calling import make_calls
from app.serve.demo.helping import make_helpers
from app.serve.demo.learning import make_learning
from app.serve.demo.lives import Life, Ward, life, run, working_moment
from app.serve.demo.people import STAFF, Person

DOSSIERS = 220
DAYS = 60
SEED = 19_750_326
VARIANTS = 3  # photos drawn of each kind of paper; each costs a tenth of a second

# (share, goal, fork): what becomes of the dossiers. Older ones are mostly done, young ones on their way.
_OLD = ((70, State.HANDED_OVER, ""), (8, State.HANDED_OVER, "counter"), (6, State.FINISHED, ""), (4, State.REFUSED, ""),
        (4, State.STOPPED, "withdraw_early"), (3, State.STOPPED, "withdraw"), (2, State.STOPPED, "stop"),
        (3, State.HANDED_OVER, "supplement"))
_YOUNG = ((14, State.SUBMITTED, ""), (8, State.ACCEPTED, ""), (5, State.ACCEPTED, "counter"), (14, State.IN_PROCESS, ""),
          (7, State.IN_PROCESS, "to_sign"), (8, State.AWAITING_SUPPLEMENT, "supplement"), (4, State.AWAITING_PAYMENT, "payment"),
          (3, State.WITHDRAWAL_ASKED, "withdraw"), (8, State.FINISHED, ""), (5, State.DRAFT, ""))
_KINDS: dict[str, DemoPaper] = {}


def has_dossiers() -> bool:
    """Whether anybody ever wrote a dossier here: made-up ones are never mixed with others."""
    return db.session.scalar(select(Dossier.id).limit(1)) is not None


def make(tick: Callable[[int, int], None]) -> int:
    """Make everything; how many dossiers. ``tick(done, all)`` is told of the progress."""
    sms.configure(MemorySms())  # two months of messages are not for the terminal
    rng = random.Random(SEED)
    now = clock.now()
    begin = now - timedelta(days=DAYS)
    with clock.moved_to(begin), transaction():
        staff = _make_staff()
    ward = Ward(rng=rng, staff=staff, photos={}, draw=_draw, now=now)
    lives = _plan(ward, begin, now)
    run(lives, now, lambda done: tick(done, len(lives) * 7))
    make_helpers(rng, now)
    make_calls(rng, now, staff)
    make_learning(rng, now, staff)
    jobs.run_due()
    return len(lives)


def _make_staff() -> dict[Role, list[str]]:
    ward, names = get_ward(), {}
    for username, name, title, desk, roles in STAFF:
        if find_staff(username) is None:
            accounts.add_staff(
                SYSTEM, username=username, full_name=name, roles=frozenset(roles), agency=ward, title=title, desk=desk
            )
        for role in roles:
            names.setdefault(role, []).append(username)
    return names


def _plan(ward: Ward, begin: datetime, now: datetime) -> list[Life]:
    rng = ward.rng
    lives: list[Life] = []
    for number in range(DOSSIERS):
        young = number % 3 == 0
        table = _YOUNG if young else _OLD
        # The first rows of each table are played in turn, so that every state is there whatever chance does.
        turn = number // 3 if young else number - number // 3
        _share, goal, fork = table[turn] if turn < len(table) else rng.choices(table, [row[0] for row in table])[0]
        born = now - timedelta(days=rng.uniform(0.2, 6) if young else rng.uniform(9, DAYS - 1))
        in_force = [one for one in list_procedures(clock.local(born).date()) if one.online]
        code = rng.choices([one.code for one in in_force], [one.weight for one in in_force])[0]
        if goal == State.AWAITING_PAYMENT:
            code = "2.000635"  # a fee that is known
        elif fork == "supplement":
            code = rng.choice(("1.001193", "1.000656"))
        if young and goal == State.IN_PROCESS and rng.random() < 0.3:
            born = now - timedelta(days=rng.uniform(10, 20))  # these are late
        start = working_moment(ward, born, (0, 3)) if fork == "counter" else born
        lives.append(life(ward, start, code, goal, late=goal == State.HANDED_OVER and rng.random() < 0.05, fork=fork))
    return lives


_drawn: dict[tuple[str, int], CleanFile] = {}


def _draw(kind: str, person: Person, procedure: Procedure, paper: Paper) -> CleanFile:
    """A drawn paper; a few of each kind, stored again and again as if photographed anew."""
    variant = person.born_on.day % VARIANTS
    key = (f"{procedure.code}/{paper.id}", variant)
    if key not in _drawn:
        born = f"{person.born_on:%d/%m/%Y}"
        _drawn[key] = draw_clean(
            _kind_of(paper.id, procedure), {
                "title": (procedure.result if kind == "result" else paper.name).upper()[:60],
                "Họ và tên": person.name, "Ngày sinh": born, "Nơi ở": f"{person.street}, phường Phú Xuân",
                "number": f"{person.born_on.day:02d}/2026",
            },
            name=f"{paper.id}.jpg",
        )
    return _drawn[key]


def _kind_of(paper_id: str, procedure: Procedure) -> DemoPaper:
    for word, kind in (("birth", "birth_proof"), ("death", "death_notice"), ("marri", "marriage"), ("land", "land")):
        if word in paper_id and kind in set(DemoPaper):
            return DemoPaper(kind)
    return DemoPaper("generic")
