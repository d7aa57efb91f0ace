"""A generic HTTP door for text messages: one configurable address, bearer token, JSON body (ruling 14).

Vendors in Việt Nam differ; this speaks the common shape ``{"phone", "message", "request_id"}`` and takes
any 2xx as accepted. A vendor with another shape gets a driver of its own.
"""
from __future__ import annotations

import json
import urllib.error
import urllib.request


class HttpSms:
    """Posts each message to one address. Timeouts and non-2xx answers raise ``OSError``."""

    def __init__(self, url: str, token: str, *, timeout_seconds: float = 10.0) -> None:
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("the SMS address must be https")
        self._url, self._token, self._timeout = url, token, timeout_seconds

    def send(self, phone: str, text: str, *, key: str) -> str:
        body = json.dumps({"phone": phone, "message": text, "request_id": key}).encode()
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            self._url, data=body, method="POST",
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}", "Idempotency-Key": key},
        )
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
            reply = answer.read(4096)
        try:
            return str(json.loads(reply).get("id", key))
        except (ValueError, AttributeError):
            return key
