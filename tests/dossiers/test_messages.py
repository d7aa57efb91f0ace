"""What a text message promises is what happens: where the result is, and who asked to stop."""
from __future__ import annotations

import pytest
from flask import Flask

from app.core.actor import CITIZEN
from app.core.db import transaction
from app.dossiers.models import State
from app.dossiers.services import decision
from app.notifications.queries import list_messages_about
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(("way", "says", "never"), [
    ({"result_way": "counter"}, "đến quầy nhận giấy", "bưu điện"),
    ({"result_way": "post", "result_address": "12 Đường Thử, phường Phú Xuân, thành phố Huế"}, "qua bưu điện", "đến quầy"),
])
def test_a_finished_paper_is_where_the_person_wanted_it(app: Flask, way: dict[str, str], says: str, never: str) -> None:
    dossier = factories.make_dossier(State.FINISHED, paid=True, answers=way)
    text = list_messages_about(dossier.public_code)[-1].text
    assert says in text and never not in text


def test_a_dossier_taken_back_stops_at_the_person_s_wish(app: Flask) -> None:
    dossier = factories.make_dossier(State.SUBMITTED)
    with transaction():
        decision.ask_withdrawal(dossier, CITIZEN)
    assert dossier.state == State.STOPPED
    text = list_messages_about(dossier.public_code)[-1].text
    assert "theo lời xin của ông/bà" in text
