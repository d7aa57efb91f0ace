"""Reads the routes and templates: guards, printed paths, fragments, nothing inline."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import Environment, TemplateError, nodes

ROUTES = Path(__file__).resolve().parents[1] / "routes.txt"
_TAG = re.compile(r"<[a-zA-Z][^<>]*>", re.DOTALL)
_INLINE = (
    (re.compile(r"<style\b", re.IGNORECASE), "a <style> block"),
    (re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE), "a script without src"),
    (re.compile(r"<script\b[^>]*>\s*[^\s<]", re.IGNORECASE), "a script with content"),
)
_IN_TAG = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "a style attribute"),
    (re.compile(r"\son[a-z]+\s*=", re.IGNORECASE), "an event attribute"),
    (re.compile(r"\shx-on\b", re.IGNORECASE), "hx-on"),
    (re.compile(r"\shx-boost\b", re.IGNORECASE), "hx-boost"),
    (re.compile(r"javascript:", re.IGNORECASE), "a javascript: address"),
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TARGET = re.compile(r"""hx-target\s*=\s*["']#([A-Za-z][\w-]*)["']""")


def routes(app: Flask) -> set[str]:
    """One line a method and path, as printed codes and bookmarks know them."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method not in ("HEAD", "OPTIONS")
    }


def recorded_routes(path: Path = ROUTES) -> set[str]:
    return {line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}


def unguarded(app: Flask, guard_of: Callable[[Flask, str], object | None]) -> list[str]:
    """Endpoints that nobody guards and nobody declared public."""
    return sorted(endpoint for endpoint in app.view_functions if guard_of(app, endpoint) is None)


def missing_paths(app: Flask, printed: Mapping[str, str]) -> list[str]:
    """Printed paths that no GET route answers."""
    known = routes(app)
    return [f"{name}: {path}" for name, path in printed.items() if f"GET {path}" not in known]


def unparsed(environment: Environment, names: Iterable[str]) -> list[str]:
    """Templates that do not compile, with the reason; unknown filters and tests are found too."""
    bad = []
    for name in names:
        try:
            environment.get_template(name)
            bad += [f"{name}: {what}" for what in _unknown(environment, name)]
        except TemplateError as error:
            bad.append(f"{name}: {error}")
    return bad


def _unknown(environment: Environment, name: str) -> list[str]:
    """Filters and tests that do not exist; the compiler lets them pass inside an ``if``."""
    assert environment.loader is not None
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    filters = [node.name for node in tree.find_all(nodes.Filter) if node.name not in environment.filters]
    tests = [node.name for node in tree.find_all(nodes.Test) if node.name not in environment.tests]
    return [f"unknown {kind}" for kind in (*filters, *tests)]


def inline(source: str) -> list[str]:
    """What the security policy would refuse, or what htmx would have to evaluate."""
    text = _COMMENT.sub("", source)
    found = [what for pattern, what in _INLINE if pattern.search(text)]
    tags = _TAG.findall(_BRACES.sub("", text))
    return found + [f"{what}: {tag[:60]}" for tag in tags for pattern, what in _IN_TAG if pattern.search(tag)]


def lost_fragments(environment: Environment, name: str, also: frozenset[str] = frozenset()) -> list[str]:
    """Targets of htmx in this template that are no block of its page (block name = id, dashes as underscores).

    ``also`` are blocks of the pages that use it (a macro has no page of its own).
    """
    source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
    known = blocks(environment, name) | also
    return [
        target
        for target in _TARGET.findall(_COMMENT.sub("", source))
        if target not in known and target.replace("-", "_") not in known
    ]


def blocks(environment: Environment, name: str) -> set[str]:
    """Names of the blocks of a template and of those that it extends."""
    assert environment.loader is not None
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    found = {block.name for block in tree.find_all(nodes.Block)}
    for parent in tree.find_all(nodes.Extends):
        value: Any = getattr(parent.template, "value", None)
        if isinstance(value, str):
            found |= blocks(environment, value)
    return found
