"""A helper's PIN (mã PIN): takes the turned screen back. Kept like a password; five wrong, then a lock that grows.

Only a keyed digest is hashed, so a copy of the database without the key guesses nothing.
"""
from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from app.assistance.models import Helper
from app.core import audit, clock
from app.core.actor import Actor
from app.core.crypto import keyring
from app.core.db import db, side_transaction
from app.core.errors import N_, Conflict, Forbidden, Invalid, TooMany

FREE_TRIES = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=1), timedelta(days=1)
_WRONG = N_("Mã PIN chưa đúng. Thử lại, hoặc nhờ tổ trưởng xóa để đặt mã mới.")
_LOCKED = N_("Đã thử mã PIN nhiều lần. Chờ %(minutes)s phút rồi thử lại, hoặc gọi tổ trưởng.")

NOT_THE_SAME = N_("Hai lần gõ chưa giống nhau. Gõ lại mã PIN mới.")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _digest(helper_id: int, pin: str) -> str:
    return keyring.mac("helper-pin", f"{helper_id}/{pin}").hex()


def check_new(pin: str) -> None:
    """Raises ``Invalid`` for anything but six digits that are not the first ones a stranger would try."""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise Invalid(fields={"pin": (N_("Mã PIN gồm đúng 6 chữ số."), {})})
    steps = {(int(after) - int(before)) % 10 for before, after in zip(pin, pin[1:], strict=False)}
    halves = pin[:3] == pin[3:] or pin[:2] * 3 == pin
    if len(steps) == 1 or len(set(pin)) < 3 or halves:
        raise Invalid(fields={"pin": (N_("Mã PIN này dễ đoán. Chọn sáu số khác."), {})})


def lock_after(failed: int) -> timedelta:
    """How long the lock lasts after so many wrong tries: 1, 2, 4 ... minutes from the fifth on, at most a day."""
    if failed < FREE_TRIES:
        return timedelta(0)
    return min(FIRST_LOCK * 2 ** min(failed - FREE_TRIES, 12), LONGEST_LOCK)


def count_try(helper_id: int) -> None:
    """Count one try before it is judged, in a transaction of its own. Raises ``TooMany`` while the lock lasts.

    Call it before the transaction that judges begins.
    """
    locked_until = None
    with side_transaction() as session:
        row = session.execute(
            select(Helper.pin_failed, Helper.pin_locked_until_at).where(Helper.id == helper_id).with_for_update(of=Helper)
        ).one()
        if row.pin_locked_until_at is not None and row.pin_locked_until_at > clock.now():
            locked_until = row.pin_locked_until_at
        else:
            failed = row.pin_failed + 1
            lock = lock_after(failed)
            session.execute(update(Helper).where(Helper.id == helper_id).values(
                pin_failed=failed, pin_locked_until_at=clock.now() + lock if lock else None
            ))
    if locked_until is not None:
        left = int((locked_until - clock.now()).total_seconds())
        raise TooMany(_LOCKED, retry_after=left, minutes=left // 60 + 1)


def check_pin(helper: Helper, pin: str) -> None:
    """Whether the PIN is right; then what was tried before is forgiven. Call ``count_try`` first. Raises ``Invalid``."""
    db.session.refresh(helper)
    if helper.pin_hash is None:
        raise Conflict(N_("Chưa đặt mã PIN. Đặt mã trước khi giúp người dân."))
    try:
        _hasher().verify(helper.pin_hash, _digest(helper.id, pin))
    except (VerificationError, InvalidHashError):
        raise Invalid(fields={"pin": (_WRONG, {})}) from None
    helper.pin_failed, helper.pin_locked_until_at = 0, None
    db.session.flush()


def set_pin(actor: Actor, helper: Helper, pin: str, *, old: str = "") -> None:
    """The helper chooses a PIN; one that is set is given first (``count_try`` before). Raises ``Invalid``."""
    if actor.id != helper.staff_id:
        raise Forbidden(N_("Mã PIN do chính người giúp đặt."))
    if helper.pin_hash is not None:
        try:
            check_pin(helper, old)
        except Invalid:
            raise Invalid(fields={"old": (_WRONG, {})}) from None
    check_new(pin)
    helper.pin_hash, helper.pin_set_at = _hasher().hash(_digest(helper.id, pin)), clock.now()
    helper.pin_failed, helper.pin_locked_until_at = 0, None
    db.session.flush()
    audit.record(actor, "helper.pin_set", "staff", helper.staff.username)


def reset_pin(actor: Actor, helper: Helper) -> None:
    """Forget a PIN, so that its owner sets a new one; the lock ends too."""
    helper.pin_hash = helper.pin_set_at = helper.pin_locked_until_at = None
    helper.pin_failed = 0
    db.session.flush()
    audit.record(actor, "helper.pin_reset", "staff", helper.staff.username)
