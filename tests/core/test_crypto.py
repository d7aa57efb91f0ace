"""Columns at rest: any changed bit is seen, equal texts differ, exact look-ups work, each purpose has its key."""
from __future__ import annotations

import os

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from app.core import crypto
from app.core.crypto import Keyring, SealedJSON, SealedText, blind_index, keyring, seal, unseal


@pytest.fixture(autouse=True)
def key() -> None:
    keyring.configure(b"the key of tests, 32 bytes long!")


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_what_is_sealed_opens_again(data: bytes) -> None:
    assert unseal(seal(data)) == data


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    sealed = seal(b"046045000001")
    for bit in range(len(sealed) * 8):
        spoiled = bytearray(sealed)
        spoiled[bit // 8] ^= 1 << bit % 8
        with pytest.raises((InvalidTag, ValueError)):
            unseal(bytes(spoiled))
    for length in range(len(sealed)):
        with pytest.raises((InvalidTag, ValueError)):
            unseal(sealed[:length])


def test_the_same_text_is_sealed_differently_each_time_and_nothing_shows() -> None:
    sealed = {seal(b"0905000123") for _ in range(50)}
    assert len(sealed) == 50 and not any(b"0905" in one for one in sealed)


def test_another_root_key_opens_nothing() -> None:
    sealed = seal(b"text")
    keyring.configure(os.urandom(32))
    with pytest.raises(InvalidTag):
        unseal(sealed)


def test_each_purpose_has_its_own_key() -> None:
    purposes = ("columns", "session-token", "slip-token", "slip-secret", "audit-chain", "index/phone", "index/id-number")
    assert len({keyring.key(purpose) for purpose in purposes}) == len(purposes)
    assert blind_index("phone", "+84905000123") == blind_index("phone", "+84905000123")
    assert blind_index("phone", "+84905000123") != blind_index("id-number", "+84905000123")


def test_without_a_root_key_nothing_is_made() -> None:
    with pytest.raises(RuntimeError):
        Keyring().key("columns")


def test_comparison_takes_text_and_bytes_of_any_script() -> None:
    assert crypto.same("đúng", "đúng") and crypto.same(b"one", "one")
    assert not crypto.same("đúng", "dung") and not crypto.same("a", "ab")


def test_columns_seal_what_goes_in_and_open_what_comes_out() -> None:
    dialect = sqlite.dialect()
    for column, value in ((SealedText(), "Nguyễn Văn Mẫu"), (SealedJSON(), {"tên": ["Mẫu", 1, None]})):
        stored = column.process_bind_param(value, dialect)
        assert isinstance(stored, bytes) and "Mẫu".encode() not in stored
        assert column.process_result_value(stored, dialect) == value
        assert column.process_bind_param(None, dialect) is None
        assert column.process_result_value(None, dialect) is None
