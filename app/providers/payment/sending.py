"""Sends a provider's notice as the provider itself would: a real request over the network (simulator)."""
from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping

TIMEOUT_S = 15


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """POST ``body``; status and answer. Raises ``OSError`` when nobody answers, ``ValueError`` for other addresses."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("the address must begin with http:// or https://")
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return answer.status, answer.read(2_000).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(2_000).decode("utf-8", "replace")
