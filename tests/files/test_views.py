"""How a file leaves the house: as what it is, under a safe name, unable to act in our name (V3.2.1, V5.4.2)."""
from __future__ import annotations

import pytest
from flask import Response

from app.core.actor import CITIZEN
from app.core.db import transaction
from app.files import services, views
from app.files.models import FileKind, StoredFile
from tests.files import samples

pytestmark = pytest.mark.usefixtures("disk")


def kept(data: bytes, kind: FileKind = FileKind.UPLOAD) -> StoredFile:
    with transaction():
        if kind is FileKind.UPLOAD:
            return services.store(services.clean_upload(data), owner_ref="K7M49QXT", kind=kind, actor=CITIZEN)
        return services.store_paper(data, owner_ref="K7M49QXT", kind=kind, actor=CITIZEN)


def check_locked(response: Response) -> None:
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_photo_is_shown_or_downloaded() -> None:
    file = kept(samples.png_html_polyglot())
    for inline, word in ((True, "inline"), (False, "attachment")):
        response = views.send(file, inline=inline, download_name="Giấy chứng sinh")
        check_locked(response)
        assert response.headers["Content-Type"] == "image/jpeg"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        disposition = response.headers["Content-Disposition"]
        assert disposition.startswith(f"{word};")
        assert "filename*=UTF-8''Gi%E1%BA%A5y%20ch%E1%BB%A9ng%20sinh.jpg" in disposition
        assert response.get_data() == services.read(file)


def test_a_strangers_pdf_is_never_opened_in_our_name() -> None:
    file = kept(samples.hostile_pdf())
    response = views.send(file, inline=True)
    check_locked(response)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    page = views.send_page(file, 1)
    check_locked(page)
    assert page.headers["Content-Type"] == "image/jpeg" and page.get_data().startswith(b"\xff\xd8")


def test_the_wards_own_paper_may_be_shown() -> None:
    response = views.send(kept(samples.pdf(), FileKind.PAPER), inline=True, download_name="phieu-hen.pdf")
    check_locked(response)
    assert response.headers["Content-Disposition"] == "inline; filename=phieu-hen.pdf"
    assert response.headers["Content-Type"] == "application/pdf"
    assert "sandbox" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("wanted", "given"), [
    ("", "giay-to.jpg"), ("../../etc/passwd", "etc-passwd.jpg"), ("a\r\nSet-Cookie: x=1", "a Set-Cookie- x=1.jpg"),
    ('a"; filename="evil.html', "a-- filename=-evil.html.jpg"), ("x.html", "x.html.jpg"), (".htaccess", "htaccess.jpg"),
    ("a" * 300, "a" * 80 + ".jpg"),
])
def test_names_are_safe_and_end_as_what_they_are(wanted: str, given: str) -> None:
    disposition = views.send(kept(samples.photo(16, 16)), download_name=wanted).headers["Content-Disposition"]
    assert "\r" not in disposition and "\n" not in disposition
    assert disposition in (f"attachment; filename={given}", f'attachment; filename="{given}"')


def test_thumbnails() -> None:
    small = views.send_thumbnail(kept(samples.photo()))
    check_locked(small)
    assert len(small.get_data()) < 20_000
    assert views.send_thumbnail(kept(samples.pdf(), FileKind.RESULT)) is None
