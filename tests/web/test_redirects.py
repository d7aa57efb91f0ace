"""Nothing that a person sends can lead a browser off the site (m10, T14)."""
from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import lxml.html
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.permissions import Role
from app.web.redirects import own_path
from requirements import assets
from tests.web import people
from tests.web.browsing import Inside

OURS = "phuong.example.vn"
EVIL = [
    "//evil.vn", "///evil.vn", "////evil.vn", "/\\evil.vn", "\\\\evil.vn", "\\/evil.vn", "/\\/evil.vn", "/%5Cevil.vn",
    "/%5c%5cevil.vn", "/%2F%2Fevil.vn", "/%2f/evil.vn", "/\t/evil.vn", "/\n/evil.vn", "/\r\n/evil.vn", "\t//evil.vn",
    " //evil.vn", "\u00a0//evil.vn", "\u3000//evil.vn", "/\u2215evil.vn", "/\uff0fevil.vn", "//evil.vn/%2e%2e",
    "https://evil.vn", "HTTPS:evil.vn", "https:/evil.vn", "http:evil.vn", "https:\\\\evil.vn", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.vn@phuong.example.vn",
    "https://phuong.example.vn@evil.vn", "https://phuong.example.vn.evil.vn", "//[::1", "http://[", "/..//evil.vn",
    "/./\\evil.vn", "/.//evil.vn", "/p/..//..//evil.vn", "/;//evil.vn", "/?//evil.vn", "/#//evil.vn", "?next=//evil.vn",
    "//evil%E3%80%82vn", "//evil。vn", "/viec\x00//evil.vn", "/\x01/evil.vn", "\x08//evil.vn", "/viec\r\nLocation: //evil.vn",
    "/viec%0d%0aSet-Cookie: x=1", "evil.vn", "evil.vn/viec", "@evil.vn", ":80", "/", "", "x", "\ud800//evil.vn",
]
# Signs that parsers of addresses disagree about.
ODD = st.text(st.sampled_from("/\\.:@?#%;& \t\r\n\x00\u3000\u3002evilvn25cCfF[]"), max_size=24)
LINKS = "//a/@href | //form/@action | //input[@name='tu']/@value"
INSIDE = ["/viec", "/p/2.000635", "/giup", "/xem?ma=K7M49QXT", "/can-bo/thu-tien?tim=x", "/hien-thi"]


def hosts_by_browsers(addresses: Iterable[str]) -> list[str]:
    """Where a browser would go from a page of ours (the WHATWG rules, as Node has them)."""
    script = (
        "const list = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        f"console.log(JSON.stringify(list.map(a => {{ try {{ return new URL(a, 'https://{OURS}/viec').host }}"
        " catch (e) { return 'no address' } })));"
    )
    node = assets.node()
    assert node is not None, "no node: make setup-dev brings one"
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(list(addresses)), capture_output=True, text=True, timeout=60, check=True
    )
    return list(json.loads(done.stdout))


def test_the_corpus_is_dangerous() -> None:
    """Many of these leave the site when they are taken as they are; the oracle sees it."""
    assert sum(host != OURS for host in hosts_by_browsers(EVIL)) > 20


def test_only_paths_of_ours_come_back(app: Flask) -> None:
    with app.test_request_context("/viec"):
        answers = [own_path(asked, "/giup") for asked in EVIL]
        kept = [own_path(asked, "/giup") for asked in INSIDE]
    assert set(hosts_by_browsers(answers)) == {OURS}
    assert [urlsplit(one).path for one in kept] == [urlsplit(one).path for one in INSIDE]


def test_no_text_leads_away(app: Flask) -> None:
    answers: list[str] = []

    @given(st.one_of(ODD, st.text(max_size=30), ODD.map(lambda tail: "/" + tail), ODD.map(lambda tail: "/p/" + tail)))
    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(asked: str) -> None:
        answer = own_path(asked, "/giup")
        assert answer.startswith("/") and not answer.startswith("//") and "\\" not in answer
        assert not any(ord(sign) < 33 for sign in answer), "nothing that could end a header"
        answers.append(answer)

    with app.test_request_context("/viec"):
        ask()
    assert set(hosts_by_browsers(answers)) == {OURS}


def test_every_page_that_leads_back_leads_to_us(app: Flask) -> None:
    browser, staff = Inside(app), Inside(app)
    clerk = people.clerk(app, Role.RECEPTIONIST)
    for asked in EVIL:
        if "\ud800" in asked:
            continue  # no address can carry it
        shown = browser.get(f"/hien-thi?chu=l&ve={quote(asked)}")
        assert shown.status == 303 and urlsplit(shown.headers["Location"]).netloc == ""
        shown = browser.get(f"/giup?tu={quote(asked)}")
        links = [str(link) for link in lxml.html.fromstring(shown.text).xpath(LINKS)]
        assert shown.status == 200 and [link for link in links if not re.match(r"/(?![/\\\\])|#|tel:", link)] == []
    typed = {"username": clerk.username, "password": people.PASSWORD, "code": clerk.code()}
    entered = staff.fill(f"/can-bo/vao?next={quote('//evil.vn')}", **typed)
    assert entered.status == 303 and entered.headers["Location"] == "/can-bo"


def test_after_signing_in_one_is_where_one_wanted_to_go(app: Flask) -> None:
    clerk, browser = people.clerk(app, Role.CASHIER), Inside(app)
    turned_away = browser.get("/can-bo/thu-tien")
    assert turned_away.status == 303 and turned_away.location.startswith("/can-bo/vao?next=")
    entered = browser.fill(turned_away.location, username=clerk.username, password=people.PASSWORD, code=clerk.code())
    assert entered.location == "/can-bo/thu-tien"
