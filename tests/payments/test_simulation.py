"""The simulator sends the real request over a real socket."""
from __future__ import annotations

import pytest

from app.payments.cli import payments_cli
from app.payments.models import NoticeState, OrderState
from app.payments.queries import list_suspense
from tests import factories
from tests.payments import desk
from tests.support.servers import LiveServer

pytestmark = pytest.mark.usefixtures("database")


def run(server: LiveServer, *arguments: str) -> tuple[int, str]:
    result = server.app.test_cli_runner().invoke(payments_cli, ["simulate", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("provider", ["payos", "sepay"])
def test_the_simulator_pays(live_server: LiveServer, provider: str) -> None:
    order = desk.make_order()
    code = desk.dossier_of(order).public_code
    status, said = run(live_server, provider, "--order", code, "--url", live_server.url)
    assert status == 0 and "200" in said and "8000 VND" in said
    assert desk.fresh(order).state == OrderState.PAID and not desk.books_faults()


def test_the_simulator_plays_wrong_money_and_replays(live_server: LiveServer) -> None:
    order = desk.make_order()
    send = ("sepay", "--order", order.code, "--url", live_server.url)
    assert run(live_server, *send, "--amount", "5000", "--event-id", "77")[0] == 0
    assert run(live_server, *send, "--event-id", "77")[0] == 0
    assert run(live_server, *send, "--text", "tien an trua")[0] == 0
    assert run(live_server, *send, "--minutes-ago", "9000")[0] == 0
    desk.fresh(order)
    states = {row.event.state for row in list_suspense()}
    assert states == {NoticeState.LESS, NoticeState.NO_CODE, NoticeState.ODD_TIME}
    assert order.state == OrderState.OPEN


def test_what_the_simulator_cannot_do_it_says(live_server: LiveServer) -> None:
    order = desk.make_order()
    assert run(live_server, "payos", "--order", "PX2345678")[0] == 1
    unopened = factories.make_dossier()
    status, said = run(live_server, "payos", "--order", unopened.public_code)
    assert status == 1 and "chưa có mã nộp tiền" in said
    for address in ("http://127.0.0.1:9", "ftp://127.0.0.1"):
        status, said = run(live_server, "payos", "--order", order.code, "--url", address)
        assert status == 1 and address in said
    assert desk.fresh(order).state == OrderState.OPEN
