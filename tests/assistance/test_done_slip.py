"""The paper that stays with who was helped: who did what, how the ward will call, where to say no; never the answers."""
from __future__ import annotations

import pytest

from app.assistance.models import Mode
from app.core import clock, public_urls
from app.core.db import transaction
from app.dossiers.help_slips import help_slip_pdf
from app.dossiers.models import Dossier, State
from app.dossiers.services.slips import SlipCodes, make_slip
from tests import factories
from tests.support import pdfs

pytestmark = pytest.mark.usefixtures("database")
URL = "https://phuxuan.example"
AT = clock.at_local(clock.today(), clock.local(clock.now()).timetz().replace(tzinfo=None))


def drawn(dossier: Dossier, **more: object) -> bytes:
    helper = factories.helper_of(factories.make_helper(phone="+84905009009"))
    return help_slip_pdf(dossier, helper, public_url=URL, made_at=AT, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("narrow", [False, True], ids=["a5", "80mm"])
def test_says_who_what_when_and_where_to_say_no(narrow: bool) -> None:
    dossier = factories.make_dossier(
        State.SUBMITTED, factories.BIRTH, answers={"contact_way": "relative", "phone": "0905123678", "phone_owner": "con trai"}
    )
    paper = drawn(dossier, narrow=narrow, called_back=True)
    for words in (
        dossier.applicant_name, "Nguyễn Minh Thử", "Tổ công nghệ số cộng đồng", "Người giúp gõ", "0905 ••• 678", "con trai",
        "Phường trả lời chậm nhất", "Số căn cước", "không nhờ việc này: gọi", "Giúp không lấy tiền", "hỏi lại cho chắc",
        f"{dossier.public_code[:4]} {dossier.public_code[4:]}",
    ):
        assert pdfs.says(paper, words), words
    assert pdfs.page_count(paper) == 1
    assert pdfs.size_mm(paper) == pdfs.A5_MM if not narrow else pdfs.size_mm(paper)[0] == 80
    assert not pdfs.says(paper, str(dossier.answers["applicant_id"])) and not pdfs.says(paper, "Mã bí mật")
    assert pdfs.codes(paper, 150)[0] == []


@pytest.mark.parametrize("narrow", [False, True], ids=["a5", "80mm"])
def test_opens_the_dossier_while_the_slip_is_fresh(narrow: bool) -> None:
    dossier = factories.make_draft(answers={"contact_way": "visit"})
    row, _ = factories.make_session("citizen")
    with transaction():
        codes: SlipCodes = make_slip(dossier, reason="draft", session_id=row.id)
    paper = drawn(dossier, narrow=narrow, mode=Mode.BESIDE, codes_shown=codes)
    assert pdfs.codes(paper, 150)[0] == [public_urls.printed_url(URL, "slip", token=codes.token)]
    for words in ("CHƯA NỘP", "Có người đến nhà báo", "Mã bí mật", "người giúp đứng cạnh"):
        assert pdfs.says(paper, words), words


def test_a_long_form_still_fits_one_page() -> None:
    dossier = factories.make_dossier(State.SUBMITTED, factories.BIRTH)
    with transaction():
        dossier.text_size = "xl"
    for narrow in (False, True):
        assert pdfs.page_count(drawn(dossier, narrow=narrow)) == 1


def test_where_the_result_goes_is_there_to_be_checked() -> None:
    away = {"result_way": "post", "result_address": "99 Đường Nhà Người Khác, phường Phú Xuân, thành phố Huế"}
    dossier = factories.make_dossier(State.SUBMITTED, factories.EXTRACT, answers=away)
    assert pdfs.says(drawn(dossier), "99 Đường Nhà Người Khác")
