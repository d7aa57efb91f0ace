"""Drafts: on the server from the first answer, thirty days, on any phone that has the slip."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.accounts.permissions import Permission
from app.accounts.queries import find_residential_group, get_ward
from app.assistance.models import Mode
from app.assistance.services.help_calls import forget_draft
from app.assistance.services.mandates import end_for_dossier
from app.core import clock, codes
from app.core.actor import Actor
from app.core.crypto import blind_index
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden
from app.core.text import fold, normalise
from app.dossiers.models import (
    Channel,
    Correction,
    Dossier,
    DossierEvent,
    PhoneCode,
    Slip,
    SlipAccess,
    State,
)
from app.dossiers.queries import list_papers
from app.dossiers.services.messages import tell
from app.files.pieces import drop_uploads
from app.files.services import remove as remove_file
from app.procedures.fields import REGISTRY
from app.procedures.queries import get_procedure, get_version
from app.procedures.schema import Procedure

KEPT = timedelta(days=30)
WARN_BEFORE = timedelta(days=3)


def start_counter_draft(procedure_code: str, clerk: Actor) -> Dossier:
    """A draft that a clerk fills in for someone at the counter; only this clerk sees it until it is registered."""
    if not clerk.may(Permission.DOSSIER_INTAKE):
        raise Forbidden(N_("Vai trò của tài khoản này không nhận hồ sơ tại quầy."))
    dossier = start_draft(procedure_code, session_id=None, channel=Channel.COUNTER)
    dossier.help_mode = Mode.COUNTER
    dossier.received_by_id = clerk.id
    dossier.received_agency_id = clerk.agency_id or dossier.received_agency_id
    db.session.flush()
    return dossier


def keep_card_facts(dossier: Dossier, facts: Mapping[str, Any]) -> int:
    """Keep what was read from an ID card where the form asks for it; how many answers that made."""
    values = {}
    for question in procedure_of(dossier).form.questions.values():
        source, _dot, key = question.prefill.partition(".")
        value = REGISTRY[question.type].prefill(question, facts.get(key)) if source == "card" else None
        if value is not None:
            values[question.id] = value
    keep_answers(dossier, values, from_card=frozenset(values))
    return len(values)


def start_draft(procedure_code: str, *, session_id: int | None, channel: Channel = Channel.ONLINE) -> Dossier:
    """A new draft of a procedure, under the version in force today."""
    procedure = get_procedure(procedure_code)
    if not procedure.online and channel == Channel.ONLINE:
        raise Conflict(N_("Việc này chưa nộp trên điện thoại được. Mang giấy tờ đến quầy của phường."))
    if procedure.elsewhere is not None:
        raise Conflict(N_("Việc này nơi khác làm, phường không nhận hồ sơ."))
    ward = get_ward()
    dossier = Dossier(
        public_code=_free_code(), procedure_code=procedure.code, procedure_version_id=procedure.version_id,
        title=procedure.title, state=State.DRAFT, channel=channel, answers={}, from_card=[], session_id=session_id,
        received_agency_id=ward.id, decided_agency_id=ward.id, created_at=clock.now(), changed_at=clock.now(),
    )
    db.session.add(dossier)
    db.session.flush()
    return dossier


def _free_code() -> str:
    while True:
        code = codes.new_public_code()
        if db.session.scalar(select(Dossier.id).where(Dossier.public_code == code)) is None:
            return code


def kept_until(dossier: Dossier) -> Any:
    """The day until whose end an untouched draft is kept."""
    return clock.local(dossier.changed_at + KEPT).date()


def procedure_of(dossier: Dossier, sha256: str = "") -> Procedure:
    """The procedure in the version that the dossier was filed under; its sign, where known, saves a look."""
    return get_version(dossier.procedure_version_id, sha256)


def keep_answers(dossier: Dossier, values: Mapping[str, Any], *, from_card: frozenset[str] = frozenset()) -> None:
    """Keep the answers of one page; answers that are now hidden go, columns for lists follow."""
    if dossier.state not in (State.DRAFT, State.SUBMITTED):
        raise Conflict(N_("Cán bộ đã nhận hồ sơ, nên không tự sửa được nữa. Gọi phường để sửa."))
    before = dossier.answers
    answers = {**before, **values}
    form = procedure_of(dossier).form
    dossier.answers = form.drop_hidden(answers)
    edited = {name for name, value in values.items() if before.get(name) != value}
    dossier.from_card = sorted((set(dossier.from_card) - edited | from_card) & dossier.answers.keys())
    dossier.changed_at = clock.now()
    write_columns(dossier, form.columns(dossier.answers))


def note_changes(dossier: Dossier, before: Mapping[str, Any], actor: Actor) -> list[str]:
    """Keep the old value of each answer that differs from ``before``; their ids."""
    after = dossier.answers
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    for name in changed:
        db.session.add(Correction(
            dossier_id=dossier.id, question_id=name, old_value=before.get(name), new_value=after.get(name),
            actor_kind=actor.kind,
        ))
    return changed


def write_columns(dossier: Dossier, columns: Mapping[str, Any]) -> None:
    """Columns by which dossiers are listed, found and called, derived from the answers."""
    dossier.applicant_name = _text(columns.get("applicant_name"))[:120]
    dossier.subject_name = (_text(columns.get("subject_name")) or dossier.applicant_name)[:120]
    names = f"{dossier.applicant_name} {dossier.subject_name} {_text(columns.get('submitter_name'))}"
    dossier.search_text = fold(names)[:300]
    number, phone = _text(columns.get("applicant_id")), _text(columns.get("phone"))
    dossier.applicant_id_index = blind_index("id-number", number) if number else None
    old_phone, dossier.phone = dossier.phone, phone or None
    if old_phone and old_phone != dossier.phone and dossier.state != State.DRAFT:
        # Codes go to the new telephone from now on; whoever answers the old one must hear of it.
        tell(dossier, "phone_changed", to=old_phone, call=get_ward().phone)
    dossier.phone_index = blind_index("phone", phone) if phone else None
    dossier.phone_owner = _text(columns.get("phone_owner"))[:120]
    dossier.contact_way = _text(columns.get("contact_way"))[:20]
    group = find_residential_group(dossier.received_agency_id, _text(columns.get("applicant_address")))
    dossier.residential_group_id = group.id if group else None
    dossier.hard_of_hearing = dossier.answers.get("hearing") == "yes"
    dossier.result_way = _text(columns.get("result_way"))[:12] or "counter"
    dossier.applicant_born_year = _year(columns.get("applicant_birth"))
    subject = f"{dossier.procedure_code}/{fold(dossier.subject_name)}/{_birth_key(columns)}"
    dossier.subject_key = blind_index("subject", subject) if dossier.subject_name else None


def _text(value: Any) -> str:
    return normalise(value) if isinstance(value, str) else ""


def _year(value: Any) -> int | None:
    """Year of a date column such as 1945-09-02 or 1945."""
    return int(value[:4]) if isinstance(value, str) and value[:4].isascii() and value[:4].isdigit() else None


def _birth_key(columns: Mapping[str, Any]) -> str:
    return _text(columns.get("subject_birth") or columns.get("applicant_birth"))


def see_privacy_notice(dossier: Dossier) -> None:
    """The person has seen what happens to what they tell us, before the first personal answer."""
    dossier.privacy_seen_at = dossier.privacy_seen_at or clock.now()
    dossier.changed_at = clock.now()


def discard_draft(dossier: Dossier, actor: Actor) -> None:
    """Throw an unsent draft away: rows and photos, nothing of it stays."""
    if dossier.state != State.DRAFT:
        raise Conflict(N_("Hồ sơ đã nộp rồi, không bỏ bài được. Có thể xin lấy hồ sơ về."))
    code = dossier.public_code
    for paper, file in list_papers(dossier, with_removed=True):
        db.session.delete(paper)
        db.session.flush()
        remove_file(file, actor=actor)
    drop_uploads(dossier.public_code)
    for table in (SlipAccess, PhoneCode, Slip, DossierEvent):
        db.session.execute(delete(table).where(table.dossier_id == dossier.id))
    forget_draft(dossier.public_code)
    db.session.flush()
    db.session.delete(dossier)
    db.session.flush()
    end_for_dossier(code, actor)


def sweep_drafts(actor: Actor) -> int:
    """Warn three days before, then delete what nobody touched for thirty days; how many went."""
    now = clock.now()
    drafts = select(Dossier).where(Dossier.state == State.DRAFT)
    warned_from = now - KEPT + WARN_BEFORE
    soon = drafts.where(Dossier.changed_at < warned_from, Dossier.changed_at >= warned_from - timedelta(days=1))
    for dossier in db.session.scalars(soon):
        if dossier.phone:
            tell(dossier, "draft_ends", day=f"{kept_until(dossier):%d/%m/%Y}")
    gone = list(db.session.scalars(drafts.where(Dossier.changed_at < now - KEPT)))
    for dossier in gone:
        discard_draft(dossier, actor)
    return len(gone)
