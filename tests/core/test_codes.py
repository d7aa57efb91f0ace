"""Codes that people read aloud: no sign to confuse, one wrong or swapped sign always shows."""
from __future__ import annotations

import itertools
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import codes

BODIES = st.text(st.sampled_from(codes.ALPHABET), min_size=1, max_size=12)


def test_the_alphabet_has_no_sign_that_looks_like_another() -> None:
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 31
    assert not set("01OIL") & set(codes.ALPHABET)


@given(BODIES)
@settings(max_examples=150)
def test_every_single_wrong_sign_and_every_swap_is_found(body: str) -> None:
    code = body + codes.check_sign(body)
    assert codes.is_valid(code)
    for place, sign in itertools.product(range(len(code)), codes.ALPHABET):
        if sign != code[place]:
            assert not codes.is_valid(code[:place] + sign + code[place + 1 :])
    for place in range(len(code) - 1):
        one, other = code[place], code[place + 1]
        if one != other:
            assert not codes.is_valid(code[:place] + other + one + code[place + 2 :])


def test_new_codes_are_valid_and_do_not_repeat() -> None:
    made = [codes.new_public_code() for _ in range(2000)]
    assert all(codes.is_valid(code) and len(code) == 8 for code in made)
    assert len(set(made)) == len(made)
    assert all(codes.SLIP_TOKEN.match(codes.new_slip_token()) for _ in range(200))
    assert {len(codes.new_secret()) for _ in range(50)} == {6}


def test_all_bits_of_a_token_are_random(monkeypatch: pytest.MonkeyPatch) -> None:
    number = (1 << 128) - 1
    monkeypatch.setattr(secrets, "randbits", lambda bits: number & ((1 << bits) - 1))
    full = codes.new_slip_token()
    number = 0
    assert sum(one != other for one, other in zip(full, codes.new_slip_token(), strict=True)) == 26


@pytest.mark.parametrize("typed", ["k7m4 9qxt", "K7M4-9QXT", " k7m4.9qxt ", "K7M4–9QXT", "K7M4\u00a09QXT", "k7m4_9qxt"])
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    assert codes.clean(typed) == "K7M49QXT"


def test_codes_are_printed_in_groups() -> None:
    assert codes.show("K7M49QXT") == "K7M4 9QXT"
    assert codes.show("ABC234") == "ABC 234"
    assert codes.show("ABCDE") == "ABCDE"


@pytest.mark.parametrize("code", ["", "A", "K7M49QX0", "k7m49qxt", "K7M4 9QXT", "²²²²²²²²", "ĐĐĐĐĐĐĐĐ"])
def test_what_is_no_code_is_refused_without_fault(code: str) -> None:
    assert not codes.is_valid(code)
