"""Personal values at rest: AES-256-GCM with the key's id in front, and a keyed blind index for equality search.

The nonce is random (96 bits, NIST SP 800-38D), the associated data is ``table.column``, so that a value moved to
another column does not open. Keys come from settings (``MINQING_KEYS``), never from the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from minqing.kernel.settings import settings

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[str | None, str | None]
else:  # Django's fields take no type parameters at run time
    _BinaryField = models.BinaryField

_VERSION = b"\x01"
_NONCE_BYTES = 12
INDEX_BYTES = 16


class Unreadable(RuntimeError):
    """A sealed value did not open: wrong key, moved or damaged."""


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(value: str, *, place: str) -> bytes:
    """Encrypt ``value`` for ``place`` (``table.column``) with the newest key."""
    key_id, key = settings().sealing_key()
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + bytes([key_id]) + nonce + _cipher(key).encrypt(nonce, value.encode(), place.encode())


def unseal(box: bytes, *, place: str) -> str:
    """Decrypt what :func:`seal` made. Raises :class:`Unreadable`."""
    try:
        key = settings().sealing_key(box[1])[1]
        nonce, body = box[2 : 2 + _NONCE_BYTES], box[2 + _NONCE_BYTES :]
        return _cipher(key).decrypt(nonce, body, place.encode()).decode()
    except (IndexError, KeyError, InvalidTag) as error:
        raise Unreadable(f"a sealed value in {place} does not open") from error


def blind_index(value: str, purpose: str) -> bytes:
    """Return 16 bytes by which equal values of one purpose are found without being read (HMAC-SHA-256)."""
    return hmac.digest(settings().index_key(), f"{purpose}\0{value}".encode(), hashlib.sha256)[:INDEX_BYTES]


class SealedField(_BinaryField):
    """A text column kept encrypted; Python sees the text, the database never does."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    @property
    def _place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = seal(value, place=self._place) if value else None
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(bytes(value), place=self._place)

    def to_python(self, value: Any) -> Any:
        return value
