"""The catalogue in the database: loaded once and for good, read by version, with the amounts that staff entered."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.permissions import Permission
from app.accounts.queries import get_ward
from app.core.actor import SYSTEM, Actor, ActorKind
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.procedures import queries, schema
from app.procedures.fees import assess
from app.procedures.models import FeeAmount, ProcedureVersion
from app.procedures.schema import CatalogueError
from app.procedures.services import enter_fee, load_catalogue
from app.procedures.words import explain
from tests.procedures.test_schema import FILE, change, directory  # noqa: F401 (fixture)

pytestmark = pytest.mark.usefixtures("database")
CODE = "1.009999"
LEADER = Actor(ActorKind.STAFF, None, "Lê Thị Thử", permissions=frozenset({str(Permission.FEES_EDIT)}))
WITH_FEE = FILE.replace("[form]", """[[fee]]
id = "f"
kind = "le_phi"
name = "Lệ phí thử"
basis = "fixed"
text = "Phường báo khi nhận"
source = "thử"
[[fee]]
id = "free"
kind = "phi"
name = "Phí thử"
basis = "none"
text = "Không thu"
source = "thử"
[form]""")


@pytest.fixture(name="files")
def files_fixture(directory: Path) -> Path:  # noqa: F811
    (directory / "1.009999.v1.toml").write_text(WITH_FEE, encoding="utf-8")
    return directory


def load(files: Path) -> tuple[list[str], list[str], int]:
    with transaction():
        done = load_catalogue(files)
    return done.added, done.replaced, done.kept


class TestLoading:
    def test_twice_is_once(self, files: Path) -> None:
        assert load(files) == (["1.009999.v1"], [], 0)
        assert load(files) == ([], [], 1)
        acts = db.session.scalars(select(AuditEntry).where(AuditEntry.object_code == "1.009999.v1")).all()
        assert [act.action for act in acts] == ["procedures.load"]

    def test_our_own_catalogue_is_there_and_loading_it_again_changes_nothing(self) -> None:
        with transaction():
            done = load_catalogue()
        assert (done.added, done.replaced) == ([], [])
        assert done.kept >= 25

    def test_a_draft_may_change(self, files: Path) -> None:
        load(files)
        before = queries.get_procedure(CODE)
        change(files / "1.009999.v1.toml", "3 ngày làm việc", "5 ngày làm việc")
        assert load(files) == ([], ["1.009999.v1"], 0)
        after = queries.get_procedure(CODE)
        assert (before.time.text, after.time.text) == ("3 ngày làm việc", "5 ngày làm việc")
        assert before.version_id == after.version_id

    def test_a_published_version_may_not_change_even_when_the_list_forgets_it(self, files: Path) -> None:
        schema.publish(files)
        load(files)
        (files / "published.json").unlink()
        change(files / "1.009999.v1.toml", "3 ngày làm việc", "5 ngày làm việc")
        with pytest.raises(CatalogueError, match="1.009999.v1.toml: was published and has changed"):
            load(files)
        db.session.rollback()
        assert queries.get_procedure(CODE).time.text == "3 ngày làm việc"

    def test_a_draft_that_is_published_later_is_fixed_from_then_on(self, files: Path) -> None:
        load(files)
        schema.publish(files)
        assert load(files) == ([], [], 1)
        assert db.session.scalar(select(ProcedureVersion.published).where(ProcedureVersion.code == CODE)) is True

    def test_a_fault_loads_nothing(self, files: Path) -> None:
        (files / "1.009998.v1.toml").write_text(WITH_FEE.replace("1.009999", "1.009998"), encoding="utf-8")
        change(files / "1.009998.v1.toml", '"fixed"', '"sometimes"')
        with pytest.raises(CatalogueError, match="1.009998"):
            load(files)
        db.session.rollback()
        assert queries.find_procedure(CODE) is None


class TestVersions:
    @pytest.fixture
    def two(self, files: Path) -> Path:
        second = WITH_FEE.replace("version = 1", "version = 2").replace("2025-07-01", "2026-07-01")
        (files / "1.009999.v2.toml").write_text(second.replace("3 ngày làm việc", "2 ngày làm việc"), encoding="utf-8")
        load(files)
        return files

    def test_the_version_in_force_on_a_day(self, two: Path) -> None:
        assert queries.get_procedure(CODE, date(2026, 6, 30)).version == 1
        assert queries.get_procedure(CODE, date(2026, 7, 1)).version == 2
        assert queries.find_procedure(CODE, date(2025, 6, 30)) is None
        with pytest.raises(NotFound):
            queries.get_procedure(CODE, date(2025, 6, 30))

    def test_a_dossier_keeps_the_version_it_was_filed_under(self, two: Path) -> None:
        filed = queries.get_procedure(CODE, date(2026, 6, 30))
        kept = queries.get_version(filed.version_id)
        assert (kept.version, kept.time.text) == (1, "3 ngày làm việc")
        assert kept is filed  # parsed once
        assert queries.get_version(filed.version_id, filed.sha256) is filed
        with pytest.raises(NotFound):
            queries.get_version(10**9)

    def test_an_old_fingerprint_does_not_bring_an_old_form_back(self, two: Path) -> None:
        before = queries.get_procedure(CODE)
        change(two / "1.009999.v2.toml", "2 ngày làm việc", "1 ngày làm việc")
        load(two)
        assert queries.get_version(before.version_id).time.text == "1 ngày làm việc"

    def test_after_its_last_day_a_procedure_is_gone(self, two: Path) -> None:
        text = (two / "1.009999.v2.toml").read_text(encoding="utf-8").replace("version = 2", "version = 3")
        text = text.replace("2026-07-01", "2026-08-01\nvalid_to = 2026-08-31")
        (two / "1.009999.v3.toml").write_text(text, encoding="utf-8")
        load(two)
        assert queries.get_procedure(CODE, date(2026, 8, 31)).version == 3
        assert queries.get_procedure(CODE, date(2026, 9, 1)).version == 2

    def test_lists_hold_each_procedure_once(self, two: Path) -> None:
        listed = queries.list_procedures(date(2026, 11, 23))
        codes = [one.code for one in listed]
        assert len(codes) == len(set(codes)) >= 26
        assert [one.weight for one in listed] == sorted((one.weight for one in listed), reverse=True)
        fields = queries.list_fields(date(2026, 11, 23))
        assert sorted(one.code for _field, found in fields for one in found) == sorted(codes)
        assert all(one.tile for one in queries.list_tiles())
        assert len(queries.list_tiles()) == queries.TILES

    def test_hard_words_are_explained(self) -> None:
        for one in queries.list_procedures():
            assert [word for word, meaning in explain(one.hard_words) if meaning] == list(one.hard_words)


class TestAmounts:
    def enter(self, amount_vnd: int = 15_000, actor: Actor = LEADER, **keys: object) -> FeeAmount:
        given = {"procedure_code": CODE, "fee_id": "f", "source_note": "NQ 39/2025/NQ-HĐND", **keys}
        with transaction():
            return enter_fee(actor, agency_id=get_ward().id, amount_vnd=amount_vnd, **given)  # type: ignore[arg-type]

    def amounts(self, on: date | None = None) -> dict[str, int]:
        return queries.entered_amounts(get_ward().id, CODE, on)

    def test_unknown_until_staff_enter_it(self, files: Path) -> None:
        load(files)
        assert self.amounts() == {}
        assert assess(queries.get_procedure(CODE), {}, amounts=self.amounts()).due_vnd is None
        self.enter()
        assert assess(queries.get_procedure(CODE), {}, amounts=self.amounts()).due_vnd == 15_000

    def test_the_newest_that_has_come_counts_and_all_are_kept(self, files: Path) -> None:
        load(files)
        self.enter(10_000, valid_from=date(2026, 1, 1))
        self.enter(12_000, valid_from=date(2026, 7, 1))
        self.enter(13_000, valid_from=date(2026, 7, 1))
        assert self.amounts(date(2025, 12, 31)) == {}
        assert self.amounts(date(2026, 6, 30)) == {"f": 10_000}
        assert self.amounts(date(2026, 7, 1)) == {"f": 13_000}
        rows = queries.list_fee_amounts(get_ward().id, CODE)
        assert [row.amount_vnd for row in rows] == [13_000, 12_000, 10_000]
        assert queries.entered_amounts(None, CODE) == {}

    def test_it_is_audited_with_its_source(self, files: Path) -> None:
        load(files)
        row = self.enter()
        assert row.source_note == "NQ 39/2025/NQ-HĐND"
        act = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "fee.enter")).one()
        assert (act.object_code, act.detail) == (CODE, {"fee": "f", "amount_vnd": 15_000})

    @pytest.mark.parametrize(("keys", "field"), [
        ({"amount_vnd": -1}, "amount_vnd"), ({"amount_vnd": 10**9}, "amount_vnd"),
        ({"source_note": "  "}, "source_note"), ({"source_note": "a" * 301}, "source_note"),
        ({"fee_id": "free"}, "amount_vnd"),
    ])
    def test_what_cannot_be_taken_is_told_at_its_field(self, files: Path, keys: dict[str, object], field: str) -> None:
        load(files)
        with pytest.raises(Invalid) as refused:
            self.enter(**keys)  # type: ignore[arg-type]
        assert list(refused.value.fields) == [field]

    def test_only_who_may(self, files: Path) -> None:
        load(files)
        with pytest.raises(Forbidden):
            self.enter(actor=Actor(ActorKind.STAFF, None, "Trần Thị Ví Dụ"))
        assert self.enter(actor=SYSTEM).amount_vnd == 15_000

    def test_a_fee_or_procedure_that_is_not_there(self, files: Path) -> None:
        load(files)
        with pytest.raises(NotFound):
            self.enter(fee_id="nowhere")
        with pytest.raises(NotFound):
            self.enter(procedure_code="9.999999")


class TestCommands:
    def run(self, app: Flask, *arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["procedures", *arguments])
        return result.exit_code, result.output

    def test_load(self, app: Flask, files: Path) -> None:
        assert self.run(app, "load", "--directory", str(files)) == (0, "Thêm 1, thay 0, giữ nguyên 0.\n")
        change(files / "1.009999.v1.toml", '"fixed"', '"sometimes"')
        code, said = self.run(app, "load", "--directory", str(files))
        assert code == 1
        assert "1.009999.v1.toml, fee f: basis must be one of" in said

    def test_check_and_publish(self, app: Flask, files: Path) -> None:
        assert self.run(app, "check") == (0, "Danh mục không thấy chỗ sai.\n")
        code, said = self.run(app, "check", "--publish", "--directory", str(files))
        assert (code, said.splitlines()[0]) == (0, "Công bố: 1.009999.v1")
        change(files / "1.009999.v1.toml", "3 ngày", "5 ngày")
        code, said = self.run(app, "check", "--directory", str(files))
        assert code == 1
        assert "was published and has changed" in said

    def test_search(self, app: Flask) -> None:
        code, said = self.run(app, "search", "làm giấy khai sinh cho con", "--limit", "3")
        assert code == 0
        first = said.splitlines()[0].split("\t")
        assert first == ["1.001193", "Đăng ký khai sinh"]
        assert len(said.splitlines()) <= 3
        assert self.run(app, "search", "xyzzyx qqqq")[0] == 1

    @pytest.mark.parametrize("arguments", [("search",), ("search", "a", "--limit", "0"), ("nowhere",)])
    def test_a_wrong_command_line_answers_1(self, app: Flask, arguments: tuple[str, ...]) -> None:
        assert self.run(app, *arguments)[0] == 1
