"""A tablet that dies in a house with a bad line: what was acknowledged is there on the next one."""
from __future__ import annotations

import json
import re
from hashlib import sha256

from flask import Flask

from app.dossiers.queries import find_by_code
from app.dossiers.services import drafts
from app.files import pieces
from tests import factories
from tests.assistance.tablet import Tablet
from tests.files.samples import noisy_photo
from tests.web.browsing import file


def test_a_tablet_that_dies_loses_nothing_that_was_acknowledged(app: Flask) -> None:
    with app.app_context():
        helper = factories.make_helper()
    tablet = Tablet(app, helper)
    tablet.start("Trần Thị Ví Dụ", procedure="2.000815")
    tablet.agree()
    code = tablet.code
    kept = tablet.press(tablet.open(f"/ho-so/{code}/cau/filing_for"), "Tiếp tục", filing_for="self")
    assert kept.status == 200 and kept.path != f"/ho-so/{code}/cau/filing_for"
    with app.app_context():
        found = find_by_code(code)
        assert found is not None
        paper = drafts.procedure_of(found).form.visible_papers(found.answers)[-1]
    place, photo = f"/ho-so/{code}/giay/{paper.id}", noisy_photo(1000, 800)
    begun = tablet.ask("POST", f"{place}/gui-phan", {
        **tablet.keys(tablet.open(place)), "size": len(photo), "name": "anh.jpg",
        "head": sha256(photo[: pieces.LEAST]).hexdigest(),
    })
    part = photo[: pieces.PIECE]
    sent = tablet.ask("POST", json.loads(begun.text)["address"], {
        **tablet.keys(tablet.open(place)), "start": 0, "sha256": sha256(part).hexdigest(), "piece": file(part, "blob"),
    })
    assert sent.status == 201

    another = Tablet(app, helper)  # the same helper signs in at another tablet
    assert another.open(f"/ho-so/{code}/cau/filing_for").status == 404, "nothing opens before the session is taken up again"
    assert another.press(another.open("/giup-dan"), "Làm tiếp").status == 200
    page = another.open(f"/ho-so/{code}/cau/filing_for")
    assert re.search(r'value="self" checked', page.text), "the answer is there"
    again = another.open(place).text
    assert "Chụp lại ảnh 1" in again, "and which photo to take again"
    assert f"/ho-so/{code}/de-do" not in again, "a helper leaves through the session's own end"
