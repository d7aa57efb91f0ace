"""Calls of the demonstration: gọi lại, đến nhà, sự cố in every state, made through the services under a moved clock."""
from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Role, Staff
from app.accounts.queries import find_staff, get_ward, list_residential_groups
from app.accounts.sessions import actor_of
from app.assistance.models import HelpCall
from app.assistance.services import board
from app.assistance.services.help_calls import Ask, Report, ask, report
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.files.demo_papers import draw_clean
from app.files.services import put_away
from app.serve.demo.helping import HELPERS
from app.serve.demo.people import make_person

Act = Callable[[HelpCall], object]
_TREE = "Cây đổ chắn nửa đường, xe máy không qua được."


def make_calls(rng: random.Random, now: datetime, staff: dict[Role, list[str]]) -> None:
    """A handful in all states: new, taken, passed on, tried in vain, near, late, done with the true time typed later."""
    clerk = _actor(staff[Role.RECEPTIONIST][0])
    helper, lead, team = (_actor(HELPERS[place][0]) for place in (0, 2, 3))
    with transaction():
        groups = [one.id for one in list_residential_groups(get_ward().id)]
    draft = db.session.scalar(select(Dossier).where(Dossier.state == State.DRAFT).order_by(Dossier.id.desc()).limit(1))
    stuck = {"dossier_code": draft.public_code, "procedure_code": draft.procedure_code} if draft else {}
    at = {"way": "visit", "group_id": groups[0]}
    about = {"page": "/p/1.001193", "procedure_code": "1.001193"}

    def asked(hours: float, *acts: tuple[float, Act], **what: object) -> None:
        person = make_person(rng, born=(1938, 1955))
        given = {"name": person.name, "phone": "+84" + person.phone[1:], **about, **what}
        _lead_on(now, hours, lambda: ask(CITIZEN, Ask(**given)), acts)  # type: ignore[arg-type]

    def reported(hours: float, text: str, place: str, *acts: tuple[float, Act], shown: bool = False) -> None:
        away = put_away(draw_clean("generic", {"title": "ẢNH MẪU: CÂY ĐỔ", "Chỗ": place}, "su-co.jpg")) if shown else None
        what = Report(text=text, landmark=place, group_id=groups[2], urgent=shown)
        _lead_on(now, hours, lambda: report(CITIZEN, what, away), acts)

    asked(0.2, text="Không biết chụp giấy chứng sinh", **stuck)
    asked(0.1, text="Có hẹn chiều nay, đang vướng chỗ ngày sinh", urgent=True)
    asked(26, (2, lambda one: board.take(clerk, one.code, one.version)), way="counter")
    asked(50, (1, lambda one: board.finish(clerk, one.code, one.version, "Đã chỉ cách chụp, bà tự bấm nộp.")), text="Mắt kém")
    asked(3, landmark="gần chợ Ví Dụ, nhà cổng xanh", text="Mắt kém, nhờ đọc giúp", best_time="morning", **at)
    asked(
        5, (1, lambda one: board.take(helper, one.code, one.version)), landmark="kiệt 12, sau trường học",
        text="Đau chân không đi được", phone="", **{**at, **stuck},
    )
    asked(
        30, (2, lambda one: board.take(lead, one.code, one.version)),
        (4, lambda one: board.note_try(lead, one.code, one.version, "Gọi cửa, không ai ở nhà.")),
        (5, lambda one: board.pass_on(lead, one.code, one.version, helper.id, "Bà nặng tai, nói to. Đến sau 8 giờ.")),
        landmark="đối diện đình làng Thí Dụ", text="Nhờ làm giấy cho cháu", best_time="afternoon", **at,
    )
    asked(
        75, (3, lambda one: board.take(helper, one.code, one.version)),
        (20, lambda one: board.finish(
            helper, one.code, one.version, "Bà tự bấm, cháu đứng cạnh.", one.created_at + timedelta(hours=4)
        )), landmark="gần bến đò Giả Định", **{**at, "group_id": groups[1]},
    )
    reported(1, _TREE, "trước số 15 đường Ví Dụ", shown=True)
    reported(
        28, "Đèn đường hỏng ba bóng liền nhau.", "đầu kiệt 8", (1, lambda one: board.take(team, one.code, one.version)),
        (6, lambda one: board.finish(team, one.code, one.version, "Đã báo điện lực, thay xong ba bóng.")),
    )


def _actor(username: str) -> Actor:
    found = find_staff(username)
    assert isinstance(found, Staff), username
    return actor_of(found)


def _lead_on(now: datetime, hours: float, begin: Callable[[], HelpCall], acts: tuple[tuple[float, Act], ...]) -> None:
    """Ask so many hours ago, then act so many hours after that."""
    start = now - timedelta(hours=hours)
    with clock.moved_to(start), transaction():
        call_id = begin().id
    for later, act in acts:
        with clock.moved_to(min(start + timedelta(hours=later), now)), transaction():
            act(db.session.get_one(HelpCall, call_id))
