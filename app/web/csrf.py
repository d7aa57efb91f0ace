"""Forged forms: a token in every form, held against a cookie, and the Origin of every unsafe request.

The token is masked anew on each page, so that compressed pages give nothing away (BREACH). It has no
time limit: an expired token would eat an old person's form (safety.md, threat 10).
"""
from __future__ import annotations

import base64
import os
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from app.core.crypto import same
from app.web.security import cookie_name, set_cookie

FIELD = "_token"
_COOKIE = "form"
_SIZE = 16


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def browser_secret() -> bytes:
    """What only this browser and we know; kept in a cookie for a year."""
    if "csrf_secret" not in g:
        kept = _decode(request.cookies.get(cookie_name(_COOKIE), ""))
        if len(kept) != _SIZE:
            kept = os.urandom(_SIZE)
            g.csrf_is_new = True
        g.csrf_secret = kept
    return g.csrf_secret


def csrf_token() -> str:
    """The token for one form."""
    mask = os.urandom(_SIZE)
    return _encode(mask + _xor(mask, browser_secret()))


def origin_is_ours() -> bool:
    """Browsers send Origin with unsafe requests; where both it and Referer are absent the token decides alone."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if not origin:
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def token_is_ours() -> bool:
    token = _decode(request.form.get(FIELD, ""))
    if len(token) != 2 * _SIZE:
        return False
    return same(_xor(token[:_SIZE], token[_SIZE:]), browser_secret()) and "csrf_is_new" not in g


def _keep(response: Response) -> Response:
    if g.get("csrf_is_new"):
        set_cookie(response, _COOKIE, _encode(g.csrf_secret), max_age=365 * 24 * 3600)
    return response


def init_app(app: Flask) -> None:
    app.after_request(_keep)
    app.jinja_env.globals["csrf_token"] = csrf_token
