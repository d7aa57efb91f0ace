"""What the terminal shows: the addresses, a QR for phones on the same network, a sign-in link per role."""
from __future__ import annotations

import io
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace

import qrcode

from app.core.settings import Settings

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


def lan_address() -> str | None:
    """This machine's address on its network, or None. Nothing is sent: a UDP socket is only given a direction."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation, RFC 5737
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


def for_visitors(settings: Settings, env: Mapping[str, str], lan: str | None) -> Settings:
    """In demonstration on all addresses, phones of the same network are let in and printed codes lead here.

    Whoever types "localhost" gets in too. What ``env`` says itself (PUBLIC_URL, TRUSTED_HOSTS) stays as it is.
    """
    if not settings.demo or settings.host not in (*EVERYWHERE, "127.0.0.1"):
        return settings
    lan = lan if settings.host in EVERYWHERE else None
    hosts = tuple(filter(None, ("127.0.0.1", "localhost", lan)))
    if not env.get("TRUSTED_HOSTS"):
        settings = replace(settings, trusted_hosts=tuple(dict.fromkeys((*settings.trusted_hosts, *hosts))))
    if lan and not env.get("PUBLIC_URL"):
        settings = replace(settings, public_url=f"http://{lan}:{settings.port}")
    return settings


def local_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def banner(settings: Settings, lan: str | None, links: Sequence[tuple[str, str]]) -> str:
    """The text; ``links`` are (role, path) pairs."""
    here = local_url(settings)
    lines = ["", f"Địa chỉ trên máy này (address): {here}"]
    if settings.production:
        return "\n".join([*lines, f"Địa chỉ công khai (public address): {settings.public_url}", ""])
    if settings.host in EVERYWHERE and lan:
        there = f"http://{lan}:{settings.port}"
        lines += [f"Điện thoại cùng mạng quét mã này (phones on the same network): {there}", "", terminal_qr(there)]
    if links:
        lines += ["Vào thử theo vai (one sign-in link per role):"]
        width = max(len(role) for role, _ in links)
        lines += [f"  {role.ljust(width)}  {here}{path}" for role, path in links]
    return "\n".join([*lines, "", "Dừng: Ctrl-C (stop)", ""])


def terminal_qr(url: str) -> str:
    """A code of block characters, dark on light whatever the terminal's colours; capitals make it smaller."""
    code = qrcode.QRCode(border=2)
    code.add_data(url.upper())
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue().rstrip("\n") + "\n"
