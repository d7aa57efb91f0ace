"""What comes in: uploads in memory, text without signs that no database takes, a proxy's word only from our own."""
from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_NUL = "\0"
# A unix socket has no address. Whoever else comes straight to us says of itself what it likes.
_OWN_PROXIES = frozenset({"127.0.0.1", "::1", ""})


def _without_nul(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """PostgreSQL takes no NUL, and nobody types one. A part of a form may come without a name: nobody asked for it."""
    pairs = list(sent.items(multi=True))
    if not any(name is None or _NUL in name or _NUL in value for name, value in pairs):
        return sent
    return ImmutableMultiDict(
        (name.replace(_NUL, ""), value.replace(_NUL, "")) for name, value in pairs if name is not None
    )


class InMemoryRequest(Request):
    """Uploads stay in memory until they are encrypted: nothing of theirs lies in clear in a temporary folder."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> BytesIO:
        return BytesIO()

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__:
            super()._load_form_data()
            self.__dict__["form"] = _without_nul(self.__dict__["form"])

    @cached_property
    def args(self) -> MultiDict[str, str]:  # type: ignore[override]
        return _without_nul(super().args)


class BehindOwnProxy:
    """Address and scheme of the visitor as our proxy tells them; from anyone else these headers are noise."""

    def __init__(self, app: Any) -> None:
        self.plain, self.told = app, ProxyFix(app, x_for=1, x_proto=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ours = environ.get("REMOTE_ADDR", "") in _OWN_PROXIES
        return (self.told if ours else self.plain)(environ, start_response)


def visitor_network() -> str:
    """From where a request comes, for counting tries: an IPv4 address, or the IPv6 network of one household (/64).

    One machine has 2^64 IPv6 addresses, so a limit for each of them would be none.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def _refuse_nul() -> None:
    if _NUL in request.path:
        abort(404)


def init_app(app: Flask) -> None:
    app.before_request(_refuse_nul)
    if app.extensions["settings"].behind_proxy:
        app.wsgi_app = BehindOwnProxy(app.wsgi_app)  # type: ignore[method-assign]
