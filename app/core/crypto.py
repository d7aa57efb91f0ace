"""Keys derived from one root key, columns encrypted at rest, blind indexes for exact look-ups."""
from __future__ import annotations

import hashlib
import hmac
import json
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_VERSION = b"\x01"


class Keyring:
    """The keys of one installation. ``configure`` is called once by ``create_app``."""

    def __init__(self) -> None:
        self._root = b""
        self._derived: dict[str, bytes] = {}
        self._aead: AESGCM | None = None

    def configure(self, root_key: bytes) -> None:
        if root_key != self._root:
            self._root, self._derived, self._aead = root_key, {}, None

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256 over the root key)."""
        if not self._root:
            raise RuntimeError("keyring is not configured")
        if purpose not in self._derived:
            kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"phuxuan/" + purpose.encode())
            self._derived[purpose] = kdf.derive(self._root)
        return self._derived[purpose]

    def mac(self, purpose: str, text: str | bytes) -> bytes:
        """HMAC-SHA256: hashes of codes and tokens, blind indexes, chains."""
        data = text.encode() if isinstance(text, str) else text
        return hmac.digest(self.key(purpose), data, hashlib.sha256)

    @property
    def columns(self) -> AESGCM:
        if self._aead is None:
            self._aead = AESGCM(self.key("columns"))
        return self._aead


keyring = Keyring()


def same(one: bytes | str, other: bytes | str) -> bool:
    """Constant-time comparison."""
    first = one.encode() if isinstance(one, str) else one
    second = other.encode() if isinstance(other, str) else other
    return hmac.compare_digest(first, second)


def seal(data: bytes) -> bytes:
    """AES-256-GCM with a random nonce; the first byte names the format."""
    nonce = os.urandom(12)
    return _VERSION + nonce + keyring.columns.encrypt(nonce, data, _VERSION)


def unseal(blob: bytes) -> bytes:
    """Inverse of ``seal``. Raises ``cryptography.exceptions.InvalidTag`` when a bit was changed."""
    if blob[:1] != _VERSION:
        raise ValueError("unknown format of an encrypted column")
    return keyring.columns.decrypt(blob[1:13], blob[13:], _VERSION)


class SealedText(TypeDecorator[str]):
    """A text column that is ciphertext on disk (phone, ID number, message texts)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else unseal(bytes(value)).decode()


class SealedJSON(TypeDecorator[object]):
    """A JSON column that is ciphertext on disk (the answers of a dossier). Assign a new value to change it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(unseal(bytes(value)))


def blind_index(purpose: str, value: str) -> bytes:
    """A keyed hash by which an encrypted column can be found again by its exact value."""
    return keyring.mac(f"index/{purpose}", value)[:16]
