"""Mandates are given, used, checked and ended (giấy nhờ giúp). Their journal is the last thing a transaction writes."""
from __future__ import annotations

from app.assistance.models import ByKind, EventKind, Mandate, Method
from app.assistance.queries import has_event, is_live, is_open, list_open_for
from app.assistance.services import phone_codes
from app.assistance.services.evidence import Evidence
from app.assistance.services.helpers import note_active
from app.assistance.services.journal import append, end, hold, seal_of
from app.assistance.services.proposals import Proposal, propose
from app.assistance.services.recaps import tell_ended, tell_given
from app.core import audit, clock, codes
from app.core.actor import Actor
from app.core.crypto import keyring
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, NotFound
from app.files import services as files
from app.files.models import FileKind, StoredFile

DRAW_PERCENT = 5
ENDS = ("by_person", "by_phone", "at_counter", "by_slip", "by_helper", "by_lead", "denied", "paper_refused",
        "dossier_ended", "replaced", "session_ended")
_GONE = N_("Giấy nhờ này đã hết hiệu lực. Nhờ người xin đồng ý lại.")


def is_drawn(code: str) -> bool:
    """Whether the ward's draw falls on a mandate: five in a hundred, known to nobody without the key, the same each time."""
    return int.from_bytes(keyring.mac("call-back-draw", code)[:4], "big") % 100 < DRAW_PERCENT


def give_mandate(
    actor: Actor, proposal: Proposal, evidence: Evidence, *, code_id: int | None = None, typed_code: str = ""
) -> Mandate:
    """Keep what the person agreed to on the turned screen. The evidence was put away before the transaction.

    With a phone code, ``code_id`` is what ``phone_codes.count_guess`` named. An older mandate of the same helper for the
    same dossier ends. Raises ``Invalid``, ``Conflict`` or ``Forbidden``; a signed paper is of use once a clerk saw it.
    """
    if actor.id != proposal.helper.staff_id or evidence.method is not proposal.method:
        raise Forbidden(_GONE)
    hold()  # caps and older mandates are counted by one at a time
    _check_again(proposal)
    if proposal.method is Method.PHONE_CODE:
        phone_codes.use_code(proposal, code_id, typed_code)
    mandate = _row(proposal, evidence, actor)
    for older in list_open_for(proposal.dossier_code) if proposal.dossier_code else ():
        if older.helper_id == proposal.helper.id and older.dossier_code == proposal.dossier_code:
            end(older, actor, by_kind=ByKind.PERSON, reason="replaced")
    db.session.add(mandate)
    db.session.flush()
    if proposal.method is not Method.SIGNED_PAPER:
        tell_given(mandate)
    append(mandate, EventKind.GIVEN, actor, by_kind=ByKind.PERSON, act=proposal.method)
    note_active(proposal.helper)
    return mandate


def _check_again(old: Proposal) -> None:
    """What held when the words were shown may hold no more, or never did."""
    days = (clock.local(old.expires_at).date() - clock.today()).days
    fresh = propose(
        old.helper, old.person, old.method, dossier_code=old.dossier_code, procedure_codes=old.procedure_codes,
        days=days, witness_name=old.witness_name, is_relative=old.is_relative, language=old.text.language,
    )
    if fresh.words != old.words or fresh.expires_at != old.expires_at:
        raise Conflict(N_("Lời nhờ vừa thay đổi. Đọc lại cho người xin nghe, rồi nhờ đồng ý lại."))


def _row(proposal: Proposal, evidence: Evidence, actor: Actor) -> Mandate:
    person, code = proposal.person, codes.new_public_code()
    file = files.store(evidence.away, owner_ref=f"mandate/{code}", kind=FileKind.EVIDENCE, actor=actor)
    mandate = Mandate(
        code=code, agency_id=proposal.helper.staff.agency_id, helper_id=proposal.helper.id, person_name=person.name,
        person_key=person.key, person_phone=person.phone or None, phone_index=person.phone_key,
        dossier_code=proposal.dossier_code, procedure_codes=list(proposal.procedure_codes), method=proposal.method,
        is_relative=proposal.is_relative, witness_name=proposal.witness_name, text_version=proposal.text.version,
        text_language=proposal.text.language, text_sha256=proposal.text.sha256, evidence_file_id=file.id,
        evidence_sha256=file.sha256, made_at=clock.now(), expires_at=proposal.expires_at,
        to_call_back=proposal.method.is_weak or is_drawn(code),
    )
    mandate.seal = seal_of(mandate)
    return mandate


def use_mandate(mandate: Mandate, actor: Actor, act: str) -> None:
    """Note one use, ``act`` being a code like ``answers.keep``: the last thing of the transaction that it let happen.

    Raises ``NotFound`` when the mandate is not in force at this moment or is another helper's.
    """
    hold()
    if actor.id != mandate.helper.staff_id or not is_live(mandate):
        raise NotFound(_GONE)
    append(mandate, EventKind.USED, actor, by_kind=ByKind.HELPER, act=act)
    note_active(mandate.helper)


def note_own_act(mandate: Mandate, actor: Actor, act: str) -> None:
    """Note what the person did on the turned screen ("nộp hồ sơ"), under the mandate that opened it; else as a use."""
    hold()
    if actor.id != mandate.helper.staff_id or not is_live(mandate):
        raise NotFound(_GONE)
    append(mandate, EventKind.USED, actor, by_kind=ByKind.PERSON, act=act)
    note_active(mandate.helper)


def end_mandate(mandate: Mandate, actor: Actor, *, by_kind: ByKind, reason: str) -> None:
    """End a mandate at once: by the person (slip, counter, telephone), the helper, or staff. Twice is once."""
    if reason not in ENDS:
        raise ValueError(f"unknown reason {reason!r}")
    if is_open(mandate):
        tell_ended(mandate, reason)
    end(mandate, actor, by_kind=by_kind, reason=reason)


def end_for_dossier(dossier_code: str, actor: Actor, *, by_kind: ByKind = ByKind.SYSTEM, reason: str = "dossier_ended") -> int:
    """End all open mandates of a dossier (it was finished, refused, withdrawn; the person said so); how many."""
    found = [one for one in list_open_for(dossier_code) if one.dossier_code == dossier_code]
    for mandate in found:
        end_mandate(mandate, actor, by_kind=by_kind, reason=reason)
    return len(found)


def open_evidence(mandate: Mandate, actor: Actor) -> StoredFile:
    """The file that proves the consent; each look is noted."""
    audit.record(actor, "mandate_evidence.open", "mandate", mandate.code)
    return db.session.get_one(StoredFile, mandate.evidence_file_id)


def check_paper(mandate: Mandate, actor: Actor, *, accepted: bool) -> None:
    """A clerk has looked at the photo of a signed paper: it counts from now on, or it ends."""
    hold()
    if mandate.method != Method.SIGNED_PAPER or has_event(mandate, EventKind.CHECKED) or not is_open(mandate):
        raise Conflict(N_("Giấy nhờ này không còn chờ xem."))
    if actor.id == mandate.helper.staff_id:
        raise Forbidden(N_("Người giúp không tự duyệt giấy nhờ của mình."))
    if accepted:
        tell_given(mandate)
        append(mandate, EventKind.CHECKED, actor, by_kind=ByKind.STAFF)
    else:
        end_mandate(mandate, actor, by_kind=ByKind.STAFF, reason="paper_refused")
