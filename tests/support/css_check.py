"""Holds a style sheet against the list of features that the oldest phones know."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tinycss2

from tests.support import css_features as known

HEX_WITH_ALPHA = (4, 8)
GRADIENTS = ("linear-gradient", "radial-gradient", "repeating-linear-gradient")


def faults(css: str) -> list[str]:
    """What an old browser would not understand, each with its line; empty when all is well."""
    return list(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _rules(nodes: list[Any]) -> Iterator[str]:
    for node in nodes:
        where = f"line {node.source_line}"
        if node.type == "error":
            yield f"{where}: {node.message}"
        elif node.type == "at-rule":
            yield from _at_rule(node, where)
        elif node.type == "qualified-rule":
            yield from _selectors(node.prelude, where)
            yield from _declarations(node.content)


def _at_rule(node: Any, where: str) -> Iterator[str]:
    name = node.lower_at_keyword
    if name not in known.AT_RULES:
        yield f"{where}: @{name} drops all of its rules"
        return
    if name == "media" and any(token.type == "literal" and token.value in "<>=" for token in _flat(node.prelude)):
        yield f"{where}: @media with < or > instead of min-width and max-width"
    if node.content is None:
        return
    if name in ("media", "supports"):
        yield from _rules(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True))
    elif name != "keyframes":
        yield from _declarations(node.content)


def _flat(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        for inner in (getattr(token, "content", None), getattr(token, "arguments", None)):
            if inner:
                yield from _flat(inner)


def _selectors(prelude: list[Any], where: str) -> Iterator[str]:
    text = tinycss2.serialize(prelude).strip()
    for name, is_element, arguments, in_not in _pseudos(prelude):
        shown = f"{'::' if is_element else ':'}{name}"
        if shown in known.ALONE:
            if "," in text:
                yield f"{where}: {shown} drops the other selectors of {text!r}; give it a rule of its own"
            if shown == ":focus-visible" and not in_not:
                yield f"{where}: :focus-visible may only stand inside :not() ({text!r})"
        elif is_element and not (name in known.PSEUDO_ELEMENTS or name.startswith("-webkit-")):
            yield f"{where}: {shown} in {text!r}"
        elif not is_element and name not in known.PSEUDO_CLASSES | known.OLD_ELEMENTS:
            yield f"{where}: {shown} in {text!r}"
        elif name == "not" and _is_complex(arguments):
            yield f"{where}: :not() takes one simple selector, not {tinycss2.serialize(arguments)!r}"
    if "&" in text:
        yield f"{where}: nesting ({text!r})"


def _pseudos(tokens: list[Any], in_not: bool = False) -> Iterator[tuple[str, bool, list[Any], bool]]:
    """(name, is a pseudo-element, arguments, inside :not()) of each pseudo selector."""
    colons = 0
    for token in tokens:
        if token.type == "literal" and token.value == ":":
            colons += 1
            continue
        if colons and token.type in ("ident", "function"):
            arguments = token.arguments if token.type == "function" else []
            name = token.lower_name if token.type == "function" else token.lower_value
            yield name, colons == 2, arguments, in_not
            if token.type == "function":
                yield from _pseudos(arguments, in_not or name == "not")
        colons = 0


def _is_complex(arguments: list[Any]) -> bool:
    text = tinycss2.serialize(arguments).strip()
    simple = sum(text.count(sign) for sign in ".#[:") + text[:1].isalpha()
    return any(sign in text for sign in ", >+~") or simple > 1


def _declarations(content: list[Any]) -> Iterator[str]:
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        where = f"line {node.source_line}"
        if node.type == "declaration":
            yield from _declaration(node, where)
        elif node.type == "error":
            yield f"{where}: {node.message}"
        else:
            yield f"{where}: nesting ({tinycss2.serialize([node])[:40]!r})"


def _declaration(node: Any, where: str) -> Iterator[str]:
    name = node.lower_name
    if not name.startswith("--") and name not in known.PROPERTIES | known.PREFIXED | set(known.ENHANCEMENTS):
        yield f"{where}: property {name}"
    for token in _flat(node.value):
        if token.type == "function" and token.lower_name not in known.FUNCTIONS:
            yield f"{where}: {token.lower_name}() in {name}"
        elif token.type == "dimension" and token.lower_unit not in known.UNITS:
            yield f"{where}: unit {token.lower_unit} in {name}"
        elif token.type == "hash" and len(token.value) in HEX_WITH_ALPHA:
            yield f"{where}: colour #{token.value} with transparency; write rgba()"
        if token.type == "function" and token.lower_name in GRADIENTS and _has_double_stop(token.arguments):
            yield f"{where}: a gradient stop with two places drops the whole gradient"
        if token.type == "function" and token.lower_name in ("rgb", "rgba", "hsl", "hsla") and not _has_commas(token):
            yield f"{where}: {token.lower_name}() without commas"
    if name == "display":
        yield from (
            f"{where}: display {token.lower_value}"
            for token in node.value
            if token.type == "ident" and token.lower_value not in known.DISPLAYS
        )


def _has_commas(function: Any) -> bool:
    return any(token.type == "literal" and token.value == "," for token in function.arguments)


def _has_double_stop(arguments: list[Any]) -> bool:
    places = 0
    for token in arguments:
        if token.type == "literal" and token.value == ",":
            places = 0
        elif token.type in ("percentage", "dimension", "number"):
            places += 1
            if places == 2 and not _is_shape_or_angle(token):
                return True
    return False


def _is_shape_or_angle(token: Any) -> bool:
    return token.type == "dimension" and token.lower_unit in ("deg", "turn", "rad")
