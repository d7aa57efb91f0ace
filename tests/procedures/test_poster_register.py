"""The register of posters: sheets, codes that lead on for ever, scans counted by day and place, the command."""
from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Agency, ResidentialGroup
from app.accounts.permissions import Permission, Role
from app.accounts.queries import get_ward, list_residential_groups
from app.core import audit, clock, codes
from app.core.actor import SYSTEM, Actor, ActorKind
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.procedures import poster_register as register
from app.procedures.models import Poster, PosterCode, PosterScan, ProcedureVersion
from app.procedures.poster_register import Scope
from app.procedures.queries import get_procedure, list_fields, list_procedures
from app.procedures.services import enter_fee
from tests.support import pdfs
from tests.working_time.desk import Desk, read

BASE = "https://phuxuan.example"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CLERK = Actor(ActorKind.STAFF, None, "Lê Thị Thử", permissions=frozenset({Permission.POSTERS_EDIT}))
EXTRACT = "2.000635"


def make(scope: Scope = Scope.PROCEDURE, subject: str = EXTRACT, place: str = "chợ Đông Ba", **more: int) -> Poster:
    with transaction():
        return register.make_poster(CLERK, get_ward(), scope=scope, subject=subject, place=place, **more)


@pytest.fixture
def sheet(app: Flask) -> Sheet:
    """One sheet with one code, at the market."""
    with app.app_context():
        return Sheet.of(make())


@dataclass(frozen=True)
class Sheet:
    """What is printed of a sheet, for tests that come from outside."""

    number: int
    signs: tuple[str, ...]
    place: str

    @classmethod
    def of(cls, poster: Poster) -> Sheet:
        return cls(poster.number, tuple(code.sign for code in poster.codes), poster.place)

    @property
    def path(self) -> str:
        return f"/Q/{self.signs[0]}"


def scan(client: FlaskClient, sheet: Sheet, times: int = 1) -> None:
    for _ in range(times):
        assert client.get(sheet.path).status_code == 303


def counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        return dict(db.session.query(PosterCode.sign, PosterScan.count).join(PosterScan).all())


@pytest.mark.usefixtures("database")
class TestMaking:
    def test_sheets_are_numbered_and_their_codes_differ(self) -> None:
        first, second = make(), make()
        assert second.number == first.number + 1
        signs = [first.codes[0].sign, second.codes[0].sign]
        assert len(set(signs)) == 2 and all(len(sign) == 5 and codes.is_valid(sign) for sign in signs)

    def test_a_field_has_a_code_for_each_of_its_procedures_and_the_ward_for_all(self) -> None:
        field, procedures = list_fields()[0]
        sheet = make(Scope.FIELD, field.code)
        assert [code.procedure_code for code in sheet.codes] == [one.code for one in procedures]
        whole = make(Scope.WARD, "")
        assert {code.procedure_code for code in whole.codes} == {one.code for one in list_procedures()}
        assert len({code.sign for code in (*sheet.codes, *whole.codes)}) == len(sheet.codes) + len(whole.codes)

    def test_it_is_kept_in_the_audit_log(self) -> None:
        sheet = make()
        with transaction():
            register.retire_poster(CLERK, sheet)
        acts = db.session.query(audit.AuditEntry.action).filter_by(object_code=str(sheet.number)).all()
        assert [action for (action,) in acts] == ["poster.make", "poster.retire"]

    @pytest.mark.parametrize(("fields", "fault"), [
        ({"subject": "9.999999"}, "subject"),
        ({"subject": ""}, "subject"),
        ({"scope": Scope.FIELD, "subject": "không có"}, "subject"),
        ({"place": "  "}, "place"),
        ({"place": "x" * 121}, "place"),
        ({"residential_group_id": 99_999}, "residential_group_id"),
    ])
    def test_what_is_missing_is_named(self, fields: dict[str, object], fault: str) -> None:
        usual = {"scope": Scope.PROCEDURE, "subject": EXTRACT, "place": "chợ"}
        with pytest.raises(Invalid) as refused, transaction():
            register.make_poster(CLERK, get_ward(), **{**usual, **fields})
        assert list(refused.value.fields) == [fault]

    def test_a_group_of_another_agency_is_refused(self) -> None:
        with transaction():
            other = db.session.query(Agency).filter(Agency.kind != "ward").first()
            group = ResidentialGroup(agency_id=other.id, code="X", name="Tổ dân phố thử")
            db.session.add(group)
        with pytest.raises(Invalid):
            make(residential_group_id=group.id)

    def test_only_who_may(self) -> None:
        nobody = Actor(ActorKind.STAFF, None, "Trần Văn Mẫu")
        with pytest.raises(Forbidden), transaction():
            register.make_poster(nobody, get_ward(), scope=Scope.PROCEDURE, subject=EXTRACT, place="chợ")
        sheet = make()
        with pytest.raises(Forbidden), transaction():
            register.retire_poster(nobody, sheet)

    def test_taken_down_once(self) -> None:
        sheet = make()
        with transaction():
            register.retire_poster(CLERK, sheet)
        with pytest.raises(Conflict), transaction():
            register.retire_poster(CLERK, sheet)

    def test_another_agency_does_not_find_it(self) -> None:
        sheet = make()
        assert register.get_poster(sheet.agency_id, sheet.number) is sheet
        with pytest.raises(NotFound):
            register.get_poster(sheet.agency_id + 1, sheet.number)


class TestScanning:
    def test_counts_and_leads_to_the_procedure(self, app: Flask, client: FlaskClient, sheet: Sheet) -> None:
        answer = client.get(sheet.path)
        assert (answer.status_code, answer.location) == (303, f"/p/{EXTRACT}")
        assert client.get(answer.location).status_code == 200
        assert counts(app) == {sheet.signs[0]: 1}

    def test_every_way_people_type_it(self, app: Flask, client: FlaskClient, sheet: Sheet) -> None:
        [sign] = sheet.signs
        for path in (f"/q/{sign.lower()}", f"/Q/{sign.lower()}", f"/q/{sign}", f"/Q/{sign[:2]}-{sign[2:]}"):
            assert client.get(path).location == f"/p/{EXTRACT}"
        assert counts(app) == {sign: 4}

    def test_a_look_ahead_without_opening_is_not_counted(self, app: Flask, client: FlaskClient, sheet: Sheet) -> None:
        assert client.head(sheet.path).status_code == 303
        assert counts(app) == {}

    def test_a_sheet_that_was_taken_down_still_leads_on(self, app: Flask, client: FlaskClient, sheet: Sheet) -> None:
        with app.app_context(), transaction():
            register.retire_poster(CLERK, register.get_poster(get_ward().id, sheet.number))
        scan(client, sheet)
        assert counts(app) == {sheet.signs[0]: 1}

    @pytest.mark.parametrize("number", ["ZZZZZ", "1", "%20", "x" * 200, "7K3MX7K3MX", "Ườ", "%ff", "'--"])
    def test_an_unknown_number_answers_kindly_with_a_search(self, app: Flask, client: FlaskClient, number: str) -> None:
        answer = client.get(f"/Q/{number}")
        assert answer.status_code == 404
        assert "Mã trên tờ giấy này không có trong sổ của phường." in read(answer)
        assert re.search(r'<form[^>]+action="/tim"', answer.text)
        assert counts(app) == {}

    def test_a_number_that_no_database_takes_is_not_found(self, app: Flask, client: FlaskClient) -> None:
        assert client.get("/Q/%00").status_code == 404
        assert counts(app) == {}

    def test_a_procedure_that_ended_is_searched_by_its_last_name(
        self, app: Flask, client: FlaskClient, sheet: Sheet
    ) -> None:
        with app.app_context():
            with transaction():
                for row in db.session.query(ProcedureVersion).filter_by(code=EXTRACT):
                    row.valid_to = clock.today() - timedelta(days=1)
            with pytest.raises(Invalid):
                register.draw(register.get_poster(get_ward().id, sheet.number), get_ward(), BASE)
        answer = client.get(sheet.path)
        assert answer.status_code == 303 and answer.location.startswith("/tim?q=")
        assert client.get(answer.location).status_code == 200

    def test_counts_stand_by_place_and_day(self, app: Flask, client: FlaskClient, sheet: Sheet) -> None:
        with app.app_context():
            hall = Sheet.of(make(place="nhà sinh hoạt Tổ dân phố 5"))
            twin = Sheet.of(make(Scope.FIELD, list_fields()[0][0].code))
        with clock.moved_to(MONDAY):
            scan(client, sheet, 2)
            scan(client, twin)
        tuesday = MONDAY + timedelta(days=1)
        with clock.moved_to(tuesday):
            scan(client, sheet)
        with app.app_context(), clock.moved_to(tuesday):
            found = register.scans_by_place(get_ward().id, MONDAY.date() - timedelta(days=6), clock.today())
            weeks = {line.poster.number: line.week for line in register.list_posters(get_ward().id)}
        assert found == {sheet.place: {MONDAY.date(): 3, tuesday.date(): 1}, hall.place: {}}
        assert weeks == {sheet.number: 3, hall.number: 0, twin.number: 1}
        with app.app_context(), clock.moved_to(MONDAY + timedelta(days=30)):
            lines = {line.poster.number: line for line in register.list_posters(get_ward().id)}
            assert (lines[sheet.number].week, lines[sheet.number].total) == (0, 3)
            assert register.scans_by_place(get_ward().id, clock.today(), clock.today())[sheet.place] == {}

    def test_scans_at_the_same_moment_all_count(self, app: Flask, sheet: Sheet) -> None:
        def open_it(_: int) -> int:
            return app.test_client().get(sheet.path).status_code

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(open_it, range(24))) == {303}
        assert counts(app) == {sheet.signs[0]: 24}


@pytest.mark.usefixtures("database")
def test_pages_of_the_list_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "PAGE", 2)
    numbers = [make().number for _ in range(5)]
    first = register.list_posters(get_ward().id)
    second = register.list_posters(get_ward().id, below=first[1].poster.number)
    assert [line.poster.number for line in first] == numbers[:1:-1]
    assert [line.poster.number for line in second] == [numbers[2], numbers[1], numbers[0]]


@pytest.mark.usefixtures("database")
class TestDrawing:
    def test_the_printed_code_is_the_short_address_in_capitals(self) -> None:
        sheet = make()
        assert pdfs.codes(register.draw(sheet, get_ward(), BASE)) == [
            [f"HTTPS://PHUXUAN.EXAMPLE/Q/{sheet.codes[0].sign}"]
        ]

    def test_says_name_time_fee_place_and_number(self) -> None:
        sheet = make()
        procedure, ward = get_procedure(EXTRACT), get_ward()
        paper = register.draw(sheet, ward, BASE)
        for words in (
            procedure.title, procedure.name, procedure.code, procedure.time.text, "8.000 đồng một bản", ward.phone,
            "phuxuan.example", f"Nơi dán: chợ Đông Ba · Tờ số {sheet.number}",
        ):
            assert pdfs.says(paper, words), words
        assert register.draw(sheet, ward, BASE) == paper

    def test_every_field_and_the_whole_ward_can_be_printed_and_read(self) -> None:
        for field, procedures in list_fields():
            sheet = make(Scope.FIELD, field.code)
            read_back = [url for page in pdfs.codes(register.draw(sheet, get_ward(), BASE)) for url in page]
            assert sorted(read_back) == sorted(f"HTTPS://PHUXUAN.EXAMPLE/Q/{code.sign}" for code in sheet.codes)
            assert len(read_back) == len(procedures)
        whole = make(Scope.WARD, "")
        pages = pdfs.codes(register.draw(whole, get_ward(), BASE), dpi=50)
        assert pages == [[f"HTTPS://PHUXUAN.EXAMPLE/Q/{code.sign}"] for code in whole.codes]

    def test_an_amount_that_staff_entered_stands_on_new_prints(self) -> None:
        procedure, fee = next(
            (one, fee)
            for one in list_procedures()
            for fee in one.fees
            if fee.basis == "fixed" and fee.amount_vnd is None and not fee.tiers
        )
        assert f"{fee.name}: " not in register.fee_words(procedure, {})
        assert f"{fee.name}: 15.000 đồng" in register.fee_words(procedure, {fee.id: 15_000})
        sheet = make(subject=procedure.code)
        with transaction():
            enter_fee(SYSTEM, agency_id=get_ward().id, procedure_code=procedure.code, fee_id=fee.id, amount_vnd=15_000,
                      source_note="Nghị quyết thử")
        assert pdfs.says(register.draw(sheet, get_ward(), BASE), f"{fee.name}: 15.000 đồng")


class TestDesk:
    @pytest.fixture
    def desk(self, app: Flask) -> Desk:
        return Desk(app, Role.RECEPTIONIST)

    def test_a_clerk_makes_prints_and_takes_down_a_sheet(self, app: Flask, desk: Desk, client: FlaskClient) -> None:
        assert "Chưa có tờ dán nào." in read(desk.open("/can-bo/to-dan"))
        with app.app_context():
            group, name = next((one.id, one.name) for one in list_residential_groups(get_ward().id))
        typed = {"subject": f"procedure:{EXTRACT}", "place": "Nhà sinh hoạt", "residential_group_id": str(group)}
        made = desk.send("/can-bo/to-dan/moi", **typed)
        assert made.status_code == 303
        shown = read(desk.open(made.location))
        assert "Nhà sinh hoạt" in shown and name in shown and "Đang dán" in shown
        paper = desk.open(f"{made.location}.pdf")
        assert paper.mimetype == "application/pdf"
        [[url]] = pdfs.codes(paper.data)
        for _ in range(3):
            assert client.get(url[url.index("/Q/"):]).status_code == 303
        assert re.search(r"Nhà sinh hoạt.* 3 3 ", read(desk.open("/can-bo/to-dan")))
        assert re.search(r"Nhà sinh hoạt.* 3 3", read(desk.open("/can-bo/to-dan/luot-quet")))
        assert desk.send(made.location).status_code == 303
        assert "Đã gỡ" in read(desk.open(made.location))

    def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(self, app: Flask, desk: Desk) -> None:
        answer = desk.send("/can-bo/to-dan/moi", subject="", place="chợ Đông Ba")
        assert answer.status_code == 422
        assert "Chọn việc hoặc lĩnh vực cho tờ dán." in read(answer) and 'value="chợ Đông Ba"' in answer.text
        answer = desk.send("/can-bo/to-dan/moi", subject="field:ho_tich", place="")
        assert answer.status_code == 422 and "Ghi nơi dán" in read(answer)
        assert 'value="field:ho_tich" selected' in answer.text
        assert desk.send("/can-bo/to-dan/moi", subject="rác:x", place="chợ").status_code == 422
        with app.app_context():
            assert register.list_posters(get_ward().id) == []

    @pytest.mark.parametrize("path", ["", "/moi", "/luot-quet", "/{}", "/{}.pdf"])
    def test_others_may_not(self, app: Flask, client: FlaskClient, sheet: Sheet, path: str) -> None:
        url = f"/can-bo/to-dan{path.format(sheet.number)}"
        assert Desk(app, Role.RECEPTIONIST).open(url).status_code == 200
        assert Desk(app, Role.CASHIER).open(url).status_code == 403
        assert client.get(url).status_code == 303


class TestCommand:
    def test_writes_a_sheet_and_the_same_again(self, app: Flask, tmp_path: Path) -> None:
        first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
        runner = app.test_cli_runner()
        done = runner.invoke(args=["procedures", "poster", EXTRACT, "-o", str(first), "--place", "chợ Đông Ba"])
        assert done.exit_code == 0 and done.output == f"Tờ số 1: {first}\n"
        again = runner.invoke(args=["procedures", "poster", EXTRACT, "-o", str(second), "--place", "chợ  Đông Ba"])
        assert again.exit_code == 0
        assert first.read_bytes() == second.read_bytes()
        [[url]] = pdfs.codes(first.read_bytes())
        assert app.test_client().get(url[url.index("/Q/"):]).status_code == 303

    def test_without_a_place_names_none(self, app: Flask, tmp_path: Path) -> None:
        target = tmp_path / "a.pdf"
        assert app.test_cli_runner().invoke(args=["procedures", "poster", EXTRACT, "-o", str(target)]).exit_code == 0
        assert not pdfs.says(target.read_bytes(), "Nơi dán")

    @pytest.mark.parametrize("args", [["9.999999", "-o", "{}/a.pdf"], [EXTRACT, "-o", "{}/none/a.pdf"], [EXTRACT], []])
    def test_says_why_not_and_leaves_with_1(self, app: Flask, tmp_path: Path, args: list[str]) -> None:
        done = app.test_cli_runner().invoke(args=["procedures", "poster", *(arg.format(tmp_path) for arg in args)])
        assert done.exit_code == 1 and "Traceback" not in done.output and done.output.strip()
        assert ("mang mã này" in done.output) == ("9.999999" in args)

    def test_a_field_by_its_code(self, app: Flask, tmp_path: Path) -> None:
        target = tmp_path / "a.pdf"
        assert app.test_cli_runner().invoke(args=["procedures", "poster", "ho_tich", "-o", str(target)]).exit_code == 0
        with app.app_context():
            expected = next(len(found) for field, found in list_fields() if field.code == "ho_tich")
        assert sum(len(page) for page in pdfs.codes(target.read_bytes())) == expected > 6


def test_without_data_the_command_says_so(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        db.session.query(Agency).update({"kind": "former_ward"})
    done = app.test_cli_runner().invoke(args=["procedures", "poster", EXTRACT, "-o", str(tmp_path / "a.pdf")])
    assert done.exit_code == 1 and "Chưa có dữ liệu của phường." in done.output
