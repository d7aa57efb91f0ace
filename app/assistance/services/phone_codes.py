"""The 6-digit code sent to the person's own phone: five minutes, five tries, one use; never to a helper's phone."""
from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.assistance.models import Helper, MandateCode, Method
from app.assistance.queries import phone_index
from app.assistance.services.proposals import Proposal
from app.core import clock, codes
from app.core.crypto import keyring, same
from app.core.db import db, side_transaction
from app.core.errors import N_, Conflict, Invalid
from app.core.limits import Limit, spend
from app.notifications.services import send_sms
from app.procedures.queries import find_procedure

VALID = timedelta(minutes=5)
MAX_TRIES = 5
_ONE_A_MINUTE = Limit("mandate-code-minute", 1, 60)
_THREE_IN_15 = Limit("mandate-code-15", 3, 15 * 60)
_TEN_A_DAY = Limit("mandate-code-day", 10, 24 * 3600)
_OF_HELPER = Limit("mandate-code-helper", 30, 24 * 3600)
_WARD_HOUR = Limit("mandate-code-ward", 500, 3600)
_WRONG = N_("Mã 6 số chưa đúng hoặc đã hết hạn. Xem lại tin nhắn, hoặc bấm gửi lại mã.")


def _hash(code_id: int, proposal: Proposal, digits: str) -> bytes:
    """Over what the person was told as well: typed for another dossier or for more days, the code is a wrong one."""
    about = f"{proposal.dossier_code or ''}/{','.join(proposal.procedure_codes)}/{proposal.expires_at.isoformat()}"
    return keyring.mac("mandate-code", f"{code_id}/{about}/{digits}")


def count_sending(proposal: Proposal) -> None:
    """Count one message to this phone, in a transaction of its own. Raises ``TooMany``."""
    key = phone_index(proposal.person.phone).hex()
    spend(
        (_ONE_A_MINUTE, key), (_THREE_IN_15, key), (_TEN_A_DAY, key), (_OF_HELPER, str(proposal.helper.id)),
        (_WARD_HOUR, "all"), message=N_("Mã vừa gửi rồi. Chờ một phút xem tin nhắn, chưa thấy thì bấm gửi lại."),
    )


def send_code(proposal: Proposal) -> None:
    """Send a fresh code that says who wants to help with what. Call ``count_sending`` before the transaction."""
    if proposal.method is not Method.PHONE_CODE:
        raise Conflict(N_("Cách đồng ý này không dùng mã."))
    digits = f"{secrets.randbelow(1_000_000):06d}"
    row = MandateCode(
        helper_id=proposal.helper.id, phone_index=phone_index(proposal.person.phone), code_hash=bytes(32),
    )
    db.session.add(row)
    db.session.flush()
    row.code_hash = _hash(row.id, proposal, digits)
    titles = [found.title for code in proposal.procedure_codes if (found := find_procedure(code))]
    about = proposal.dossier_code or ""
    send_sms(
        template="assistance/mandate_code", phone=proposal.person.phone, about=about,
        params={
            "code": digits, "helper": proposal.helper.staff.full_name,
            "what": ", ".join(titles) or f"hồ sơ {codes.show(about)}",
        },
    )


def count_guess(helper: Helper, phone: str) -> int | None:
    """Count one guess before it is judged, in a transaction of its own; the id of the code it is for, if any is left."""
    with side_transaction() as session:
        row_id = session.scalar(
            select(MandateCode.id)
            .where(MandateCode.helper_id == helper.id, MandateCode.phone_index == phone_index(phone))
            .where(MandateCode.created_at > clock.now() - VALID)
            .order_by(MandateCode.id.desc())
            .limit(1)
        )
        counted = session.execute(
            update(MandateCode)
            .where(MandateCode.id == row_id, MandateCode.tries < MAX_TRIES, MandateCode.used_at.is_(None))
            .values(tries=MandateCode.tries + 1)
        )
        return row_id if counted.rowcount == 1 else None


def use_code(proposal: Proposal, code_id: int | None, typed: str) -> None:
    """Use up the code that ``count_guess`` named. Raises ``Invalid`` for a wrong, old, foreign or used one."""
    row = db.session.get(MandateCode, code_id) if code_id is not None else None
    if (
        row is None or row.helper_id != proposal.helper.id or row.created_at <= clock.now() - VALID
        or not same(row.phone_index, phone_index(proposal.person.phone))
        or not same(_hash(row.id, proposal, "".join(typed.split())), row.code_hash)
    ):
        raise Invalid(fields={"code": (_WRONG, {})})
    used = db.session.execute(
        update(MandateCode).where(MandateCode.id == row.id, MandateCode.used_at.is_(None)).values(used_at=clock.now())
    )
    if used.rowcount != 1:
        raise Invalid(fields={"code": (_WRONG, {})})


def sweep(older_than: timedelta = timedelta(days=1)) -> None:
    """Forget codes that are no good any more."""
    db.session.execute(delete(MandateCode).where(MandateCode.created_at < clock.now() - older_than))
