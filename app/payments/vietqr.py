"""VietQR: the square code that a bank's app reads (EMVCo merchant-presented code, NAPAS profile).

Source: NAPAS QR switching specification v1.5.2 as restated in the domain notes, section 3.1. Each element is a
two-digit id, a two-digit length and a value; everything is ASCII, so signs are bytes. The encoder writes transfers
to an account or a card; the parser is strict and says in one sentence what is wrong.
"""
from __future__ import annotations

import binascii
import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from app.core.errors import N_, Invalid

NAPAS_AID, VNPAY_AID = "A000000727", "A000000775"
CURRENCY_VND, COUNTRY_VN = "704", "VN"
PURPOSE_LENGTH = 25
LONGEST_PAYLOAD = 512  # version 16-M holds 450 bytes; no code for a transfer comes near it

_PRINTABLE = re.compile(r"[\x20-\x7e]*\Z")
_BIN = re.compile(r"[0-9]{6}\Z")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,19}\Z")
_CARD = re.compile(r"[0-9]{16,19}\Z")
_AMOUNT = re.compile(r"[1-9][0-9]{0,12}\Z")


class Kind(StrEnum):
    """Which family of codes a payload belongs to."""

    VIETQR = "vietqr"
    VNPAY = "vnpay"  # VNPAY-QR: recognised, never written here


class Service(StrEnum):
    """Service code (38/02): where the money goes."""

    ACCOUNT = "QRIBFTTA"  # chuyển nhanh đến số tài khoản
    CARD = "QRIBFTTC"  # chuyển nhanh đến số thẻ
    PUSH = "QRPUSH"  # merchants
    CASH = "QRCASH"  # cash machines


class Initiation(StrEnum):
    """Point of initiation (01)."""

    STATIC = "11"  # used many times, no amount
    DYNAMIC = "12"  # used once, with its amount


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a valid payload says. ``amount_vnd`` is whole đồng; empty text means the element is absent."""

    kind: Kind
    initiation: Initiation | None
    bank_bin: str
    account: str
    service: Service | None
    amount_vnd: int | None
    purpose: str
    bill: str
    store: str
    reference: str
    terminal: str
    merchant_name: str
    merchant_city: str
    merchant_category: str
    currency: str
    country: str
    crc: str

    def as_dict(self) -> dict[str, str | int | None]:
        """The same as plain data, for JSON."""
        return asdict(self)


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE (poly 0x1021, init 0xFFFF) as four capital hex signs; ``123456789`` gives ``29B1``."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _element(id_: str, value: str) -> str:
    if len(value) > 99:
        raise Invalid(N_("Phần %(id)s dài quá 99 ký tự."), id=id_)
    return f"{id_}{len(value):02d}{value}"


def encode(
    bank_bin: str,
    account: str,
    *,
    amount_vnd: int | None = None,
    purpose: str = "",
    bill: str = "",
    card: bool = False,
) -> str:
    """The payload of a transfer to ``account`` (a card number when ``card``) at the bank ``bank_bin``.

    With an amount the code is dynamic, without one static. Raises ``Invalid`` with the first thing that is wrong.
    """
    _check_payee(bank_bin, account, card)
    for text in (purpose, bill):
        if len(text) > PURPOSE_LENGTH or not _PRINTABLE.match(text):
            raise Invalid(N_("Nội dung chuyển khoản dài nhất 25 ký tự, chữ không dấu."))
    if amount_vnd is not None and not _AMOUNT.match(str(amount_vnd)):
        raise Invalid(N_("Số tiền là số đồng nguyên, lớn hơn 0, dài nhất 13 chữ số."))
    beneficiary = _element("00", bank_bin) + _element("01", account)
    service = Service.CARD if card else Service.ACCOUNT
    additional = "".join(_element(id_, text) for id_, text in (("01", bill), ("08", purpose)) if text)
    elements = [
        ("00", "01"),
        ("01", Initiation.STATIC if amount_vnd is None else Initiation.DYNAMIC),
        ("38", _element("00", NAPAS_AID) + _element("01", beneficiary) + _element("02", service)),
        ("53", CURRENCY_VND),
        ("54", "" if amount_vnd is None else str(amount_vnd)),
        ("58", COUNTRY_VN),
        ("62", additional),
    ]
    payload = "".join(_element(id_, value) for id_, value in elements if value) + "6304"
    return payload + crc16(payload)


def _check_payee(bank_bin: str, account: str, card: bool) -> None:
    if not _BIN.match(bank_bin):
        raise Invalid(N_("Mã ngân hàng (BIN) có đúng 6 chữ số."))
    if card and not _CARD.match(account):
        raise Invalid(N_("Số thẻ có từ 16 đến 19 chữ số."))
    if not _ACCOUNT.match(account):
        raise Invalid(N_("Số tài khoản có từ 1 đến 19 chữ số hoặc chữ cái không dấu."))


def decode(payload: str) -> Decoded:
    """Read a payload strictly. Raises ``Invalid`` with one sentence that says why it is refused."""
    if not payload or len(payload) > LONGEST_PAYLOAD or not _PRINTABLE.match(payload):
        raise Invalid(N_("Mã phải là chữ ASCII, dài từ 1 đến %(most)s ký tự."), most=LONGEST_PAYLOAD)
    elements = _split(payload, "")
    _check_frame(payload, elements)
    if "38" in elements and "26" not in elements:
        return _decode_vietqr(elements)
    if "26" in elements and "38" not in elements:
        return _decode_vnpay(elements)
    raise Invalid(N_("Mã không phải VietQR (phần 38), cũng không phải VNPAY-QR (phần 26)."))


def _split(text: str, parent: str) -> dict[str, str]:
    """The elements of ``text`` in order; ``parent`` only names the template in refusals."""
    elements: dict[str, str] = {}
    at = 0
    while at < len(text):
        id_, length = text[at : at + 2], text[at + 2 : at + 4]
        name = f"{parent}{id_}"
        if not re.fullmatch(r"[0-9]{2}", id_) or not re.fullmatch(r"[0-9]{2}", length):
            raise Invalid(
                N_("Vị trí %(at)s của %(where)s không phải số hiệu và độ dài."),
                at=at + 1, where=parent.rstrip("/") or "mã",
            )
        value = text[at + 4 : at + 4 + int(length)]
        if length == "00" or len(value) < int(length):
            raise Invalid(N_("Phần %(id)s ghi độ dài %(length)s, không khớp nội dung."), id=name, length=length)
        if id_ in elements:
            raise Invalid(N_("Phần %(id)s có hai lần."), id=name)
        elements[id_] = value
        at += 4 + int(length)
    return elements


def _check_frame(payload: str, elements: dict[str, str]) -> None:
    ids = list(elements)
    if ids[0] != "00" or elements["00"] != "01":
        raise Invalid(N_("Mã phải bắt đầu bằng 000201."))
    if ids[-1] != "63" or len(elements["63"]) != 4:
        raise Invalid(N_("Mã phải kết thúc bằng phần 63 gồm 4 ký tự."))
    expected = crc16(payload[:-4])
    if elements["63"] != expected:
        raise Invalid(N_("Mã kiểm tra CRC ghi %(said)s, tính ra %(expected)s."), said=elements["63"], expected=expected)
    if elements.get("53") != CURRENCY_VND:
        raise Invalid(N_("Loại tiền (phần 53) phải là 704."))
    if elements.get("58") != COUNTRY_VN:
        raise Invalid(N_("Nước (phần 58) phải là VN."))
    if elements.get("01", "11") not in set(Initiation):
        raise Invalid(N_("Cách dùng (phần 01) phải là 11 hoặc 12."))
    if "54" in elements and not _AMOUNT.match(elements["54"]):
        raise Invalid(N_("Số tiền (phần 54) phải là số đồng nguyên, không dấu chấm."))
    for id_, most in (("59", 25), ("60", 15)):
        if len(elements.get(id_, "")) > most:
            raise Invalid(N_("Phần %(id)s dài quá %(most)s ký tự."), id=id_, most=most)
    if "52" in elements and not re.fullmatch(r"[0-9]{4}", elements["52"]):
        raise Invalid(N_("Ngành hàng (phần 52) phải có 4 chữ số."))


def _decode_vietqr(elements: dict[str, str]) -> Decoded:
    template = _split(elements["38"], "38/")
    if set(template) - {"00", "01", "02"} or template.get("00") != NAPAS_AID:
        raise Invalid(N_("Phần 38 không đúng mẫu của NAPAS."))
    payee = _split(template.get("01", ""), "38/01/")
    if set(payee) != {"00", "01"}:
        raise Invalid(N_("Phần 38/01 phải có đúng hai mục: mã ngân hàng và số tài khoản."))
    service = _service(template.get("02"), elements)
    _check_payee(payee["00"], payee["01"], service is Service.CARD)
    is_transfer = service in (Service.ACCOUNT, Service.CARD)
    if is_transfer and "01" in elements and (elements["01"] == Initiation.DYNAMIC) != ("54" in elements):
        raise Invalid(N_("Mã dùng một lần (12) phải có số tiền; mã dùng nhiều lần (11) thì không."))
    return _decoded(Kind.VIETQR, elements, bank_bin=payee["00"], account=payee["01"], service=service)


def _service(said: str | None, elements: dict[str, str]) -> Service:
    """The service code; merchants' codes (with a merchant category, 52) may leave it out."""
    if said is None and "52" in elements:
        return Service.PUSH
    if said not in set(Service):
        raise Invalid(N_("Thiếu mã dịch vụ chuyển tiền ở phần 38/02, hoặc mã này lạ."))
    service = Service(said)
    if "52" in elements and service is not Service.PUSH:
        raise Invalid(N_("Ngành hàng (phần 52) chỉ đi cùng dịch vụ QRPUSH."))
    return service


def _decode_vnpay(elements: dict[str, str]) -> Decoded:
    template = _split(elements["26"], "26/")
    if template.get("00") != VNPAY_AID or not template.get("01"):
        raise Invalid(N_("Phần 26 không đúng mẫu của VNPAY-QR."))
    return _decoded(Kind.VNPAY, elements, bank_bin="", account=template["01"], service=None)


def _decoded(
    kind: Kind, elements: dict[str, str], *, bank_bin: str, account: str, service: Service | None
) -> Decoded:
    additional = _split(elements.get("62", ""), "62/")
    for id_, text in additional.items():
        if len(text) > PURPOSE_LENGTH:
            raise Invalid(N_("Phần %(id)s dài quá %(most)s ký tự."), id=f"62/{id_}", most=PURPOSE_LENGTH)
    return Decoded(
        kind=kind,
        initiation=Initiation(elements["01"]) if "01" in elements else None,
        bank_bin=bank_bin,
        account=account,
        service=service,
        amount_vnd=int(elements["54"]) if "54" in elements else None,
        purpose=additional.get("08", ""),
        bill=additional.get("01", ""),
        store=additional.get("03", ""),
        reference=additional.get("05", ""),
        terminal=additional.get("07", ""),
        merchant_name=elements.get("59", ""),
        merchant_city=elements.get("60", ""),
        merchant_category=elements.get("52", ""),
        currency=elements["53"],
        country=elements["58"],
        crc=elements["63"],
    )
