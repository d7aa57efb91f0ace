"""A helper's tablet: signed in, it walks through a session of help by what its pages offer."""
from __future__ import annotations

import secrets
from contextlib import nullcontext
from typing import Any

import lxml.html
from flask import Flask, has_app_context
from sqlalchemy import select

from app.assistance.models import HelpSession
from app.core.actor import Actor
from app.core.db import db
from tests import factories
from tests.web.browsing import Form, Inside, Reply, _fields


class Tablet(Inside):
    """One helper at one tablet; ``seen`` keeps every answer that came back."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        super().__init__(app)
        self.app, self.actor, self.seen = app, actor, list[Reply]()
        with nullcontext() if has_app_context() else app.app_context():
            self.set_cookie("session", factories.make_session("staff", actor)[1])

    def ask(self, *args: Any, **named: Any) -> Reply:
        reply = super().ask(*args, **named)
        self.seen.append(reply)
        return reply

    def press(self, page: Reply, words: str, /, **typed: Any) -> Reply:
        """Press the button with these words on a page, go where it leads."""
        for form in lxml.html.fromstring(page.text).xpath("//form"):
            for button in form.xpath(".//button"):
                if words in button.text_content():
                    fields = _fields(form)
                    fields |= {button.get("name"): button.get("value")} if button.get("name") else {}
                    return self.follow(self.send(Form(form.action or page.path, fields), **typed))
        raise AssertionError(f"no button {words!r} on {page.heading!r}: {page.status}")

    def start(self, name: str, *, procedure: str = factories.PENSION, phone: str = "", **typed: Any) -> Reply:
        """From nothing to the page that asks for the mandate."""
        page = self.open(f"/giup-dan/bat-dau/viec/{procedure}")
        return self.press(page, "Tiếp tục", name=name, phone=phone, **typed)

    def turn(self, purpose: str) -> Reply:
        """Hand the screen over, by whatever page has the form."""
        page = self.open("/giup-dan/dang-giup" if purpose != "consent" else "/giup-dan/nho")
        form = next((one for one in page.forms() if one.fields.get("purpose") == purpose), None)
        if form is None:
            form = Form("/giup-dan/dua-may", {**self.keys(page), "purpose": purpose})
        return self.follow(self.send(form))

    def keys(self, page: Reply | None = None) -> dict[str, Any]:
        """What any form of ours carries, with a key of its own."""
        forms = (page or self.open("/giup")).forms() or self.open("/giup").forms()
        return {"_token": forms[-1].fields["_token"], "_key": secrets.token_hex(12)}

    def back(self, pin: str = factories.PIN) -> Reply:
        """The helper takes the screen back."""
        return self.press(self.open("/giup-dan/lay-lai-may"), "Lấy lại máy", pin=pin)

    def agree(self) -> Reply:
        """The person says yes on the turned screen; the helper has it back."""
        self.press(self.turn("consent"), "Tôi đồng ý")
        return self.back()

    def end(self) -> Reply:
        return self.press(self.open("/giup-dan/ket-thuc"), "Kết thúc, xóa")

    def help(self) -> HelpSession | None:
        """The helper's last session of help."""
        with nullcontext() if has_app_context() else self.app.app_context():
            helper = factories.helper_of(self.actor)
            query = select(HelpSession).where(HelpSession.helper_id == helper.id).order_by(HelpSession.id.desc())
            found = db.session.scalar(query.limit(1).execution_options(populate_existing=True))
            if found is not None:
                db.session.refresh(found)
                db.session.expunge(found)
            return found

    @property
    def code(self) -> str:
        found = self.help()
        assert found is not None and found.dossier_code is not None
        return found.dossier_code
