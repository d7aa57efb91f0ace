"""One ``page()`` for full pages and fragments, the filters of plain Vietnamese, and the ``ui`` macros."""
from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.urls import iri_to_uri

from app.core import clock, codes
from app.core.idempotency import new_key
from app.core.text import mask_digits, shorten_name
from app.web import htmx
from app.web.addresses import here, in_query
from app.web.csrf import csrf_token
from app.web.i18n import gettext as _
from app.web.i18n import language
from app.web.icons import icon
from app.web.preferences import Preferences, preferences

_context_makers: list[Callable[[], dict[str, Any]]] = []


def frame(maker: Callable[[], dict[str, Any]]) -> None:
    """Let a room add to the page frame (agency, signed-in clerk, current draft). The roof registers them."""
    _context_makers.append(maker)


def page(template: str, /, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The whole page, or the block that htmx asked for (block name = id of the element)."""
    block = htmx.target()
    if block:
        current_app.update_template_context(context)
        view = _begun(template, context)
        if {block, "title"} <= view.blocks.keys():
            title = "".join(view.blocks["title"][0](view)).strip()  # blocks are escaped already
            html = f"<title>{title}</title>" + "".join(view.blocks[block][0](view))
            return make_response(html, status)
    response = make_response(render_template(template, **context), status)
    if block:  # the asking page expected a block that this page lacks: replace everything
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#page"
        response.headers["HX-Reswap"] = "outerHTML"
        response.headers["HX-Push-Url"] = iri_to_uri(here())  # whatever letters, no line break may stand in a header
    return response


def _begun(template: str, context: dict[str, Any]) -> Context:
    """The template's context once its layouts are known: blocks of the whole chain, and what it sets at the top.

    A child's own ``blocks`` lack those of its layouts; starting to render gathers them, before the first output.
    """
    jinja = current_app.jinja_env.get_template(template)
    view = jinja.new_context(context)
    stream = jinja.root_render_func(view)
    for part in stream:
        if part.strip():  # the outermost layout begins; a line break above an {% extends %} is no output yet
            break
    stream.close()
    return view


_KEPT = 1000  # parts of some 2 KB
_kept: dict[Hashable, Markup] = {}


def kept(key: Hashable, make: Callable[[], Markup]) -> Markup:
    """A part of pages that is the same for everyone who reads ``key`` in this language; nothing personal goes in."""
    whole = (language(), key)
    if (found := _kept.get(whole)) is None:
        if len(_kept) >= _KEPT:
            _kept.clear()
        found = _kept[whole] = make()
    return found


_MARKS = re.compile("~(?:here|path|look)~")


class _FrameParts:
    """Head and foot of a page, which differ only in the page's own address: made once for each look and ward."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._made = lru_cache(maxsize=128)(self._make)

    def _make(self, template: str, _root: str, _look: Preferences, ward: Hashable) -> str:
        return self._environment.get_template(template).render(ward=ward)

    def __call__(self, template: str, ward: Hashable, look: str | None = None) -> Markup:
        """The part, with addresses where it says ``~here~`` (page), ``~path~`` (without query), ``~look~`` (where a
        change of looks leads back)."""
        made = self._made(template, request.script_root, preferences(), ward)
        told = {"~here~": here(), "~path~": request.path, "~look~": look or here()}
        # In one pass: an address that holds marks itself would otherwise grow with every mark, up to gigabytes.
        return Markup(_MARKS.sub(lambda mark: in_query(told[mark[0]]), made))  # noqa: S704 - our own template, escaped addresses


class _Macros:
    """``ui.x`` in any template: macros of ``templates/ui/*.html``, also when one block is rendered alone."""

    def __init__(self, environment: Environment, template: str) -> None:
        self._environment, self._template = environment, template

    def __getattr__(self, name: str) -> Any:
        macro = getattr(self._environment.get_template(self._template).module, name)
        if not self._environment.auto_reload:
            setattr(self, name, macro)  # found at once from now on
        return macro


WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)


def weekday(day: date) -> str:
    return (WEEKDAYS_VI if language() == "vi" else WEEKDAYS_EN)[day.weekday()]


def day_words(value: date | datetime) -> str:
    """thứ Hai 23/11/2026; in English the month is a word, so that nobody takes it for the day."""
    day = clock.local(value).date() if isinstance(value, datetime) else value
    if language() == "en":
        return f"{weekday(day)} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{weekday(day)} {day:%d/%m/%Y}"


def hour_words(value: datetime) -> str:
    """9 giờ 12; a full hour has no minutes: 17 giờ"""
    at = clock.local(value)
    if language() == "en":
        return f"{at.hour}:{at:%M}"
    return f"{at.hour} giờ {at.minute:02d}" if at.minute else f"{at.hour} giờ"


def when_words(value: datetime) -> str:
    """17 giờ hôm nay, thứ Hai 23/11/2026"""
    day, today = clock.local(value).date(), clock.today()
    near = {0: _("hôm nay"), 1: _("ngày mai"), -1: _("hôm qua")}.get((day - today).days)
    return f"{hour_words(value)} {near}, {day_words(day)}" if near else f"{hour_words(value)}, {day_words(day)}"


def staff_when(value: datetime | None) -> str:
    """9:12 today, otherwise 23/11 9:12 (with the year when it is another)."""
    if value is None:
        return ""
    at = clock.local(value)
    time = f"{at.hour}:{at.minute:02d}"
    if at.date() == clock.today():
        return time
    return f"{at:%d/%m} {time}" if at.year == clock.today().year else f"{at:%d/%m/%Y} {time}"


def money_words(amount_vnd: int) -> str:
    """8.000 đồng"""
    if language() == "en":
        return f"{amount_vnd:,} VND"
    return f"{amount_vnd:,}".replace(",", ".") + " đồng"


def staff_money(amount_vnd: int) -> str:
    """8.000 đ"""
    return money_words(amount_vnd).replace(" đồng", " đ")


def size_words(size: int) -> str:
    """1,2 MB; never less than 0,1"""
    text = f"{max(size / 1_000_000, 0.1):.1f} MB"
    return text.replace(".", ",") if language() == "vi" else text


def code_words(code: str) -> Markup:
    """A code in its two groups, each kept whole when lines break."""
    return Markup(" ").join(Markup("<span>{}</span>").format(part) for part in codes.show(code).split(" "))


def digits_words(number: str) -> str:
    """046 045 000 001"""
    return " ".join(number[i : i + 3] for i in range(0, len(number), 3))


def phone_words(number: str) -> str:
    """+84905000000 -> 0905 000 000"""
    local = "0" + number[3:] if number.startswith("+84") else number
    return f"{local[:4]} {local[4:7]} {local[7:]}".strip() if local.isascii() and local.isdigit() else number


def lines_words(text: str) -> Markup:
    """Text with its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def capital(text: str) -> str:
    """The first letter large, the others as they are (VNeID stays VNeID)."""
    return text[:1].upper() + text[1:]


def masked_words(phone: str) -> str:
    """+84905000000 -> 0905 ••• 000"""
    return mask_digits(phone_words(phone))


_FILTERS: dict[str, Callable[..., Any]] = {
    "day": day_words, "hour": hour_words, "when": when_words, "staff_when": staff_when, "money": money_words,
    "staff_money": staff_money, "short_name": shorten_name,
    "size": size_words, "code": code_words, "digits": digits_words, "phone": phone_words, "lines": lines_words,
    "weekday": weekday, "masked": masked_words, "markup": Markup, "show_code": codes.show,
    "capital": capital,
}


def _compiled(folder: Path) -> FileSystemBytecodeCache | None:
    """Templates as compiled by an earlier start (half of a start's time); a change of one shows by its content.

    What lies in the folder is run as our own code, so one that others may write to is left alone.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:  # a start without it is slower, and no worse
        return None
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        return None
    return FileSystemBytecodeCache(str(folder))


def init_app(app: Flask) -> None:
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    environment = app.jinja_env
    environment.auto_reload = bool(app.debug)
    if (settings := app.extensions.get("settings")) is not None:
        environment.bytecode_cache = _compiled(settings.data_dir / "templates")
    environment.filters.update(_FILTERS)
    environment.globals.update(
        ui=_Macros(environment, "ui/macros.html"), ui_fields=_Macros(environment, "ui/fields.html"), icon=icon,
        csrf_token=csrf_token, new_key=new_key, preferences=preferences, address_here=here, now=clock.now, today=clock.today,
        frame_part=_FrameParts(environment), kept=kept,
    )

    @app.context_processor
    def _frame() -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for maker in _context_makers:
            merged.update(maker())
        return merged
