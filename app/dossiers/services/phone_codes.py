"""The 6-digit code sent to the dossier's phone (mã 6 số): five minutes, five tries, one act, one use."""
from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.assistance.queries import is_helpers_phone, was_helped
from app.core import clock
from app.core.crypto import blind_index, keyring, same
from app.core.db import db, side_transaction
from app.core.errors import N_, Conflict, Invalid
from app.core.limits import Limit, spend
from app.dossiers.models import Dossier, PhoneCode, State
from app.dossiers.queries import open_supplement
from app.dossiers.services.hand_over import may_download
from app.dossiers.services.messages import tell
from app.dossiers.workflow import OPEN

VALID = timedelta(minutes=5)
GRANTED = timedelta(minutes=10)  # how long a proven act stays open
MAX_TRIES = 5
ACTS = ("download", "change", "withdraw")
_ONE_A_MINUTE = Limit("phone-code-minute", 1, 60)
_THREE_IN_15 = Limit("phone-code-15", 3, 15 * 60)
_TEN_A_DAY = Limit("phone-code-day", 10, 24 * 3600)
_WARD_HOUR = Limit("phone-code-ward", 500, 3600)
_HELPERS = N_("Số điện thoại của hồ sơ là số người giúp, không gửi mã được. Mang thẻ căn cước đến quầy.")
_WRONG = N_("Mã 6 số chưa đúng hoặc đã hết hạn. Xem lại tin nhắn, hoặc bấm gửi lại mã.")


def _hash(code_id: int, act: str, digits: str) -> bytes:
    return keyring.mac("phone-code", f"{code_id}/{act}/{digits}")


def is_wanted(dossier: Dossier, act: str) -> bool:
    """Whether the dossier stands where this act is possible; a code for anything else is never sent."""
    if act == "download":
        return may_download(dossier)
    if act == "change" and dossier.state == State.AWAITING_SUPPLEMENT:
        supplement = open_supplement(dossier)
        return supplement is not None and supplement.sent_at is None and any(
            item.kind == "question" for item in supplement.items
        )
    return dossier.state in (OPEN if act == "withdraw" else {State.SUBMITTED})


def count_sending(dossier: Dossier) -> None:
    """Count one message to this phone, in a transaction of its own. Raises ``TooMany``.

    Raises ``Conflict`` without a phone, and where whoever helped gave a helper's own as the person's (ruling 10).
    """
    if not dossier.phone:
        raise Conflict(N_("Hồ sơ này không ghi số điện thoại. Mang thẻ căn cước đến quầy để làm việc này."))
    if was_helped(dossier.public_code) and is_helpers_phone(blind_index("phone", dossier.phone)):
        raise Conflict(_HELPERS)
    phone = blind_index("phone", dossier.phone).hex()
    spend(
        (_ONE_A_MINUTE, phone), (_THREE_IN_15, phone), (_TEN_A_DAY, phone), (_WARD_HOUR, "all"),
        message=N_("Mã vừa gửi rồi. Chờ một phút xem tin nhắn, chưa thấy thì bấm gửi lại."),
    )


def send_code(dossier: Dossier, act: str, session_id: int) -> None:
    """Send a fresh code for one act of one browser. Call ``count_sending`` before the transaction."""
    digits = f"{secrets.randbelow(1_000_000):06d}"
    row = PhoneCode(dossier_id=dossier.id, session_id=session_id, act=act, code_hash=bytes(32))
    db.session.add(row)
    db.session.flush()
    row.code_hash = _hash(row.id, act, digits)
    tell(dossier, f"code_{act}", code=digits)


def count_guess(dossier: Dossier, act: str, session_id: int) -> int | None:
    """Count one guess before it is judged, in a transaction of its own; the id of the code it is for, if any is left."""
    with side_transaction() as session:
        row_id = session.scalar(
            select(PhoneCode.id)
            .where(PhoneCode.dossier_id == dossier.id, PhoneCode.act == act, PhoneCode.session_id == session_id)
            .where(PhoneCode.created_at > clock.now() - VALID)
            .order_by(PhoneCode.id.desc())
            .limit(1)
        )
        counted = session.execute(
            update(PhoneCode)
            .where(PhoneCode.id == row_id, PhoneCode.tries < MAX_TRIES, PhoneCode.used_at.is_(None))
            .values(tries=PhoneCode.tries + 1)
        )
        return row_id if counted.rowcount == 1 else None


def use_code(code_id: int | None, act: str, typed: str) -> None:
    """Use up the code that ``count_guess`` named. Raises ``Invalid`` for a wrong, old or used one."""
    row = db.session.get(PhoneCode, code_id) if code_id is not None else None
    if row is None or row.act != act or not same(_hash(row.id, act, "".join(typed.split())), row.code_hash):
        raise Invalid(fields={"code": (_WRONG, {})})
    used = db.session.execute(
        update(PhoneCode).where(PhoneCode.id == row.id, PhoneCode.used_at.is_(None)).values(used_at=clock.now())
    )
    if used.rowcount != 1:
        raise Invalid(fields={"code": (_WRONG, {})})


def is_granted(dossier: Dossier, act: str, session_id: int | None) -> bool:
    """Whether this browser proved the phone for this act a moment ago."""
    if session_id is None:
        return False
    found = select(PhoneCode.id).where(
        PhoneCode.dossier_id == dossier.id, PhoneCode.act == act, PhoneCode.session_id == session_id,
        PhoneCode.used_at > clock.now() - GRANTED,
    )
    return db.session.scalar(found.limit(1)) is not None


def require_grant(dossier: Dossier, act: str, session_id: int | None) -> None:
    """Raises ``Conflict`` when the phone was not proven for this act."""
    if not is_granted(dossier, act, session_id):
        raise Conflict(N_("Cần mã 6 số gửi về điện thoại trước khi làm việc này."))


def sweep(older_than: timedelta = timedelta(days=1)) -> None:
    """Forget codes that are no good any more."""
    db.session.execute(delete(PhoneCode).where(PhoneCode.created_at < clock.now() - older_than))
