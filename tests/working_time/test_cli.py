"""``flask calendar``: plain output, exit code 0 or 1, bad input answered in a sentence."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from flask import Flask

from app.core.db import transaction
from app.working_time import services
from app.working_time.cli import calendar_cli
from tests.working_time.rows import EDITOR, empty_calendar, seeded_calendar


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    def call(*words: str) -> Result:
        result = app.test_cli_runner().invoke(calendar_cli, list(words), catch_exceptions=False)
        assert result.exit_code in (0, 1)
        return result

    with app.app_context():
        seeded_calendar()
    return call


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("--from 2026-11-20T10:00 --working-days 3", "2026-11-26T17:00:00+07:00"),
        ("--from 2026-02-13T16:10 --same-day", "2026-02-23T17:00:00+07:00"),
        ("--from 2025-12-31T09:00 --working-days 3", "2026-01-07T17:00:00+07:00"),
        ("--from 2026-08-20 --working-days 5", "2026-08-26T17:00:00+07:00"),
        ("--from 2026-08-28 --working-days 3", "2026-09-07T17:00:00+07:00"),
        ("--from 2025-04-25 --working-days 3", "2025-04-29T17:00:00+07:00"),
        ("--from 2026-12-31 --working-days 1", "2027-01-04T17:00:00+07:00"),
        ("--from 2026-11-20T10:00 --days 4", "2026-11-25T17:00:00+07:00"),
        ("--from 2026-11-20T16:00 --hours 8", "2026-11-23T16:00:00+07:00"),
        ("--from 2026-11-23T15:00:00 --same-day", "2026-11-23T17:00:00+07:00"),
        ("--from 2026-11-23T15:00:01 --same-day", "2026-11-25T17:00:00+07:00"),
        ("--from 2026-11-19T23:30Z --working-days 3", "2026-11-26T17:00:00+07:00"),
        ("--from 2026-11-20T03:00+00:00 --working-days 3", "2026-11-26T17:00:00+07:00"),
        ("--from 2026-11-23T10:00:30.5 --hours 1", "2026-11-23T11:00:30+07:00"),
    ],
)
def test_due(run: Callable[..., Result], words: str, due: str) -> None:
    result = run("due", *words.split())
    assert (result.exit_code, result.stdout, result.stderr) == (0, due + "\n", "")


def test_due_explained(run: Callable[..., Result]) -> None:
    result = run("due", "--from", "2026-11-20 10:00", "--working-days", "3", "--explain")
    assert result.stdout.splitlines() == [
        "2026-11-26T17:00:00+07:00", "3 ngày làm việc, không tính ngày nhận.", "Trừ ngày nghỉ 24/11.",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("due --working-days 3", "Thiếu --from."),
        ("due --from today --working-days 3", "Không đọc được lúc nhận 'today'."),
        ("due --from 2026-02-29 --working-days 3", "Không đọc được lúc nhận '2026-02-29'."),
        ("due --from 2026-11-20T25:00 --working-days 3", "Không đọc được lúc nhận"),
        ("due --from 2026-11-20T10:00", "Ghi một thời hạn"),
        ("due --from 2026-11-20T10:00 --working-days 3 --days 3", "Ghi một thời hạn"),
        ("due --from 2026-11-20T10:00 --hours 3 --same-day", "Ghi một thời hạn"),
        ("due --from 2026-11-20T10:00 --working-days three", "'three' chưa phải là số."),
        ("due --from 2026-11-20T10:00 --working-days -3", "'-3' chưa phải là số."),
        ("due --from 2026-11-20T10:00 --working-days 2.5", "'2.5' chưa phải là số."),
        ("due --from 2026-11-20T10:00 --working-days ٣", "'٣' chưa phải là số."),
        ("due --from 2026-11-20T10:00 --working-days 0", "phải từ 1 đến 3650"),
        ("due --from 2026-11-20T10:00 --days 3651", "phải từ 1 đến 3650"),
        ("due --from 2026-11-20T10:00 --days 3650", "Chưa có lịch nghỉ năm 2031"),
        ("due --from 2030-12-31T10:00 --working-days 1", "Chưa có lịch nghỉ năm 2031"),
        ("due --from 2023-12-31T10:00 --working-days 1", "Chưa có lịch nghỉ năm 2023"),
        ("due --from 0001-01-01T00:00+14:00 --working-days 1", "Chưa có lịch năm 1"),
        ("due --from 9999-12-31T23:59-12:00 --days 1", "Chưa có lịch năm 9999"),
        ("show 20x6", "'20x6' chưa phải là năm."),
        ("show 2031", "flask calendar load --year 2031"),
        ("load --year 2100", "Năm phải từ 2000 đến 2099."),
        ("load --year 31", "'31' chưa phải là năm."),
    ],
)
def test_bad_input_is_answered_in_a_sentence(run: Callable[..., Result], words: str, sentence: str) -> None:
    result = run(*words.split())
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("words", ["due --wrong", "due --from", "wrong", "show", "show 2026 2027"])
def test_an_unreadable_command_line_leaves_with_one(run: Callable[..., Result], words: str) -> None:
    result = run(*words.split())
    assert result.exit_code == 1
    assert result.stderr


@pytest.mark.parametrize("words", ["--help", "due --help", "show --help", "check --help", "load --help"])
def test_help(run: Callable[..., Result], words: str) -> None:
    result = run(*words.split())
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_show(run: Callable[..., Result]) -> None:
    result = run("show", "2026")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "2026-08-22 | thứ Bảy | làm bù | Hoán đổi dịp Quốc khánh" in next(li for li in lines if "08-22" in li)
    culture = next(line for line in lines if line.startswith("2026-11-24"))
    assert culture.startswith("2026-11-24 | thứ Ba | nghỉ lễ | Ngày Văn hóa Việt Nam | Nghị quyết 80-NQ/TW")
    assert lines == sorted(lines)


def test_check(run: Callable[..., Result], app: Flask) -> None:
    assert run("check", "2026").stdout == "Lịch năm 2026 không thấy chỗ sai.\n"
    assert "chờ thông báo chính thức" in run("check", "2027").stdout
    assert run("check", "2031").exit_code == 1
    with app.app_context(), transaction():
        services.remove_day(EDITOR, date(2026, 1, 10))
    result = run("check", "2026")
    assert (result.exit_code, result.stdout) == (
        1, "Năm 2026 có 2 ngày nghỉ hoán đổi, nhưng có 1 ngày làm bù.\n",
    )


def test_load(run: Callable[..., Result], app: Flask) -> None:
    with app.app_context():
        empty_calendar()
    assert run("due", "--from", "2026-11-20T10:00", "--working-days", "3").exit_code == 1
    assert run("load", "--year", "2026").stdout == "Đã nạp lịch năm 2026.\n"
    assert run("due", "--from", "2026-11-20T10:00", "--working-days", "3").exit_code == 0
    assert run("load").stdout == "Đã nạp lịch năm 2024, 2025, 2027, 2028, 2029, 2030.\n"
    assert run("load").stdout == "Các năm này đã có lịch.\n"
