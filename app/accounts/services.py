"""Verbs on accounts: make, disable and reset staff; sign in; seed the agencies."""
from __future__ import annotations

import re
import secrets
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import inspect as sqlalchemy_inspect
from sqlalchemy import select, update

from app.accounts import roles as staff_roles
from app.accounts.models import Agency, ResidentialGroup, SignInTicket, Staff, StaffRole, WebSession
from app.accounts.permissions import ROLE_NAMES, Role
from app.accounts.queries import find_staff
from app.core import audit, clock
from app.core.actor import Actor
from app.core.crypto import keyring
from app.core.db import Model, db
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.core.limits import Limit
from app.core.text import fold, normalise

MIN_PASSWORD = 15
SIGN_IN_LIMIT = Limit("sign-in", 5, 15 * 60)
# One password tried on many names; a whole office may share one address, and right ones do not count.
SIGN_IN_BY_ADDRESS = Limit("sign-in-address", 60, 15 * 60)
SETUP_VALID, DEMO_VALID = timedelta(days=2), timedelta(hours=12)
_TOTP_STEP = 30
_COMMON = ("phuxuan", "matkhau", "password", "123456", "thuathienhue", "qwerty")
_WRONG = N_("Tên, mật khẩu hoặc mã 6 số chưa đúng.")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    """A hash to check against when there is no such account, so that both answers take the same time."""
    return _hasher().hash(secrets.token_urlsafe(16))


def _password_holds(staff: Staff | None, password: str) -> bool:
    kept = staff.password_hash if staff and staff.password_hash else _nobody()
    try:
        _hasher().verify(kept, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return staff is not None and staff.password_hash is not None


def _totp_holds(staff: Staff, code: str) -> bool:
    """Whether the code is right and was not used before: the last used step is kept (safety.md m13)."""
    if not staff.totp_secret or not re.fullmatch(r"[0-9]{6}", code):
        return False
    totp = pyotp.TOTP(staff.totp_secret)
    now = int(clock.now().timestamp()) // _TOTP_STEP
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.at(step * _TOTP_STEP), code):
            used = db.session.execute(
                update(Staff).where(Staff.id == staff.id, Staff.totp_last_step < step).values(totp_last_step=step)
            )
            return used.rowcount == 1
    return False


def sign_in(username: str, password: str, code: str) -> Staff:
    """The staff member whose password and code both hold. One answer for every kind of wrong."""
    staff = find_staff(username)
    right = _password_holds(staff, password)
    if staff is None or not right or staff.disabled_at or not _totp_holds(staff, code.replace(" ", "")):
        raise Invalid(_WRONG)
    return staff


def check_password(password: str, username: str) -> None:
    """Raises ``Invalid`` when a new password is too easy."""
    folded = fold(password).replace(" ", "")
    if len(password) < MIN_PASSWORD:
        message = N_("Mật khẩu cần ít nhất %(n)s ký tự. Ghép bốn, năm từ dễ nhớ với nhau.")
        raise Invalid(fields={"password": (message, {"n": MIN_PASSWORD})})
    if fold(username) in folded or any(word in folded for word in _COMMON) or len(set(folded)) < 6:
        raise Invalid(fields={"password": (N_("Mật khẩu này dễ đoán. Chọn những từ khác."), {})})


def add_staff(
    actor: Actor, *, username: str, full_name: str, roles: frozenset[Role], agency: Agency, title: str = "", desk: str = ""
) -> Staff:
    """A new account, without password yet: its owner sets one through a ticket.

    Its roles count once a second person has confirmed them; at once when the machine's own command gives them.
    """
    username = username.strip().lower()
    if not (2 <= len(username) <= 40) or not username.replace(".", "").replace("-", "").isalnum() or not username.isascii():
        raise Invalid(N_("Tên đăng nhập gồm 2 đến 40 chữ không dấu, số, dấu chấm."))
    if not roles:
        raise Invalid(N_("Chọn ít nhất một vai trò."))
    words = {"full_name": normalise(full_name), "title": normalise(title), "desk": normalise(desk)}
    if not words["full_name"] or _too_long(Staff, words):
        raise Invalid(N_("Ghi họ và tên cán bộ; tên và chức vụ viết ngắn gọn."))
    if find_staff(username) is not None:
        raise Conflict(N_("Tên đăng nhập này đã có người dùng."))
    staff = Staff(
        username=username, **words, agency_id=agency.id, role_rows=staff_roles.asked(actor, roles),
    )
    db.session.add(staff)
    db.session.flush()
    audit.record(actor, "staff.add", "staff", username, roles=sorted(roles))
    return staff


def _too_long(table: type[Model], values: Mapping[str, str]) -> list[str]:
    """Names of values that do not fit their columns."""
    longest = {column.key: getattr(column.type, "length", None) for column in sqlalchemy_inspect(table).columns}
    return [name for name, value in values.items() if len(value) > (longest[name] or len(value))]


def _ticket(staff: Staff, purpose: str, valid: timedelta) -> str:
    token = secrets.token_urlsafe(24)
    db.session.add(SignInTicket(
        token_hash=keyring.mac("sign-in-ticket", token), staff_id=staff.id, purpose=purpose, expires_at=clock.now() + valid,
    ))
    return token


def _end_sessions(staff: Staff) -> None:
    live = update(WebSession).where(WebSession.staff_id == staff.id, WebSession.ended_at.is_(None))
    db.session.execute(live.values(ended_at=clock.now()))


def reset_staff(actor: Actor, username: str) -> str:
    """Forget password and code generator, end all sessions; the token of a set-up link for its owner, in person."""
    staff = _known(username)
    if staff.disabled_at is not None:
        raise Conflict(N_("Tài khoản này đã khóa. Thêm tài khoản mới nếu người đó làm việc lại."))
    staff.password_hash, staff.totp_secret, staff.must_change_password = None, None, True
    _end_sessions(staff)
    db.session.execute(
        update(SignInTicket).where(SignInTicket.staff_id == staff.id, SignInTicket.used_at.is_(None)).values(used_at=clock.now())
    )
    audit.record(actor, "staff.reset", "staff", staff.username)
    return _ticket(staff, "setup", SETUP_VALID)


def disable_staff(actor: Actor, username: str) -> None:
    """The account and all its sessions end at once."""
    staff = _known(username)
    if actor.id == staff.id:
        raise Forbidden(N_("Không tự khóa tài khoản của mình được."))
    staff.disabled_at = staff.disabled_at or clock.now()
    _end_sessions(staff)
    audit.record(actor, "staff.disable", "staff", staff.username)


def _known(username: str) -> Staff:
    staff = find_staff(username)
    if staff is None:
        raise NotFound(N_("Không có tài khoản này."))
    return staff


def open_ticket(token: str, *, purpose: str) -> SignInTicket:
    """The live ticket of that token. A set-up ticket is good once; raises ``NotFound`` otherwise."""
    ticket = db.session.scalar(select(SignInTicket).where(SignInTicket.token_hash == keyring.mac("sign-in-ticket", token)))
    if ticket is None or ticket.purpose != purpose or ticket.used_at or ticket.expires_at < clock.now():
        raise NotFound(N_("Đường dẫn này đã dùng hoặc hết hạn. Nhờ quản trị cấp đường dẫn mới."))
    return ticket


def new_totp_secret(kept: str = "") -> str:
    """A secret for a code generator, 160 bits in base32: the one that a page has kept for us, if it is one."""
    return kept if re.fullmatch(r"[A-Z2-7]{32}", kept) else pyotp.random_base32()


def set_up_account(token: str, *, password: str, totp_secret: str, code: str) -> Staff:
    """Set password and code generator by a set-up ticket; the code proves that the generator works."""
    ticket = open_ticket(token, purpose="setup")
    staff = db.session.get_one(Staff, ticket.staff_id)
    check_password(password, staff.username)
    staff.totp_secret, staff.totp_last_step = totp_secret, 0
    db.session.flush()
    if not _totp_holds(staff, code.replace(" ", "")):
        raise Invalid(fields={"code": (N_("Mã 6 số chưa đúng. Xem lại mã đang hiện trên điện thoại."), {})})
    staff.password_hash = _hasher().hash(unicodedata.normalize("NFC", password))
    staff.must_change_password = False
    ticket.used_at = clock.now()
    audit.record(Actor("staff", staff.id, staff.full_name), "staff.set_up", "staff", staff.username)  # type: ignore[arg-type]
    return staff


def demo_sign_in_links() -> list[tuple[str, str]]:
    """(role, path) of one fresh sign-in link per role that has a living account. Demonstration only."""
    links = []
    for role in Role:
        staff = db.session.scalar(
            select(Staff).join(Staff.role_rows).where(StaffRole.role == role, StaffRole.confirmed_at.is_not(None))
            .where(Staff.disabled_at.is_(None)).order_by(Staff.id).limit(1)
        )
        if staff is not None:
            links.append((f"{ROLE_NAMES[role]}: {staff.full_name}", f"/can-bo/vao/{_ticket(staff, 'demo', DEMO_VALID)}"))
    return links


def load_agencies(path: Path | None = None) -> None:
    """Seed the ward, its former wards and residential groups; rows that exist keep what staff edited."""
    data: dict[str, Any] = tomllib.loads((path or Path(__file__).parent / "agencies.toml").read_text(encoding="utf-8"))
    by_code: dict[str, Agency] = {}
    for entry in data["agency"]:
        values = dict(entry)
        successor = values.pop("successor", None)
        agency = db.session.scalar(select(Agency).where(Agency.code == values["code"]))
        if agency is None:
            agency = Agency(**values, successor_id=by_code[successor].id if successor else None)
            db.session.add(agency)
            db.session.flush()
        by_code[agency.code] = agency
    for entry in data["residential_group"]:
        ward, former = by_code[entry["agency"]], by_code.get(entry.get("former_ward", ""))
        known = select(ResidentialGroup.id).where(ResidentialGroup.agency_id == ward.id, ResidentialGroup.code == entry["code"])
        if db.session.scalar(known) is None:
            db.session.add(ResidentialGroup(
                agency_id=ward.id, code=entry["code"], name=entry["name"], former_ward_id=former.id if former else None,
            ))
    db.session.flush()


EDITABLE = frozenset({
    "name", "short_name", "parent_name", "service_centre", "place", "address", "phone", "hours", "desk", "domain",
    "bank_bin", "bank_name", "bank_account", "bank_account_name", "national_portal_url",
})


def edit_agency(actor: Actor, agency: Agency, **changes: str) -> None:
    """Change what staff may change of an agency: words, telephone, hours, bank account. Raises ``Invalid``."""
    wanted = {name: normalise(value) for name, value in changes.items() if name in EDITABLE}
    _check_agency(wanted)
    changed = sorted(name for name, value in wanted.items() if getattr(agency, name) != value)
    for name in changed:
        setattr(agency, name, wanted[name])
    audit.record(actor, "agency.edit", "agency", agency.code, changed=changed)


def _check_agency(wanted: dict[str, str]) -> None:
    faults: dict[str, tuple[str, dict[str, object]]] = {}
    for name in _too_long(Agency, wanted):
        faults[name] = (N_("Ô này dài quá. Viết ngắn lại."), {})
    portal = wanted.get("national_portal_url")
    if portal and not portal.startswith("https://"):
        faults["national_portal_url"] = (N_("Địa chỉ bắt đầu bằng https://"), {})
    for name in ("name", "short_name", "phone"):
        if name in wanted and not wanted[name]:
            faults[name] = (N_("Ô này không để trống được."), {})
    if wanted.get("bank_bin") and not re.fullmatch(r"[0-9]{6}", wanted["bank_bin"]):
        faults["bank_bin"] = (N_("Mã ngân hàng gồm đúng 6 chữ số."), {})
    if wanted.get("bank_account") and not re.fullmatch(r"[0-9A-Za-z]{4,19}", wanted["bank_account"]):
        faults["bank_account"] = (N_("Số tài khoản gồm 4 đến 19 chữ số hoặc chữ không dấu."), {})
    if wanted.get("bank_account_name") and not re.fullmatch(r"[A-Z0-9 ]{2,80}", wanted["bank_account_name"]):
        faults["bank_account_name"] = (N_("Tên người nhận viết hoa không dấu, như trên tài khoản."), {})
    if faults:
        raise Invalid(fields=faults)


def totp_uri(staff: Staff, secret: str) -> str:
    """What a code generator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name="Bo phan Mot cua")
