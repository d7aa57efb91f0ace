"""The ID card on the citizen's path: what was read is shown as read, what does not fit is said in words, nothing is kept."""
from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.card_reader import warnings_again
from app.accounts.id_card import WARNINGS
from app.core import qr
from tests.web import people
from tests.web.browsing import Inside, Reply, file

PENSION = "1.014027"


def read(app: Flask, card: str) -> Reply:
    """Photograph a card for a draft; the page that shows what was read."""
    visitor = people.citizen(app, Inside(app))
    visitor.begin(PENSION)
    form = visitor.browser.open(visitor.at("the")).form("/the")
    return visitor.browser.follow(visitor.browser.send(form, id_photo=file(qr.png(card), "the.png")))


@pytest.mark.parametrize(("card", "says"), [
    ("046045000001||NGUYỄN VĂN MẪU|02091945|Nữ|Phường Phú Xuân, Thành phố Huế|01072024", ["Số thẻ và giới tính chưa khớp nhau"]),
    ("046045000001||NGUYỄN VĂN MẪU|02091950|Nam|Phường Phú Xuân, Thành phố Huế|01072024", ["Số thẻ ứng với năm sinh 1945."]),
    ("999045000001||NGUYỄN VĂN MẪU|01011945|Nam|Phường Phú Xuân, Thành phố Huế|", ["Ba số đầu 999", "sinh ngày 01/01"]),
])
def test_what_does_not_fit_is_said_in_words_and_let_pass(app: Flask, card: str, says: list[str]) -> None:
    shown = read(app, card)
    assert shown.heading == "Thông tin này đúng chưa?" and "Nguyễn Văn Mẫu" in shown.text
    for words in says:
        assert words in shown.text
    assert card[:12] not in shown.path and "1945" not in shown.path


def test_a_good_card_warns_of_nothing(app: Flask) -> None:
    shown = read(app, "046045000001||NGUYỄN VĂN MẪU|02091945|Nam|Tổ 5, Phường Phú Xuân, Thành phố Huế|01072024")
    assert "note--warn" not in shown.text and "luu_y" not in shown.path


@pytest.mark.parametrize("places", ["", "99", "-1", "x", "1-", "²", "0" * 400, "'><script>"])
def test_an_address_that_was_tampered_with_says_no_more_than_our_sentences(places: str) -> None:
    assert all(sentence in WARNINGS for sentence, _params in warnings_again(places, "046045000001"))
    assert all("%(" not in sentence for sentence, _params in warnings_again(places, ""))
