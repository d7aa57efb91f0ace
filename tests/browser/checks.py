"""What can be seen to be wrong with a page: by axe, in its HTML, in its words, at its width, at its targets."""
from __future__ import annotations

import json
import re
from functools import cache

import lxml.html
from axe_playwright_python.base import AXE_SCRIPT
from justhtml import JustHTML
from playwright.sync_api import Page

from app.procedures.schema import load_words

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FULL = {"runOnly": {"type": "tag", "values": TAGS},
        "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
# The slow ones. Colours hang on the theme, not on width or language: there the rest is looked at again without them.
_COLOURS = ["color-contrast", "color-contrast-enhanced"]
BUT_COLOURS = {**FULL, "rules": {"target-size": {"enabled": True}, **{name: {"enabled": False} for name in _COLOURS}}}
COLOURS = {"runOnly": {"type": "rule", "values": _COLOURS[1:]}}  # 7 to 1: what passes has more than the 4.5 of the other
TARGETS = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
NOT_INPUTS = {"hidden", "submit", "button", "image", "reset"}

# What stands alone must be easy to hit; a link inside a sentence, and what only eyes of machines see, are exempt.
_SMALL = """least => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(one => {
    const box = one.getBoundingClientRect(), look = getComputedStyle(one)
    if (!box.width || !box.height || look.visibility === 'hidden') return false
    if (one.closest('.vh, .skip, [aria-hidden=true]') || one.tabIndex < 0) return false
    const alone = one.parentElement.textContent.trim() === one.textContent.trim()
    if (one.matches('a') && look.display === 'inline' && !alone) return false
    if (one.matches('input[type=radio], input[type=checkbox], input[type=file]')) {
      const label = one.labels && one.labels[0]
      if (label) return Math.max(label.getBoundingClientRect().height, box.height) < least - 0.5
    }
    return box.height < least - 0.5
  }).map(one => one.outerHTML.slice(0, 140) + ' ' + Math.round(one.getBoundingClientRect().height))"""
# What sticks out of the page, but for what scrolls inside a box of its own.
_WIDE = """width => {
  const boxed = one => { for (let up = one; up && up !== document.body; up = up.parentElement) {
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return true } return false }
  const root = document.documentElement.scrollWidth
  const out = [...document.body.querySelectorAll('*')].filter(one => {
    const box = one.getBoundingClientRect()
    return box.width && box.right > width + 1 && !one.closest('.vh, .skip, svg *') && !boxed(one)
  }).map(one => [one.tagName, one.className, one.getBoundingClientRect().right, one.textContent.trim().slice(0, 50)].join(' '))
  return root > width + 1 || out.length ? ['page ' + root, ...out.slice(-4)] : []
}"""
_BARE = """[...document.querySelectorAll('.btn, .in, .choice label, .card, .errors, .note, .tile')].filter(one => {
  const look = getComputedStyle(one)
  return one.getBoundingClientRect().width && (look.borderTopStyle === 'none' || parseFloat(look.borderTopWidth) < 1)
}).map(one => one.className)"""


def dress(page: Page, *, theme: str = "", text: str = "") -> None:
    """The looks that a choice of the person gives to a page: the server writes them on ``<html>`` and nowhere else."""
    page.evaluate(
        """([theme, text]) => { const root = document.documentElement
          theme ? root.setAttribute('data-theme', theme) : root.removeAttribute('data-theme')
          text ? root.setAttribute('data-text', text) : root.removeAttribute('data-text') }""", [theme, text],
    )


def axe(page: Page, options: dict[str, object]) -> list[str]:
    """What axe finds: rule, place, why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"axe.run({json.dumps({'resultTypes': ['violations'], **options})})")
    return [
        f"{rule['id']}: {node['target']} {node['html'][:160]} | {node['failureSummary'][:200]}"
        for rule in found["violations"] for node in rule["nodes"]
    ]


def axe_in_other_looks(page: Page, width: int) -> list[str]:
    """Colours in both other themes, targets with the largest letters."""
    found = []
    for theme in ("dark", "contrast"):
        dress(page, theme=theme)
        found += [f"{theme}: {one}" for one in axe(page, COLOURS)]
    fit(page, width)
    dress(page, text="xl")
    return found + [f"A++: {one}" for one in axe(page, TARGETS)]


def wrong_html(source: str) -> list[str]:
    """What the parser, labels, names and references of a page tell."""
    found = [str(error) for error in JustHTML(source, collect_errors=True, sanitize=False).errors]
    document = lxml.html.document_fromstring(source)
    ids = document.xpath("//@id")
    found += [f"id stands twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    found += [f"no label: {name}" for name in _unlabelled(document)]
    found += [f"described by nothing: {name}" for names in document.xpath("//@aria-describedby")
              for name in names.split() if name not in ids]
    if document.get("lang") != "vi" or not document.findtext(".//title") or len(document.findall(".//h1")) != 1:
        found.append("language, title or heading")
    return found


def _unlabelled(document: lxml.html.HtmlElement) -> list[str]:
    """Inputs without a label of their own (a placeholder is none)."""
    labels = set(document.xpath("//label/@for"))
    return [
        str(one.get("name")) for one in document.xpath("//input|//select|//textarea")
        if one.get("type") not in NOT_INPUTS and one.get("id") not in labels
        and not one.get("aria-label") and not one.get("aria-labelledby")
    ]


@cache
def _words() -> tuple[list[str], list[tuple[str, str]]]:
    """What citizens' pages say, the longest first; each word of the law with what must stand on the page beside it."""
    words = load_words()
    hard = [(spelling, one.meaning) for one in words for spelling in one.legal if spelling.casefold() != one.say.casefold()]
    says = sorted({one.say.casefold() for one in words}, key=len, reverse=True)
    return says, sorted(hard, key=lambda pair: -len(pair[0]))


def hard_words(page: Page) -> list[str]:
    """Words of the law that stand there unexplained."""
    text = plain = " ".join(page.evaluate("document.querySelector('main').textContent").split()).casefold()
    says, hard = _words()
    for say in says:
        plain = plain.replace(say, " ")
    found = []
    for word, meaning in hard:
        plain, count = re.subn(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", " ", plain)
        if count and meaning.casefold() not in text:
            found.append(word)
    return found


def sideways(page: Page, width: int, *, text: str = "", root: str = "") -> list[str]:
    """What is wider than the page at this width, text size and size of the root's letters."""
    fit(page, width)
    dress(page, text=text)
    if root:
        page.evaluate("size => { document.documentElement.style.fontSize = size }", root)
    found = page.evaluate(_WIDE, width)
    if root:
        page.evaluate("document.documentElement.style.fontSize = ''")
    return [f"{width} px {text} {root}: {one}" for one in found]


def small_targets(page: Page, least: int) -> list[str]:
    """What is lower than ``least`` pixels and hard to hit."""
    return list(page.evaluate(_SMALL, least))


def without_border(page: Page) -> list[str]:
    """What looks like a box only by its colour, which forced colours take away."""
    page.emulate_media(forced_colors="active")
    found = list(page.evaluate(_BARE))
    page.emulate_media(forced_colors="none")
    return found


def fit(page: Page, width: int) -> None:
    """A window of this width."""
    page.set_viewport_size({"width": width, "height": 640})
