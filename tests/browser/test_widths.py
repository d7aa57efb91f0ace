"""Nothing runs sideways and every target is large enough, on the narrowest phone and with the largest letters."""
from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Eyes
from tests.browser.states import FOR_CITIZENS, FOR_STAFF, PageState
from tests.browser.test_access import by_id, dress

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


def sideways(page: Page, width: int, *, text: str = "", root: str = "") -> list[str]:
    """What is wider than the page at this width, text size and size of the root's letters."""
    page.set_viewport_size({"width": width, "height": 640})
    dress(page, text=text)
    page.evaluate("size => { document.documentElement.style.fontSize = size }", root)
    found = page.evaluate(_WIDE, width)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return [f"{width} px {text} {root}: {one}" for one in found]


@by_id(FOR_CITIZENS)
def test_nothing_runs_sideways_on_a_phone(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    found = sideways(page, 320) + sideways(page, 320, text="xl") + sideways(page, 360, root="200%")
    page.emulate_media(forced_colors="active")
    found += [f"forced colours: {one}" for one in sideways(page, 320, text="xl")]
    page.emulate_media(forced_colors="none")
    assert found == []


@by_id(FOR_STAFF)
def test_nothing_runs_sideways_at_a_desk(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    found = sideways(page, 1280) + sideways(page, 320) + sideways(page, 1280, root="200%")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


@by_id(FOR_CITIZENS)
def test_targets_are_large_on_a_phone(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    page.set_viewport_size({"width": 360, "height": 640})
    dress(page)
    assert page.evaluate(_SMALL, 48) == []


@by_id(FOR_STAFF)
def test_targets_are_large_at_a_desk(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    page.set_viewport_size({"width": 1280, "height": 800})
    dress(page)
    assert page.evaluate(_SMALL, 40) == []


@by_id([state for state in FOR_CITIZENS if state.name in ("one_of filled", "full_name wrong", "first visit", "pay, long name")])
def test_forced_colours_keep_what_looks_like_a_box(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    page.emulate_media(forced_colors="active")
    bare = page.evaluate(
        """[...document.querySelectorAll('.btn, .in, .choice label, .card, .errors, .note, .tile')].filter(one => {
          const look = getComputedStyle(one)
          return one.getBoundingClientRect().width && (look.borderTopStyle === 'none' || parseFloat(look.borderTopWidth) < 1)
        }).map(one => one.className)"""
    )
    page.emulate_media(forced_colors="none")
    assert bare == []
