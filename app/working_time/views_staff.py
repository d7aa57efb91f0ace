"""Staff: the calendar of a year, its special days, the opening hours."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.web.i18n import words
from app.web.rendering import page
from app.working_time import forms, queries, services
from app.working_time.engine import KIND_NAMES

bp = Blueprint("working_time_staff", __name__, url_prefix="/can-bo/lich")

Faults = list[tuple[str, str]]
DAY_FIELDS = ("kind", "name", "source", "note")


@bp.get("")
@require(Permission.CALENDAR_EDIT)
def this_year() -> ResponseReturnValue:
    """The calendar of the present year."""
    return _year_page(clock.today().year)


@bp.get("/<int(min=2000, max=2099):year>")
@require(Permission.CALENDAR_EDIT)
def year(year: int) -> ResponseReturnValue:
    """The special days of one year, and what is missing or odd."""
    return _year_page(year)


@bp.post("/<int(min=2000, max=2099):year>")
@require(Permission.CALENDAR_EDIT)
def change_year(year: int) -> ResponseReturnValue:
    """Fill the year by the law, or note that it was held against the public notice."""
    act = request.form.get("act")
    try:
        if act == "confirm":
            services.confirm_year(current_actor(), year, source=request.form.get("source", ""))
        elif act == "load":
            services.seed_calendar(current_actor(), year, year)
    except Invalid as error:
        return _year_page(year, 422, faults=_told(error), typed=request.form)
    return _to_year(year)


@bp.get("/<int(min=2000, max=2099):year>/them")
@require(Permission.CALENDAR_EDIT)
def new_day(year: int) -> ResponseReturnValue:
    """A form for one more special day."""
    return _day_page(None, year, typed={"day": request.args.get("ngay", "")})


@bp.post("/<int(min=2000, max=2099):year>/them")
@require(Permission.CALENDAR_EDIT)
def add_day(year: int) -> ResponseReturnValue:
    """Keep one more special day."""
    try:
        row = services.add_day(current_actor(), forms.find_day(request.form.get("day", "")), **_typed())
    except Invalid as error:
        return _day_page(None, year, 422, faults=_told(error), typed=request.form)
    return _to_year(row.day.year)


@bp.get("/ngay/<day>")
@require(Permission.CALENDAR_EDIT)
def day(day: str) -> ResponseReturnValue:
    """One special day, to be changed or taken out."""
    row = queries.get_day(_day(day))
    return _day_page(row.day, row.day.year, typed={name: getattr(row, name) for name in DAY_FIELDS})


@bp.post("/ngay/<day>")
@require(Permission.CALENDAR_EDIT)
def edit_day(day: str) -> ResponseReturnValue:
    """Keep the change of a special day, or let it be what its weekday says."""
    chosen = queries.get_day(_day(day)).day
    try:
        if request.form.get("act") == "remove":
            services.remove_day(current_actor(), chosen)
        else:
            services.set_day(current_actor(), chosen, **_typed())
    except Invalid as error:
        return _day_page(chosen, chosen.year, 422, faults=_told(error), typed=request.form)
    return _to_year(chosen.year)


@bp.get("/gio")
@require(Permission.CALENDAR_EDIT)
def hours() -> ResponseReturnValue:
    """The week of opening as it will be tomorrow, to be changed from some day on."""
    tomorrow = clock.today() + timedelta(days=1)
    week = forms.shown_week(row.span for row in queries.list_opening_hours(tomorrow))
    return _hours_page(typed={**week, "valid_from": tomorrow.isoformat()})


@bp.post("/gio")
@require(Permission.CALENDAR_EDIT)
def change_hours() -> ResponseReturnValue:
    """Keep a week of opening."""
    try:
        valid_from, spans = forms.read_week(request.form)
        services.set_opening_hours(current_actor(), valid_from, spans)
    except Invalid as error:
        return _hours_page(422, faults=_told(error), typed=request.form)
    return _to_year(valid_from.year)


def _to_year(year: int) -> ResponseReturnValue:
    return redirect(url_for("working_time_staff.year", year=year), 303)


def _year_page(
    year: int, status: int = 200, *, faults: Faults | None = None, typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    return page(
        "working_time/staff_year.html", status,
        year=year, known=queries.find_year(year), days=queries.list_days(year), kinds=KIND_NAMES,
        oddities=queries.calendar_faults(year), missing=queries.missing_years(), week=_this_week(),
        changes=queries.list_hours_changes(clock.today()), first_year=services.YEARS_ALLOWED[0],
        last_year=services.YEARS_ALLOWED[-1], faults=faults or [], typed=typed or {},
    )


def _day_page(
    day: date | None, year: int, status: int = 200, *, faults: Faults | None = None, typed: Mapping[str, str]
) -> ResponseReturnValue:
    return page(
        "working_time/staff_day.html", status,
        day=day, year=year, kinds=KIND_NAMES, faults=faults or [], errors=dict(faults or []), typed=typed,
    )


def _hours_page(status: int = 200, *, faults: Faults | None = None, typed: Mapping[str, str]) -> ResponseReturnValue:
    return page(
        "working_time/staff_hours.html", status,
        weekdays=_weekdays(), uses=forms.USE_NAMES, faults=faults or [], errors=dict(faults or []), typed=typed,
        year=clock.today().year,
    )


def _weekdays() -> list[date]:
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return [monday + timedelta(days=offset) for offset in range(7)]


def _this_week() -> list[tuple[date, list[str]]]:
    rows = queries.list_opening_hours(clock.today())
    return [
        (day, [
            f"{row.opens_at:%H:%M}–{row.closes_at:%H:%M}"
            + ("" if row.use == "working" else f" ({words(forms.USE_NAMES[row.use]).lower()})")
            for row in rows if row.weekday == weekday
        ])
        for weekday, day in enumerate(_weekdays())
    ]


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in DAY_FIELDS}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _told(error: Invalid) -> Faults:
    """Each fault with the field it belongs to; one without a field leads to the top of the page."""
    told = [(name, words(*pair)) for name, pair in error.fields.items()]
    return told or [("main", words(error.message, error.params))]
