"""Helpers come and go: account, pledge, badge, training, expiry, inactivity (người giúp)."""
from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from app.accounts import services as accounts
from app.accounts.models import FIELD_ROLES, ResidentialGroup, Role, Staff
from app.accounts.permissions import Permission
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance.models import TRAINING_PAGES, Helper, HelpSession
from app.assistance.queries import Standing, list_open, phone_index, standing
from app.assistance.services.journal import end
from app.core import audit, clock
from app.core.actor import SYSTEM, Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.core.text import normalise
from app.files import services as files
from app.files.models import FileKind, StoredFile

VALID_DAYS = 180
ACTIVE_EVERY = timedelta(hours=1)  # so that reading a page does not write each time
_MAY_NOT = N_("Chỉ quản trị mới thêm hoặc khóa tổ trưởng.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is known of a helper besides the account; ``phone`` in E.164."""

    team: str
    phone: str
    pledged_on: date | None
    groups: Sequence[int] = ()  # ids of residential groups


def add_helper(
    actor: Actor, *, username: str, full_name: str, role: Role, particulars: Particulars, pledge: StoredFile | None = None
) -> Helper:
    """A named account for a helper whose pledge was signed; good for 180 days, of use after the training."""
    if role not in FIELD_ROLES:
        raise Invalid(fields={"role": (N_("Chọn vai trò: người giúp, tổ trưởng hay tổ phản ứng nhanh."), {})})
    if role is Role.HELPER_LEAD and not _may_name_leads(actor):
        raise Forbidden(_MAY_NOT)
    pledged_on = _check(particulars)
    ward = get_ward()
    staff = accounts.add_staff(
        actor, username=username, full_name=full_name, roles=frozenset({role}), agency=ward,
        title=normalise(particulars.team)[:80],
    )
    helper = Helper(
        staff_id=staff.id, pledged_on=pledged_on, pledge_file_id=pledge.id if pledge else None, badge_token=_new_token(),
        expires_on=clock.today() + timedelta(days=VALID_DAYS), **_columns(particulars),
    )
    helper.groups = _groups(staff, particulars)
    db.session.add(helper)
    db.session.flush()
    audit.record(actor, "helper.add", "staff", staff.username, role=str(role))
    return helper


def keep_pledge(actor: Actor, helper: Helper, away: files.PutAway) -> StoredFile:
    """The signed pledge (cam kết) as a photo or PDF that was taken in before the transaction; an older one goes."""
    old = db.session.get(StoredFile, helper.pledge_file_id) if helper.pledge_file_id else None
    file = files.store(away, owner_ref=f"pledge/{helper.staff.username}", kind=FileKind.UPLOAD, actor=actor)
    helper.pledge_file_id = file.id
    db.session.flush()
    if old is not None:
        files.remove(old, actor=actor)
    audit.record(actor, "helper.pledge", "staff", helper.staff.username)
    return file


def open_pledge(actor: Actor, helper: Helper) -> StoredFile:
    """The signed pledge; each look is noted. Raises ``NotFound`` when none was handed in."""
    if helper.pledge_file_id is None:
        raise NotFound(N_("Chưa có ảnh bản cam kết."))
    audit.record(actor, "helper.pledge_open", "staff", helper.staff.username)
    return db.session.get_one(StoredFile, helper.pledge_file_id)


def edit_helper(actor: Actor, helper: Helper, particulars: Particulars) -> None:
    """Change team, telephone, day of the pledge, residential groups."""
    helper.pledged_on = _check(particulars)
    for name, value in _columns(particulars).items():
        setattr(helper, name, value)
    helper.groups = _groups(helper.staff, particulars)
    db.session.flush()
    audit.record(actor, "helper.edit", "staff", helper.staff.username)


def disable_helper(actor: Actor, helper: Helper, reason: str = "helper_disabled") -> None:
    """The account, its sessions and its open mandates end at once."""
    if _is_lead(helper) and not _may_name_leads(actor):
        raise Forbidden(_MAY_NOT)
    accounts.disable_staff(actor, helper.staff.username)
    db.session.execute(
        update(HelpSession).where(HelpSession.helper_id == helper.id, HelpSession.ended_at.is_(None))
        .values(ended_at=clock.now(), turned_at=None, turned_for=None, person=None)
    )
    for mandate in list_open(helper):
        end(mandate, actor, by_kind="system" if actor.kind is ActorKind.SYSTEM else "staff", reason=reason)
    db.session.flush()
    audit.record(actor, "helper.disable", "staff", helper.staff.username, reason=reason)


def renew_helper(actor: Actor, helper: Helper) -> None:
    """Another 180 days from today (gia hạn); an account that was stopped opens again."""
    if _is_lead(helper) and not _may_name_leads(actor):
        raise Forbidden(_MAY_NOT)
    helper.staff.disabled_at = None
    helper.expires_on = clock.today() + timedelta(days=VALID_DAYS)
    helper.last_active_at = clock.now()
    db.session.flush()
    audit.record(actor, "helper.renew", "staff", helper.staff.username)


def renew_badge(actor: Actor, helper: Helper) -> None:
    """A new code for the badge (thẻ); the old one, lost or copied, says no from now on."""
    helper.badge_token = _new_token()
    db.session.flush()
    audit.record(actor, "helper.badge", "staff", helper.staff.username)


def finish_page(helper: Helper, number: int, actor: Actor) -> None:
    """Note that a page of the training was done; the last one makes a helper. Raises ``Conflict`` when one is skipped."""
    if not 1 <= number <= min(helper.training_page + 1, TRAINING_PAGES):
        raise Conflict(N_("Làm các trang tập theo thứ tự, từ trang %(page)s."), page=helper.training_page + 1)
    if number <= helper.training_page:
        return
    helper.training_page = number
    if number == TRAINING_PAGES:
        helper.trained_at = clock.now()
    db.session.flush()
    audit.record(actor, "helper.train", "staff", helper.staff.username, page=number)


def note_active(helper: Helper) -> None:
    """The helper is at work: counts against the stop for inactivity."""
    if clock.now() - helper.last_active_at > ACTIVE_EVERY:
        helper.last_active_at = clock.now()
        db.session.flush()


def stop_lapsed(actor: Actor = SYSTEM) -> int:
    """Close the accounts of helpers whose time ran out or who have helped nobody for 60 days; how many."""
    living = select(Helper).join(Staff).where(Staff.disabled_at.is_(None))
    lapsed = [one for one in db.session.scalars(living) if standing(one) in (Standing.EXPIRED, Standing.IDLE)]
    for helper in lapsed:
        disable_helper(actor, helper, reason=f"helper_{standing(helper)}")
    return len(lapsed)


def _is_lead(helper: Helper) -> bool:
    """Also one whose role still waits for a second person."""
    return any(row.role == Role.HELPER_LEAD for row in helper.staff.role_rows)


def _may_name_leads(actor: Actor) -> bool:
    return actor.kind is ActorKind.SYSTEM or actor.may(Permission.STAFF_EDIT)


def _new_token() -> str:
    return secrets.token_urlsafe(16)


def _columns(given: Particulars) -> dict[str, object]:
    return {"team": normalise(given.team), "phone": given.phone, "phone_index": phone_index(given.phone)}


def _groups(staff: Staff, given: Particulars) -> list[ResidentialGroup]:
    return [group for group in list_residential_groups(staff.agency_id) if group.id in set(given.groups)]


def _check(given: Particulars) -> date:
    faults: dict[str, tuple[str, dict[str, object]]] = {}
    if not 1 <= len(normalise(given.team)) <= 120:
        faults["team"] = (N_("Ghi tên tổ, ví dụ: Tổ công nghệ số cộng đồng, Tổ dân phố 5."), {})
    if not given.phone:
        faults["phone"] = (N_("Ghi số điện thoại của người giúp."), {})
    if given.pledged_on is None or given.pledged_on > clock.today():
        faults["pledged_on"] = (N_("Ghi ngày ký cam kết, không sau hôm nay."), {})
    if faults or given.pledged_on is None:
        raise Invalid(fields=faults)
    return given.pledged_on
