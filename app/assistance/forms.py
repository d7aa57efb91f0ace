"""What is typed on the pages of this room, as plain values."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask import request
from wtforms import SelectField, SelectMultipleField

from app.accounts.models import FIELD_ROLES, Role
from app.assistance.services.help_calls import Faults, Report
from app.assistance.services.helpers import Particulars
from app.core import clock
from app.core.errors import N_, Invalid
from app.procedures.fields import REGISTRY
from app.procedures.fields.base import Sent
from app.procedures.parts import Question
from app.web.forms import Form, line
from app.web.i18n import words
from app.working_time.forms import find_day, read_time

_PHONE = Question(id="phone", type="phone", label="Số điện thoại", section="")
_ROLES = [role for role in Role if role in FIELD_ROLES]


class HelperForm(Form):
    """A helper's particulars; account name and role only when one is added."""

    username = line(40)
    full_name = line(120)
    role = SelectField(choices=[str(role) for role in _ROLES], validate_choice=False)
    team = line(120)
    phone = line(30)
    pledged_on = line(10)
    groups = SelectMultipleField(coerce=str, validate_choice=False)

    @property
    def chosen_role(self) -> Role:
        return Role(self.role.data) if self.role.data in set(map(str, Role)) else Role.ADMINISTRATOR

    @property
    def particulars(self) -> Particulars:
        """Raises ``Invalid`` for a telephone that cannot be read."""
        return Particulars(
            team=self.team.data, phone=read_phone(self.phone.data), pledged_on=_day(self.pledged_on.data),
            groups=[int(one) for one in self.groups.data or [] if one.isascii() and one.isdigit() and len(one) < 10],
        )


def read_phone(typed: str) -> str:
    """A telephone in E.164. Raises ``Invalid`` with what is wrong with it."""
    parsed = REGISTRY["phone"].parse(_PHONE, Sent({"phone": typed}), today=clock.today())
    if parsed.errors:
        raise Invalid(fields=parsed.errors)
    return str(parsed.value)


def _day(typed: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed, form).date()
        except ValueError:
            continue
    return None


def errors_of(error: Invalid, *, otherwise: str) -> dict[str, str]:
    """A refusal as sentences by field; one that names no field is shown at the field ``otherwise``."""
    fields = error.fields or {otherwise: (error.message, error.params)}
    return {name: words(message, params) for name, (message, params) in fields.items()}


def typed() -> Mapping[str, str]:
    """What was sent, to show the page again."""
    return request.form


def read_id(text: str) -> int | None:
    """A number from a list to choose from."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_incident(form: Mapping[str, str]) -> tuple[Report, Faults]:
    """What somebody reports, and what is wrong with the telephone if one was typed."""
    phone, faults = "", {}
    if form.get("phone", "").strip():
        try:
            phone = read_phone(form["phone"])
        except Invalid as error:
            faults = error.fields
    what = Report(
        text=form.get("text", ""), group_id=read_id(form.get("group", "")), landmark=form.get("landmark", ""), phone=phone,
        urgent=bool(form.get("urgent")),
    )
    return what, dict(faults)


def read_moment(day: str, hour: str) -> datetime | None:
    """Day and hour of a clock in Việt Nam as they are typed (2026-11-24 or 24/11/2026; 9:30, 9h30); None when both are empty.

    Raises ``Invalid`` for what is no moment.
    """
    if not day.strip() and not hour.strip():
        return None
    found = find_day(day)
    try:
        at = read_time(hour)
    except ValueError:
        at = None
    if found is None or at is None:
        raise Invalid(fields={"done_at": (N_("Ghi cả ngày và giờ, ví dụ 24/11/2026, 9:30."), {})})
    return clock.at_local(found, at)
