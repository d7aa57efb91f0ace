"""The blueprint, and what several of its views need."""
from __future__ import annotations

from flask import Blueprint, g, url_for

from app.accounts.sessions import current_session
from app.core.errors import N_, Conflict, NotFound
from app.dossiers.guards import current_dossier
from app.dossiers.models import Dossier, State
from app.dossiers.queries import open_supplement
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.phone_codes import is_granted
from app.procedures.form import Page
from app.procedures.schema import Procedure
from app.web.preferences import preferences

bp = Blueprint("dossiers_citizen", __name__, url_prefix="/ho-so/<code>")


def session_id() -> int:
    """The browser session that the guard let through."""
    row = current_session()
    assert row is not None
    return row.id


def procedure() -> Procedure:
    """The procedure of the dossier of this request, in its version."""
    if "procedure" not in g:
        g.procedure = procedure_of(current_dossier(), g.get("procedure_sha256", ""))
    return g.procedure


def is_mending(dossier: Dossier, kind: str, page_id: str) -> bool:
    """Whether this paper, or a question of this page, was asked for again."""
    if dossier.state != State.AWAITING_SUPPLEMENT:
        return False
    supplement, form = open_supplement(dossier), procedure().form
    return supplement is not None and supplement.sent_at is None and any(
        item.kind == kind and (form.page_of(item.ref) if kind == "question" else item.ref) == page_id
        for item in supplement.items
    )


def must_prove_phone(dossier: Dossier, page_id: str) -> bool:
    """Whether a question that was asked again opens only after the code to the phone: its page shows the old answers."""
    return is_mending(dossier, "question", page_id) and not is_granted(dossier, "change", session_id())


def check_may_change(dossier: Dossier, kind: str, page_id: str) -> None:
    """A draft is free, and so is a paper that the ward asked for; else the phone must be proven after filing (ruling 2)."""
    mending = is_mending(dossier, kind, page_id)
    if dossier.state == State.DRAFT or (mending and kind == "paper"):
        return
    if dossier.state != State.SUBMITTED and not mending:
        raise Conflict(N_("Cán bộ đã nhận hồ sơ, nên không tự sửa được nữa. Gọi phường để sửa."))
    if not is_granted(dossier, "change", session_id()):
        raise Conflict(N_("Sửa sau khi nộp cần mã 6 số gửi về điện thoại. Mở trang hồ sơ, bấm Sửa lời khai."))


def keep_text_size(dossier: Dossier) -> None:
    """The size is kept for the person, not the device: it is printed on the slip and opens with it."""
    if dossier.text_size != preferences().text:
        dossier.text_size = preferences().text


def page_address(dossier: Dossier, page: Page) -> str:
    """Where a page of the form stands."""
    if page.kind == "paper":
        return url_for("dossiers_citizen.paper", code=dossier.public_code, paper_id=page.id)
    return url_for("dossiers_citizen.question", code=dossier.public_code, page_id=page.id)


def form_page(page_id: str, kind: str) -> Page:
    """A visible page of the dossier's form. Raises ``NotFound`` for a hidden or unknown one."""
    found = procedure().form.page(page_id, current_dossier().answers)
    if found is None or found.kind != kind:
        raise NotFound
    return found
