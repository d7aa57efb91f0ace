"""What is typed on the pages of this room, as plain values."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask import request
from wtforms import SelectField, SelectMultipleField

from app.accounts.models import FIELD_ROLES, Role
from app.assistance.services.helpers import Particulars
from app.core import clock
from app.core.errors import Invalid
from app.procedures.fields import REGISTRY
from app.procedures.fields.base import Sent
from app.procedures.parts import Question
from app.web.forms import Form, line
from app.web.i18n import words

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
