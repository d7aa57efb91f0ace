"""Catalogue files: what is read, what is refused with file and reason, what may never change again."""
from __future__ import annotations

import json
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from app.procedures import messages, schema
from app.procedures.schema import CatalogueError
from tests.procedures.building import paper, procedure, raw_procedure, row

FEE = {"id": "f", "kind": "phi", "name": "Phí", "basis": "fixed", "text": "thử", "source": "thử"}
SOURCE = {"name": "a", "url": "https://vidu.example/a"}


class TestReading:
    def test_a_procedure_stands_as_its_file_says(self) -> None:
        found = procedure(row("a"), time={
            "unit": "same_day", "value": 0, "cutoff": "15:00", "text": "Trong ngày.", "source": "thử",
        }, who=["Cha hoặc mẹ"], elsewhere=SOURCE, weight=7)
        assert (found.code, found.version, found.key) == ("1.009999", 1, "1.009999.v1")
        assert found.time.cutoff == time(15, 0)
        assert found.elsewhere.url == "https://vidu.example/a"
        assert found.who == ("Cha hoặc mẹ",)
        assert [question.id for question in found.form.questions.values()] == ["a"]

    def test_resolved_data_is_plain_and_gives_the_same_procedure_again(self) -> None:
        data = schema.resolve(raw_procedure(row("a"), paper=[paper("p")]), {}, "test")
        again = json.loads(json.dumps(data))
        assert schema.sha256_of(again) == schema.sha256_of(data)
        assert schema.from_dict(again).valid_from == procedure(row("a")).valid_from

    def test_blocks_go_before_and_after_with_their_sections(self) -> None:
        blocks = {
            "who": {"sections": [{"id": "who", "title": "Ai"}], "question": [row("name", section="who")],
                    "paper": [paper("mandate")]},
            "end": {"sections": [{"id": "end", "title": "Cuối"}], "question": [row("way", section="end")]},
        }
        raw = raw_procedure(row("a"), paper=[paper("p")])
        raw["form"] |= {"blocks_before": ["who"], "blocks_after": ["end"]}
        form = schema.from_dict(schema.resolve(raw, blocks, "test")).form
        assert [page.id for page in form.pages({})] == ["name", "a", "mandate", "p", "way"]

    def test_changes_for_one_procedure(self) -> None:
        raw = raw_procedure(row("a"))
        raw["form"]["changes"] = {"a": {"label": "Tên cháu"}}
        assert schema.from_dict(schema.resolve(raw, {}, "test")).form.questions["a"].label == "Tên cháu"
        raw["form"]["changes"] = {"nowhere": {"label": "x"}}
        with pytest.raises(CatalogueError, match="no question or paper nowhere"):
            schema.resolve(raw, {}, "test")

    def test_what_a_procedure_does_not_need_is_left_out(self) -> None:
        way = row("way", "one_of", options=[
            {"value": "counter", "label": "Quầy"},
            {"value": "electronic", "label": "Máy", "needs": "electronic_result"},
        ])
        name = row("submitter", needs="delegable")
        assert [option.value for option in procedure(way).form.questions["way"].options] == ["counter"]
        with_both = procedure(way, name, electronic_result=True, delegable=True).form
        assert [option.value for option in with_both.questions["way"].options] == ["counter", "electronic"]
        assert "submitter" in with_both.questions
        assert "submitter" not in procedure(way, name).form.questions
        assert "here" in procedure(row("here", needs="!delegable")).form.questions


def question_faults() -> list[Any]:
    yes = {"question": "a", "is": "x"}
    return [
        ([row("a", "colour")], "type must be one of"),
        ([row("A")], "free name"), ([row("csrf_token")], "free name"),
        ([row("a"), row("a")], "used twice"),
        ([row("a", label="100% đúng")], "may not hold '%'"), ([row("a", hint="<b>")], "may not hold '<'"),
        ([row("a", strange=1)], "does not know strange"),
        ([row("a", section="nowhere")], "no section 'nowhere'"),
        ([row("a", "one_of", options=[])], "needs options"),
        ([row("a", options=[{"value": "b", "label": "B"}])], "takes no options"),
        ([row("a", "one_of", options=[{"value": "b", "label": "B"}] * 2)], "same value"),
        ([row("a", "one_of", options=[{"value": "unknown", "label": "B"}])], "free name"),
        ([row("a", "yes_no", options=[{"value": "yes", "label": "B"}])], "yes and no"),
        ([row("a", "group", unknown="?", questions=[{"id": "b", "type": "text", "label": "B"}])], "no unknown"),
        ([row("a", "group")], "has questions"), ([row("a", questions=[row("b")])], "has questions"),
        ([row("a", "group", questions=[{"id": "b", "type": "text", "label": "B", "unknown": "?"}])], "in a group"),
        ([row("a", column="colour")], "is not one of"), ([row("a", prefill="x")], "prefill is"),
        ([row("a", prefill="answer.b")], "no question 'b'"), ([row("a", "date", after="b")], "no question 'b'"),
        ([row("a", "one_of", initial="a")], "initial"), ([row("a", "number", min=3, max=1)], "min is larger"),
        ([row("a", required="yes")], "must be of type bool"), ([row("a", "number", min=True)], "must be of type int"),
        ([row("a", show_if=yes)], "no question before it"),
        ([row("a", show_if={"question": "b", "is": "x"}), row("b", show_if=yes)], "closes a circle"),
        ([row("b", show_if={"question": "c", "is": "x"})], "does not exist"),
        ([row("b", show_if={"question": "c"})], "show_if"), ([row("b", show_if="x")], "is a table"),
        ([row("a"), row("b", show_if={"question": "a", "is": True})], "does not understand"),
        ([row("a"), row("b", show_if={"question": "a", "older_than_days": 3})], "for fees only"),
        ([row("a"), row("b", show_if={"not": {"question": "a", "older_than_days": 3}})], "for fees only"),
        ([row("a", "date"), row("a_day")], "its input a_day"),
        ([row("a"), row("b"), row("c", same_page="a")], "not the page just before"),
        ([row("a", same_page="b"), row("b")], "not the page just before"),
    ]


class TestRefusals:
    @pytest.mark.parametrize(("questions", "why"), question_faults())
    def test_questions(self, questions: list[dict[str, Any]], why: str) -> None:
        with pytest.raises(CatalogueError, match=why):
            procedure(*questions)

    @pytest.mark.parametrize(("keys", "why"), [
        ({"strange": 1}, "does not know strange"), ({"title": 3}, "title must be of type str"),
        ({"valid_from": "mai"}, "valid_from is not a day"), ({"valid_to": "2020-01-01"}, "before valid_from"),
        ({"level": "some"}, "level must be one of"), ({"decided_by": "police"}, "never a dossier"),
        ({"elsewhere": {**SOURCE, "url": "http://vidu.example"}}, "https"),
        ({"time": {"unit": "same_day", "value": 0, "text": "t", "source": "t"}}, "needs a cutoff"),
        ({"time": {"unit": "day", "value": 0, "text": "t", "source": "t"}}, "above 0"),
        ({"time": {"unit": "day", "value": 3, "text": "t"}}, "source is missing"),
        ({"paper": [paper("a")]}, "used twice"),
        ({"paper": [paper("p", show_if={"question": "nowhere", "is": "x"})]}, "does not exist"),
        ({"fee": [{**FEE, "amount_vnd": 0}]}, "an amount of 0"),
        ({"fee": [{**FEE, "kind": "x"}]}, "kind must be one of"),
        ({"fee": [FEE, FEE]}, "same id"), ({"fee": [{**FEE, "quantity": "b"}]}, "no question 'b'"),
        ({"fee": [{**FEE, "tiers": [{"amount_vnd": 1}]}]}, "tiers are for per_page"),
        ({"fee": [{**FEE, "basis": "per_page"}]}, "needs pages"),
        ({"fee": [{**FEE, "basis": "per_page", "pages": "a", "tiers": [{"upto": 2, "amount_vnd": 1}]}]}, "rise by"),
        ({"fee": [{**FEE, "basis": "none", "amount_vnd": 5}]}, "none has no amount"),
        ({"fee": [{**FEE, "exemptions": [{"id": "e", "label": "E", "percent": 0}]}]}, "between 1 and 100"),
        ({"fee": [{**FEE, "show_if": {"question": "b", "is": "x"}}]}, "no question 'b'"),
    ])
    def test_procedures(self, keys: dict[str, Any], why: str) -> None:
        with pytest.raises(CatalogueError, match=why):
            procedure(row("a"), **keys)

    def test_an_online_procedure_has_questions(self) -> None:
        with pytest.raises(CatalogueError, match="needs questions"):
            procedure(online=True)

    def test_the_file_is_named(self) -> None:
        with pytest.raises(CatalogueError, match="^here, question a: does not know strange"):
            schema.from_dict(schema.resolve(raw_procedure(row("a", strange=1)), {}, "here"), where="here")


FILE = """
code = "1.009999"
version = 1
valid_from = 2025-07-01
name = "Đăng ký thử"
title = "Đăng ký thử"
summary = "Một việc để thử."
field = "ho_tich"
source_note = "thử"
hard_words = ["hộ tịch"]
time = { unit = "working_day", value = 3, text = "3 ngày làm việc", source = "thử" }
[form]
blocks_before = ["who"]
"""
COMMON = """
[[block]]
id = "who"
sections = [{ id = "who", title = "Ai" }]
[[block.question]]
id = "name"
section = "who"
type = "full_name"
label = "Họ và tên"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A small catalogue of one file."""
    (tmp_path / "1.009999.v1.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "common.toml").write_text(COMMON, encoding="utf-8")
    (tmp_path / "fields.toml").write_text('[[field]]\ncode = "ho_tich"\nname = "Hộ tịch"\n', encoding="utf-8")
    word = '[[word]]\nlegal = ["hộ tịch"]\nsay = "sổ khai sinh"\nmeaning = "sổ nhà nước ghi sinh, cưới, mất"\n'
    (tmp_path / "words.toml").write_text(word, encoding="utf-8")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


class TestDirectories:
    def test_all_files_together(self, directory: Path) -> None:
        catalogue = schema.load_directory(directory)
        ((found, data),) = catalogue.procedures
        assert found.sha256 == schema.sha256_of(data)
        assert schema.load_file(directory / "1.009999.v1.toml").sha256 == found.sha256
        assert catalogue.fields["ho_tich"].name == "Hộ tịch"
        assert schema.faults(directory) == []

    @pytest.mark.parametrize(("file", "old", "new", "why"), [
        ("1.009999.v1.toml", "version = 1", "version = 2", "should be called 1.009999.v2.toml"),
        ("1.009999.v1.toml", '"ho_tich"', '"dat_dai"', "no field 'dat_dai'"),
        ("1.009999.v1.toml", '["hộ tịch"]', '["giám hộ"]', "does not explain giám hộ"),
        ("1.009999.v1.toml", '["who"]', '["whom"]', "no block 'whom'"),
        ("1.009999.v1.toml", "version = 1", "version = ", "1.009999.v1.toml: "),
    ])
    def test_faults_name_the_file(self, directory: Path, file: str, old: str, new: str, why: str) -> None:
        change(directory / file, old, new)
        (fault,) = schema.faults(directory)
        assert fault.startswith("1.009999.v1")
        assert why in fault

    def test_what_was_published_may_not_change(self, directory: Path) -> None:
        assert schema.publish(directory) == ["1.009999.v1"]
        assert schema.publish(directory) == []
        change(directory / "1.009999.v1.toml", "3 ngày", "5 ngày")
        with pytest.raises(CatalogueError, match="1.009999.v1.toml: was published and has changed"):
            schema.load_directory(directory)

    def test_nor_may_a_block_that_it_uses(self, directory: Path) -> None:
        schema.publish(directory)
        change(directory / "common.toml", "Họ và tên", "Tên")
        assert "was published and has changed" in schema.faults(directory)[0]

    def test_nor_may_it_go(self, directory: Path) -> None:
        schema.publish(directory)
        (directory / "1.009999.v1.toml").unlink()
        assert schema.faults(directory) == ["1.009999.v1.toml: was published and may not be taken away"]

    def test_a_new_version_stands_beside_it(self, directory: Path) -> None:
        schema.publish(directory)
        (directory / "1.009999.v2.toml").write_text(FILE.replace("version = 1", "version = 2"), encoding="utf-8")
        assert [found.key for found, _data in schema.load_directory(directory).procedures] == [
            "1.009999.v1", "1.009999.v2",
        ]


class TestTexts:
    def test_what_people_read_is_handed_to_the_translators(self, directory: Path) -> None:
        path = directory / "1.009999.v1.toml"
        with path.open("rb") as file:
            found = {text: line for line, _function, text, _comments in messages.extract(file, {}, [], {})}
        assert set(found) == {"Đăng ký thử", "Một việc để thử.", "3 ngày làm việc"}
        assert path.read_text(encoding="utf-8").split("\n")[found["3 ngày làm việc"] - 1].startswith("time")

    def test_every_text_of_a_form(self) -> None:
        data = schema.resolve(raw_procedure(
            row("a", "one_of", hint="Gợi ý", unknown="Không rõ", options=[{"value": "b", "label": "Dòng"}]),
            paper=[paper("p", everyday="Giấy thường")], fee=[{**FEE, "exemption_text": "Miễn cho hộ nghèo."}],
        ), {}, "test")
        assert {"Gợi ý", "Không rõ", "Dòng", "Giấy thường", "Giấy p", "Miễn cho hộ nghèo.", "Phí", "Phần một"} <= set(
            messages.texts(data)
        )


class TestOurCatalogue:
    def test_it_has_no_fault(self) -> None:
        assert schema.faults() == []

    def test_every_procedure_can_be_walked_from_its_first_page_to_its_last(self) -> None:
        for found, _data in schema.load_directory().procedures:
            if not found.online:
                continue
            pages = found.form.pages({})
            assert pages, found.key
            page, seen = pages[0], 0
            while page is not None:
                seen += 1
                page = found.form.next_page({}, page.id)
            assert seen == len(pages), found.key
