"""The checks of the house can fail: each is shown something broken."""
from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment

from app.core.workflow import Transition, Workflow
from app.web.guarding import guard_of, public
from tests.support import css_check, house_code, house_rules, house_web, scripts


class S(StrEnum):
    A = "a"
    B = "b"
    C = "c"


def bare_app() -> Flask:
    app = Flask("bare", root_path=".", static_folder=None)
    app.add_url_rule("/open", "open", public(lambda: ""))
    app.add_url_rule("/forgotten", "forgotten", lambda: "", methods=["GET", "POST"])
    return app


def test_an_endpoint_without_guard_is_found() -> None:
    assert house_web.unguarded(bare_app(), guard_of) == ["forgotten"]


def test_routes_are_lines_of_method_and_path() -> None:
    assert house_web.routes(bare_app()) == {"GET /open", "GET /forgotten", "POST /forgotten"}


def test_a_printed_path_without_route_is_found() -> None:
    assert house_web.missing_paths(bare_app(), {"x": "/open", "y": "/gone"}) == ["y: /gone"]


@pytest.mark.parametrize(
    "source",
    ["{% block main %}", "{{ x|nosuchfilter }}", "{% if x is nosuchtest %}{% endif %}", "{{ 1 + }}"],
)
def test_a_broken_template_is_found(source: str) -> None:
    assert len(house_web.unparsed(Environment(loader=DictLoader({"x": source, "y": "ok"})), ["x", "y"])) == 1


@pytest.mark.parametrize(
    "source",
    [
        "<style>a{}</style>",
        '<p style="color:red">',
        '<p class="{{ x }}" style="{{ y }}">',
        "<script>alert(1)</script>",
        '<script src="/a.js">alert(1)</script>',
        '<button type="button" onclick="x()">',
        '<a href="javascript:x()">',
        '<div hx-boost="true">',
        '<div\n  hx-on:click="x()">',
    ],
)
def test_something_inline_is_found(source: str) -> None:
    assert house_web.inline(source)


@pytest.mark.parametrize(
    "source",
    [
        '<script src="{{ asset("x.js") }}" defer></script>',
        "{# style= onclick= <style> #}<p>",
        '<p class="on" data-style="x">một = hai</p>',
    ],
)
def test_what_is_not_inline_passes(source: str) -> None:
    assert house_web.inline(source) == []


def test_a_lost_fragment_is_found() -> None:
    loader = DictLoader({
        "base": "{% block main %}{% endblock %}",
        "good": "{% extends 'base' %}{% block a_b %}<a hx-target='#a-b'><a hx-target='#main'>{% endblock %}",
        "bad": "{% extends 'base' %}{% block main %}<a hx-target='#gone'>{% endblock %}",
    })
    environment = Environment(loader=loader)
    assert house_web.lost_fragments(environment, "good") == []
    assert house_web.lost_fragments(environment, "bad") == ["gone"]
    assert house_web.lost_fragments(environment, "bad", frozenset({"gone"})) == []
    assert house_web.blocks(environment, "good") == {"main", "a_b"}


def row(*sources: S, to: S | None, permission: str | None = None) -> Transition[S]:
    return Transition(frozenset(sources), to, permission)


def test_a_sound_workflow_passes() -> None:
    table = {"go": row(S.A, to=S.B, permission="p"), "end": row(S.B, to=S.C), "note": row(S.B, to=None)}
    assert house_rules.workflow_faults(Workflow(S.A, [S.C], table), S, frozenset({"p"})) == []


def test_an_unreachable_state_is_found() -> None:
    table = {"go": row(S.A, to=S.C), "end": row(S.B, to=S.C)}
    assert house_rules.workflow_faults(Workflow(S.A, [S.C], table), S, frozenset()) == ["b is never reached"]


def test_a_dead_end_is_found_though_acts_keep_its_state() -> None:
    table = {"go": row(S.A, to=S.B), "note": row(S.B, to=None), "end": row(S.A, to=S.C)}
    assert house_rules.workflow_faults(Workflow(S.A, [S.C], table), S, frozenset()) == ["b has no way out"]


def test_an_act_that_no_role_may_do_is_found() -> None:
    table = {"go": row(S.A, to=S.B, permission="p"), "end": row(S.B, to=S.C)}
    faults = house_rules.workflow_faults(Workflow(S.A, [S.C], table), S, frozenset({"q"}))
    assert faults == ["go asks for p, which no role holds"]


def test_a_commit_is_found() -> None:
    assert house_code.calls("def f():\n    db.session.commit()\n", frozenset({"commit"})) == [2]


@pytest.mark.parametrize(
    "line", ["if given_signature == ours: ...", "ok = hmac.digest(k, m, h) != theirs", "request.secret == row.value"]
)
def test_a_comparison_of_secrets_is_found(line: str) -> None:
    assert house_code.secret_comparisons(line) == [1]


@pytest.mark.parametrize(
    "line",
    ["state == other", "secret is None", "kind == 'secret'", "same(signature, ours)", "Slip.hash == ring.mac(x)"],
)
def test_other_comparisons_pass(line: str) -> None:
    assert house_code.secret_comparisons(line) == []


def test_a_long_file_needs_a_reason_and_a_reason_needs_a_long_file(tmp_path: Path) -> None:
    long, short = tmp_path / "long.py", tmp_path / "short.py"
    long.write_text("x\n" * 401)
    short.write_text("x\n" * 400)
    assert house_code.too_long([long, short], {}) == ["long.py: 401 lines"]
    assert house_code.too_long([long, short], {"long.py": "a table"}) == []
    assert house_code.stale_reasons([long, short], {"short.py": "once long"}) == ["short.py"]


def test_a_module_without_docstring_is_found() -> None:
    assert list(house_code.undocumented("x = 1")) == [1]
    assert list(house_code.undocumented('"""Says."""\nx = 1')) == []


def test_a_stray_file_on_top_is_found(tmp_path: Path) -> None:
    assert house_code.top_level([tmp_path / "notes.txt", tmp_path / "app" / "x.py"], tmp_path) == {"notes.txt", "app"}


def test_addresses_and_missing_hashes_of_a_lock_are_found() -> None:
    lock = "one==1 \\\n    --hash=sha256:aa\ntwo==2\nthree>=3 --hash=sha256:bb\n--index-url https://example.invalid/simple\n"
    assert house_code.unhashed(lock) == ["two==2", "three>=3", "--index-url"]
    assert house_code.addresses(lock) == ["--index-url https://example.invalid/simple"]
    assert house_code.addresses('"resolved": "x.tgz"') == ['"resolved": "x.tgz"']


@pytest.mark.parametrize(
    "source",
    ["var f = () => 1;", "let x = 1;", "const x = 1;", "var s = `x`;", "class X {}", "for (var a of b) {}", "var ;"],
)
def test_newer_or_broken_javascript_is_found(source: str) -> None:
    assert scripts.es5_fault(source)


def test_es5_passes() -> None:
    assert scripts.es5_fault("(function () { 'use strict'; var x = {get: 1}; return x; }());") is None


@pytest.mark.parametrize(
    "css",
    [
        "a:has(b){color:red}",
        ":is(a,b){color:red}",
        ":where(a){color:red}",
        "a:focus-within{color:red}",
        "a:not(b,c){color:red}",
        "a:not(.b .c){color:red}",
        "a:focus-visible{outline:0}",
        "a,b:focus:not(:focus-visible){outline:0}",
        "a::marker{color:red}",
        "@layer x{a{color:red}}",
        "@container (min-width:1px){a{color:red}}",
        "@media (width>=40em){a{color:red}}",
        "a{b{color:red}}",
        "a{&:hover{color:red}}",
        "@media print{a{b{color:red}}}",
        ".x{display:flex;gap:1px}",
        ".x{row-gap:1px}",
        ".x{inset:0}",
        ".x{aspect-ratio:1}",
        ".x{margin-inline:1px}",
        ".x{display:contents}",
        ".x{width:min(1px,2px)}",
        ".x{width:clamp(1px,2px,3px)}",
        ".x{padding:env(safe-area-inset-top)}",
        ".x{height:100dvh}",
        ".x{color:#0008}",
        ".x{color:rgb(0 0 0 / 50%)}",
        ".x{background:linear-gradient(red 0 4%,blue 5%)}",
        ".x{color red}",
    ],
)
def test_css_that_an_old_phone_does_not_know_is_found(css: str) -> None:
    assert css_check.faults(css)


@pytest.mark.parametrize(
    "css",
    [
        ":root{--ink:#211a26;color-scheme:light}",
        "a:focus:not(:focus-visible){outline:0}",
        ".x::file-selector-button{display:none}",
        ".x:not(:nth-child(2)){margin:calc(1px + var(--x))}",
        ".x{display:grid;grid-gap:12px;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}",
        "@media (min-width:40em){.x{color:rgba(0,0,0,.5)}}",
        ".x{background:linear-gradient(45deg,red 4%,blue 5%)}",
        "@page a5{size:148mm 210mm;margin:0}",
    ],
)
def test_css_of_2017_passes(css: str) -> None:
    assert css_check.faults(css) == []
