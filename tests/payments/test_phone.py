"""The payment page on a phone: it turns by itself with scripts, by "Xem lại" without."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.payments.models import PaymentOrder
from tests.payments import browsing, desk
from tests.payments.browsing import Visitor
from tests.support.browsers import Pages

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


def opened(pages: Pages, client: Visitor, *, scripts: bool) -> tuple[Page, PaymentOrder, str]:
    """A phone that holds the slip of a dossier, on its payment page."""
    order = desk.make_order()
    code = browsing.hold_slip(client, order.dossier_id)
    page = pages.new(scripts=scripts)
    cookie = client.get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": pages.base_url}])
    page.goto(f"/ho-so/{code}/nop-tien")
    return page, order, code


def test_with_scripts_the_page_turns_by_itself(pages: Pages, client: Visitor) -> None:
    page, order, code = opened(pages, client, scripts=True)
    page.get_by_text("Tự gõ số tài khoản").click()
    expect(page.get_by_role("button", name="Chép nội dung")).to_be_visible()
    with page.expect_response(re.compile(r"lan=1$")) as looked:
        pass
    assert looked.value.status == 200 and "<h1" not in looked.value.text()
    expect(page.get_by_role("button", name="Chép nội dung")).to_be_visible()  # looking disturbs nothing
    assert page.url.endswith("/nop-tien")
    desk.pay(order)
    expect(page.get_by_role("heading", name="Đã nộp lệ phí")).to_be_visible(timeout=15_000)
    assert page.locator("main").count() == 1 and page.locator("img.qr").count() == 0


def test_without_scripts_there_is_look_again(pages: Pages, client: Visitor) -> None:
    page, order, code = opened(pages, client, scripts=False)
    assert page.locator("button[data-copy]:visible").count() == 0
    page.get_by_role("link", name="Tôi đã chuyển tiền").click()
    page.get_by_role("link", name="Xem lại").click()
    expect(page.get_by_role("heading", name="Chờ ngân hàng báo tiền")).to_be_visible()
    desk.pay(order)
    page.get_by_role("link", name="Xem lại").click()
    expect(page.get_by_role("heading", name="Đã nộp lệ phí")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_picture_is_saved(pages: Pages, client: Visitor, scripts: bool) -> None:
    page, order, code = opened(pages, client, scripts=scripts)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Lưu ảnh mã").click()
    assert saved.value.suggested_filename == f"nop-le-phi-{code}.png"
    width = page.evaluate("document.documentElement.scrollWidth") if scripts else 360
    assert width <= 360
