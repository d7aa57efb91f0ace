"""Forms of accounts: what is read from a page before a service judges it."""
from __future__ import annotations

from wtforms import PasswordField, SelectMultipleField, StringField

from app.accounts.permissions import Role
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
        return frozenset(Role(role) for role in self.roles.data or [] if role in set(Role))
