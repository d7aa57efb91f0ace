"""Calls for help (gọi giúp) from a page of the hall: page and draft come along, so that the helper starts where one stopped."""
from __future__ import annotations

from typing import Any

from app.assistance.models import HelpCall
from app.assistance.services.help_calls import Ask, ask
from app.core.actor import Actor
from app.dossiers.models import Dossier
from app.procedures.queries import find_procedure

_ABOUT_PROCEDURE = ("p", "lam")


def ask_for_help(
    actor: Actor, *, name: str, phone: str = "", way: str = "phone", page: str = "", dossier: Dossier | None = None, **more: Any
) -> HelpCall:
    """Note who wants to be called or visited; ``phone`` is in E.164 or empty. ``more``: see ``Ask``. Raises ``Invalid``."""
    return ask(actor, Ask(
        name=name, phone=phone, way=way, page=page, dossier_code=dossier.public_code if dossier else None,
        procedure_code=dossier.procedure_code if dossier else _procedure_of(page), **more,
    ))


def _procedure_of(page: str) -> str | None:
    """Which procedure a page is about, when it is the page of one."""
    parts = page.partition("?")[0].split("/")
    if len(parts) < 3 or parts[1] not in _ABOUT_PROCEDURE:
        return None
    found = find_procedure(parts[2])
    return found.code if found else None
