"""Who may open the pages of a session of help, and what stays shut while the screen is turned to the person (đưa máy).

The session of help is a row tied to the helper's web session; the browser holds the helper's own cookie and nothing else.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for

from app.accounts.guards import staff_only
from app.accounts.permissions import Permission
from app.accounts.sessions import actor_of, current_actor, current_session, current_staff
from app.assistance import queries
from app.assistance.models import Helper, HelpSession, Mandate, Mode, TurnedFor
from app.assistance.services import help_sessions, mandates
from app.core.actor import CITIZEN, Actor
from app.web import htmx
from app.web.guarding import Guard, View, guard_of, guarded_by
from app.web.preferences import preferences
from app.web.transactions import before_keeping

HOME, PIN, GOING_ON = "assistance_helper.home", "dossiers_helper.take_back", "dossiers_helper.overview"


def current_help() -> HelpSession | None:
    """The session of help that is under way in the web session of this request."""
    row = current_session()
    if row is None or row.kind != "staff":
        return None
    if "help_session" not in g:
        g.help_session = queries.find_session_of(row.id)
    found: HelpSession | None = g.help_session
    return found if found is not None and found.ended_at is None else None


def the_help() -> HelpSession:
    """The session that a guard let through."""
    found = current_help()
    assert found is not None
    return found


def helper_actor() -> Actor:
    """The helper at the machine, also while the person acts on the turned screen."""
    staff = current_staff()
    assert staff is not None
    return actor_of(staff)


def the_helper() -> Helper:
    return queries.get_own_helper(helper_actor())


def the_mandate(session: HelpSession) -> Mandate:
    """What lets this session open its dossier. Raises ``NotFound`` once it has ended, run out, or was another's."""
    return queries.require_mandate(the_helper(), session.dossier_code or "")


def helping(*turned: TurnedFor, mandate: bool = True) -> Callable[[View], View]:
    """A page of the session that is under way: the helper's own, or for the person while the screen is ``turned`` for it.

    ``mandate``: only under one that is in force now.
    """
    return guarded_by(Guard("helping", lambda: _check(turned, mandate), Permission.HELP_GIVE))


def any_turned(view: View) -> View:
    """A page that shows as long as the screen is turned, whatever for."""
    return helping(*TurnedFor, mandate=False)(view)


def _check(turned: tuple[TurnedFor, ...], mandate: bool) -> Any:
    g.pop("actor", None)  # asked again when a transaction begins late: the person may have acted until then
    if (refusal := staff_only(Permission.HELP_GIVE)) is not None:
        return refusal
    session = current_help()
    if session is None:
        return redirect(url_for(HOME), 303)
    if (session.turned_for or None) not in (turned or (None,)):
        return to_pin() if session.is_turned else redirect(url_for(GOING_ON), 303)
    if mandate:
        the_mandate(session)
    dress(session)
    return None


def dress(session: HelpSession) -> None:
    """The page shows who is helped, or turns to the person: larger letters for whoever is to read them."""
    g.helping = session
    if session.is_turned:
        g.actor = CITIZEN
    if (session.is_turned or session.mode == Mode.BESIDE) and preferences().text == "m":
        g.preferences = replace(preferences(), text="l")


def to_pin() -> Response:
    """Back to the page that asks for the PIN, as a whole page whoever asks."""
    return htmx.lead(url_for(PIN))


def note_use(session: HelpSession, mandate: Mandate, act: str) -> None:
    """Write the act into the journal as the last thing of the transaction: the helper's use, or the person's own act."""
    if "act_noted" in g:  # the guard asks twice when a transaction begins late
        return
    g.act_noted = True
    actor = helper_actor()
    note = mandates.note_own_act if session.is_turned else mandates.use_mandate
    before_keeping(lambda: note(mandate, actor, act))


def _keep_turned() -> Any:
    """While the screen is turned, no page of a helper or of staff opens, whatever address is typed."""
    guard = guard_of(current_app, request.endpoint) if request.endpoint else None
    is_open = guard is not None and guard.name == "public"
    view = current_app.view_functions.get(request.endpoint or "")
    if is_open and request.method in ("GET", "HEAD") and not getattr(view, "_writes", False):
        return None  # nothing of ours is asked for: no look at who asks
    session = current_help() if current_actor().may(Permission.HELP_GIVE) else None
    if session is None:
        return None
    _end_with_web_session(session)
    if not session.is_turned:
        return None
    if guard is not None and guard.name in ("public", "slip_session", "helping"):  # the last two have decided themselves
        return None
    return to_pin()


def unless_turned(menu: Callable[[], list[tuple[str, str]]]) -> Callable[[], list[tuple[str, str]]]:
    """The menu of staff, on a page of errors too; none while the screen is turned to the person."""
    def shown() -> list[tuple[str, str]]:
        session = current_help() if current_actor().may(Permission.HELP_GIVE) else None
        return [] if session is not None and session.is_turned else menu()
    return shown


def _end_with_web_session(session: HelpSession) -> None:
    """Whoever signs out, or becomes someone else in this browser, ends the session of help too."""
    row, actor = current_session(), current_actor()

    def end() -> None:
        if row is not None and row.ended_at is not None:
            help_sessions.end_session(session, actor)
    before_keeping(end)


def init_app(app: Flask) -> None:
    """To be called before the guards of endpoints are in force: whoever is refused a page sees no menu either."""
    app.before_request(_keep_turned)
