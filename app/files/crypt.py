"""Envelope encryption of files: a key for each file, wrapped by the key of its class (safety.md section 6).

A blob is ``version, role, 6 random bytes`` and then chunks of 1 MiB under AES-256-GCM. The nonce is the 7 bytes
``role, random``, a 4-byte counter and a flag that only the last chunk has; the associated data are version, blob id,
class and chunk number. So a changed bit, a cut, a dropped or swapped chunk, a blob put in another's place and a key
of another class are all refused. A file's key encrypts one blob of each role, so no nonce is used twice.
"""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import IntEnum, StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from app.core.crypto import keyring, same

CHUNK = 1 << 20
_TAG = 16
_VERSION = 1
_HEAD = 8
_MAX_CHUNKS = 1 << 32


class DataClass(StrEnum):
    """How sensitive a file is; each class has its own wrapping key."""

    D3 = "d3"  # papers and pictures of persons


class Role(IntEnum):
    """Which blob of a file this is."""

    MAIN = 0
    THUMBNAIL = 1


class Tampered(Exception):
    """The bytes are not those that were kept, or the key is not theirs. Nothing of them may be used."""


class KeyUnknown(Exception):
    """The file was wrapped by a key that this installation does not hold."""


def _class_key(data_class: DataClass) -> bytes:
    return keyring.key(f"files/{data_class}")


def key_id(data_class: DataClass) -> str:
    """The name of the present wrapping key of a class; says nothing about the key itself."""
    return f"{data_class}-{keyring.mac(f'files/{data_class}/name', 'key id')[:4].hex()}"


def new_key(data_class: DataClass) -> tuple[bytes, bytes]:
    """A fresh 256-bit file key, and the same wrapped (RFC 3394) for keeping."""
    key = os.urandom(32)
    return key, aes_key_wrap(_class_key(data_class), key)


def open_key(wrapped: bytes, named: str, data_class: DataClass) -> bytes:
    """The file key. Raises ``KeyUnknown`` for another wrapping key's id, ``Tampered`` when it does not unwrap."""
    if not same(named, key_id(data_class)):
        raise KeyUnknown(named)
    try:
        return aes_key_unwrap(_class_key(data_class), wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise Tampered("wrapped key") from error


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4) + (b"\x01" if last else b"\x00")


def _associated(blob_id: str, data_class: DataClass, number: int) -> bytes:
    return b"\0".join([bytes([_VERSION]), blob_id.encode(), data_class.encode(), str(number).encode()])


def seal(data: bytes, *, key: bytes, blob_id: str, data_class: DataClass, role: Role = Role.MAIN) -> Iterator[bytes]:
    """``data`` as the pieces of an encrypted blob. Call it once for each role of a key."""
    if len(data) > CHUNK * _MAX_CHUNKS:
        raise ValueError("too long for the counter")
    cipher, prefix = AESGCM(key), bytes([role]) + os.urandom(6)
    yield bytes([_VERSION]) + prefix
    view = memoryview(data)
    starts = range(0, len(data), CHUNK) or range(1)  # an empty file has one empty chunk
    for number, start in enumerate(starts):
        nonce = _nonce(prefix, number, last=number == len(starts) - 1)
        yield cipher.encrypt(nonce, view[start : start + CHUNK], _associated(blob_id, data_class, number))


def unseal(
    pieces: Iterable[bytes], *, key: bytes, blob_id: str, data_class: DataClass, role: Role = Role.MAIN
) -> bytes:
    """Inverse of ``seal``, from pieces of any length. Raises ``Tampered``; then not one byte is given out."""
    blob = b"".join(pieces)
    prefix = blob[1:_HEAD]
    if len(blob) < _HEAD + _TAG or blob[0] != _VERSION or prefix[0] != role:
        raise Tampered("head")
    cipher, view, plain = AESGCM(key), memoryview(blob), []
    starts = range(_HEAD, len(blob), CHUNK + _TAG)
    try:
        for number, start in enumerate(starts):
            nonce = _nonce(prefix, number, last=number == len(starts) - 1)
            chunk = view[start : start + CHUNK + _TAG]
            plain.append(cipher.decrypt(nonce, chunk, _associated(blob_id, data_class, number)))
    except InvalidTag as error:
        raise Tampered(f"chunk {number}") from error
    return b"".join(plain)
