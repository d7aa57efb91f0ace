"""Browsers without a screen: cookies, forms as pages show them. One speaks to the application, one to a real port."""
from __future__ import annotations

import http.client
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import lxml.html
from flask import Flask
from werkzeug.datastructures import Headers

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a browser would send it when nobody touches it."""

    address: str
    fields: dict[str, Any]

    @property
    def key(self) -> str:
        return str(self.fields["_key"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``path`` is what was asked for."""

    status: int
    headers: Headers
    body: bytes
    path: str

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, without scheme and host."""
        parts = urlsplit(self.headers.get("Location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def heading(self) -> str:
        found = lxml.html.fromstring(self.text).findall(".//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    def forms(self) -> list[Form]:
        """Every form of the page that is sent by POST."""
        document = lxml.html.fromstring(self.text)
        return [
            Form(urlsplit(form.action or self.path)._replace(fragment="").geturl(), _fields(form))
            for form in document.forms if form.method == "POST"
        ]

    def form(self, ending: str = "") -> Form:
        """The last form whose address ends like this (the first ones stand in the page's head)."""
        (*_, last) = [form for form in self.forms() if form.address.split("?")[0].endswith(ending)]
        return last


def _fields(form: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in found:
            before = found[name]
            found[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[name] = value
    return found


class Browser(ABC):
    """Keeps cookies; follows no redirect by itself."""

    @abstractmethod
    def ask(
        self, method: str, path: str, fields: Fields | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply: ...

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers=headers)

    def follow(self, reply: Reply) -> Reply:
        """Redirects to their end."""
        for _ in range(6):
            if reply.status not in (301, 302, 303, 307, 308):
                return reply
            reply = self.get(reply.location)
        raise AssertionError(f"a circle of redirects at {reply.location}")

    def open(self, path: str) -> Reply:
        """A page, redirects followed."""
        return self.follow(self.get(path))

    def send(self, form: Form, headers: Mapping[str, str] | None = None, /, **typed: Any) -> Reply:
        """Send a form with what was typed into it."""
        return self.ask("POST", form.address, {**form.fields, **typed}, headers)

    def fill(self, path: str, ending: str = "", /, **typed: Any) -> Reply:
        """Open a page, type, send its form."""
        return self.send(self.open(path).form(ending), **typed)


class Inside(Browser):
    """Speaks to the application in this process, so that a moved clock is seen."""

    def __init__(self, app: Flask, **environ: Any) -> None:
        self.client = app.test_client()
        self.environ = environ

    def ask(
        self, method: str, path: str, fields: Fields | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        with_files = any(isinstance(value, tuple) for value in (fields or {}).values())
        answer = self.client.open(
            path, method=method, data=fields, headers=dict(headers or {}), environ_overrides=self.environ,
            content_type="multipart/form-data" if with_files else None,
        )
        return Reply(answer.status_code, answer.headers, answer.get_data(), path)

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.client._cookies.values()}

    def set_cookie(self, name: str, value: str) -> None:
        self.client.set_cookie(name, value)


class Outside(Browser):
    """Speaks HTTP to a port, one connection a request, as many phones do."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self.port, self.cookies = port, dict(cookies or {})

    def ask(
        self, method: str, path: str, fields: Fields | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        body = None if fields is None else urlencode(fields, doseq=True).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = self.raw(method, path, body, {**sent, **(headers or {})})
        self._keep(reply.headers.getlist("Set-Cookie"))
        return reply

    def raw(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request as it stands, cookies included or not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, Headers(answer.getheaders()), answer.read(), path)
        finally:
            connection.close()

    def again(self) -> Outside:
        """The same browser as it stands now: a second tab, or a second press before the first answer came."""
        return Outside(self.port, self.cookies)

    def _keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                gone = morsel["max-age"] == "0" or morsel["expires"].startswith("Thu, 01 Jan 1970")
                self.cookies.pop(name, None) if gone else self.cookies.update({name: morsel.value})


def file(data: bytes, name: str = "anh.jpg") -> tuple[BytesIO, str]:
    """What a file input sends."""
    return BytesIO(data), name
