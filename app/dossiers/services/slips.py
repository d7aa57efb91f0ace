"""Slips (phiếu): one public code for life, one secret and one QR token a slip; a new slip kills the old one."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.core import clock, codes, jobs
from app.core.actor import Actor
from app.core.crypto import keyring, same
from app.core.db import db
from app.core.errors import N_, Invalid, NotFound
from app.core.limits import Limit, give_back, spend
from app.dossiers.models import Dossier, Slip, SlipAccess
from app.dossiers.queries import find_living_slip, find_slip
from app.dossiers.services.advance import advance, check_unchanged
from app.dossiers.workflow import Action

# 30 bits of secret are only good with these (ruling 1): per code, per visitor's address, and for the whole ward.
PER_CODE = Limit("slip-code", 5, 3600)
PER_VISITOR = Limit("slip-visitor", 40, 3600)
PER_WARD = Limit("slip-ward", 200, 3600)
# A slip made by a clerk goes to paper only: so long its codes wait for the printer, sealed, for that session alone.
PRINT_FOR = timedelta(minutes=10)
FORGET = "dossiers.forget_slip"
_WRONG_PAIR = N_("Hai mã này không khớp. Xem lại từng chữ trên phiếu, hoặc gọi phường.")
_WRONG_SIGN = N_("Mã hồ sơ có một chữ chưa đúng. Xem lại trên phiếu.")
_WAIT = N_("Đã gõ sai nhiều lần. Chờ một giờ, hoặc mang thẻ căn cước đến quầy.")


@dataclass(frozen=True, slots=True)
class SlipCodes:
    """What is printed once: never stored in clear, never on a staff screen."""

    public_code: str
    secret: str
    token: str


def _secret_hash(public_code: str, secret: str) -> bytes:
    return keyring.mac("slip-secret", f"{public_code}/{secret}")


def make_slip(dossier: Dossier, *, reason: str, session_id: int | None, staff_id: int | None = None) -> SlipCodes:
    """A new slip; the one before is dead at once, and so is whatever it had opened elsewhere.

    ``session_id``: who may see the codes again. A citizen's session may open the dossier too; a clerk's (``staff_id``)
    only prints them, for ten minutes. Without a session nobody will, so they are not kept.
    """
    before = find_slip(dossier)
    if before is not None:
        before.ended_at, before.secret, before.token = clock.now(), None, None
    made = SlipCodes(dossier.public_code, codes.new_secret(), codes.new_slip_token())
    slip = Slip(
        dossier_id=dossier.id, serial=before.serial + 1 if before else 1, reason=reason, made_by_id=staff_id,
        secret_hash=_secret_hash(dossier.public_code, made.secret), token_hash=keyring.mac("slip-token", made.token),
        secret=made.secret if session_id else None, token=made.token if session_id else None, session_id=session_id,
        created_at=clock.now(),
    )
    db.session.add(slip)
    db.session.flush()
    if session_id is not None and staff_id is None:
        grant(dossier, slip, session_id)
    elif session_id is not None:
        jobs.enqueue(FORGET, delay=PRINT_FOR, slip=slip.id)
    return made


def codes_to_print(dossier: Dossier, session_id: int) -> SlipCodes | None:
    """The codes of a slip that this clerk's session made a moment ago, for the paper and for nothing else."""
    slip = find_slip(dossier)
    if slip is None or slip.made_by_id is None or clock.now() - slip.created_at > PRINT_FOR:
        return None
    return shown_codes(dossier, session_id)


def forget_codes(slip_id: int) -> None:
    """The time for printing is over: only hashes stay."""
    slip = db.session.get(Slip, slip_id)
    if slip is not None:
        slip.secret = slip.token = None


def forget_codes_of(session_id: int) -> None:
    """A session ends: what it might have shown again is forgotten, the slips stay good."""
    db.session.execute(update(Slip).where(Slip.session_id == session_id).values(secret=None, token=None))


def shown_codes(dossier: Dossier, session_id: int | None) -> SlipCodes | None:
    """The codes again, within the session that made them only (ruling 16)."""
    slip = find_slip(dossier)
    if slip is None or slip.secret is None or slip.token is None or session_id is None or slip.session_id != session_id:
        return None
    return SlipCodes(dossier.public_code, slip.secret, slip.token)


def grant(dossier: Dossier, slip: Slip, session_id: int) -> SlipAccess:
    """Let a browser session open the dossier by this slip."""
    access = db.session.scalar(
        select(SlipAccess).where(SlipAccess.session_id == session_id, SlipAccess.dossier_id == dossier.id)
    )
    if access is None:
        access = SlipAccess(session_id=session_id, dossier_id=dossier.id, slip_id=slip.id)
        db.session.add(access)
    access.slip_id, access.opened_at, access.seen_at = slip.id, clock.now(), clock.now()
    db.session.flush()
    return access


def open_by_token(token: str, session_id: int) -> Dossier:
    """Exchange the token of a scanned slip. Raises ``NotFound`` for a dead or unknown one."""
    slip = db.session.scalar(select(Slip).where(Slip.token_hash == keyring.mac("slip-token", token)))
    if slip is None or slip.ended_at is not None:
        raise NotFound(N_("Phiếu này không còn dùng được. Mất phiếu thì mang thẻ căn cước đến quầy lấy phiếu mới."))
    dossier = db.session.get_one(Dossier, slip.dossier_id)
    grant(dossier, slip, session_id)
    return dossier


def count_try(typed_code: str, visitor: str) -> str:
    """Count one try before it is judged, in a transaction of its own; the cleaned code.

    Raises ``Invalid`` when the check sign already tells a mistyped code: that costs no try and tells nothing.
    """
    code = codes.clean(typed_code)
    if len(code) != codes.PUBLIC_CODE_LENGTH or not codes.is_valid(code):
        raise Invalid(fields={"code": (_WRONG_SIGN, {})})
    spend((PER_CODE, code), (PER_VISITOR, visitor), (PER_WARD, "all"), message=_WAIT)
    return code


def find_by_codes(code: str, typed_secret: str) -> tuple[Dossier, Slip]:
    """The dossier of both typed codes; ``code`` comes from ``count_try``. One answer for every kind of wrong."""
    secret = codes.clean(typed_secret)
    slip = find_living_slip(code)
    matches = same(_secret_hash(code, secret), slip.secret_hash if slip else bytes(32))
    if slip is None or not matches:
        raise Invalid(_WRONG_PAIR)
    return db.session.get_one(Dossier, slip.dossier_id), slip


def open_by_codes(code: str, typed_secret: str, session_id: int) -> Dossier:
    """Open by both typed codes in a browser session."""
    dossier, slip = find_by_codes(code, typed_secret)
    grant(dossier, slip, session_id)
    return dossier


def forgive_try(code: str, visitor: str) -> None:
    """The right codes were typed: the try does not count. Called after the transaction."""
    give_back((PER_CODE, code), (PER_VISITOR, visitor), (PER_WARD, "all"))


def replace_slip(
    dossier: Dossier,
    actor: Actor,
    *,
    identity_checked: bool,
    session_id: int | None = None,
    lock_version: int | None = None,
) -> SlipCodes:
    """A new slip for a lost one, at the counter, after a look at the card (ruling 2). Logged.

    ``session_id``: the clerk's session, which may print it for ten minutes.
    """
    check_unchanged(dossier, lock_version)
    if not identity_checked:
        raise Invalid(fields={"identity_checked": (N_("Xem thẻ căn cước, rồi đánh dấu vào ô này."), {})})
    advance(dossier, Action.REPLACE_SLIP, actor)
    return make_slip(dossier, reason="lost", session_id=session_id, staff_id=actor.id)
