"""What history says to the person: one standing (what happened, what it means, what to do) and a line of steps."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import N_
from app.dossiers.models import Dossier, DossierEvent, State, Supplement
from app.dossiers.workflow import Action
from app.procedures.schema import Procedure


@dataclass(frozen=True, slots=True)
class Standing:
    """The badge and the first sentence of the tracking page."""

    icon: str
    word: str
    kind: str  # "", ok, warn, bad, idle
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line: done, now, waiting for the person, or not yet."""

    mark: str  # ok | now | wait | ""
    icon: str
    title: str
    at: datetime | None = None
    who: str = ""


_STANDINGS: dict[State, tuple[str, str, str]] = {
    State.SUBMITTED: ("clock", N_("Phường đang xem"), ""),
    State.ACCEPTED: ("clock", N_("Đã nhận làm"), ""),
    State.IN_PROCESS: ("clock", N_("Đang làm"), ""),
    State.AWAITING_PAYMENT: ("money", N_("Chờ nộp tiền"), "warn"),
    State.WITHDRAWAL_ASKED: ("pause", N_("Đã xin lấy hồ sơ về"), "idle"),
    State.REFUSED: ("cross", N_("Chưa nhận được"), "bad"),
    State.STOPPED: ("stop", N_("Đã dừng lại"), "idle"),
    State.FINISHED: ("done", N_("Đã có giấy"), "ok"),
    State.HANDED_OVER: ("done", N_("Đã nhận giấy"), "ok"),
}

WITHDRAWN = N_("Ông/bà đã xin lấy hồ sơ về. Giấy tờ gốc nhận lại tại quầy.")
_GOES_ON = (State.ACCEPTED, State.IN_PROCESS, State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT)
_DECISIONS = (
    Action.REFUSE, Action.STOP, Action.CLOSE_WITHDRAWAL, Action.APPROVE_WITHDRAWAL, Action.DECLINE_WITHDRAWAL,
    Action.ASK_WITHDRAWAL,
)


def standing(dossier: Dossier, events: list[DossierEvent], supplement: Supplement | None) -> Standing:
    """Where the dossier stands, in the person's words."""
    state, reason = State(dossier.state), _reason(State(dossier.state), events)
    if state == State.AWAITING_SUPPLEMENT:
        if supplement is not None and supplement.sent_at is not None:
            return Standing("clock", N_("Đã gửi thêm, phường đang xem"), "", reason)
        return Standing("pause", N_("Đang chờ ông/bà"), "warn", reason)
    icon, word, kind = _STANDINGS[state]
    return Standing(icon, word, kind, reason)


def _reason(state: State, events: list[DossierEvent]) -> str:
    """Why it ended, or why the person does not get the dossier back: the last word that was not taken back."""
    decided = next((event for event in reversed(events) if event.action in _DECISIONS and not event.undone_by_id), None)
    if decided is None:
        return ""
    if state == State.STOPPED and decided.action in (Action.CLOSE_WITHDRAWAL, Action.APPROVE_WITHDRAWAL):
        return WITHDRAWN
    ended, declined = state in (State.REFUSED, State.STOPPED), decided.action == Action.DECLINE_WITHDRAWAL
    return decided.reason if ended or (declined and state in _GOES_ON) else ""


def citizen_steps(dossier: Dossier, procedure: Procedure, events: list[DossierEvent]) -> list[Step]:
    """Filed, accepted, at work, signed, collected; with the moments that history knows."""
    if dossier.state in (State.REFUSED, State.STOPPED):
        return [Step("ok", "tick", N_("Đã nộp"), dossier.submitted_at)]
    by_action = {event.action: event for event in events if not event.undone_by_id}
    received = by_action.get(Action.ACCEPT) or by_action.get(Action.INTAKE)
    started, signed = by_action.get(Action.START), by_action.get(Action.FINISH)
    examined_at = dossier.finished_at or (started.at if started and dossier.examined_by_id else None)
    steps = [
        Step("ok", "tick", N_("Đã nộp"), dossier.submitted_at),
        _step(dossier.accepted_at, N_("Cán bộ nhận làm"), "person", received),
        _step(examined_at, N_("Kiểm tra giấy tờ"), "search", None),
        _step(dossier.finished_at, N_("Lãnh đạo ký"), "pen", signed),
        _step(dossier.handed_over_at, N_("Nhận giấy"), "home", None),
    ]
    return _mark_present(dossier, steps)


def _step(at: datetime | None, title: str, icon: str, event: DossierEvent | None) -> Step:
    return Step("ok" if at else "", "tick" if at else icon, title, at, event.actor_label if event and at else "")


def _mark_present(dossier: Dossier, steps: list[Step]) -> list[Step]:
    """The first step not done is the present one; when the ward waits for the person it says so."""
    marked = list(steps)
    for place, step in enumerate(steps):
        if step.mark == "ok":
            continue
        waiting = dossier.state in (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.WITHDRAWAL_ASKED)
        if waiting:
            titles = {
                State.AWAITING_SUPPLEMENT: N_("Gửi thêm giấy tờ"), State.AWAITING_PAYMENT: N_("Nộp tiền"),
                State.WITHDRAWAL_ASKED: N_("Lãnh đạo xem việc lấy hồ sơ về"),
            }
            marked.insert(place, Step("wait", "pause", titles[State(dossier.state)]))
        elif dossier.state == State.FINISHED:  # the ward is done: the paper waits for the person
            marked[place] = Step("wait", "pause", step.title)
        else:
            marked[place] = Step("now", "clock", step.title)
        break
    return marked
