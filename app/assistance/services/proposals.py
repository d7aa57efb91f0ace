"""What is about to be agreed to: helper, person, work, until when, in the words that are read aloud."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.assistance.models import ConsentText, Helper, Method
from app.assistance.queries import Standing, is_helpers_phone, list_open, phone_index, standing
from app.assistance.services.texts import newest_text
from app.core import clock, codes
from app.core.crypto import blind_index
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import fold, normalise
from app.procedures.queries import find_procedure

MOST_OPEN = 10  # mandates of one helper at a time, unless the installation says otherwise
_cap = [MOST_OPEN]
MOST_DAYS = 7  # today included
_NOT_NOW = N_("Người giúp này chưa được giúp hôm nay. Hỏi tổ trưởng.")
_TOO_MANY_OPEN = N_("Đang giữ %(n)s giấy nhờ chưa xong. Kết thúc bớt rồi nhận thêm.")


def configure(*, most_open: int = MOST_OPEN) -> None:
    """How many open mandates one helper may hold in this installation (``HELPER_MOST_OPEN``)."""
    _cap[0] = most_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks for help. ``phone`` in E.164 or empty; of the ID number only a keyed hash is kept."""

    name: str
    phone: str = ""
    id_number: str = ""

    @property
    def key(self) -> bytes | None:
        return blind_index("personal-id", self.id_number) if self.id_number else None

    @property
    def phone_key(self) -> bytes | None:
        return phone_index(self.phone) if self.phone else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mandate before it is given; what it says was checked when it was made."""

    helper: Helper
    person: Person
    method: Method
    dossier_code: str | None
    procedure_codes: tuple[str, ...]
    expires_at: datetime
    witness_name: str
    is_relative: bool
    text: ConsentText
    words: str  # the text with its blanks filled in


def propose(
    helper: Helper,
    person: Person,
    method: Method,
    *,
    dossier_code: str | None = None,
    procedure_codes: Sequence[str] = (),
    days: int = 1,
    with_witness: bool = False,
    witness_name: str = "",
    is_relative: bool = False,
    language: str = "vi",
) -> Proposal:
    """Check what a mandate would say, by the rules of ruling 10, and put it into words.

    ``days`` counts today; weak ways are for today and for one dossier whatever is asked. ``with_witness``: the person
    cannot write or see, so a second person is named. Raises ``Forbidden``, ``Conflict`` or ``Invalid``.
    """
    if standing(helper) is not Standing.GOOD:
        raise Forbidden(_NOT_NOW)
    open_now = [one for one in list_open(helper) if not dossier_code or one.dossier_code != dossier_code]
    if len(open_now) >= _cap[0]:
        raise Conflict(_TOO_MANY_OPEN, n=len(open_now))
    person = Person(name=normalise(person.name)[:120], phone=person.phone, id_number=person.id_number)
    witness_name = normalise(witness_name)[:120]
    _check_person(helper, person, method, with_witness, witness_name)
    _check_scope(method, dossier_code, procedure_codes, days)
    until = clock.today() + timedelta(days=1 if method.is_weak else days)
    expires_at = clock.at_local(until, time(0))
    text = newest_text(language)
    what = ", ".join(_title(code) for code in procedure_codes) or codes.show(dossier_code or "")
    words = text.text % {
        "helper": helper.staff.full_name, "team": helper.team, "what": what,
        "until": f"{until - timedelta(days=1):%d/%m/%Y}",
    }
    return Proposal(
        helper, person, method, dossier_code, tuple(procedure_codes), expires_at, witness_name, is_relative, text, words
    )


def _check_person(helper: Helper, person: Person, method: Method, with_witness: bool, witness_name: str) -> None:
    faults: dict[str, tuple[str, dict[str, object]]] = {}
    if not person.name:
        faults["name"] = (N_("Ghi họ và tên người nhờ giúp."), {})
    if method is Method.PHONE_CODE and not person.phone:
        faults["phone"] = (N_("Cách này cần số điện thoại của chính người nhờ."), {})
    elif method is Method.PHONE_CODE and is_helpers_phone(person.phone_key):
        faults["phone"] = (N_("Đây là số của người giúp. Mã chỉ gửi về máy của người nhờ."), {})
    if with_witness and not witness_name:
        faults["witness_name"] = (N_("Ghi tên người thứ hai cùng nghe và chứng kiến."), {})
    elif witness_name and fold(witness_name) in (fold(person.name), fold(helper.staff.full_name)):
        faults["witness_name"] = (N_("Người chứng kiến phải là người thứ ba, không phải người nhờ hay người giúp."), {})
    if faults:
        raise Invalid(fields=faults)


def _check_scope(method: Method, dossier_code: str | None, procedure_codes: Sequence[str], days: int) -> None:
    if dossier_code is not None and not (len(dossier_code) == codes.PUBLIC_CODE_LENGTH and codes.is_valid(dossier_code)):
        raise Invalid(fields={"dossier_code": (N_("Mã hồ sơ này chưa đúng."), {})})
    if method.is_weak and dossier_code is None:
        raise Invalid(fields={"dossier_code": (N_("Cách đồng ý này chỉ dùng cho một hồ sơ. Mở hồ sơ trước."), {})})
    if dossier_code is None and not procedure_codes:
        raise Invalid(fields={"procedures": (N_("Chọn việc cần giúp."), {})})
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(fields={"days": (N_("Giấy nhờ dùng từ 1 đến %(n)s ngày."), {"n": MOST_DAYS})})
    for code in procedure_codes:
        if find_procedure(code) is None:
            raise Invalid(fields={"procedures": (N_("Không có thủ tục này."), {})})


def _title(code: str) -> str:
    procedure = find_procedure(code)
    return procedure.title[:1].lower() + procedure.title[1:] if procedure else code
