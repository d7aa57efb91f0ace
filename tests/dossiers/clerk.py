"""A clerk's browser without a browser: opens pages and sends the very forms that they show."""
from __future__ import annotations

import contextvars
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.accounts.permissions import Role
from app.core.actor import Actor
from app.core.db import db
from tests import factories


@dataclass(slots=True)
class Form:
    """A form as it stands on a page: where it goes, and what it would send if one only pressed a button."""

    action: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.links, self.text = path, [], [], []
        self._area = self._select = ""
        self._get = False  # a form that only looks

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(of.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(of.get("action") or self.path))
            self._get = of.get("method") != "post"
        elif self._get:
            return
        elif self.forms and of.get("name"):
            self._control(tag, of, self.forms[-1])
        elif tag == "option" and self._select and "selected" in of:
            self.forms[-1].fields.setlist(self._select, [of.get("value", "")])

    def _control(self, tag: str, of: dict[str, str], form: Form) -> None:
        name = of["name"]
        if tag == "button":
            form.buttons.append((name, of.get("value", "")))
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "select":
            self._select = name
            form.fields.add(name, "")
        elif of.get("type") in ("checkbox", "radio"):
            if "checked" in of:
                form.fields.add(name, of.get("value", "on"))
        elif of.get("type") != "file":
            form.fields.add(name, of.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area:
            self.forms[-1].fields[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


class Seen:
    """A page that was answered."""

    def __init__(self, answer: TestResponse) -> None:
        self.status, self.location, self.headers = answer.status_code, answer.headers.get("Location", ""), answer.headers
        self.data = answer.data
        self._reader = _Reader(answer.request.path)
        if "html" in (answer.content_type or ""):
            self._reader.feed(answer.get_data(as_text=True))

    @property
    def text(self) -> str:
        """All that one reads, spaces made single."""
        return " ".join(" ".join(self._reader.text).split())

    @property
    def links(self) -> list[str]:
        return self._reader.links

    def form(self, end: str) -> Form:
        """The form that is sent (post) to an address that ends so."""
        return next(
            form for form in self._reader.forms if form.fields and form.action.split("?")[0].endswith(end)
        )

    def offers(self, end: str) -> bool:
        """Whether a link or a form leads there."""
        addresses = [form.action for form in self._reader.forms] + self.links
        return any(address.split("?")[0].endswith(end) for address in addresses)


class _Client(FlaskClient):
    """Each request has a context and a transaction of its own, although the test holds one."""

    def open(self, *args: Any, **named: Any) -> TestResponse:
        try:
            return contextvars.Context().run(super().open, *args, **named)
        finally:
            db.session.rollback()  # what the test looks at next is read anew


class Clerk:
    """One member of staff at one desk."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        self.actor = actor
        self.session, token = factories.make_session("staff", actor)
        self._client = _Client(app, app.response_class)
        self._client.set_cookie("session", token)

    def get(self, path: str) -> Seen:
        return Seen(self._client.get(path))

    def send(self, page: Seen, end: str, **typed: Any) -> Seen:
        """Send a form of a page with what was typed; ``None`` unticks. Files are (bytes, name) pairs."""
        form = page.form(end)
        fields = form.fields.copy()
        for name, value in _spread(typed):
            if value is None:
                fields.poplist(name)
            else:
                fields.setlist(name, [_sendable(one) for one in (value if isinstance(value, list) else [value])])
        return Seen(self._client.post(form.action, data=fields, content_type="multipart/form-data"))

    def act(self, path: str, end: str = "", **typed: Any) -> Seen:
        """Open a page and send one of its forms."""
        page = self.get(path)
        assert page.status == 200, (path, page.status, page.text[:300])
        return self.send(page, end or path.split("?")[0], **typed)


def _sendable(value: Any) -> Any:
    """A file as the test client wants it; anything else as it is."""
    return (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value


def _spread(typed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names with signs that Python has not: ``fields={"want": ...}`` beside plain ones."""
    for name, value in typed.items():
        if name == "fields":
            yield from value.items()
        else:
            yield name, value


class Team:
    """The three people who play a dossier, and their desks."""

    def __init__(self, app: Flask) -> None:
        self.receptionist = Clerk(app, factories.make_staff(Role.RECEPTIONIST))
        self.specialist = Clerk(app, factories.make_staff(Role.SPECIALIST))
        self.leader = Clerk(app, factories.make_staff(Role.LEADER))
