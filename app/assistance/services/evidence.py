"""How a person agreed, as a file that is put away before the transaction (bằng chứng): encrypted, hashed, never changed."""
from __future__ import annotations

import json
from dataclasses import dataclass

from app.assistance import drawing
from app.assistance.models import Method
from app.assistance.services.proposals import Proposal
from app.core import clock
from app.files import services as files
from app.files.cleaning import CleanFile

PNG, TEXT = "image/png", "text/plain"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves that a person agreed; its blob lies in storage and waits for its row."""

    method: Method
    away: files.PutAway


def drawn(strokes: drawing.Strokes) -> Evidence:
    """A signature drawn on the turned screen. Raises ``Invalid`` when it is no more than a dot."""
    drawing.require_signature(strokes)
    data = drawing.png(strokes)
    size = {"width": drawing.WIDTH // drawing.SCALE, "height": drawing.HEIGHT // drawing.SCALE}
    clean = CleanFile(data=data, mime=PNG, size_received=len(data), name="chu-ky.png", pages=1, **size)
    return Evidence(Method.DRAWN, files.put_away(clean))


def agreed(proposal: Proposal, *, web_session_id: int) -> Evidence:
    """The large "Tôi đồng ý" was pressed on the turned screen: what stood there, when, in which session."""
    return Evidence(Method.AGREED, _record(proposal, pressed="Tôi đồng ý", web_session=web_session_id))


def phone_code(proposal: Proposal, *, code_id: int | None) -> Evidence:
    """The person typed the code that was sent to their own phone; whether it is right, ``give_mandate`` judges."""
    return Evidence(Method.PHONE_CODE, _record(proposal, code=code_id))


def signed_paper(upload: bytes, name: str = "") -> Evidence:
    """A photo of the signed paper. Slow; raises ``Invalid`` for what is no photo."""
    return Evidence(Method.SIGNED_PAPER, files.receive_upload(upload, name))


def _record(proposal: Proposal, **facts: object) -> files.PutAway:
    """What was shown and done, in words a person can read."""
    shown = {
        "text": proposal.words, "version": proposal.text.version, "language": proposal.text.language,
        "sha256": proposal.text.sha256, "helper": proposal.helper.staff.username, "person": proposal.person.name,
        "dossier": proposal.dossier_code, "procedures": list(proposal.procedure_codes),
        "witness": proposal.witness_name, "at": clock.local(clock.now()).isoformat(timespec="seconds"), **facts,
    }
    data = json.dumps(shown, ensure_ascii=False, indent=1).encode()
    return files.put_away(CleanFile(data=data, mime=TEXT, size_received=len(data), name="dong-y.txt", pages=1))
