"""Reads on helpers: who is one today, whose badge it is."""
from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select

from app.accounts.models import FIELD_ROLES, Staff
from app.assistance.models import Helper
from app.core import clock
from app.core.actor import Actor
from app.core.crypto import blind_index
from app.core.db import db
from app.core.errors import N_, Forbidden, NotFound

IDLE_DAYS = 60  # a helper who helps nobody for so long is stopped


class Standing(StrEnum):
    """Whether someone is a helper of the ward at this moment."""

    GOOD = "good"
    UNTRAINED = "untrained"
    UNCONFIRMED = "unconfirmed"  # the role waits for a second person, or was taken away
    DISABLED = "disabled"
    EXPIRED = "expired"
    IDLE = "idle"


def standing(helper: Helper) -> Standing:
    """Where a helper stands now; only ``GOOD`` may help."""
    if helper.is_disabled:
        return Standing.DISABLED
    if helper.expires_on < clock.today():
        return Standing.EXPIRED
    if helper.staff.roles.isdisjoint(FIELD_ROLES):
        return Standing.UNCONFIRMED
    if helper.last_active_at < clock.now() - timedelta(days=IDLE_DAYS):
        return Standing.IDLE
    return Standing.GOOD if helper.is_trained else Standing.UNTRAINED


def phone_index(phone: str) -> bytes:
    """The blind index of a telephone in E.164, the same for helpers and for those they help."""
    return blind_index("phone", phone)


def get_own_helper(actor: Actor) -> Helper:
    """The helper who acts. Raises ``NotFound`` for an account without a helper's papers."""
    helper = db.session.scalar(select(Helper).where(Helper.staff_id == actor.id))
    if helper is None:
        raise NotFound(N_("Tài khoản này chưa có hồ sơ người giúp. Nhờ tổ trưởng thêm."))
    return helper


def get_good_helper(actor: Actor) -> Helper:
    """The helper who acts, when they may help today. Raises ``Forbidden`` with what to do otherwise."""
    helper = get_own_helper(actor)
    refusals = {
        Standing.UNTRAINED: N_("Làm xong năm trang tập trước, rồi mới giúp người dân được."),
        Standing.EXPIRED: N_("Thẻ người giúp đã hết hạn. Nhờ tổ trưởng gia hạn."),
        Standing.IDLE: N_("Đã lâu không giúp ai nên tài khoản tạm dừng. Nhờ tổ trưởng gia hạn."),
        Standing.DISABLED: N_("Tài khoản người giúp này đã khóa."),
        Standing.UNCONFIRMED: N_("Vai trò người giúp còn chờ người thứ hai xác nhận."),
    }
    if (stands := standing(helper)) in refusals:
        raise Forbidden(refusals[stands])
    return helper


def get_helper(actor: Actor, username: str) -> Helper:
    """A helper of the actor's agency by account name. Raises ``NotFound``."""
    helper = db.session.scalar(
        select(Helper).join(Staff).where(Staff.username == username.strip().lower(), _of_agency(actor))
    )
    if helper is None:
        raise NotFound(N_("Không có người giúp này."))
    return helper


def _of_agency(actor: Actor) -> ColumnElement[bool]:
    return Staff.agency_id == actor.agency_id if actor.agency_id else Staff.id.is_not(None)


def find_by_badge(token: str) -> Helper | None:
    """Whose badge it is."""
    return db.session.scalar(select(Helper).where(Helper.badge_token == token))


def list_helpers(actor: Actor) -> list[Helper]:
    """The helpers of the actor's agency: living first, then by name."""
    query = select(Helper).join(Staff).where(_of_agency(actor))
    return list(db.session.scalars(query.order_by(Staff.disabled_at.is_not(None), Staff.full_name)))
