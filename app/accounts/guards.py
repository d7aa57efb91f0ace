"""Guards of endpoints: ``@public``, ``@require(permission)``, ``@signed_in``. Anything without a guard is refused."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for

from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor, current_staff, touch
from app.core.errors import N_, Forbidden
from app.web.guarding import Guard, View, guarded_by, public

__all__ = ["public", "require", "signed_in"]


def staff_only(permission: Permission | None) -> Any:
    """What refuses who is not signed in, or does not hold ``permission``; None lets pass."""
    if current_staff() is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("accounts_public.sign_in", next=asked or None), 303)
    if permission is not None and not current_actor().may(permission):
        raise Forbidden(N_("Vai trò của tài khoản này không mở được trang này."))
    touch()
    return None


def require(permission: Permission) -> Callable[[View], View]:
    """Only staff who hold ``permission`` now."""
    return guarded_by(Guard("require", lambda: staff_only(permission), permission))


def signed_in(view: View) -> View:
    """Any signed-in staff member (own account, start page)."""
    return guarded_by(Guard("signed_in", lambda: staff_only(None)))(view)
