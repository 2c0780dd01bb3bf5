"""Signed roots: the few lines of text that are signed, the line that is published, and how either is checked.

Ed25519 by ``cryptography``. A byte in front of every signature says which algorithm made it, so that another one can
follow. Keys are numbered; the newest signs, all of them verify.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from minqing.kernel.settings import MissingSetting, settings

ED25519: Final = b"\x01"
_ALGORITHMS: Final = {"Ed25519": ED25519}
_HEAD: Final = "minqing-root-1"
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


class Unreadable(ValueError):
    """A published line or a proof is not what it should be; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A signed root. ``state`` is a hash over what only the next seal needs; ``because`` is said of a resumption."""

    county: str
    number: int
    size: int
    root: bytes
    previous: bytes
    at: datetime
    state: bytes
    because: str = ""
    key_id: int = 0
    signature: bytes = b""

    @property
    def moment(self) -> str:
        """The time as it is signed: UTC, to the second."""
        return self.at.astimezone(UTC).strftime(_MOMENT)

    def text(self) -> str:
        """Return what is signed."""
        lines = (
            _HEAD, self.county, str(self.number), str(self.size), self.root.hex(), self.previous.hex(),
            self.moment, self.state.hex(), self.because,
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines)

    def signed(self) -> Root:
        """Return the same with a signature by the newest key."""
        keys = settings().seal_keys()
        if not keys:
            raise MissingSetting(
                "请设置 MINQING_SEAL_KEY（编号:Base64 编码的 32 字节密钥），封存流水要用它签名。"
            )
        key_id = max(keys)
        made = Ed25519PrivateKey.from_private_bytes(keys[key_id]).sign(self.text().encode())
        return replace(self, key_id=key_id, signature=ED25519 + made)

    def is_signed(self, keys: Mapping[int, bytes]) -> bool:
        """Tell whether one of the public keys, by number, verifies the signature."""
        key = keys.get(self.key_id)
        if key is None or self.signature[:1] != ED25519:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(self.signature[1:], self.text().encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def line(self) -> dict[str, Any]:
        """Return the published form."""
        made = {
            "county": self.county, "number": self.number, "size": self.size, "root": self.root.hex(),
            "previous": self.previous.hex(), "at": self.moment, "state": self.state.hex(),
            "key": self.key_id, "algorithm": "Ed25519", "signature": b64encode(self.signature[1:]).decode(),
        }  # fmt: skip
        return made | ({"because": self.because} if self.because else {})

    @classmethod
    def of_line(cls, line: Any) -> Root:
        """Read the published form. :class:`Unreadable` when it is none."""
        try:
            return cls(
                county=str(line["county"]), number=int(line["number"]), size=int(line["size"]),
                root=bytes.fromhex(line["root"]), previous=bytes.fromhex(line["previous"]),
                at=datetime.strptime(line["at"], _MOMENT).replace(tzinfo=UTC), state=bytes.fromhex(line["state"]),
                because=str(line.get("because", "")), key_id=int(line["key"]),
                signature=_ALGORITHMS[line["algorithm"]] + b64decode(line["signature"], validate=True),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, NotBase64) as error:
            raise Unreadable("这不是一条封存的根：缺了内容，或写法不对。") from error


def state_hash(*, peaks: bytes, horizon: int, swept: bool) -> bytes:
    """Return the hash of what a seal hands to the next one."""
    return hashlib.sha256(f"{peaks.hex()} {horizon} {int(swept)}".encode()).digest()


def public_keys() -> dict[int, bytes]:
    """Return the public keys of this county by number: those given, and those of the secret keys at hand."""
    made = {
        number: Ed25519PrivateKey.from_private_bytes(secret)
        .public_key()
        .public_bytes(Encoding.Raw, PublicFormat.Raw)
        for number, secret in settings().seal_keys().items()
    }
    return {**settings().seal_public_keys(), **made}


def read_public_key(text: str) -> tuple[int, bytes]:
    """Read ``1:Base64`` as :func:`write_public_key` writes it. :class:`Unreadable` otherwise."""
    number, _, encoded = text.strip().partition(":")
    try:
        key = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        key = b""
    if not number.isdecimal() or len(key) != 32:
        raise Unreadable("公钥应写成“编号:Base64”，如 minqing journal key 所示。")
    return int(number), key


def write_public_key(number: int, key: bytes) -> str:
    """Write a public key as people copy it."""
    return f"{number}:{b64encode(key).decode()}"
