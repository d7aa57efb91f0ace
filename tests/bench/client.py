"""A small browser without a screen: keep-alive, cookies, the fields of a form. For flows under load."""
from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

_INPUT = re.compile(r"<(?:input|button)\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z_:-]+)\s*=\s*("([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page: CSRF and idempotency keys among them."""
        found = {}
        for tag in _INPUT.findall(self.text):
            attributes = {m[0].lower(): unescape(m[2] or m[3] or m[4]) for m in _ATTRIBUTE.findall(tag)}
            if attributes.get("type", "").lower() == "hidden" and "name" in attributes:
                found[attributes["name"]] = attributes.get("value", "")
        return found


@dataclass(slots=True)
class Session:
    """One visitor on one connection. ``timings`` are (label, seconds, status)."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    timings: list[tuple[str, float, int]] = field(default_factory=list)
    connection: http.client.HTTPConnection | None = None
    path: str = "/"  # where the visitor is now, after redirects

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path: str, label: str = "get") -> Answer:
        return self._follow("GET", path, None, label)

    def post(self, path: str, fields: dict[str, str], label: str = "post") -> Answer:
        """Send a form and follow its redirect; the redirect's page is timed as ``<label> then``."""
        return self._follow("POST", path, urlencode(fields).encode(), label)

    def _follow(self, method: str, path: str, body: bytes | None, label: str) -> Answer:
        answer = self._ask(method, path, body, label)
        for _ in range(5):
            if answer.status not in (301, 302, 303):
                break
            parts = urlsplit(answer.headers["location"])
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = self._ask("GET", path, None, f"{label} then")
        self.path = path
        return answer

    def _ask(self, method: str, path: str, body: bytes | None, label: str) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        headers = {"Accept-Encoding": "identity", "Accept": "text/html", "Host": f"{self.host}:{self.port}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{self.host}:{self.port}"
        began = time.perf_counter()
        try:
            self.connection.request(method, path, body=body, headers=headers)
            raw = self.connection.getresponse()
            content = raw.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise
        self.timings.append((label, time.perf_counter() - began, raw.status))
        for line in raw.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name.strip()] = rest.partition(";")[0]
        return Answer(raw.status, {name.lower(): value for name, value in raw.getheaders()}, content)
