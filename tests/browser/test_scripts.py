"""What scripts add and what they leave behind: keyboard, focus, reading aloud, nothing kept, nothing lost without them."""
from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.accounts.permissions import Role
from app.files.demo_papers import draw_paper
from tests import factories
from tests.browser.citizen import NAME, NUMBER, Citizen
from tests.browser.desk import Desk, make_account
from tests.support.browsers import Pages
from tests.support.servers import LiveServer

EXTRACT = {
    "filing_for": "self", "record_kind": "birth", "contact_way": "own", "result_way": "counter", "copies": "2",
    "subject_is": "self",
}
COPIES = {"filing_for": "self", "contact_way": "own", "result_way": "counter", "pages": "1", "copies": "2"}
CARD = f"{NUMBER}||{NAME}|02091975|Nam|Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế|01072024"
_VOICE = """const voices = [{lang: 'LANG', name: 'one', default: true}];
  Object.defineProperty(window, 'speechSynthesis', {configurable: true, value: {
    getVoices: () => voices, cancel() {}, speak(said) { window.said = said.text }, addEventListener() {} }});
  window.SpeechSynthesisUtterance = function (text) { this.text = text };"""
_KEPT = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie,
  (await caches.keys()).length, (await navigator.serviceWorker?.getRegistrations() ?? []).length]"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "paper.jpg"
    path.write_bytes(draw_paper("generic", {"Họ và tên": NAME}))
    return path


def reach(page: Page, selector: str, *, most: int = 90) -> None:
    """Tab until the focus stands on what the selector names."""
    for _ in range(most):
        if page.locator(f":is({selector}):focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reaches {selector} on {page.url}")


def on(page: Page, selector: str, key: str = "Enter") -> None:
    """Reach it, press a key."""
    reach(page, selector)
    page.keyboard.press(key)
    page.wait_for_timeout(60)  # a navigation begins a moment after the key
    page.wait_for_load_state("networkidle")


# Keyboard

def test_a_citizen_needs_no_more_than_a_keyboard(pages: Pages) -> None:
    """From the procedure to the check page, with a mistake on the way, by Tab, Space and Enter."""
    page = pages.new()
    page.goto("/p/2.000635")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null"), "the skip link leads past the main part"
    on(page, "main a[href*='/lam/']")
    on(page, "main form button[type=submit]")
    on(page, "main a[href*='/cau/']")
    erred = False
    for _ in range(30):
        if "/xem-lai" in page.url:
            break
        before = page.url
        if not erred and page.locator("main input[type=text]:visible").count():
            on(page, "main form.stack button[type=submit]:not([name])")
            expect(page.locator(".errors")).to_be_focused()
            on(page, ".errors a")
            expect(page.locator("main input:focus")).to_have_count(1)
            erred = True
        answer_by_keyboard(page)
        on(page, "main form.stack button[type=submit]:not([name]), main form button.btn[type=submit]")
        if "/giay/" in before:  # photos go by a plain form, and a page that loads begins at its top
            page.wait_for_url(lambda url, before=before: url != before)
        else:
            expect(page.locator("h1:focus")).to_have_count(1)
        if page.url == before:  # asked once whether it is right
            on(page, "main form button.btn[type=submit]")
            expect(page.locator("h1:focus")).to_have_count(1)
        assert page.url != before, page.locator("main").inner_text()
    assert erred and "/xem-lai" in page.url
    on(page, "main form button.btn[type=submit]")
    expect(page.locator("h1")).to_have_text("Đã nộp hồ sơ")


def answer_by_keyboard(page: Page) -> None:
    """Type into each empty field, choose the first row of each question."""
    person = Citizen(page, scripts=True, photo=Path("-"), answers=EXTRACT)
    done: set[str] = set()
    for _ in range(12):
        fields = page.locator("main form.stack :is(input:not([type=hidden]):not([type=checkbox]), textarea):visible").all()
        waiting = [one for one in fields if (one.get_attribute("name") or "") not in done]
        if not waiting:
            return
        name, kind = waiting[0].get_attribute("name") or "", waiting[0].get_attribute("type")
        done.add(name)
        if kind == "radio":
            if page.locator(f"input[name='{name}']:checked").count():
                continue
            reach(page, f"input[name='{name}']")
            page.keyboard.press("Space")
            for _row in range(8):
                if name not in EXTRACT or page.locator(f"input[name='{name}']:checked").get_attribute("value") == EXTRACT[name]:
                    break
                page.keyboard.press("ArrowDown")
        elif not waiting[0].input_value():
            reach(page, f"[name='{name}']")
            page.keyboard.type(person._words(name))


def test_a_clerk_needs_no_more_than_a_keyboard(live_server: LiveServer, pages: Pages) -> None:
    """Sign in, find the dossier, accept it, write a note."""
    secret = make_account(live_server.app, "lethithu", "Lê Thị Thử", Role.RECEPTIONIST)
    with live_server.app.app_context():
        code = factories.make_dossier(procedure=factories.BIRTH).public_code
    desk = Desk(pages.new(desk=True), "lethithu", secret)
    desk.sign_in()
    page = desk.page
    page.goto("/can-bo/ho-so")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reach(page, "input[type=search]")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/can-bo/ho-so/{code}*")
    on(page, "main form[action$='/nhan'] button[type=submit]")
    expect(page.locator("main")).to_contain_text("Đã nhận")
    reach(page, "#note")
    page.keyboard.type("Đã gọi điện.")
    on(page, "main form[action$='/ghi-chu'] button[type=submit]")
    expect(page.locator("main")).to_contain_text("Đã gọi điện.")


# Reading aloud

def test_reading_aloud_is_offered_only_with_a_vietnamese_voice(pages: Pages) -> None:
    for language, offered in (("en-US", False), ("vi-VN", True)):
        page = pages.new()
        page.add_init_script(_VOICE.replace("LANG", language))
        Citizen(page, scripts=True, photo=Path("-"), answers={}).start("/p/2.000635")
        page.locator("main a[href*='/cau/']").first.click()
        expect(page.locator("button.listen").first).to_be_visible(visible=offered)
        if offered:
            page.locator("button.listen").first.click()
            heading = page.locator("h1").inner_text().replace("ông/bà", "ông bà")
            assert heading[:20] in page.evaluate("window.said")


def test_without_any_voice_there_is_no_dead_button(pages: Pages) -> None:
    page = pages.new()
    page.add_init_script("delete window.speechSynthesis")
    Citizen(page, scripts=True, photo=Path("-"), answers={}).start("/p/2.000635")
    page.locator("main a[href*='/cau/']").first.click()
    expect(page.locator("button.listen").first).to_be_hidden()


# Without htmx, and nothing kept

@pytest.mark.parametrize("procedure", ["2.000635", "2.000815"])
def test_every_flow_passes_when_the_form_script_is_not_found(procedure: str, pages: Pages, photo: Path, tmp_path: Path) -> None:
    """The library answers 404: forms are plain forms, photos are sent by their button; nothing stays in the browser."""
    asked: list[str] = []
    page = pages.new()

    def gone(route: object) -> None:
        asked.append(route.request.url)  # type: ignore[attr-defined]
        route.fulfill(status=404, body="not here")  # type: ignore[attr-defined]
    page.route("**/vendor/*", gone)
    card = tmp_path / "card.jpg"
    card.write_bytes(draw_paper("id_card", {"Họ và tên": NAME, "qr": CARD}))
    citizen = Citizen(page, scripts=False, photo=photo, answers=EXTRACT if procedure == "2.000635" else COPIES)
    code = citizen.start(f"/p/{procedure}")
    citizen.photograph_card(card)
    citizen.fill_in()
    citizen.press("Nộp hồ sơ")
    expect(page.locator("h1")).to_have_text("Đã nộp hồ sơ")
    for path in ("", "/nop-tien", "/ma/change", "/ma/withdraw"):
        assert page.goto(f"/ho-so/{code}{path}").status == 200  # type: ignore[union-attr]
    assert asked, "no page asked for the script, so this shows nothing"
    assert page.evaluate(_KEPT) == [0, 0, 0, "", 0, 0]


def test_nothing_stays_in_the_browser(pages: Pages) -> None:
    """After a whole flow with scripts: no storage, no cookie that a script could read."""
    page = pages.new()
    citizen = Citizen(page, scripts=True, photo=Path("-"), answers=EXTRACT)
    citizen.start("/p/2.000635")
    citizen.press("Không chụp, tôi tự gõ")
    citizen.fill_in()
    citizen.press("Nộp hồ sơ")
    expect(page.locator("h1")).to_have_text("Đã nộp hồ sơ")
    assert page.evaluate(_KEPT) == [0, 0, 0, "", 0, 0]
