"""The staff pages of the calendar: what is shown, what a fault looks like, who may not enter."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import transaction
from app.working_time import queries, services
from app.working_time.engine import due_at
from tests.working_time.calendars import at, rule, shown
from tests.working_time.desk import Desk, read
from tests.working_time.rows import EDITOR, empty_calendar, seeded_calendar

DAY = {"day": "2026-11-25", "kind": "closure", "name": "Nghỉ bão số 6", "source": "Công điện của phường"}


@pytest.fixture(autouse=True)
def a_monday() -> Iterator[None]:
    """The year that is shown first, and which years are missing, depend on the day."""
    with clock.moved_to(at("2026-11-23 09:00")):
        yield


@pytest.fixture
def desk(app: Flask) -> Desk:
    with app.app_context():
        seeded_calendar()
    return Desk(app, Role.LEADER)


def due(app: Flask, received: str, limit: str) -> str:
    with app.app_context():
        return shown(due_at(at(received), rule(limit), queries.load_calendar()))


def test_a_year_with_its_days_and_hours(desk: Desk) -> None:
    words = read(desk.open("/can-bo/lich/2026"))
    for piece in (
        "Lịch làm việc năm 2026", "thứ Ba 24/11/2026", "Ngày Văn hóa Việt Nam", "thứ Bảy 22/08/2026",
        "Đã đối chiếu", "07:30–11:30", "13:00–17:00", "Năm 2025", "Năm 2027",
    ):
        assert piece in words


def test_the_present_year_comes_first(desk: Desk, app: Flask) -> None:
    assert "Lịch làm việc năm 2026" in read(desk.open("/can-bo/lich"))
    with clock.moved_to(at("2027-01-01 00:30")):  # still 2026 in UTC
        assert "Lịch làm việc năm 2027" in read(Desk(app, Role.LEADER).open("/can-bo/lich"))


def test_a_provisional_year_says_so_and_is_confirmed(desk: Desk, app: Flask) -> None:
    assert "Tạm tính theo luật" in read(desk.open("/can-bo/lich/2027"))
    answer = desk.send("/can-bo/lich/2027", act="confirm", source="")
    assert answer.status_code == 422
    assert "Ghi số văn bản hoặc nơi ra thông báo." in read(answer)
    answer = desk.send("/can-bo/lich/2027", act="confirm", source="Thông báo thử 1")
    assert (answer.status_code, answer.location) == (303, "/can-bo/lich/2027")
    assert "Thông báo thử 1" in read(desk.open("/can-bo/lich/2027"))


def test_an_unknown_year_is_empty_until_it_is_filled(desk: Desk, app: Flask) -> None:
    words = read(desk.open("/can-bo/lich/2031"))
    assert "Chưa có lịch năm 2031." in words
    assert "Nạp ngày nghỉ năm 2031" in words
    assert desk.send("/can-bo/lich/2031", act="load").status_code == 303
    assert "Giao thừa Tết Nguyên Đán" in read(desk.open("/can-bo/lich/2031"))
    assert due(app, "2030-12-31 09:00", "1wd") == "2031-01-02 17:00"


def test_without_any_calendar_the_page_still_opens(app: Flask) -> None:
    with app.app_context():
        empty_calendar()
    desk = Desk(app, Role.ADMINISTRATOR)
    words = read(desk.open("/can-bo/lich"))
    assert "Chưa có lịch năm 2026." in words
    assert "Chưa có lịch năm 2027." in words
    assert read(desk.open("/can-bo/lich/gio"))


def test_a_year_that_misses_something_says_what(desk: Desk, app: Flask) -> None:
    with app.app_context(), transaction():
        services.remove_day(EDITOR, date(2026, 9, 2))
    assert "Thiếu ngày lễ 02/09/2026." in read(desk.open("/can-bo/lich/2026"))


def test_adding_a_day_moves_deadlines(desk: Desk, app: Flask) -> None:
    assert due(app, "2026-11-23 09:00", "1wd") == "2026-11-25 17:00"
    assert "Thêm một ngày" in read(desk.open("/can-bo/lich/2026/them"))
    answer = desk.send("/can-bo/lich/2026/them", **DAY)
    assert (answer.status_code, answer.location) == (303, "/can-bo/lich/2026")
    assert "Nghỉ bão số 6" in read(desk.open("/can-bo/lich/2026"))
    assert due(app, "2026-11-23 09:00", "1wd") == "2026-11-26 17:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": ""}, "Ghi ngày như 24/11/2026."),
        ({"day": "2026-11-24"}, "Ngày này đã có trong lịch: Ngày Văn hóa Việt Nam."),
        ({"day": "2026-11-28"}, "Ngày này vốn là ngày nghỉ hằng tuần."),
        ({"day": "2035-01-02"}, "Chưa có lịch năm 2035."),
        ({"kind": ""}, "Chọn một loại ngày."),
        ({"kind": "swap_work"}, "Ngày này vốn là ngày làm việc."),
        ({"name": ""}, "Ghi tên ngày"),
        ({"source": " "}, "Ghi số văn bản"),
    ],
)
def test_a_fault_keeps_what_was_typed(desk: Desk, app: Flask, typed: dict[str, str], sentence: str) -> None:
    answer = desk.send("/can-bo/lich/2026/them", **{**DAY, "note": "Giữ lại nhé", **typed})
    assert answer.status_code == 422
    words = read(answer)
    assert "Có 1 chỗ cần sửa" in words and sentence in words
    assert 'value="Giữ lại nhé"' in answer.text
    with app.app_context():
        assert queries.find_day(date(2026, 11, 25)) is None


def test_changing_and_removing_a_day(desk: Desk, app: Flask) -> None:
    path = "/can-bo/lich/ngay/2026-11-24"
    assert "thứ Ba 24/11/2026" in read(desk.open(path))
    answer = desk.send(path, act="keep", kind="closure", name="Ngày hội của phường", source="Thông báo thử")
    assert answer.status_code == 303
    with app.app_context():
        assert queries.get_day(date(2026, 11, 24)).kind == "closure"
    assert desk.send(path, act="keep", kind="closure", name="", source="x").status_code == 422
    assert desk.send(path, act="remove").status_code == 303
    assert desk.open(path).status_code == 404
    assert due(app, "2026-11-23 09:00", "1wd") == "2026-11-24 17:00"


def test_other_hours_from_a_day_on(desk: Desk, app: Flask) -> None:
    words = read(desk.open("/can-bo/lich/gio"))
    assert "Áp dụng từ ngày" in words and "Chỉ tiếp nhận" in words
    week = {f"use_{n}": "working" for n in range(5)}
    for n in range(5):
        week |= {f"a_{n}": "7:00", f"b_{n}": "11:00", f"c_{n}": "13:00", f"d_{n}": "16:00"}
    answer = desk.send("/can-bo/lich/gio", valid_from="01/12/2026", **week)
    assert (answer.status_code, answer.location) == (303, "/can-bo/lich/2026")
    assert due(app, "2026-11-27 09:00", "1wd") == "2026-11-30 17:00"
    assert due(app, "2026-11-27 09:00", "2wd") == "2026-12-01 16:00"
    assert "Giờ khác từ thứ Ba 01/12/2026." in read(desk.open("/can-bo/lich/2026"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"valid_from": "mai"}, "Ghi ngày như 24/11/2026."),
        ({"b_0": ""}, "Ghi giờ mở và giờ đóng như 07:30, hoặc chọn Nghỉ."),
        ({"b_0": "06:00"}, "Giờ đóng cửa phải sau giờ mở cửa."),
        ({"c_0": "11:00"}, "Hai khoảng giờ trong một ngày chồng lên nhau."),
        ({"use_0": "closed"}, "Ghi giờ làm việc cho ít nhất một ngày trong tuần."),
        ({"use_0": "reception"}, "Ghi giờ làm việc cho ít nhất một ngày trong tuần."),
    ],
)
def test_a_fault_in_the_hours(desk: Desk, typed: dict[str, str], sentence: str) -> None:
    week = {"use_0": "working", "a_0": "07:30", "b_0": "11:30", "c_0": "13:00", "d_0": "17:00"}
    answer = desk.send("/can-bo/lich/gio", **{"valid_from": "2026-12-01", **week, **typed})
    assert answer.status_code == 422
    assert sentence in read(answer)
    assert 'value="17:00"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/can-bo/lich/1999", "/can-bo/lich/2100", "/can-bo/lich/99999999999999999999", "/can-bo/lich/ngay/2026-11-25",
        "/can-bo/lich/ngay/2026-02-30", "/can-bo/lich/ngay/x", "/can-bo/lich/1999/them",
    ],
)
def test_what_is_not_there(desk: Desk, path: str) -> None:
    assert desk.open(path).status_code == 404


PATHS = [
    "/can-bo/lich", "/can-bo/lich/2026", "/can-bo/lich/2026/them", "/can-bo/lich/ngay/2026-11-24", "/can-bo/lich/gio",
]


@pytest.mark.parametrize("path", PATHS)
def test_only_those_who_may_edit_enter(app: Flask, path: str) -> None:
    with app.app_context():
        seeded_calendar()
    assert Desk(app, Role.RECEPTIONIST, Role.AUDITOR).open(path).status_code == 403
    stranger = app.test_client().get(path)
    assert stranger.status_code == 303
    assert stranger.location.startswith("/can-bo/vao")


@pytest.mark.parametrize("path", PATHS[1:])
def test_nothing_is_changed_without_the_right(app: Flask, path: str) -> None:
    with app.app_context():
        seeded_calendar()
    clerk = Desk(app, Role.RECEPTIONIST)
    for act in ("remove", "keep", "load", "confirm"):
        assert clerk.send(path, act=act, **DAY).status_code == 403
    with app.app_context():
        assert queries.get_day(date(2026, 11, 24)).kind == "holiday"
        assert queries.find_day(date(2026, 11, 25)) is None
        assert queries.edited_at() is None
