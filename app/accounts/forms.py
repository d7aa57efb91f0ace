"""Forms of accounts: what is read from a page before a service judges it."""
from __future__ import annotations

from collections.abc import Container, Iterable

from wtforms import PasswordField, SelectMultipleField, StringField

from app.accounts.permissions import Role
from app.core.errors import N_, Invalid
from app.web.forms import Form, line


class SignInForm(Form):
    """Name, password and code together: one answer for every kind of wrong."""

    username = StringField(filters=[lambda text: (text or "")[:40].strip().lower()])
    password = PasswordField()
    code = line(12)


class SetUpForm(Form):
    """A new password and the code that proves the generator works."""

    password = PasswordField()
    secret = line(64)
    code = line(12)


class NewAccountForm(Form):
    """A colleague's account."""

    username = line(40)
    full_name = line(120)
    title = line(80)
    desk = line(40)
    roles = SelectMultipleField(choices=[str(role) for role in Role])

    @property
    def chosen_roles(self) -> frozenset[Role]:
        return _known(self.roles.data)


class RolesForm(Form):
    """What to do with which roles of an account."""

    act = line(10)
    roles = SelectMultipleField(choices=[str(role) for role in Role])

    def chosen_act(self, known: Container[str]) -> str:
        """Raises ``Invalid`` for anything else."""
        if self.act.data not in known:
            raise Invalid(N_("Chọn việc cần làm với tài khoản này."))
        return str(self.act.data)

    @property
    def chosen_roles(self) -> frozenset[Role]:
        return _known(self.roles.data)

    @property
    def role(self) -> Role:
        """The one role of a button. Raises ``Invalid`` when there is none."""
        if len(self.chosen_roles) != 1:
            raise Invalid(N_("Chọn ít nhất một vai trò."))
        return next(iter(self.chosen_roles))


def _known(typed: Iterable[str] | None) -> frozenset[Role]:
    return frozenset(Role(role) for role in typed or () if role in set(Role))
