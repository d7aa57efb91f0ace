"""Encryption of files: what was kept comes back, and nothing else ever does (F35, F36, m18)."""
from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import keyring
from app.files import crypt
from app.files.crypt import CHUNK, DataClass, KeyUnknown, Role, Tampered

D3 = DataClass.D3
HEAD, STEP = 8, CHUNK + 16


@pytest.fixture(autouse=True)
def root_key() -> Iterator[None]:
    before = keyring._root
    keyring.configure(bytes(range(32)))
    yield
    keyring.configure(before)


def sealed(data: bytes, key: bytes, blob_id: str = "a" * 32, role: Role = Role.MAIN) -> bytes:
    return b"".join(crypt.seal(data, key=key, blob_id=blob_id, data_class=D3, role=role))


def opened(blob: bytes, key: bytes, blob_id: str = "a" * 32, role: Role = Role.MAIN) -> bytes:
    return crypt.unseal([blob], key=key, blob_id=blob_id, data_class=D3, role=role)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_round_trip_at_every_edge(size: int) -> None:
    key, wrapped = crypt.new_key(D3)
    data = os.urandom(size)
    blob = sealed(data, key)
    assert crypt.open_key(wrapped, crypt.key_id(D3), D3) == key
    assert opened(blob, key) == data
    pieces = [blob[at : at + 100_003] for at in range(0, len(blob), 100_003)]
    assert crypt.unseal(pieces, key=key, blob_id="a" * 32, data_class=D3) == data
    if size > 16:
        assert data[:16] not in blob


@given(data=st.binary(max_size=400), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(data: bytes, at: int, bit: int) -> None:
    key, _ = crypt.new_key(D3)
    blob = bytearray(sealed(data, key))
    blob[at % len(blob)] ^= 1 << bit
    with pytest.raises(Tampered):
        opened(bytes(blob), key)


def test_a_hundred_flipped_bytes_of_a_long_file_are_refused() -> None:
    key, _ = crypt.new_key(D3)
    blob = sealed(os.urandom(2 * CHUNK + 500), key)
    chance = random.Random(35)
    for at in [0, 1, 7, 8, len(blob) - 1, *(chance.randrange(len(blob)) for _ in range(95))]:
        with pytest.raises(Tampered):
            opened(blob[:at] + bytes([blob[at] ^ 0x55]) + blob[at + 1 :], key)


def test_every_cut_is_refused() -> None:
    key, _ = crypt.new_key(D3)
    short = sealed(b"so many words", key)
    long = sealed(os.urandom(3 * CHUNK), key)
    for blob, cuts in ((short, range(len(short))), (long, (HEAD, HEAD + STEP, HEAD + 2 * STEP, len(long) - 1))):
        for cut in cuts:
            with pytest.raises(Tampered):
                opened(blob[:cut], key)
    with pytest.raises(Tampered):
        opened(short + b"\0", key)


def test_chunks_cannot_be_swapped_dropped_or_repeated() -> None:
    key, _ = crypt.new_key(D3)
    blob = sealed(os.urandom(4 * CHUNK), key)
    head, chunks = blob[:HEAD], [blob[HEAD + n * STEP : HEAD + (n + 1) * STEP] for n in range(4)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [1, 2, 3], [0, 1, 2], [0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [3]):
        with pytest.raises(Tampered):
            opened(head + b"".join(chunks[n] for n in order), key)


def test_a_blob_in_anothers_place_is_refused() -> None:
    key, _ = crypt.new_key(D3)
    other, _ = crypt.new_key(D3)
    blob = sealed(b"paper", key, "a" * 32)
    with pytest.raises(Tampered):
        opened(blob, key, "b" * 32)
    with pytest.raises(Tampered):
        opened(blob, other, "a" * 32)
    with pytest.raises(Tampered):
        opened(blob, key, "a" * 32, role=Role.THUMBNAIL)
    with pytest.raises(Tampered):
        opened(bytes([blob[0], 1]) + blob[2:], key, "a" * 32, role=Role.THUMBNAIL)


def test_a_key_of_another_name_or_another_file_is_refused() -> None:
    _, wrapped = crypt.new_key(D3)
    with pytest.raises(KeyUnknown):
        crypt.open_key(wrapped, "d4-00000000", D3)
    with pytest.raises(Tampered):
        crypt.open_key(bytes([wrapped[0] ^ 1]) + wrapped[1:], crypt.key_id(D3), D3)
    with pytest.raises(Tampered):
        crypt.open_key(b"", crypt.key_id(D3), D3)


def test_another_root_key_opens_nothing() -> None:
    _, wrapped = crypt.new_key(D3)
    name = crypt.key_id(D3)
    keyring.configure(secrets.token_bytes(32))
    assert crypt.key_id(D3) != name
    with pytest.raises(KeyUnknown):
        crypt.open_key(wrapped, name, D3)
    with pytest.raises(Tampered):
        crypt.open_key(wrapped, crypt.key_id(D3), D3)  # a swapped key id does not help


def test_no_nonce_is_used_twice_under_one_key() -> None:
    """The nonce is a function of role, chunk number and last flag; all 10^6 of them differ."""
    seen = {crypt._nonce(bytes([role]) + b"random", number, last) for role in (0, 1) for number in range(250_000)
            for last in (False, True)}
    assert len(seen) == 1_000_000
    assert all(len(nonce) == 12 for nonce in list(seen)[:100])
