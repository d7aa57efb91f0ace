"""A phone on a bad line: photos arrive in pieces, the page says what is going on, nothing is kept in the browser."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.files.models import StoredFile, Upload
from tests.browser import checks
from tests.browser.test_scripts import _KEPT
from tests.files import samples
from tests.support.browsers import Pages
from tests.support.servers import LiveServer
from tests.support.weak_line import WeakLine, weak_line
from tests.web import people
from tests.web.browsing import Outside

COPIES = "2.000815"  # chứng thực bản sao: a photo is required
# Counts the addresses of photos that are held in the browser's memory.
_WATCH = """const made = URL.createObjectURL, ended = URL.revokeObjectURL; window.addresses = 0
URL.createObjectURL = blob => { addresses += 1; return made(blob) }
URL.revokeObjectURL = url => { addresses -= 1; ended(url) }"""


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[WeakLine]:
    with weak_line(int(live_server.url.rpartition(":")[2])) as line:
        yield line


@pytest.fixture
def phone(app: Flask, live_server: LiveServer, pages: Pages, line: WeakLine) -> Page:
    """A phone on the page of a required paper, behind the line; its script is there."""
    visitor = people.citizen(app, Outside(int(live_server.url.rpartition(":")[2])))
    visitor.form = people.declaration(app, COPIES)
    visitor.answers = people.answers_for(visitor.form, 1)
    visitor.begin(COPIES)
    while not (address := visitor.browser.open(visitor.at()).path).startswith(visitor.at("giay")):
        visitor.answer(address)
    page = pages.new()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": line.url, "httpOnly": True} for name, value in visitor.browser.cookies.items()]
    )
    page.add_init_script(_WATCH)
    page.goto(line.url + address)
    page.wait_for_load_state("networkidle")
    return page


def keep(folder: Path, data: bytes, name: str = "1.jpg") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_photos_arrive_over_a_line_that_is_cut_every_150_kb(app: Flask, phone: Page, line: WeakLine, tmp_path: Path) -> None:
    shown: list[str] = []
    phone.expose_function("told", lambda text: shown.append(text))
    phone.evaluate("new MutationObserver(() => { const n = document.querySelector('main .note'); if (n) told(n.textContent) })"
                   ".observe(document, {childList: true, subtree: true, characterData: true})")
    line.cut_every = 150_000
    photos = [keep(tmp_path, samples.noisy_photo(1200, 900)), keep(tmp_path, samples.noisy_photo(600, 500), "2.jpg")]
    phone.set_input_files("#photo", photos)
    expect(phone.locator("main button:has-text('Tiếp tục')")).to_be_disabled()
    expect(phone.locator(".shots li")).to_have_count(2, timeout=60_000)
    expect(phone.locator("main")).to_contain_text("Đã nhận 2 ảnh")
    assert phone.locator(".shots .bad").count() == 0 and line.cuts >= 2
    assert any(re.search(r"^Ảnh 1\. Đã gửi [1-9]\d* trong \d+ phần", text) for text in shown)
    assert any("Mạng yếu. Đang thử lại…" in text for text in shown)
    with app.app_context():
        assert len(people.rows(app, select(StoredFile))) == 2
    assert phone.evaluate(_KEPT) == [0, 0, 0, "", 0, 0]


def test_a_page_opened_again_in_the_middle_says_which_photo_to_take_again(
    app: Flask, phone: Page, line: WeakLine, tmp_path: Path
) -> None:
    photo = keep(tmp_path, samples.noisy_photo(1200, 900))
    line.delay = 0.01
    phone.set_input_files("#photo", photo)
    expect(phone.locator("main .note")).to_contain_text(re.compile("Đã gửi [2-9] trong"), timeout=30_000)
    phone.reload()
    line.delay = 0
    expect(phone.locator(".shots .bad")).to_contain_text("Ảnh 1 chưa đến nơi. Chụp lại ảnh 1.")
    expect(phone.locator(".shots .bad")).to_contain_text(re.compile(r"Ảnh gửi lúc \d+ giờ"))
    assert phone.evaluate(_KEPT) == [0, 0, 0, "", 0, 0]
    phone.wait_for_load_state("networkidle")
    carried = line.carried
    phone.set_input_files("#photo", photo)  # the very same photo: only what lacks is sent
    expect(phone.locator("main")).to_contain_text("Đã nhận 1 ảnh", timeout=30_000)
    expect(phone.locator(".shots .bad")).to_have_count(0)
    (upload,) = people.rows(app, select(Upload.size))
    assert line.carried - carried < upload[0]


def test_what_did_not_arrive_is_let_go_by_a_button(phone: Page, line: WeakLine, tmp_path: Path) -> None:
    line.delay = 0.01
    phone.set_input_files("#photo", keep(tmp_path, samples.noisy_photo(1200, 900)))
    expect(phone.locator("main .note")).to_contain_text(re.compile("Đã gửi [1-9] trong"), timeout=30_000)
    phone.reload()
    line.delay = 0
    phone.locator("button:has-text('Bỏ ảnh này')").click()
    expect(phone.locator("button:has-text('Bỏ ảnh này')")).to_have_count(0)


def test_a_dead_line_is_told_and_the_first_sign_of_life_is_used(phone: Page, line: WeakLine, tmp_path: Path) -> None:
    line.delay = 0.005
    phone.set_input_files("#photo", keep(tmp_path, samples.noisy_photo(1200, 900)))
    expect(phone.locator("main .note")).to_contain_text(re.compile("Đã gửi [1-9] trong"), timeout=30_000)
    line.dead = True
    expect(phone.locator("main .note")).to_contain_text("Mạng yếu. Đang thử lại…", timeout=20_000)
    assert checks.axe(phone, checks.FULL) + checks.small_targets(phone, 48) + checks.sideways(phone, 320) == []
    line.dead, line.delay = False, 0
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("main")).to_contain_text("Đã nhận 1 ảnh", timeout=30_000)


def test_a_line_that_stays_dead_is_given_up_with_words_and_the_page_stays_alive(
    phone: Page, line: WeakLine, tmp_path: Path
) -> None:
    phone.clock.install()
    line.dead = True
    photos = [keep(tmp_path, samples.photo(640)), keep(tmp_path, samples.photo(660), "2.jpg")]
    phone.set_input_files("#photo", photos)
    for _ in range(40):
        phone.clock.run_for(31_000)  # longer than the longest pause
        phone.wait_for_timeout(50)
        if phone.locator(".errors").count():
            break
    expect(phone.locator(".errors h2")).to_have_text("Đã nhận 0 trong 2 ảnh")
    expect(phone.locator(".errors li")).to_have_text([f"Ảnh {n}: Chưa đến nơi. Chụp lại ảnh này." for n in (1, 2)])
    expect(phone.locator("main button:has-text('Tiếp tục')")).to_be_enabled()
    line.dead = False
    phone.set_input_files("#photo", photos[0])
    expect(phone.locator("main")).to_contain_text("Đã nhận 1 ảnh", timeout=30_000)


def test_a_large_photo_is_made_smaller_and_stays_upright(app: Flask, phone: Page, tmp_path: Path) -> None:
    large = samples.photo(3600, 2700, exif=samples.telling_exif(6), quality=100)
    large += b"\0" * 600_000  # large enough to be worth it; what hangs behind a picture is no picture
    phone.set_input_files("#photo", keep(tmp_path, large))
    expect(phone.locator("main")).to_contain_text("Đã nhận 1 ảnh", timeout=30_000)
    (file,) = people.rows(app, select(StoredFile.width, StoredFile.height, StoredFile.size_received))
    assert (file.width, file.height) == (1800, 2400) and file.size_received < len(large)
    assert phone.evaluate("window.addresses") == 0


def test_a_file_that_is_no_picture_goes_as_it_is_and_the_refusal_is_told(phone: Page, tmp_path: Path) -> None:
    files = [keep(tmp_path, samples.pdf(2), "giay.pdf"), keep(tmp_path, b"PK\3\4 word/document.xml " * 4000, "don.jpg")]
    phone.set_input_files("#photo", files)
    expect(phone.locator(".errors h2")).to_have_text("Đã nhận 1 trong 2 ảnh")
    expect(phone.locator(".errors li")).to_contain_text("Ảnh 2: Đây là tệp Word hoặc Excel.")
    expect(phone.locator(".errors")).to_be_focused()
    expect(phone.locator(".shots .bad")).to_contain_text("Đây là tệp Word hoặc Excel.")
