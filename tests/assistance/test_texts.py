"""The words of consent: at most sixty read aloud, published once."""
from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.assistance.models import ConsentText
from app.assistance.services import texts
from app.core.codes import new_public_code
from app.core.db import db, transaction
from app.core.errors import Conflict
from tests import factories

BLANKS = {"helper": "Nguyễn Thị Minh Thử", "team": "Tổ 5", "what": "Xin bản sao giấy khai sinh", "until": "23/11/2026"}
# Published texts and their hashes; a new version adds a line, none ever changes.
PUBLISHED = {
    ("2026-11-1", "vi"): "9182b7e83ba5aa7b6d0f8476ae9870dc3d59b14f3b96818dfa624d091eb6a0d3",
    ("2026-11-1", "en"): "ed764c8a5be534b81f761558dd80c576340fab05d0304cd79bdcc7711bcbd831",
}


def shipped() -> dict[tuple[str, str], str]:
    entries = [tomllib.loads(path.read_text(encoding="utf-8")) for path in texts.DIRECTORY.glob("*.toml")]
    return {(entry["version"], language): text for entry in entries for language, text in entry["text"].items()}


def test_published_words_are_unchanged() -> None:
    assert {key: texts.digest(text) for key, text in shipped().items()} == PUBLISHED


@pytest.mark.parametrize("key", PUBLISHED)
def test_they_are_sixty_words_at_most(key: tuple[str, str]) -> None:
    assert len((shipped()[key] % BLANKS).split()) <= texts.MOST_WORDS


@pytest.mark.usefixtures("database")
def test_loading_twice_changes_nothing_and_a_changed_text_is_refused(tmp_path: Path) -> None:
    with transaction():
        assert texts.load_texts() == len(PUBLISHED)
    (tmp_path / "x.toml").write_text('version = "2026-11-1"\n[text]\nvi = "Khác."\n', encoding="utf-8")
    with pytest.raises(Conflict), transaction():
        texts.load_texts(tmp_path)
    assert db.session.get_one(ConsentText, ("2026-11-1", "vi")).text == shipped()["2026-11-1", "vi"]


@pytest.mark.usefixtures("database")
def test_the_newest_version_is_read_and_the_old_one_stays_with_its_mandates(tmp_path: Path) -> None:
    actor = factories.make_helper()
    old = factories.make_mandate(actor, new_public_code())
    (tmp_path / "x.toml").write_text('version = "2027-01-1"\n[text]\nvi = "Tôi nhờ %(helper)s."\n', encoding="utf-8")
    with transaction():
        texts.load_texts(tmp_path)
    new = factories.make_mandate(actor, new_public_code())
    assert (old.text_version, new.text_version) == ("2026-11-1", "2027-01-1")
    assert texts.newest_text("en").language == "vi", "no English of the new one yet"
