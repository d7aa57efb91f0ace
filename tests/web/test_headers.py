"""What every answer says besides its page: nothing to keep, nothing to frame, cookies for us alone, a host that is ours."""
from __future__ import annotations

import re

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.core import codes
from app.dossiers.services.slips import PER_VISITOR
from app.web.static_files import first_style_source
from tests.web import people
from tests.web.browsing import Browser, Inside

HTTPS = pytest.mark.settings(PUBLIC_URL="https://localhost", TRUSTED_HOSTS="localhost")
PAGES = [
    "/", "/xem", "/giup", "/nghi/K7M49QXT", "/viec", "/rieng-tu", "/hien-thi", "/ho-so/K7M49QXT", "/S/" + "A" * 26,
    "/khong-co", "/can-bo/vao", "/can-bo/vao/x", "/can-bo/tai-khoan/x", "/can-bo/ho-so", "/t/x", "/healthz", "/webhook/payos",
]


def policy(text: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in text.split(";")}


def test_no_answer_may_be_kept_framed_sniffed_or_run(app: Flask) -> None:
    clerk = Inside(app)
    people.let_in(app, clerk, Role.RECEPTIONIST)
    for browser in (Inside(app), clerk):
        for path in PAGES:
            headers = browser.get(path).headers
            said = policy(headers["Content-Security-Policy"])
            assert headers["Cache-Control"] == "no-store", path
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
            assert said["default-src"] == said["base-uri"] == said["frame-ancestors"] == said["object-src"] == ["'none'"]
            assert said["script-src"] == said["connect-src"] == said["form-action"] == ["'self'"], path
            assert said["style-src"] == ["'self'", first_style_source()], path
            assert "HX-Request" in headers["Vary"] or not headers["Content-Type"].startswith("text/html"), path


@HTTPS
def test_cookies_are_for_this_host_over_https_and_for_no_script(app: Flask) -> None:
    browser = Inside(app)
    client = browser.client
    shown = client.get("/giup", base_url="https://localhost")
    token = re.search(r'name="_token" value="([^"]+)"', shown.text)
    key = re.search(r'name="_key" value="([^"]+)"', shown.text)
    assert token and key
    begun = client.post(f"/lam/{people.EXTRACT}", base_url="https://localhost", data={"_token": token[1], "_key": key[1]})
    seen = client.get("/hien-thi?chu=l", base_url="https://localhost")
    lines = [line for answer in (shown, begun, seen) for line in answer.headers.getlist("Set-Cookie")]
    assert {line.partition("=")[0] for line in lines} == {"__Host-form", "__Host-session", "__Host-view"}
    for line in lines:
        flags = {part.strip().split("=")[0].lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite", "path"} <= flags and "domain" not in flags, line
        assert "SameSite=Lax" in line and "Path=/" in line
    assert shown.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_foreign_host_gets_no_page_and_no_link(app: Flask) -> None:
    browser = Inside(app)
    for host in ("evil.vn", "localhost.evil.vn", "localhost@evil.vn", "evil.vn:80", "127.0.0.1.evil.vn"):
        answer = browser.client.get("/giup", headers={"Host": host})
        assert answer.status_code == 400 and "evil" not in answer.text, host
    people.let_in(app, browser, Role.ADMINISTRATOR)
    form = browser.open("/can-bo/tai-khoan").form("/tai-khoan")
    ours = {name: form.fields[name] for name in ("_token", "_key")}
    made = browser.ask(
        "POST", "/can-bo/tai-khoan", {**ours, "act": "add", "username": "moi", "full_name": "Lê Thị Thử", "roles": "cashier"},
        {"X-Forwarded-Host": "evil.vn", "Forwarded": "host=evil.vn", "X-Host": "evil.vn"},
    )
    assert "http://localhost/can-bo/tai-khoan/" in made.text and "evil" not in made.text


def test_no_header_changes_the_method(app: Flask) -> None:
    browser = Inside(app)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = browser.get("/ket-thuc", **{name: "POST"})
        assert answer.status in (404, 405)
        assert browser.get("/giup?_method=POST", **{name: "DELETE"}).status == 200


def guess(browser: Browser, code: str, headers: dict[str, str]) -> int:
    form = browser.open("/xem").form("/xem")
    return browser.send(form, headers, code=code, secret="ZZZZZZ").status


def guesses_until_stopped(app: Flask, make: list[tuple[str, dict[str, str]]]) -> int:
    """How many guesses pass, each from its own address, each at a code of its own."""
    passed = 0
    for address, headers in make:
        if guess(Inside(app, REMOTE_ADDR=address), codes.new_public_code(), headers) == 429:
            return passed
        passed += 1
    return passed


FORGED = [("203.0.113.9", {"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"}) for n in range(60)]


def test_a_forged_address_wins_no_guess(app: Flask) -> None:
    assert guesses_until_stopped(app, FORGED) == PER_VISITOR.times


@pytest.mark.settings(BEHIND_PROXY="1")
def test_behind_a_proxy_only_the_proxy_is_believed(app: Flask) -> None:
    """Who reaches us beside the proxy is counted as who it is; through the proxy the last hop counts, not the first."""
    assert guesses_until_stopped(app, FORGED) == PER_VISITOR.times
    through = [("127.0.0.1", {"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.77"}) for n in range(60)]
    assert guesses_until_stopped(app, through) == PER_VISITOR.times


def test_one_machine_with_many_addresses_is_one_visitor(app: Flask) -> None:
    many = [(f"2001:db8:7:7:{n:x}::{n:x}", {}) for n in range(60)]
    assert guesses_until_stopped(app, many) == PER_VISITOR.times


def test_no_letter_of_an_address_breaks_an_answer(app: Flask) -> None:
    """htmx is told where it is; a line break or a letter that no header takes must not become a fault."""
    for path in ("/nghi/%0d%0aX:y", "/nghi/%E1%BA%A0nh", "/giup?tu=%0d%0aX:y", "/xem?ma=%C4%90%0a", "/khong/%0d%0aX:y"):
        reply = Inside(app).get(path, **{"HX-Request": "true", "HX-Target": "div#nothing"})
        assert reply.status in (200, 404), path
        assert reply.headers["HX-Push-Url"].isascii() and "X" not in reply.headers


def test_who_finishes_leaves_nothing_and_the_way_back_is_closed(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    address = visitor.browser.open(visitor.at()).path
    token = visitor.browser.cookies["session"]
    done = visitor.browser
    ours = {name: done.open("/giup").form("/giup").fields[name] for name in ("_token", "_key")}
    left = done.ask("POST", "/ket-thuc", ours)
    assert left.status == 303 and '"storage"' in left.headers["Clear-Site-Data"] and "session" not in done.cookies
    assert done.get(address).status == 404
    thief = Inside(app)
    thief.set_cookie("session", token)
    assert visitor.code not in thief.get("/").text
    assert thief.get(address).status == 303 and thief.get(address).location.startswith("/nghi/")
