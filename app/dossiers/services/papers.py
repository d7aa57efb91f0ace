"""Photos and PDFs of a dossier: added one by one and kept at once, turned, replaced, removed."""
from __future__ import annotations

from sqlalchemy import func, select

from app.accounts.permissions import Permission
from app.core import audit, clock
from app.core.actor import Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, NotFound
from app.dossiers.models import Dossier, DossierPaper, State
from app.dossiers.queries import open_supplement
from app.files import services as files
from app.files.models import FileKind, StoredFile
from app.procedures.queries import get_version

MAX_PER_PAPER = 20


def check_open(dossier: Dossier, paper_id: str) -> None:
    """Raises ``Conflict`` when this paper takes no photo now: after filing only what was asked for."""
    if dossier.state == State.DRAFT or (dossier.state == State.SUBMITTED):
        return
    supplement = open_supplement(dossier)
    if supplement is None or all(item.ref != paper_id for item in supplement.items if item.kind == "paper"):
        raise Conflict(N_("Phường chưa cần gửi thêm giấy này."))


def add_paper(dossier: Dossier, paper_id: str, away: files.PutAway, actor: Actor) -> DossierPaper:
    """Keep one checked photo. Raises ``Conflict`` when there are too many."""
    check_open(dossier, paper_id)
    count, last = _count(dossier, paper_id)
    if count >= MAX_PER_PAPER:
        raise Conflict(N_("Giấy này đã có %(n)s ảnh, đủ rồi. Xóa bớt ảnh thừa rồi gửi lại."), n=str(count))
    return _keep(dossier, paper_id, away, actor, position=last + 1)


def _count(dossier: Dossier, paper_id: str) -> tuple[int, int]:
    """(photos that one paper has, position of the last)."""
    count, last = db.session.execute(
        select(func.count(), func.max(DossierPaper.position)).where(
            DossierPaper.dossier_id == dossier.id, DossierPaper.paper_id == paper_id, DossierPaper.removed_at.is_(None)
        )
    ).one()
    return count, last or 0


def _keep(dossier: Dossier, paper_id: str, away: files.PutAway, actor: Actor, *, position: int) -> DossierPaper:
    file = files.store(away, owner_ref=dossier.public_code, kind=FileKind.UPLOAD, actor=actor)
    supplement = open_supplement(dossier)
    paper = DossierPaper(
        dossier_id=dossier.id, paper_id=paper_id, file_id=file.id, position=position,
        supplement_id=supplement.id if supplement else None,
    )
    db.session.add(paper)
    dossier.changed_at = clock.now()
    db.session.flush()
    return paper


def get_paper(dossier: Dossier, token: str) -> tuple[DossierPaper, StoredFile]:
    """A living photo of this dossier by its file's token. Raises ``NotFound``."""
    found = db.session.execute(
        select(DossierPaper, StoredFile)
        .join(StoredFile, StoredFile.id == DossierPaper.file_id)
        .where(DossierPaper.dossier_id == dossier.id, StoredFile.token == token, DossierPaper.removed_at.is_(None))
    ).first()
    if found is None:
        raise NotFound(N_("Không thấy ảnh này."))
    return found[0], found[1]


def remove_paper(dossier: Dossier, token: str, actor: Actor) -> DossierPaper:
    """Take a photo away. Before filing it is erased, afterwards it stays in history.

    Raises ``Conflict`` for the last photo of a paper that a filed dossier needs: it can be replaced.
    """
    paper, file = get_paper(dossier, token)
    check_open(dossier, paper.paper_id)
    if dossier.state == State.SUBMITTED and _is_needed(dossier, paper.paper_id):
        raise Conflict(N_("Hồ sơ đã nộp cần ảnh của giấy này. Bấm Xem, rồi Chụp lại ảnh này."))
    return _take_away(dossier, paper, file, actor)


def _is_needed(dossier: Dossier, paper_id: str) -> bool:
    """Whether one photo less would leave a required paper without enough of them."""
    form = get_version(dossier.procedure_version_id).form
    asked = next((one for one in form.visible_papers(dossier.answers) if one.id == paper_id), None)
    return asked is not None and asked.required and _count(dossier, paper_id)[0] <= max(asked.min_photos, 1)


def replace_paper(dossier: Dossier, token: str, away: files.PutAway, actor: Actor) -> DossierPaper:
    """Put a better photo in the place of one. Raises ``NotFound`` and ``Conflict``."""
    paper, file = get_paper(dossier, token)
    check_open(dossier, paper.paper_id)
    paper_id, position = paper.paper_id, paper.position
    _take_away(dossier, paper, file, actor)
    return _keep(dossier, paper_id, away, actor, position=position)


def _take_away(dossier: Dossier, paper: DossierPaper, file: StoredFile, actor: Actor) -> DossierPaper:
    dossier.changed_at = clock.now()
    if dossier.state == State.DRAFT:
        db.session.delete(paper)
        db.session.flush()
        files.remove(file, actor=actor)
    else:
        paper.removed_at = clock.now()
    db.session.flush()
    return paper


def turn_paper(dossier: Dossier, token: str, turned: files.PutAway, actor: Actor) -> DossierPaper:
    """Let a photo show what ``files.prepare_turn`` made of it before the transaction."""
    paper, file = get_paper(dossier, token)
    if actor.kind != ActorKind.STAFF:  # a clerk turns what lies on the side, whatever the state
        check_open(dossier, paper.paper_id)
    files.turn(file, turned, actor=actor)
    dossier.changed_at = clock.now()
    return paper


def tick_readable(dossier: Dossier, actor: Actor, tokens: frozenset[str]) -> None:
    """Keep the clerk's ticks "đọc rõ": ticked photos are readable, the others are not."""
    if not actor.may(Permission.DOSSIER_ASK):
        raise Forbidden(N_("Vai trò của tài khoản này không làm được việc này."))
    rows = db.session.execute(
        select(DossierPaper, StoredFile.token)
        .join(StoredFile, StoredFile.id == DossierPaper.file_id)
        .where(DossierPaper.dossier_id == dossier.id, DossierPaper.removed_at.is_(None))
    )
    for paper, token in rows:
        paper.readable = token in tokens
    audit.record(actor, "dossier.tick_papers", "dossier", dossier.public_code, readable=len(tokens))
    db.session.flush()
