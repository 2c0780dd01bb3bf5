"""Personal values at rest: sealed with AES-256-GCM or SM4-GCM, and a keyed blind index for equality search.

A box is ``algorithm (1 byte) | key id (1) | nonce (12) | ciphertext and tag (16)``. Its associated data are the first
two bytes, ``table.column`` and the row's primary key: a box moved to another row or column does not open, and neither
does one whose header was rewritten. Boxes of both algorithms and of every key still configured are read side by side;
new ones are made with the newest key and the algorithm of ``MINQING_CIPHER``.

The nonce is 96 random bits (NIST SP 800-38D, 8.2.2): one key may make 2³² boxes (8.3), after which two nonces might
meet. A county of a million files, all of them rewritten every day, comes to that after five years; a rotation starts
anew. SM4 is GB/T 32907-2016, GCM around it as in RFC 8998; its 128-bit key is derived from the 256-bit one by
HMAC-SHA-256, so that algorithms share no key. Keys come from settings (``MINQING_KEYS``), never from the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from minqing.kernel.settings import MissingSetting, settings

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[str | None, str | None]
else:  # Django's fields take no type parameters at run time
    _BinaryField = models.BinaryField

UNBOUND: Final = 1  # the first layout: AES-256-GCM, bound to its column only; read by migrations alone
AES: Final = 2
SM4: Final = 3
ALGORITHMS: Final = {"aes": AES, "sm4": SM4}
ALGORITHM_LABELS: Final = {UNBOUND: "旧格式", AES: "AES-256-GCM", SM4: "SM4-GCM"}
HEADER_BYTES: Final = 2
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
INDEX_BYTES: Final = 16
_NONCES_SINGLY: Final = 8
_NONCES_AT_ONCE: Final = 256
_BODY: Final = HEADER_BYTES + NONCE_BYTES


class Unreadable(RuntimeError):
    """A sealed value did not open: wrong key, moved or damaged."""


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class _Sm4Gcm:
    """SM4 in Galois/counter mode, with the tag at the end as :class:`AESGCM` has it."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return ciphertext and tag."""
        made = Cipher(self._key, modes.GCM(nonce)).encryptor()
        made.authenticate_additional_data(associated_data)
        return made.update(data) + made.finalize() + made.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the plain bytes. Raises ``InvalidTag``."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        opened = Cipher(self._key, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        opened.authenticate_additional_data(associated_data)
        return opened.update(data[:-TAG_BYTES]) + opened.finalize()


@lru_cache(maxsize=16)
def _cipher(algorithm: int, key: bytes) -> _Aead:
    if algorithm == AES:
        return AESGCM(key)
    if algorithm != SM4:
        raise KeyError(algorithm)
    made = _Sm4Gcm(hmac.digest(key, b"minqing sm4-gcm", hashlib.sha256)[:16])
    try:
        made.encrypt(bytes(NONCE_BYTES), b"", b"")
    except UnsupportedAlgorithm as error:
        raise MissingSetting(
            "本机的 OpenSSL 没有 SM4-GCM，请把 MINQING_CIPHER 改为 aes，或换用带国密算法的 OpenSSL。"
        ) from error
    return made


def newest() -> bytes:
    """Return the two bytes in front of every box made now: algorithm and key id."""
    return bytes((ALGORITHMS[settings().cipher], settings().sealing_key()[0]))


def seal(value: str, *, place: str, row: UUID) -> bytes:
    """Encrypt ``value`` for ``place`` (``table.column``) of the row with that primary key, with the newest key."""
    return sealer(place)(value, row.bytes)


def _nonces() -> Iterator[bytes]:
    """Yield random nonces; after the first ones many are asked of the system at once, which costs half of sealing."""
    yield from (os.urandom(NONCE_BYTES) for _ in range(_NONCES_SINGLY))
    while True:
        block = os.urandom(NONCE_BYTES * _NONCES_AT_ONCE)
        for start in range(0, len(block), NONCE_BYTES):
            yield block[start : start + NONCE_BYTES]


def sealer(place: str) -> Callable[[str, bytes], bytes]:
    """Return what seals values of one place for a row's id (its sixteen bytes), with the newest key of this moment.

    For many at once, and for this process: it must not outlive a fork, whose two sides would draw the same nonces.
    """
    key_id, key = settings().sealing_key()
    algorithm = ALGORITHMS[settings().cipher]
    header = bytes((algorithm, key_id))
    encrypt, bound, nonces = _cipher(algorithm, key).encrypt, header + place.encode() + b"\0", _nonces()

    def seal_one(value: str, row: bytes) -> bytes:
        nonce = next(nonces)
        return header + nonce + encrypt(nonce, value.encode(), bound + row)

    return seal_one


def unseal(box: bytes, *, place: str, row: UUID) -> str:
    """Decrypt what :func:`seal` made for the same place and row. Raises :class:`Unreadable`."""
    try:
        cipher = _cipher(box[0], settings().sealing_key(box[1])[1])
        bound = _bound(box[:HEADER_BYTES], place, row)
        return cipher.decrypt(box[HEADER_BYTES:_BODY], box[_BODY:], bound).decode()
    except (IndexError, KeyError, ValueError, InvalidTag) as error:
        raise Unreadable(f"a sealed value in {place} does not open") from error


def unseal_unbound(box: bytes, *, place: str) -> str:
    """Decrypt a box of the first layout. For migrations only: nothing else may take a box that knows no row."""
    try:
        if box[0] != UNBOUND:
            raise KeyError(box[0])
        cipher = AESGCM(settings().sealing_key(box[1])[1])
        return cipher.decrypt(box[HEADER_BYTES:_BODY], box[_BODY:], place.encode()).decode()
    except (IndexError, KeyError, ValueError, InvalidTag) as error:
        raise Unreadable(f"a sealed value in {place} does not open") from error


def array_of(boxes: Iterable[bytes | None]) -> str:
    """Return boxes as text of a ``bytea[]``: many times as fast as the driver writes a list of them."""
    return "{" + ",".join("NULL" if box is None else f'"\\\\x{box.hex()}"' for box in boxes) + "}"


def _bound(header: bytes, place: str, row: UUID) -> bytes:
    return header + place.encode() + b"\0" + row.bytes


def blind_index(value: str, purpose: str) -> bytes:
    """Return 16 bytes by which equal values of one purpose are found without being read (HMAC-SHA-256)."""
    return indexer(purpose)(value)


def indexer(purpose: str) -> Callable[[str], bytes]:
    """Return what makes the blind indexes of one purpose: for many at once."""
    return _indexer(settings().index_key(), purpose)


@lru_cache(maxsize=16)
def _indexer(key: bytes, purpose: str) -> Callable[[str], bytes]:
    # HMAC as RFC 2104 writes it, with key and purpose taken in once: four times as fast as starting anew each time.
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + purpose.encode() + b"\0").copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block)).copy

    def index(value: str) -> bytes:
        inside, outside = inner(), outer()
        inside.update(value.encode())
        outside.update(inside.digest())
        return outside.digest()[:INDEX_BYTES]

    return index


class Opened(DeferredAttribute):
    """Opens the box on the way out, when the row that it belongs to is known."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, bytes | memoryview):
            field: Any = self.field
            return unseal(bytes(value), place=field.place, row=_row(instance))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(_BinaryField):
    """A text column kept encrypted; a row in Python shows the text, the database never does.

    Sealed by ``save`` and ``bulk_create``, which know the row. ``update()``, ``bulk_update`` and filters do not:
    they refuse text. ``values()`` and ``values_list()`` give raw boxes.
    """

    descriptor_class = Opened

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    @property
    def place(self) -> str:
        """``table.column``: what a box of this field is bound to, beside its row."""
        return f"{self.model._meta.db_table}.{self.column}"

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Seal text for its row; a box that was read and not changed goes back as it is."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, str):
            return seal(value, place=self.place, row=_row(model_instance)) if value else None
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            raise TypeError(
                f"{self.place} is sealed for one row: write it by save() or bulk_create(), not by update() or a filter"
            )
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value


def _row(instance: Any) -> UUID:
    key = instance.pk
    return key if isinstance(key, UUID) else UUID(str(key))
