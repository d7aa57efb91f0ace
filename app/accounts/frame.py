"""What every page shows of us: the ward's name, address and telephone; who is signed in."""
from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.accounts.permissions import Permission
from app.accounts.queries import get_ward
from app.accounts.sessions import current_actor
from app.core.errors import NotFound

# Staff edit these rarely; every page shows them. Each worker looks again after this long.
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """The ward as pages show it."""

    name: str = "UBND phường"
    short_name: str = ""
    parent_name: str = ""
    service_centre: str = ""
    address: str = ""
    phone: str = ""
    phone_uri: str = ""
    hours: str = ""
    desk: str = ""
    domain: str = ""
    national_portal_url: str = ""


class _Cache:
    value: Shown | None = None
    until = 0.0


def ward_shown() -> Shown:
    """The ward's words, at most ten seconds old."""
    if _Cache.value is None or time.monotonic() > _Cache.until:
        try:
            ward = get_ward()
            _Cache.value = Shown(**{name: getattr(ward, name) for name in Shown.__dataclass_fields__})
        except NotFound:  # before the first data are loaded
            _Cache.value = Shown()
        except SQLAlchemyError:  # the page that says so still shows whom to call
            _Cache.value = _Cache.value or Shown()
        _Cache.until = time.monotonic() + _SECONDS
    return _Cache.value


def forget() -> None:
    """Look again at the next page (after an edit, between tests)."""
    _Cache.value = None


def page_frame() -> dict[str, Any]:
    """For the layouts: ``ward``, and ``may`` for what the signed-in person may do."""
    return {"ward": ward_shown(), "may": may, "Permission": Permission}


def may(permission: str) -> bool:
    return current_actor().may(permission)
