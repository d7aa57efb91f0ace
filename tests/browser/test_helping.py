"""A helper's tablet and a citizen's phone side by side: the turned screen stays turned, and the tablet forgets."""
from __future__ import annotations

from flask import Flask
from playwright.sync_api import Page, expect

from tests import factories
from tests.assistance.test_session import fill, known
from tests.support.browsers import Pages
from tests.support.servers import LiveServer

PERSON, TYPED, PHONE = "Trần Thị Ví Dụ", "Lê Văn Thử Riêng", "0905000777"
# All that a browser may keep of a site, in one text.
_KEPT = """async () => {
  const found = [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
  for (const one of await indexedDB.databases()) found.push('database ' + one.name)
  for (const name of await caches.keys()) found.push('cache ' + name)
  for (const one of await navigator.serviceWorker.getRegistrations()) found.push('worker ' + one.scope)
  return found.filter(text => text && text !== '{}')
}"""


def press(page: Page, words: str) -> None:
    """Press what says so, and wait for the page that follows."""
    page.evaluate("document.getElementById('main').setAttribute('data-old', '')")
    page.locator(f"main >> :is(button, a):visible:has-text({words!r})").first.click()
    page.wait_for_selector("#main:not([data-old])", state="attached")
    page.wait_for_load_state()


def heading(page: Page) -> str:
    return " ".join(page.locator("h1").first.inner_text().split())


def tablet(app: Flask, pages: Pages, server: LiveServer) -> Page:
    """A tablet on which a helper has signed in."""
    with app.app_context():
        token = factories.make_session("staff", factories.make_helper())[1]
    page = pages.new(viewport={"width": 800, "height": 1100}, device_scale_factor=1)
    page.context.add_cookies([{"name": "session", "value": token, "url": server.url, "httpOnly": True}])
    return page


def take_back(page: Page) -> None:
    page.goto("/giup-dan/lay-lai-may")
    page.fill("#pin", factories.PIN)
    press(page, "Lấy lại máy")


def test_the_person_hands_in_on_the_turned_screen_and_the_tablet_forgets(
    app: Flask, live_server: LiveServer, pages: Pages
) -> None:
    page = tablet(app, pages, live_server)
    page.goto("/giup-dan")
    press(page, "Bắt đầu giúp một người")
    page.fill("#q", "trợ cấp tuổi già")
    press(page, "Tìm việc")
    press(page, "rợ cấp")
    page.fill("#name", PERSON)
    page.fill("#phone", PHONE)
    press(page, "Tiếp tục")
    press(page, "Đưa máy cho người xin")
    assert PERSON in heading(page) and page.locator(".helping").count() == 0
    page.click("summary:has-text('Đồng ý cách khác')")
    press(page, "Ký bằng ngón tay")
    box = page.locator(".sign svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 20 + step * 25, box["y"] + 60 + (step % 2) * 30)
    page.mouse.up()
    press(page, "Ký xong")
    assert heading(page) == "Đưa máy lại cho người giúp"
    for address in ("/giup-dan", "/giup-dan/dang-giup", "/can-bo", "/giup-dan/ket-thuc"):
        page.goto(address)
        assert heading(page) == "Đưa máy lại cho người giúp" and page.locator(".helping, .menu, .me").count() == 0
    take_back(page)
    expect(page.locator(".helping")).to_contain_text(PERSON)
    code = page.url.split("/ho-so/")[1].split("/")[0]
    page.goto("/giup-dan/dang-giup")
    press(page, "Làm tiếp")
    page.goto(f"/ho-so/{code}/cau/applicant_name")
    page.fill("#applicant_name", TYPED)
    page.check("#applicant_id_unknown", force=True)
    press(page, "Tiếp tục")
    with app.app_context():
        assert known(app, code).answers["applicant_name"] == TYPED
    fill(app, code)
    with app.app_context():
        seeds = [PERSON, TYPED, PHONE, str(known(app, code).answers["applicant_name"])]
    page.goto("/giup-dan/dang-giup")
    press(page, "Đưa máy để người xin nộp")
    press(page, "Nộp hồ sơ")
    secret = "".join(page.locator(".code--secret").inner_text().split())
    _the_persons_own_phone(pages, code, secret)
    press(page, "Đưa máy lại cho người giúp")
    take_back(page)
    press(page, "Kết thúc")
    press(page, "Kết thúc, xóa")
    assert heading(page).startswith("Chào")
    _nothing_is_left(page, [*seeds, secret])


def _the_persons_own_phone(pages: Pages, code: str, secret: str) -> None:
    phone = pages.new()
    phone.goto("/xem")
    phone.fill("#code", code)
    phone.fill("#secret", secret)
    press(phone, "Xem")
    assert code in phone.url


def _nothing_is_left(page: Page, seeds: list[str]) -> None:
    """Neither in what a browser keeps, nor behind the back button, nor at any address."""
    kept = page.evaluate(_KEPT)
    assert kept == [], kept
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert set(cookies) <= {"session", "form", "view"}
    for _step in range(25):
        page.go_back()
        page.wait_for_load_state()
        shown = page.content()
        assert [seed for seed in seeds if seed in shown] == [], page.url
        if page.url in ("about:blank", "chrome://newtab/"):
            break
    assert page.evaluate(_KEPT) == [] if page.url.startswith("http") else True


def test_the_person_stops_midway_and_goes_on_at_home(app: Flask, live_server: LiveServer, pages: Pages) -> None:
    page = tablet(app, pages, live_server)
    page.goto(f"/giup-dan/bat-dau/viec/{factories.PENSION}")
    page.fill("#name", PERSON)
    page.check("#mode-beside", force=True)
    press(page, "Tiếp tục")
    press(page, "Đưa máy cho người xin")
    press(page, "Tôi đồng ý")
    take_back(page)
    code = page.url.split("/ho-so/")[1].split("/")[0]
    assert page.locator("html").get_attribute("data-text") == "l", "larger letters for who types"
    page.goto(f"/ho-so/{code}/cau/applicant_name")
    page.fill("#applicant_name", TYPED)
    page.check("#applicant_id_unknown", force=True)
    press(page, "Tiếp tục")
    page.goto("/giup-dan/dang-giup")
    press(page, "Đưa máy để người xin lấy mã")
    press(page, "Lấy mã để làm tiếp")
    secret = "".join(page.locator(".code--secret").inner_text().split())
    take_back(page)
    page.goto("/giup-dan/ket-thuc")
    press(page, "Kết thúc, xóa")
    phone = pages.new()
    phone.goto("/xem")
    phone.fill("#code", code)
    phone.fill("#secret", secret)
    press(phone, "Xem")
    phone.goto(f"/ho-so/{code}/cau/applicant_name")
    expect(phone.locator("#applicant_name")).to_have_value(TYPED)
    _nothing_is_left(page, [PERSON, TYPED, secret])
