"""Two wards for the tests of looks: one with something in every corner, one where nothing has happened yet."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.browser.states import Look, PageState, World
from tests.support import applications, databases, servers
from tests.support.browsers import COMMON

# Sets what a state types into the form that it names, and sends it as a browser without scripts would.
_SEND = """([wanted, typed]) => {
  const path = form => new URL(form.getAttribute('action') || location.href, location.href).pathname
  const fits = wanted.endsWith('*')
    ? form => path(form).includes(wanted.slice(0, -1))
    : form => wanted ? path(form).endsWith(wanted) : path(form) === location.pathname
  const forms = [...document.querySelectorAll('main form')].filter(form => form.method === 'post' && fits(form))
  if (!forms.length) throw new Error('no form for ' + wanted)
  const form = forms[forms.length - 1]
  const write = (field, value) => {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = field.value === value
    else if (field.type !== 'file' && field.type !== 'hidden') field.value = value
  }
  for (const [name, value] of Object.entries(typed)) {
    const fields = [...form.elements].filter(field => field.tagName !== 'BUTTON' && (name === '*' || field.name === name))
    fields.forEach(field => name.startsWith('_') ? field.value = value : write(field, value))
    if (!fields.length && name !== '*') {
      const more = document.createElement('input')
      more.type = 'hidden'; more.name = name; more.value = value; form.appendChild(more)
    }
  }
  HTMLFormElement.prototype.submit.call(form)
}"""


@dataclass
class Eyes:
    """One page that looks at state after state; ``shown`` is the last one, ``source`` what the server sent for it."""

    page: Page
    wards: dict[bool, tuple[World, str]]
    shown: tuple[PageState, str] | None = None
    source: str = ""

    def see(self, state: PageState, *, view: str = "") -> Page:
        """Show a state, without any choice of looks or with the ``view`` of a cookie; once for all who ask in a row.

        A page that answers otherwise than it says fails.
        """
        if self.shown == (state, view):
            return self.page
        self.shown = None
        world, url = self.wards[state.bare]
        look = state.look(world)
        self.page.context.clear_cookies()
        cookies = {name: value for name, value in (("session", look.token), ("view", view)) if value}
        self.page.context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        answer = self.page.goto(url + look.path)
        if look.form is not None:
            answer = self._send(look)
        assert answer is not None and answer.status == look.status, (state.id, answer and answer.status, self.page.url)
        self.shown, self.source = (state, view), answer.text()
        return self.page

    def _send(self, look: Look) -> Response | None:
        with self.page.expect_navigation() as sent:
            self.page.evaluate(_SEND, [look.form, look.typed])
        return sent.value


@pytest.fixture(scope="session")
def wards(
    databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[bool, tuple[World, str]]]:
    """The full ward and the bare one, each behind a socket."""
    with ExitStack() as stack:
        made = {}
        for bare in (False, True):
            folder: Path = tmp_path_factory.mktemp("ward")
            env = {} if bare else {"DEMO": "1"}
            settings = applications.settings_for(databases_of_run.fresh(), folder / "var", **env)
            app = stack.enter_context(applications.made(settings))
            made[bare] = (World(app), stack.enter_context(servers.serving(app, settings)).url)
        yield made


@pytest.fixture(scope="module")
def phone_eyes(browser: Browser, wards: dict[bool, tuple[World, str]]) -> Iterator[Eyes]:
    yield from _eyes(browser, wards, 360, 640)


@pytest.fixture(scope="module")
def desk_eyes(browser: Browser, wards: dict[bool, tuple[World, str]]) -> Iterator[Eyes]:
    yield from _eyes(browser, wards, 1280, 800)


def _eyes(browser: Browser, wards: dict[bool, tuple[World, str]], width: int, height: int) -> Iterator[Eyes]:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light", **COMMON)
    context.set_default_timeout(20_000)
    yield Eyes(context.new_page(), wards)
    context.close()
