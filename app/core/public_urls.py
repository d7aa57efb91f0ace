"""Paths that are printed on walls and slips. They never die; a test holds them against the routes."""
from __future__ import annotations

from urllib.parse import urlsplit

# name -> path pattern, exactly as the routes write it
PATHS = {
    "home": "/",
    "procedure": "/p/<code>",  # a procedure page by its national code
    "poster": "/Q/<number>",  # printed in capitals: alphanumeric QR codes are smaller
    "slip": "/S/<token>",
    "pay": "/t/<code>",  # a family member pays: opens the payment only
    "track": "/xem",
    "help": "/giup",
    "badge": "/nguoi-giup/<token>",  # on a helper's badge: is this a helper of the ward today?
}


def public_url(base: str, name: str, **parts: str) -> str:
    """The absolute URL of a printed path. ``base`` is the setting PUBLIC_URL."""
    path = PATHS[name]
    for key, value in parts.items():
        path = path.replace(f"<{key}>", value)
    return base + path


def printed_url(base: str, name: str, **parts: str) -> str:
    """The same in capitals, for QR codes; scheme and host do not care about case, these paths are capitals."""
    url = urlsplit(public_url(base, name, **parts))
    return f"{url.scheme}://{url.netloc}".upper() + url.path


def host_in_words(base: str) -> str:
    """The address as people type it: host without scheme."""
    return urlsplit(base).netloc
