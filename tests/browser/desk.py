"""A clerk at a desk: signs in with password and code, then works by what the screen offers."""
from __future__ import annotations

import pyotp
from flask import Flask
from playwright.sync_api import Page, expect

from app.accounts import services
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import transaction

PASSWORD = "bon tu de nho ghep lai 7"


def make_account(app: Flask, username: str, name: str, role: Role) -> str:
    """An account with password and code generator; the generator's secret."""
    secret = services.new_totp_secret()
    with app.app_context():
        with transaction():
            services.add_staff(SYSTEM, username=username, full_name=name, roles=frozenset({role}), agency=get_ward())
            token = services.reset_staff(SYSTEM, username)
        with transaction():
            # The code of the step before, so that the present one is still good for signing in on the page.
            code = pyotp.TOTP(secret).at(int(clock.now().timestamp()) - 30)
            services.set_up_account(token, password=PASSWORD, totp_secret=secret, code=code)
    return secret


class Desk:
    """One desk of the ward."""

    def __init__(self, page: Page, username: str, secret: str) -> None:
        self.page, self.username, self.secret = page, username, secret

    def sign_in(self) -> None:
        self.page.goto("/can-bo")
        self.page.fill("#username", self.username)
        self.page.fill("#password", PASSWORD)
        self.page.fill("#code", pyotp.TOTP(self.secret).now())
        self.page.click("button:has-text('Đăng nhập')")
        expect(self.page.locator("h1")).not_to_contain_text("đăng nhập")

    def open(self, public_code: str) -> None:
        """Open a dossier from the queue, as a clerk would: search, then its line."""
        self.page.goto("/can-bo/ho-so")
        self.page.fill("input[type=search]", public_code)
        self.page.press("input[type=search]", "Enter")
        self.page.wait_for_load_state()
        if f"/can-bo/ho-so/{public_code}" not in self.page.url:
            self.page.locator(f"a[href*='/can-bo/ho-so/{public_code}']").first.click()
        expect(self.page.locator("h1")).to_contain_text(f"{public_code[:4]} {public_code[4:]}")

    def press(self, words: str) -> None:
        # Whether a whole page or a block follows, the old content is gone when the answer is there.
        self.page.evaluate("document.getElementById('main').setAttribute('data-old', '')")
        self.page.locator(f"main >> :is(button, a):visible:has-text({words!r})").first.click()
        self.page.wait_for_selector("#main:not([data-old])", state="attached")
        self.page.wait_for_load_state()

    def offers(self, words: str) -> bool:
        """Whether the screen offers an act."""
        return self.page.locator(f"main >> :is(button, a):visible:has-text({words!r})").count() > 0
