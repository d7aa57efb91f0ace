"""The dossier and what belongs to it: history, papers, pauses, supplements, slips, notes, calls for help."""
from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assistance.models import Mode
from app.core import clock
from app.core.crypto import SealedJSON, SealedText
from app.core.db import Model, WithId


class State(IntEnum):
    """Business state: 0 is ours, 1-10 are the national portal's codes (domain.md 1.3)."""

    DRAFT = 0  # bài để dở
    SUBMITTED = 1  # mới đăng ký
    ACCEPTED = 2  # được tiếp nhận
    REFUSED = 3  # không được tiếp nhận
    IN_PROCESS = 4  # đang xử lý
    AWAITING_SUPPLEMENT = 5  # yêu cầu bổ sung giấy tờ
    AWAITING_PAYMENT = 6  # yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWAL_ASKED = 7  # công dân yêu cầu rút hồ sơ
    STOPPED = 8  # dừng xử lý
    FINISHED = 9  # đã xử lý xong
    HANDED_OVER = 10  # đã trả kết quả


class PaymentState(StrEnum):
    """The finance axis, written down by payments."""

    NONE = "none"  # nothing to pay
    UNKNOWN = "unknown"  # phường báo khi nhận
    DUE = "due"
    EXEMPT_ASKED = "exempt_asked"
    EXEMPT = "exempt"
    PARTLY = "partly"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class HandOverState(StrEnum):
    """The hand-over axis (trả kết quả)."""

    NOTHING = "nothing"
    WAITING = "waiting"
    DONE = "done"


class Channel(IntEnum):
    """Kênh thực hiện, codes of the national portal."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class Dossier(WithId, Model):
    """A dossier (hồ sơ). One row from the first answer for life; named by its public code."""

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_queue", "received_agency_id", "state", "queue_at", "id"),
        Index("ix_dossier_assignee", "assignee_id", "state", "queue_at", "id"),
        Index("ix_dossier_applicant_id_index", "applicant_id_index"),
        Index("ix_dossier_phone_index", "phone_index"),
        Index("ix_dossier_session", "session_id", "state"),
        Index("ix_dossier_submitted_at", "submitted_at", "residential_group_id", "help_mode"),
    )

    public_code: Mapped[str] = mapped_column(String(8), unique=True)
    official_number: Mapped[str | None] = mapped_column(String(40), unique=True)  # mã hồ sơ H57..., at acceptance
    national_code: Mapped[str | None] = mapped_column(String(40))  # mã trên Cổng dịch vụ công quốc gia
    procedure_code: Mapped[str] = mapped_column(String(20), index=True)
    procedure_version_id: Mapped[int] = mapped_column(ForeignKey("procedure_version.id"))
    title: Mapped[str] = mapped_column(String(200))  # everyday title of that version, for lists
    state: Mapped[int] = mapped_column(default=State.DRAFT)
    state_before: Mapped[int | None]  # where 5 and 6 return to
    state_before_withdrawal: Mapped[int | None]  # where 7 returns to
    lock_version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[int] = mapped_column(default=Channel.ONLINE)

    helped_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    received_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    decided_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))

    answers: Mapped[dict[str, Any]] = mapped_column(SealedJSON, default=dict)
    from_card: Mapped[list[str]] = mapped_column(JSON, default=list)  # question ids read from the card, unedited
    applicant_name: Mapped[str] = mapped_column(String(120), default="")  # chủ hồ sơ
    subject_name: Mapped[str] = mapped_column(String(120), default="")  # whom the result is about
    subject_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)  # same child or person filed twice
    search_text: Mapped[str] = mapped_column(String(300), default="")  # folded names
    applicant_id_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    applicant_born_year: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(SealedText)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_owner: Mapped[str] = mapped_column(String(120), default="")  # "" = the applicant's own
    contact_way: Mapped[str] = mapped_column(String(20), default="")
    hard_of_hearing: Mapped[bool] = mapped_column(default=False)
    text_size: Mapped[str] = mapped_column(String(2), default="m")
    help_mode: Mapped[str] = mapped_column(String(10), default=Mode.ALONE)  # the most help that was had: alone to counter
    residential_group_id: Mapped[int | None] = mapped_column(ForeignKey("residential_group.id"))  # as the address says
    result_way: Mapped[str] = mapped_column(String(12), default="counter")

    session_id: Mapped[int | None] = mapped_column(ForeignKey("web_session.id"))  # the device that wrote the draft
    privacy_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    submitted_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]  # 8 working hours to answer an online filing
    accepted_at: Mapped[datetime | None]
    time_rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the rule in force at acceptance
    due_at: Mapped[datetime | None]  # derived from accepted_at, rule and pauses; kept for the queue, checked by doctor
    queue_at: Mapped[datetime] = mapped_column(default=clock.now)  # by when someone must act: order of the queue
    finished_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]

    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    examined_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    payment_state: Mapped[str] = mapped_column(String(12), default=PaymentState.NONE)
    due_vnd: Mapped[int | None] = mapped_column(default=0)  # None: not known
    paid_vnd: Mapped[int] = mapped_column(default=0)
    collect: Mapped[str] = mapped_column(String(16), default="on_filing")
    hand_over_state: Mapped[str] = mapped_column(String(10), default=HandOverState.NOTHING)

    __mapper_args__ = {"version_id_col": lock_version}

    def refresh_queue_at(self) -> None:
        """Keep the order of the queue in step with the dates it follows from."""
        self.queue_at = self.answer_due_at or self.due_at or self.changed_at

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_ended(self) -> bool:
        return self.state in (State.REFUSED, State.STOPPED, State.HANDED_OVER)

    @property
    def has_own_phone(self) -> bool:
        return bool(self.phone)


class DossierEvent(WithId, Model):
    """One line of history (quá trình). Append only; an undone act keeps its line and gets ``undone_by_id``."""

    __tablename__ = "dossier_event"
    __table_args__ = (UniqueConstraint("dossier_id", "seq"),)

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[int]
    to_state: Mapped[int]
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(120))
    reason_code: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(SealedText, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("dossier_event.id"))


class Pause(WithId, Model):
    """An interval in which the clock stands (chờ bổ sung, chờ nộp tiền)."""

    __tablename__ = "pause"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # supplement | payment
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class DossierPaper(WithId, Model):
    """A photo or PDF handed in for one required document (thành phần hồ sơ)."""

    __tablename__ = "dossier_paper"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    paper_id: Mapped[str] = mapped_column(String(40))  # id in the procedure version
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    position: Mapped[int]
    readable: Mapped[bool | None]  # the clerk's tick
    supplement_id: Mapped[int | None] = mapped_column(ForeignKey("supplement.id"))
    removed_at: Mapped[datetime | None]  # after submission papers are replaced, never erased
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Supplement(WithId, Model):
    """A request to send more or again (yêu cầu bổ sung)."""

    __tablename__ = "supplement"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    stage: Mapped[str] = mapped_column(String(10))  # intake | examine
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    until_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(SealedText, default="")

    items: Mapped[list[SupplementItem]] = relationship(order_by="SupplementItem.id", cascade="all, delete-orphan")


class SupplementItem(WithId, Model):
    """One paper or answer to mend, with why and how."""

    __tablename__ = "supplement_item"

    supplement_id: Mapped[int] = mapped_column(ForeignKey("supplement.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # paper | question
    ref: Mapped[str] = mapped_column(String(40))  # paper id or question id
    reason_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(SealedText, default="")
    old_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    mended_at: Mapped[datetime | None]


class Slip(WithId, Model):
    """A slip (phiếu): the secret and the QR token of a dossier, only hashed. A new slip kills the old one."""

    __tablename__ = "slip"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    serial: Mapped[int]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # Shown again only within the session that made it (ruling 16), sealed and forgotten with that session.
    secret: Mapped[str | None] = mapped_column(SealedText)
    token: Mapped[str | None] = mapped_column(SealedText)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("web_session.id"))
    reason: Mapped[str] = mapped_column(String(20))  # draft | submitted | intake | lost
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class SlipAccess(WithId, Model):
    """What a browser may open: the slip was scanned or both codes were typed in this session."""

    __tablename__ = "slip_access"
    __table_args__ = (UniqueConstraint("session_id", "dossier_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("web_session.id"))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    slip_id: Mapped[int] = mapped_column(ForeignKey("slip.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)


class PhoneCode(WithId, Model):
    """A 6-digit code sent to the dossier's phone (mã 6 số): five minutes, five tries, one act, once."""

    __tablename__ = "phone_code"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("web_session.id"))
    act: Mapped[str] = mapped_column(String(20))  # download | change | withdraw
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class Note(WithId, Model):
    """A private note between colleagues (ghi chú nội bộ)."""

    __tablename__ = "note"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Correction(WithId, Model):
    """A typing error in an answer, corrected by staff or changed by the citizen after filing; the old value is kept."""

    __tablename__ = "correction"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    question_id: Mapped[str] = mapped_column(String(60))
    old_value: Mapped[Any] = mapped_column(SealedJSON)
    new_value: Mapped[Any] = mapped_column(SealedJSON)
    reason: Mapped[str] = mapped_column(SealedText, default="")
    actor_kind: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Result(WithId, Model):
    """The result of a dossier: its file and how it was handed over."""

    __tablename__ = "result"

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(60), default="")  # the paper's own number, typed by the officer
    added_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    collector_name: Mapped[str | None] = mapped_column(SealedText)
    collector_relation: Mapped[str] = mapped_column(String(40), default="")
    identity_checked: Mapped[bool] = mapped_column(default=False)
    handed_over_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Reason(Model):
    """Reason codes with their plain sentence, for supplements, refusals and stops; staff edit the list."""

    __tablename__ = "reason"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    act: Mapped[str] = mapped_column(String(12))  # supplement | refuse | stop
    sentence: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text, default="")
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
