"""The words of consent (lời nhờ giúp): loaded from files, published once, never changed."""
from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from sqlalchemy import select

from app.assistance.models import ConsentText
from app.core.crypto import same
from app.core.db import db
from app.core.errors import Conflict

DIRECTORY = Path(__file__).resolve().parents[1] / "texts"
MOST_WORDS = 60


def digest(text: str) -> str:
    """The hash of a text that mandates carry."""
    return hashlib.sha256(text.encode()).hexdigest()


def load_texts(directory: Path = DIRECTORY) -> int:
    """Add the texts that are not there yet; how many the files hold. Raises ``Conflict`` for one that was changed."""
    count = 0
    for path in sorted(directory.glob("*.toml")):
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
        for language, text in entry["text"].items():
            count += 1
            row = db.session.get(ConsentText, (entry["version"], language))
            if row is None:
                db.session.add(ConsentText(version=entry["version"], language=language, text=text, sha256=digest(text)))
            elif row.text != text or not same(row.sha256, digest(text)):
                raise Conflict("consent text %(version)s was published and has changed; write a new version",
                               version=f"{entry['version']}/{language}")
    db.session.flush()
    return count


def newest_text(language: str) -> ConsentText:
    """The text to read aloud today; Vietnamese when there is none in the language."""
    query = select(ConsentText).where(ConsentText.language.in_((language, "vi")))
    rows = db.session.scalars(query.order_by(ConsentText.version.desc())).all()
    if not rows:
        raise LookupError("no consent text is loaded: flask ward load")
    of_newest = {row.language: row for row in rows if row.version == rows[0].version}
    return of_newest.get(language) or of_newest["vi"]
