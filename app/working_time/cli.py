"""``flask calendar``: due moments, a year's days, their faults, and filling the years. Exit code 0 or 1."""
from __future__ import annotations

from datetime import datetime

import click

from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.web.commands import Group
from app.web.rendering import WEEKDAYS_VI
from app.working_time import queries, services
from app.working_time.engine import KIND_NAMES, DayKind, TimeRule, Unit, explain

calendar_cli = Group("calendar", help="Lịch làm việc: ngày hẹn trả, ngày nghỉ, ngày làm bù.")
GROUPS = (calendar_cli,)


@calendar_cli.command("due")
@click.option("--from", "start", metavar="LÚC", help="Lúc nhận, giờ Việt Nam, ví dụ 2026-11-20T10:00.")
@click.option("--working-days", metavar="N", help="N ngày làm việc.")
@click.option("--days", metavar="N", help="N ngày theo lịch; rơi vào ngày nghỉ thì dời.")
@click.option("--hours", metavar="N", help="N giờ, chỉ tính giờ mở cửa.")
@click.option("--same-day", is_flag=True, help="Trả trong ngày; nhận sau 15:00 thì ngày làm việc kế tiếp.")
@click.option("--explain", "explaining", is_flag=True, help="In thêm cách tính, mỗi câu một dòng.")
def due(
    start: str | None, working_days: str | None, days: str | None, hours: str | None, same_day: bool, explaining: bool
) -> None:
    """In ngày hẹn trả dạng ISO, ví dụ 2026-11-26T17:00:00+07:00."""
    asked = {Unit.WORKING_DAY: working_days, Unit.DAY: days, Unit.HOUR: hours}
    answer = explain(_moment(start), _rule(asked, same_day), queries.load_calendar())
    click.echo(clock.local(answer.due_at).isoformat(timespec="seconds"))
    if explaining:
        for message, params in answer.sentences():
            click.echo(message % params)


@calendar_cli.command("show")
@click.argument("year", metavar="NĂM")
def show(year: str) -> None:
    """Các ngày nghỉ và ngày làm bù của một năm."""
    chosen = _year(year)
    if queries.find_year(chosen) is None:
        raise click.ClickException(f"Chưa có lịch năm {chosen}. Nạp bằng: flask calendar load --year {chosen}")
    for row in queries.list_days(chosen):
        kind = KIND_NAMES[DayKind(row.kind)]
        facts = [row.day.isoformat(), WEEKDAYS_VI[row.day.weekday()], kind, row.name, row.source, row.note]
        click.echo(" | ".join(fact for fact in facts if fact))


@calendar_cli.command("check")
@click.argument("year", metavar="NĂM")
def check(year: str) -> None:
    """Xem lịch một năm có thiếu hay sai gì không; thoát 1 khi có."""
    chosen = _year(year)
    faults = queries.calendar_faults(chosen)
    for message, params in faults:
        click.echo(message % params)
    if faults:
        raise SystemExit(1)
    if queries.provisional_years([chosen]):
        click.echo(f"Lịch năm {chosen} tính theo luật, còn chờ thông báo chính thức.")
    click.echo(f"Lịch năm {chosen} không thấy chỗ sai.")


@calendar_cli.command("load")
@click.option("--year", metavar="NĂM", help="Chỉ nạp một năm; không ghi thì nạp 2024–2030.")
def load(year: str | None) -> None:
    """Nạp ngày nghỉ cho các năm chưa có; năm đã có thì giữ nguyên."""
    first, last = (_year(year),) * 2 if year else (services.FIRST_YEAR, services.LAST_YEAR)
    with transaction():
        filled = services.seed_calendar(SYSTEM, first, last)
    click.echo("Đã nạp lịch năm " + ", ".join(map(str, filled)) + "." if filled else "Các năm này đã có lịch.")


def _moment(text: str | None) -> datetime:
    if not text:
        raise click.ClickException("Thiếu --from. Ghi lúc nhận, ví dụ --from 2026-11-20T10:00.")
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.ClickException(f"Không đọc được lúc nhận {text!r}. Ghi như 2026-11-20T10:00.") from None
    if moment.year not in services.YEARS_ALLOWED:
        raise click.ClickException(f"Chưa có lịch năm {moment.year}, nên chưa tính được ngày.")
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.TZ)


def _rule(asked: dict[Unit, str | None], same_day: bool) -> TimeRule:
    given = [(unit, text) for unit, text in asked.items() if text is not None]
    if len(given) + same_day != 1:
        raise click.ClickException("Ghi một thời hạn: --working-days N, --days N, --hours N hoặc --same-day.")
    if same_day:
        return TimeRule.same_day()
    unit, text = given[0]
    return TimeRule(_number(text), unit)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise click.ClickException(f"{text!r} chưa phải là số. Ghi số nguyên từ 1, ví dụ 3.")
    return int(text)


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) > 0):
        raise click.ClickException(f"{text!r} chưa phải là năm. Ghi bốn chữ số, ví dụ 2026.")
    return int(text)
