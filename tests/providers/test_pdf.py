"""The door to paper: loaded late, the same bytes on every thread, no way from data to code, no sign too strange."""
from __future__ import annotations

import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops, ImageFont

from app.dossiers import papers
from app.providers import pdf
from app.providers.pdf import fonts
from app.providers.pdf import typst as driver
from tests.dossiers.papers import MADE_AT, REFUSAL, SLIP, SLIP_URL, slip
from tests.support import pdfs


def test_the_product_starts_without_the_engine() -> None:
    code = (
        "import sys, app, app.dossiers.papers, app.procedures.posters, app.payments.receipts;"
        "sys.exit('typst' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=driver.TEMPLATES.parent, check=False).returncode == 0


def test_threads_give_the_same_bytes() -> None:
    alone = [slip(applicant=f"Người thứ {number}") for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda number: slip(applicant=f"Người thứ {number}"), range(8)))
    assert together == alone
    assert len(set(alone)) == 8


def test_a_fresh_printer_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = slip()
    monkeypatch.setattr(driver, "printer", driver.TypstPrinter())
    assert slip() == first


def test_the_instant_counts_to_the_second_in_any_zone() -> None:
    here = MADE_AT.astimezone(timezone(timedelta(hours=7))).replace(microsecond=123)
    assert papers.slip(SLIP, made_at=here) == papers.slip(SLIP, made_at=MADE_AT)


class TestFonts:
    def test_without_our_fonts_the_layout_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bare = driver.TypstPrinter(places=())
        monkeypatch.setattr(driver, "printer", bare)
        paper = slip(text_size="xl")
        assert pdfs.page_count(paper) == 1 and pdfs.codes(paper) == [[SLIP_URL]]
        assert pdfs.says(paper, SLIP.applicant)
        assert min(pdfs.margins_mm(pdfs.pictures(paper)[0], 148)) > 4
        assert [fault.split(" ")[1:3] for fault in bare.faults()] == [["Liberation", "Serif"], ["Liberation", "Sans"]]

    def test_version_names_engine_and_fonts(self) -> None:
        assert pdf.version().startswith("typst 0.")
        assert "embedded" in driver.TypstPrinter(places=()).version()
        missing = {fault.split(" is not ")[0].removeprefix("fonts: ") for fault in pdf.faults()}
        assert {family for family in fonts.FAMILIES if family not in pdf.version()} == missing

    def test_each_family_comes_from_the_first_folder_that_has_it(self, tmp_path: Path) -> None:
        first, second = tmp_path / "1", tmp_path / "2"
        for folder, names in ((first, ["Sans-Regular"]), (second, ["Sans-Regular", "Sans-Bold", "Serif-Regular"])):
            folder.mkdir()
            for name in names:
                (folder / f"Liberation{name}.ttf").touch()
        found = fonts.files((str(tmp_path / "nowhere"), str(first), str(second)))
        assert found == [second / "LiberationSerif-Regular.ttf", first / "LiberationSans-Regular.ttf"]

    @pytest.mark.skipif(not fonts.files(), reason="Liberation fonts are not on this machine")
    def test_without_hinting_papers_look_the_same_and_are_smaller(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bare = slip()
        with monkeypatch.context() as patch:
            patch.setattr(driver, "printer", driver.TypstPrinter())
            patch.setattr(fonts, "unhinted", lambda font: font)
            whole = slip()
        assert len(bare) < 0.8 * len(whole)
        [one], [other] = pdfs.pictures(bare, 150), pdfs.pictures(whole, 150)
        assert ImageChops.difference(one, other).getextrema()[1] <= 8
        assert pdfs.text(bare) == pdfs.text(whole)

    @pytest.mark.parametrize("path", fonts.files(), ids=lambda path: path.stem)
    def test_unhinted_fonts_are_sound(self, path: Path) -> None:
        font = fonts.unhinted(path.read_bytes())
        assert sum(struct.unpack(f">{len(font) // 4}I", font)) & 0xFFFFFFFF == 0xB1B0AFBA
        tags = [tag for tag, _, _ in fonts._directory(font)]
        assert tags == sorted(tags) and {b"glyf", b"loca", b"cmap", b"GPOS"} <= set(tags) and b"fpgm" not in tags
        both = (ImageFont.truetype(BytesIO(data), 60) for data in (font, path.read_bytes()))
        drawn = [face.getmask("ỄẶỡđƯ §1").getbbox() for face in both]
        assert drawn[0] is not None and all(abs(a - b) <= 1 for a, b in zip(*drawn, strict=True))
        assert fonts.unhinted(font) == font


class TestText:
    @given(words=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
    @settings(max_examples=60, deadline=None)
    def test_whatever_is_typed_is_shown_as_typed(self, words: str) -> None:
        reason = f"A{words}Z"
        assert pdfs.says(papers.refusal_slip(replace(REFUSAL, reason=reason), made_at=MADE_AT), reason)

    @given(words=st.text(max_size=200))
    @settings(max_examples=60, deadline=None)
    def test_no_text_stops_a_paper(self, words: str) -> None:
        paper = slip(applicant=words + "Mẫu", matter=words)
        assert pdfs.page_count(paper) == 1

    def test_a_name_that_our_fonts_lack_is_still_printed(self) -> None:
        paper = slip(applicant="Ông 王小明 😀, sinh năm 1945")
        assert pdfs.page_count(paper) == 1 and pdfs.says(paper, "sinh năm 1945")
        assert pdfs.codes(paper) == [[SLIP_URL]]
        assert "<pdfaid:part>2" in pdfs.metadata(slip())  # the next one is an archive paper again

    def test_letters_are_composed_and_invisible_signs_left_out(self) -> None:
        decomposed = "Nguye\u0302\u0303n\u200b \u202eVa\u0306n\x00 Ma\u0302\u0303u\ud800"
        assert driver.printable(decomposed) == "Nguyễn Văn Mẫu"
        assert driver.printable("một\r\nhai\tba") == "một\nhai ba"

    def test_only_words_longer_than_a_line_may_break(self) -> None:
        assert driver.printable("H57.00.00-20261123-0000127 Nguyễn") == "H57.00.00-20261123-0000127 Nguyễn"
        broken = driver.printable("x" * 40)
        assert isinstance(broken, str)
        assert "\N{ZERO WIDTH SPACE}" in broken and broken.replace("\N{ZERO WIDTH SPACE}", "") == "x" * 40

    def test_a_drawing_is_untouched(self) -> None:
        drawing = pdf.Drawing("<svg>" + "h7v1" * 40 + "</svg>")
        assert driver.printable({"a": (drawing,)}) == {"a": [drawing]}


def test_an_engine_fault_is_not_swallowed() -> None:
    import typst

    with pytest.raises(typst.TypstError, match="dictionary does not contain key"):
        pdf.print_paper("dossiers/pdf/slip.typ", {}, made_at=datetime(2026, 1, 1, tzinfo=UTC))
