"""Helpers, the words a person agrees to, mandates with their journal, sessions of help, calls back.

Rows of ``mandate`` and ``mandate_event`` are never changed: triggers of the database refuse it on both engines, and the
chain over the journal shows what was done past them (``assistance verify``).
"""
from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import ResidentialGroup, Staff
from app.core import clock
from app.core.crypto import SealedJSON, SealedText
from app.core.db import BigId, Model, WithId

TRAINING_PAGES = 5


class Helper(WithId, Model):
    """A volunteer with a named account (người giúp): team, pledge, badge, training, PIN. Good until ``expires_on``."""

    __tablename__ = "helper"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), unique=True)
    team: Mapped[str] = mapped_column(String(120))  # Tổ công nghệ số cộng đồng, Tổ dân phố 5
    phone: Mapped[str] = mapped_column(SealedText)  # E.164
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    pledged_on: Mapped[date]  # ngày ký cam kết
    pledge_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    badge_token: Mapped[str] = mapped_column(String(22), unique=True)  # 128 random bits, in the badge's QR
    expires_on: Mapped[date]  # the last day
    last_active_at: Mapped[datetime] = mapped_column(default=clock.now)
    training_page: Mapped[int] = mapped_column(default=0)  # pages of the training that were done, 0 to 5
    trained_at: Mapped[datetime | None]
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    pin_set_at: Mapped[datetime | None]
    pin_failed: Mapped[int] = mapped_column(default=0)
    pin_locked_until_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    staff: Mapped[Staff] = relationship(lazy="joined")
    groups: Mapped[list[ResidentialGroup]] = relationship(
        secondary="helper_group", lazy="selectin", order_by=ResidentialGroup.id
    )

    @property
    def first_name(self) -> str:
        """The given name, which is all that a stranger is told."""
        return self.staff.full_name.split(" ")[-1]

    @property
    def is_disabled(self) -> bool:
        return self.staff.disabled_at is not None

    @property
    def is_trained(self) -> bool:
        return self.trained_at is not None


class HelperGroup(Model):
    """A residential group in which a helper helps."""

    __tablename__ = "helper_group"

    helper_id: Mapped[int] = mapped_column(ForeignKey("helper.id"), primary_key=True)
    residential_group_id: Mapped[int] = mapped_column(ForeignKey("residential_group.id"), primary_key=True)


class ConsentText(Model):
    """The words that are read aloud and agreed to (lời nhờ giúp). Published once, never changed: a new version instead."""

    __tablename__ = "consent_text"

    version: Mapped[str] = mapped_column(String(20), primary_key=True)  # 2026-11-1
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class Method(StrEnum):
    """How a person gave a mandate (ruling 10)."""

    DRAWN = "drawn"  # ký bằng ngón tay
    AGREED = "agreed"  # bấm "Tôi đồng ý"
    PHONE_CODE = "phone_code"  # mã gửi về điện thoại của người nhờ
    SIGNED_PAPER = "signed_paper"  # ký trên giấy, cán bộ xem rồi mới có giá trị

    @property
    def is_weak(self) -> bool:
        """Good for one dossier and for today only; always in the call-back draw."""
        return self in (Method.DRAWN, Method.AGREED)


class Mandate(WithId, Model):
    """Who helps whom with what until when (giấy nhờ giúp). Held by the agency; never changed once given."""

    __tablename__ = "mandate"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    helper_id: Mapped[int] = mapped_column(ForeignKey("helper.id"), index=True)
    person_name: Mapped[str] = mapped_column(SealedText)
    person_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)  # of the ID number, when it is known
    person_phone: Mapped[str | None] = mapped_column(SealedText)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    dossier_code: Mapped[str | None] = mapped_column(String(8), index=True)
    procedure_codes: Mapped[list[str]] = mapped_column(JSON)
    method: Mapped[str] = mapped_column(String(12))
    is_relative: Mapped[bool]  # the helper says that this is a relative
    witness_name: Mapped[str] = mapped_column(SealedText)  # the second person, for who cannot write or see; else empty
    text_version: Mapped[str] = mapped_column(String(20))
    text_language: Mapped[str] = mapped_column(String(2))
    text_sha256: Mapped[str] = mapped_column(String(64))
    evidence_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    to_call_back: Mapped[bool]  # in the draw of calls that ask the person whether it was so
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))  # HMAC over all of the above

    helper: Mapped[Helper] = relationship(lazy="joined")

    @property
    def is_weak(self) -> bool:
        return Method(self.method).is_weak


class EventKind(StrEnum):
    """What happened with a mandate."""

    GIVEN = "given"
    CHECKED = "checked"  # a clerk looked at the signed paper
    USED = "used"
    ENDED = "ended"


class ByKind(StrEnum):
    """Whose will an event was."""

    PERSON = "person"
    HELPER = "helper"
    STAFF = "staff"
    SYSTEM = "system"


class MandateEvent(Model):
    """One line of the journal of all mandates, chained to the line before. Append only."""

    __tablename__ = "mandate_event"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    act: Mapped[str] = mapped_column(String(60), default="")  # what a use did: answers.keep, papers.add
    by_kind: Mapped[str] = mapped_column(String(10))
    by_id: Mapped[int | None]  # the staff account, where one acted
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it ended, a code
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class MandateHead(Model):
    """The end of the journal's chain: one row, held by whoever writes the next line."""

    __tablename__ = "mandate_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class CallOutcome(StrEnum):
    """What a person said when the ward called and asked (gọi kiểm)."""

    CONFIRMED = "confirmed"  # đúng là đã nhờ
    DENIED = "denied"  # không nhờ: looked into at once, and the mandate ends
    NOT_REACHED = "not_reached"  # chưa gọi được: stays in the list
    NO_PHONE = "no_phone"  # không có điện thoại: asked at the door


class MandateCall(WithId, Model):
    """One try to ask a person whether the help was so."""

    __tablename__ = "mandate_call"

    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"), index=True)
    called_at: Mapped[datetime] = mapped_column(default=clock.now)
    called_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(SealedText, default="")


class PatternKind(StrEnum):
    """What is odd enough for the leader to look at (điều nên xem lại). It says what is there, never that someone did wrong."""

    SAME_PHONE = "same_phone"  # một số điện thoại, nhiều người
    OWN_PHONE = "own_phone"  # số điện thoại của người giúp
    AT_NIGHT = "at_night"  # nhiều lần ban đêm
    SAME_PAYER = "same_payer"  # một tài khoản nộp tiền cho nhiều người
    SAME_DEVICE = "same_device"  # một máy nộp cho nhiều người


class OddPattern(WithId, Model):
    """Something odd over several people, found by a look over the rows; closed by the leader with a word."""

    __tablename__ = "odd_pattern"
    __table_args__ = (
        Index(
            "uq_odd_pattern_open", "agency_id", "kind", "key", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[bytes] = mapped_column(LargeBinary(16))  # what they have in common, as a keyed hash
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("helper.id"))
    people: Mapped[int]  # how many different people
    codes: Mapped[list[str]] = mapped_column(JSON)  # public codes of mandates or dossiers, oldest first
    found_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)  # when it last grew
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    word: Mapped[str | None] = mapped_column(SealedText)  # what the leader found


class MandateCode(WithId, Model):
    """A 6-digit code sent to the person's own phone: five minutes, five tries, one use."""

    __tablename__ = "mandate_code"

    helper_id: Mapped[int] = mapped_column(ForeignKey("helper.id"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    used_at: Mapped[datetime | None]


class Mode(StrEnum):
    """Who typed (field-notes.md 2.14): the aim is that more people do it alone next time."""

    ALONE = "alone"  # tự làm
    BESIDE = "beside"  # tự bấm, có người đứng cạnh
    HELPER = "helper"  # người giúp gõ
    COUNTER = "counter"  # cán bộ gõ tại quầy


class TurnedFor(StrEnum):
    """Why the screen is turned to the person."""

    CONSENT = "consent"
    SUBMIT = "submit"
    PAYMENT = "payment"
    RATING = "rating"
    SLIP = "slip"  # a draft is left: its codes are the person's


class Rating(StrEnum):
    """What the person says of the help on the turned screen; asked once, never ranked."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class HelpSession(WithId, Model):
    """A helper beside one person (phiên giúp). One helper has one at a time, in one web session."""

    __tablename__ = "help_session"

    helper_id: Mapped[int] = mapped_column(ForeignKey("helper.id"), index=True)
    web_session_id: Mapped[int] = mapped_column(ForeignKey("web_session.id"))
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"), index=True)
    person_name: Mapped[str] = mapped_column(SealedText)
    dossier_code: Mapped[str | None] = mapped_column(String(8), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    several_per_page: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[Any]] = mapped_column(JSON, default=list)  # see queries.Flag
    turned_at: Mapped[datetime | None]  # None: the helper has the screen
    turned_for: Mapped[str | None] = mapped_column(String(10))
    # Telephone, ID number, what the card said: for the consent and the first answers, forgotten with the session.
    person: Mapped[dict[str, Any] | None] = mapped_column(SealedJSON)
    procedure_code: Mapped[str | None] = mapped_column(String(20))
    began_draft: Mapped[bool] = mapped_column(default=False)  # the draft was begun here: a "no" to the mandate ends it
    call_code: Mapped[str | None] = mapped_column(String(8))  # the call for help that led here
    rating: Mapped[str | None] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    ended_at: Mapped[datetime | None]

    @property
    def is_turned(self) -> bool:
        return self.turned_at is not None


class CallKind(StrEnum):
    """What is asked of the response team."""

    CALL = "call"  # gọi lại
    VISIT = "visit"  # đến nhà
    INCIDENT = "incident"  # sự cố người dân báo


class Urgency(StrEnum):
    """How soon; the promised moment follows from it."""

    NOW = "now"  # gấp
    STUCK = "stuck"  # dừng giữa chừng, bài còn dở
    LATER = "later"


class CallAct(StrEnum):
    """What happened with a call."""

    ASKED = "asked"
    SORTED = "sorted"  # urgency or residential group set by who read it
    TAKEN = "taken"
    PASSED = "passed"  # to a colleague, or back to the board
    TRIED = "tried"  # nobody there: it stays open
    DONE = "done"
    NEAR = "near"  # the promise was near, the leader was told
    LATE = "late"


class HelpCall(WithId, Model):
    """Someone asks to be called back or visited (gọi giúp), or reports an incident. ``code`` is all they need to follow it."""

    __tablename__ = "help_call"
    __table_args__ = (Index("ix_help_call_board", "agency_id", "answered_at", "promised_at"),)

    code: Mapped[str] = mapped_column(String(8), unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))  # phone | visit | counter | report
    name: Mapped[str] = mapped_column(SealedText)
    phone: Mapped[str] = mapped_column(SealedText)  # E.164, or empty: people without a telephone ask as well
    page: Mapped[str] = mapped_column(String(120), default="")
    dossier_code: Mapped[str | None] = mapped_column(String(8), index=True)  # the draft or dossier they had before them
    procedure_code: Mapped[str | None] = mapped_column(String(20))  # what they were about, for the papers to bring
    text: Mapped[str] = mapped_column(SealedText, default="")
    residential_group_id: Mapped[int | None] = mapped_column(ForeignKey("residential_group.id"))
    landmark: Mapped[str | None] = mapped_column(SealedText)  # gần ...
    best_time: Mapped[str] = mapped_column(String(10), default="")  # morning | afternoon | ""
    urgency: Mapped[str] = mapped_column(String(10))
    promised_at: Mapped[datetime | None]  # what the person was told; None where no calendar says when the ward works
    photo_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None]  # when the leader was told that the promise is near
    late_at: Mapped[datetime | None]  # when the leader was told that it has passed
    done_at: Mapped[datetime | None]  # when it was really done; may be typed later, from paper
    answered_at: Mapped[datetime | None]  # when that was typed
    outcome: Mapped[str] = mapped_column(SealedText, default="")
    version: Mapped[int] = mapped_column(default=1)  # of two who press at once, the second has an old one

    group: Mapped[ResidentialGroup | None] = relationship(lazy="joined")
    taker: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


class HelpCallEvent(WithId, Model):
    """One line of what happened with a call: who had it, who passed it on with which words. Append only."""

    __tablename__ = "help_call_event"

    call_id: Mapped[int] = mapped_column(ForeignKey("help_call.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    act: Mapped[str] = mapped_column(String(10))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the person, or the clock
    to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    word: Mapped[str | None] = mapped_column(SealedText)
