"""Orders, what happened to them, the journal of bank notices, receipts, requests for exemption."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.crypto import SealedText
from app.core.db import Model, WithId


class OrderState(StrEnum):
    """Where an order stands."""

    OPEN = "open"  # chờ nộp
    PAID = "paid"  # đã nộp
    EXPIRED = "expired"  # quá hạn, chưa nộp
    CANCELLED = "cancelled"  # bỏ: hồ sơ đã dừng, hoặc được miễn
    REFUND_DUE = "refund_due"  # phải trả lại


class NoticeState(StrEnum):
    """What became of a bank's notice. Money is in suspense (tiền treo) until a person has matched it."""

    RECEIVED = "received"  # in the journal, not yet looked at
    BOOKED = "booked"  # paid an order
    NO_CODE = "no_code"  # no payment code in the text
    UNKNOWN_CODE = "unknown_code"  # a code that no order has
    MANY_CODES = "many_codes"  # codes of several orders
    LESS = "less"  # nộp thiếu
    MORE = "more"  # nộp thừa
    LATE = "late"  # tiền về muộn: the order had ended
    TWICE = "twice"  # nộp hai lần
    ODD_TIME = "odd_time"  # booked by the bank at a time that cannot be
    UNREADABLE = "unreadable"  # authentic, but not in the form we know
    SAME_MONEY = "same_money"  # a second provider reports a transfer that is booked already
    OUTGOING = "outgoing"  # money that left the account
    OTHER_ACCOUNT = "other_account"  # an account that is not ours


SUSPENSE = frozenset({
    NoticeState.NO_CODE, NoticeState.UNKNOWN_CODE, NoticeState.MANY_CODES, NoticeState.LESS, NoticeState.MORE,
    NoticeState.LATE, NoticeState.TWICE, NoticeState.ODD_TIME, NoticeState.UNREADABLE,
})


class ExemptionState(StrEnum):
    """Where a request for exemption stands."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"


class PaymentOrder(WithId, Model):
    """An order (khoản phải nộp): one fee of one dossier, with the account it is to be paid to, as it was said."""

    __tablename__ = "payment_order"
    __table_args__ = (
        # Whatever two requests do at once, a dossier has one order that can be paid.
        Index(
            "uq_payment_order_open", "dossier_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("ix_payment_order_state", "state", "expires_at"),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)  # mã nộp tiền, never used again
    purpose: Mapped[str] = mapped_column(String(25))  # nội dung chuyển khoản, begins with the code
    amount_vnd: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=OrderState.OPEN)
    bank_bin: Mapped[str] = mapped_column(String(6), default="")  # "" when the agency takes no transfers
    bank_name: Mapped[str] = mapped_column(String(80), default="")
    bank_account: Mapped[str] = mapped_column(String(19), default="")
    bank_account_name: Mapped[str] = mapped_column(String(80), default="")
    # The link for a family member opens this payment and nothing else; sealed, found by its hash.
    link_token: Mapped[str] = mapped_column(SealedText)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def takes_transfers(self) -> bool:
        return bool(self.bank_bin and self.bank_account)


class PaymentEvent(WithId, Model):
    """One line of an order's history. Append only."""

    __tablename__ = "payment_event"
    __table_args__ = (UniqueConstraint("order_id", "seq"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("payment_order.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class BankEvent(WithId, Model):
    """A notice from a bank (báo có), journalled before anything is done with it. Never deleted, never changed but in
    ``state``, ``order_id`` and ``processed_at``."""

    __tablename__ = "bank_event"
    __table_args__ = (
        UniqueConstraint("provider", "provider_event_id"),
        Index("ix_bank_event_state", "state", "received_at", "id"),
        Index("ix_bank_event_order", "order_id", "state"),
        # Whatever happens at once, one order is booked once by transfer.
        Index(
            "uq_bank_event_booked", "order_id", unique=True,
            sqlite_where=text("state = 'booked'"), postgresql_where=text("state = 'booked'"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(16), unique=True)  # names it in addresses of staff pages
    provider: Mapped[str] = mapped_column(String(12))
    provider_event_id: Mapped[str] = mapped_column(String(80))
    raw_body: Mapped[bytes] = mapped_column(LargeBinary)  # sealed; erased after 90 days, the facts below stay
    headers_verdict: Mapped[str] = mapped_column(String(40))  # how it proved its origin
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    processed_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(14), default=NoticeState.RECEIVED)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("payment_order.id"))  # booked by it, or meant by its code

    incoming: Mapped[bool] = mapped_column(default=True)
    account: Mapped[str] = mapped_column(String(40), default="")
    amount_vnd: Mapped[int] = mapped_column(BigInteger, default=0)  # strangers' transfers may be of any size
    content: Mapped[str] = mapped_column(SealedText, default="")  # may hold the payer's name
    bank_reference: Mapped[str] = mapped_column(String(80), default="", index=True)
    payer_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)  # of the paying account, when it is told
    moved_at: Mapped[datetime | None]

    notes: Mapped[list[BankEventNote]] = relationship(order_by="BankEventNote.id")

    @property
    def in_suspense(self) -> bool:
        return self.state in SUSPENSE


class BankEventNote(WithId, Model):
    """What a cashier found out about money in suspense."""

    __tablename__ = "bank_event_note"

    bank_event_id: Mapped[int] = mapped_column(ForeignKey("bank_event.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    staff_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Receipt(WithId, Model):
    """A receipt (biên lai). Numbered without gap within agency and year; one for each paid order."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("agency_id", "year", "number"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    year: Mapped[int]  # of the day in Việt Nam
    number: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("payment_order.id"), unique=True)
    method: Mapped[str] = mapped_column(String(10))  # cash | transfer
    amount_vnd: Mapped[int]
    payer_name: Mapped[str] = mapped_column(SealedText, default="")
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # none: a bank's notice
    collector_name: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    printed: Mapped[int] = mapped_column(default=0)  # a second print says that it is a copy

    @property
    def series(self) -> str:
        """Ký hiệu: BL26 for 2026."""
        return f"BL{self.year % 100:02d}"

    @property
    def full_number(self) -> str:
        """BL26/0000012"""
        return f"{self.series}/{self.number:07d}"


class Exemption(WithId, Model):
    """A request not to pay, or to pay less (xin miễn, giảm), with its proof; a clerk decides."""

    __tablename__ = "exemption"
    __table_args__ = (
        Index(
            "uq_exemption_asked", "dossier_id", unique=True,
            sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'"),
        ),
    )

    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=ExemptionState.ASKED)
    ground: Mapped[str] = mapped_column(SealedText)  # id in the procedure's data; tells of health or poverty
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(SealedText, default="")  # said to the citizen
    proofs: Mapped[list[ExemptionProof]] = relationship(order_by="ExemptionProof.id")


class ExemptionProof(WithId, Model):
    """A photo or PDF that proves the ground of a request for exemption."""

    __tablename__ = "exemption_proof"

    exemption_id: Mapped[int] = mapped_column(ForeignKey("exemption.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
