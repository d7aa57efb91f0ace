"""What a visitor of the floor does. Flows of the product stand beside the benches that use them."""
from __future__ import annotations

from tests.bench.client import Session

FIELDS = tuple(f"field_{number}" for number in range(26))


def floor_submission(session: Session, number: int) -> None:
    """The submission floor: form, post of 26 fields, receipt."""
    form = session.get("/submit", "form")
    answers = dict.fromkeys(FIELDS, f"Trả lời {number}")
    receipt = session.post("/submit", {**form.hidden(), **answers}, "submit")
    if session.path != "/receipt" or "Đã nhận hồ sơ" not in receipt.text:
        raise RuntimeError(f"no receipt: {receipt.status}")


def floor_refusal(session: Session, _number: int) -> None:
    """A post without its token, which the floor refuses."""
    session.get("/submit", "form")
    session.post("/submit", {"csrf": "wrong"}, "submit")
