"""VietQR: the published vectors byte for byte, and whatever is not a VietQR refused with a reason."""
from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.payments import vietqr
from app.payments.cli import vietqr_cli

HEAD = "00020101021"
GOOD = {
    "static account": (
        HEAD + "138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F",
        {"bank_bin": "970403", "account": "0011012345678"},
    ),
    "bill and purpose": (
        HEAD + "238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
        "62340107NPS68690819thanh toan don hang63042E2E",
        {
            "bank_bin": "970403", "account": "0011012345678", "amount_vnd": 180_000,
            "bill": "NPS6869", "purpose": "thanh toan don hang",
        },
    ),
    "card": (
        HEAD + "138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52",
        {"bank_bin": "970403", "account": "9704031101234567", "card": True},
    ),
    "ACB": (
        HEAD + "238530010A0000007270123000697041601092576788590208QRIBFTTA53037045405100005802VN"
        "62150811Chuyen tien630453E6",
        {"bank_bin": "970416", "account": "257678859", "amount_vnd": 10_000, "purpose": "Chuyen tien"},
    ),
    "VCB": (
        HEAD + "238540010A00000072701240006970436011010175956000208QRIBFTTA530370454061800005802VN"
        "62230819thanh toan don hang630470FA",
        {"bank_bin": "970436", "account": "1017595600", "amount_vnd": 180_000, "purpose": "thanh toan don hang"},
    ),
    "VCB 50000": (
        HEAD + "238540010A00000072701240006970436011010319334300208QRIBFTTA53037045405500005802VN"
        "62140810Thanh toan630438A6",
        {"bank_bin": "970436", "account": "1031933430", "amount_vnd": 50_000, "purpose": "Thanh toan"},
    ),
    "VietinBank": (
        HEAD + "238560010A0000007270126000697041501121133666688880208QRIBFTTA53037045405790005802VN"
        "62220818Ung Ho Quy Vac Xin63043ACF",
        {"bank_bin": "970415", "account": "113366668888", "amount_vnd": 79_000, "purpose": "Ung Ho Quy Vac Xin"},
    ),
    "ward": (
        HEAD + "238540010A00000072701240006970436011012345678900208QRIBFTTA5303704540480005802VN"
        "62200816HS H57 2600000016304463F",
        {"bank_bin": "970436", "account": "1234567890", "amount_vnd": 8_000, "purpose": "HS H57 260000001"},
    ),
}
VNPAY = (
    HEAD + "126280010A0000007750110010531314453037045408210900005802VN5910CELLPHONES"
    "62600312CPSHN ONLINE0517021908061613127850705ONLHN0810CellphoneS63047685"
)
WARD = GOOD["ward"][0]


def _resealed(payload: str) -> str:
    """The payload with a right CRC, so that something else must be what is refused."""
    return payload[:-4] + vietqr.crc16(payload[:-4])


BAD = {
    "NAPAS print with a cut account": (
        HEAD + "138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5",
        "không phải số hiệu",
    ),
    "length of 62 and CRC wrong": (
        GOOD["VCB"][0].split("6223")[0] + "62180810ITBLOG PAY16304E85C", "không phải số hiệu",
    ),
    "service nested in the payee": (
        HEAD + "238570010A00000072701390006970422011301234567890200208QRIBFTTA53037045405500005802VN"
        "62160812Test Payment630495B6", "38/01",
    ),
    "empty": ("", "ASCII"),
    "not ASCII": (WARD.replace("HS H57", "HỒ H57"), "ASCII"),
    "unicode digits": (WARD.replace("5303704", "53０３704"), "ASCII"),
    "too long": (WARD * 6, "ASCII"),
    "bad CRC": (WARD[:-1] + "0", "CRC"),
    "lower-case CRC": (WARD[:-4] + WARD[-4:].lower(), "CRC"),
    "text after the CRC": (WARD + "5802VN", "hai lần"),
    "cut": (WARD[:-3], "63"),
    "twice the same": (_resealed(WARD.replace("5802VN", "5802VN5802VN")), "hai lần"),
    "dollars": (_resealed(WARD.replace("5303704", "5303840")), "704"),
    "other country": (_resealed(WARD.replace("5802VN", "5802TH")), "VN"),
    "amount with point": (_resealed(WARD.replace("54048000", "54078000.00")), "54"),
    "amount zero": (_resealed(WARD.replace("54048000", "54010")), "54"),
    "amount with leading zero": (_resealed(WARD.replace("54048000", "540508000")), "54"),
    "dynamic without amount": (_resealed(WARD.replace("54048000", "")), "12"),
    "static with amount": (_resealed(WARD.replace("010212", "010211")), "11"),
    "one README says 22": (_resealed(WARD.replace("010212", "010222")), "01"),
    "other scheme": (_resealed(WARD.replace("A000000727", "A000000728")), "NAPAS"),
    "unknown service": (_resealed(WARD.replace("QRIBFTTA", "QRIBFTTX")), "38/02"),
    "no service": (_resealed(WARD.replace("38540010", "38420010").replace("0208QRIBFTTA", "")), "38/02"),
    "short BIN": (_resealed(WARD.replace("012400069704360110", "01230005970430110")
                            .replace("38540010", "38530010")), "BIN"),
    "card service with an account": (_resealed(WARD.replace("QRIBFTTA", "QRIBFTTC")), "16 đến 19"),
    "purpose too long": (_resealed(WARD.replace("62200816HS H57 260000001", "62300826" + "X" * 26)), "62/08"),
    "neither scheme": (_resealed("0002015303704" + "5802VN" + "63040000"), "VietQR"),
    "does not begin with 00": (_resealed(WARD[6:]), "000201"),
    "merchant category on a transfer": (_resealed(WARD.replace("5303704", "520459995303704")), "52"),
}


def test_crc_check_value() -> None:
    assert vietqr.crc16("123456789") == "29B1"


@pytest.mark.parametrize("name", GOOD)
def test_published_vectors_are_written_byte_for_byte(name: str) -> None:
    payload, facts = GOOD[name]
    assert vietqr.encode(**facts) == payload


@pytest.mark.parametrize("name", GOOD)
def test_published_vectors_are_read(name: str) -> None:
    payload, facts = GOOD[name]
    decoded = vietqr.decode(payload)
    assert decoded.kind is vietqr.Kind.VIETQR
    assert decoded.bank_bin == facts["bank_bin"] and decoded.account == facts["account"]
    assert decoded.amount_vnd == facts.get("amount_vnd")
    assert decoded.purpose == facts.get("purpose", "") and decoded.bill == facts.get("bill", "")
    assert decoded.service == ("QRIBFTTC" if facts.get("card") else "QRIBFTTA")
    assert decoded.initiation == ("12" if "amount_vnd" in facts else "11")
    assert decoded.crc == payload[-4:]


def test_vnpay_is_recognised() -> None:
    decoded = vietqr.decode(VNPAY)
    assert decoded.kind is vietqr.Kind.VNPAY and decoded.service is None
    assert (decoded.account, decoded.amount_vnd) == ("0105313144", 21_090_000)
    assert (decoded.merchant_name, decoded.store, decoded.terminal) == ("CELLPHONES", "CPSHN ONLINE", "ONLHN")
    assert (decoded.reference, decoded.purpose) == ("02190806161312785", "CellphoneS")


def test_merchant_code_may_leave_the_service_out() -> None:
    merchant = _resealed(
        WARD.replace("38540010", "38420010").replace("0208QRIBFTTA", "").replace("5303704", "520459995303704")
    )
    assert vietqr.decode(merchant).service is vietqr.Service.PUSH
    assert vietqr.decode(merchant).merchant_category == "5999"


@pytest.mark.parametrize("name", BAD)
def test_bad_payloads_are_refused_with_a_reason(name: str) -> None:
    payload, reason = BAD[name]
    with pytest.raises(Invalid) as refusal:
        vietqr.decode(payload)
    sentence = refusal.value.message % refusal.value.params
    assert reason in sentence and sentence.endswith(".")


def test_the_printed_napas_vector_has_a_right_crc() -> None:
    payload = BAD["NAPAS print with a cut account"][0]
    assert vietqr.crc16(payload[:-4]) == payload[-4:]


@pytest.mark.parametrize(
    "facts",
    [
        {"bank_bin": "97043"}, {"bank_bin": "97O436"}, {"bank_bin": "９７０４３６"},
        {"account": ""}, {"account": "1" * 20}, {"account": "12 34"}, {"account": "12-34"}, {"account": "١٢٣"},
        {"amount_vnd": 0}, {"amount_vnd": -1}, {"amount_vnd": 10**13},
        {"purpose": "X" * 26}, {"purpose": "lệ phí"}, {"purpose": "a\nb"}, {"bill": "X" * 26},
        {"account": "123456789012345", "card": True}, {"account": "97040311012345AB", "card": True},
    ],
)
def test_encoder_refuses(facts: dict[str, object]) -> None:
    whole: dict[str, object] = {"bank_bin": "970436", "account": "1234567890", "amount_vnd": 8_000} | facts
    with pytest.raises(Invalid):
        vietqr.encode(**whole)  # type: ignore[arg-type]


_texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=25)


@given(
    bank_bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
    amount=st.none() | st.integers(1, 10**13 - 1),
    purpose=_texts,
    bill=_texts,
)
def test_what_is_written_is_read_back(
    bank_bin: str, account: str, amount: int | None, purpose: str, bill: str
) -> None:
    decoded = vietqr.decode(vietqr.encode(bank_bin, account, amount_vnd=amount, purpose=purpose, bill=bill))
    read = (decoded.bank_bin, decoded.account, decoded.amount_vnd, decoded.purpose, decoded.bill)
    assert read == (bank_bin, account, amount, purpose, bill)


@given(st.sampled_from([facts[0] for facts in GOOD.values()]), st.data())
def test_one_changed_sign_is_never_read(payload: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(payload) - 1))
    sign = data.draw(st.characters(max_codepoint=0x2FF).filter(lambda drawn: drawn != payload[at]))
    with pytest.raises(Invalid):
        vietqr.decode(payload[:at] + sign + payload[at + 1 :])


@given(st.text(max_size=200) | st.from_regex(r"000201(38|26|62)[0-9]{2}.{0,60}6304[0-9A-F]{4}", fullmatch=True))
def test_nothing_but_a_refusal_escapes(text: str) -> None:
    with pytest.raises(Invalid):
        vietqr.decode(text)


def test_command_encode() -> None:
    facts = ["--bin", "970436", "--account", "1234567890", "--amount", "8000", "--text", "HS H57 260000001"]
    result = CliRunner().invoke(vietqr_cli, ["encode", *facts])
    assert (result.exit_code, result.stdout) == (0, WARD + "\n")


def test_command_encode_card_and_refusal() -> None:
    result = CliRunner().invoke(vietqr_cli, ["encode", "--bin", "970403", "--account", "9704031101234567", "--card"])
    assert (result.exit_code, result.stdout.strip()) == (0, GOOD["card"][0])
    result = CliRunner().invoke(vietqr_cli, ["encode", "--bin", "97", "--account", "1"])
    assert result.exit_code == 1 and "6 chữ số" in result.stderr and not result.stdout


def test_command_decode() -> None:
    result = CliRunner().invoke(vietqr_cli, ["decode", WARD])
    facts = json.loads(result.stdout)
    assert result.exit_code == 0 and facts["amount_vnd"] == 8_000 and facts["kind"] == "vietqr"
    result = CliRunner().invoke(vietqr_cli, ["decode", WARD[:-1] + "0"])
    assert result.exit_code == 1 and "CRC" in result.stderr and not result.stdout
