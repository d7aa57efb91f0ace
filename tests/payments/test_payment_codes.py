"""The payment code survives what banks do to a transfer's text, and is never guessed."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import codes
from app.payments.payment_codes import LENGTH, find_codes, new_payment_code

CODE = "PX" + "K7M49QX"
CODE += codes.check_sign(CODE)


def _spelled(form: str) -> str:
    return form.replace("{}", CODE)


@pytest.mark.parametrize(
    "content",
    [
        "{}", "{} NOP LE PHI", "{}.", "MBVCB.3278907687.036905.{}.CT tu 0123456789 NGUYEN VAN MAU",
        "NGUYEN VAN MAU chuyen tien {}", "IBFT {}-FT26327123456", "QR-{}", "ND:{};", "({})", "VQRIO123{}FT26327",
        "020097040522{}CT DEN:632709", "PX{}", "PXPX {}", "nộp lệ phí {}", "{}\n{}", "Ma GD  ACSP/ {}/ 20261123",
    ],
)
def test_banks_words_around_the_code(content: str) -> None:
    for text in (_spelled(content), _spelled(content).lower(), _spelled(content).title()):
        assert find_codes(text) == [CODE]


@pytest.mark.parametrize("spaced", [" ".join(CODE), "-".join(CODE), f"{CODE[:2]} {CODE[2:6]} {CODE[6:]}",
                                    f"{CODE[:6]}\r\n{CODE[6:]}", f"{CODE[:2]}.{CODE[2:]}", "\u200b".join(CODE)])
def test_signs_inside_the_code(spaced: str) -> None:
    assert find_codes(f"CT {spaced} le phi") == [CODE]


def test_two_codes_keep_their_order() -> None:
    other = new_payment_code()
    assert find_codes(f"{CODE} {other} {CODE}") == [CODE, other]


@pytest.mark.parametrize("cut", [CODE[:-1], CODE[1:], CODE[2:], CODE[:5], "PX", ""])
def test_a_cut_code_is_not_guessed(cut: str) -> None:
    assert find_codes(f"MBVCB.1.{cut}") == []


def test_public_code_in_the_text_is_not_a_payment_code() -> None:
    public = "K7M49QX" + codes.check_sign("K7M49QX")
    assert codes.is_valid(public) and find_codes(f"PX{public}") == []


@given(st.integers(2, LENGTH - 1), st.sampled_from(codes.ALPHABET))
def test_one_wrong_sign_is_found(at: int, sign: str) -> None:
    wrong = CODE[:at] + sign + CODE[at + 1 :]
    assert find_codes(wrong) == ([CODE] if wrong == CODE else [])


@given(st.integers(2, LENGTH - 2))
def test_two_swapped_neighbours_are_found(at: int) -> None:
    swapped = CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2 :]
    assert find_codes(swapped) == ([CODE] if swapped == CODE else [])


@given(st.text(max_size=60), st.text(alphabet="0123456789OIL .-", max_size=20))
def test_any_prefix_and_any_tail(prefix: str, tail: str) -> None:
    code = new_payment_code()
    assert code in find_codes(f"{prefix} {code}{tail}")


@given(st.text())
def test_whatever_is_found_is_valid(text: str) -> None:
    assert all(codes.is_valid(code) and len(code) == LENGTH for code in find_codes(text))


def test_fresh_codes() -> None:
    made = {new_payment_code() for _ in range(2_000)}
    assert len(made) == 2_000 and all(find_codes(code) == [code] for code in made)


def test_a_hostile_text_costs_little() -> None:
    assert find_codes("PX" * 50_000) in ([], ["PXPXPXPXPX"])
