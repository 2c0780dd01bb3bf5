"""Limits by address, kept in memory only: a count per hash, whose key is thrown away every night.

For pages that anybody may open without an account. What is counted is an HMAC of the address under a random key that
lives for one day in this process and is written nowhere, so that neither the database nor a log nor tomorrow's
memory can tell who reported. One process serves the pages; with several each counts for itself.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import Final

from minqing.kernel.clock import local
from minqing.kernel.errors import TooMany
from minqing.kernel.settings import settings

# A count is some 200 bytes: 20 MB at most, also when somebody sends from a new address each time.
COUNTS_MAX: Final = 100_000
# One household has one IPv6 network of 64 bits and as many addresses in it as it likes.
IPV6_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times within a span from one address; ``sentence`` says what to do beyond that."""

    key: str
    times_max: int
    within: timedelta
    sentence: str


class Counts:
    """The counts of one process, under a key that lasts a day."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._day: date | None = None
        self._key = b""
        self._counts: dict[bytes, int] = {}

    def spend(self, limit: Limit, address: str, at: datetime) -> None:
        """Count once more. Raises :class:`TooMany` when that is once too often."""
        with self._lock:
            place = self._place(limit, address, at)
            used = self._counts.get(place, 0)
            if used >= limit.times_max:
                raise TooMany(limit.sentence, retry_after=_seconds_left(limit, at))
            while place not in self._counts and len(self._counts) >= COUNTS_MAX:
                del self._counts[next(iter(self._counts))]
            self._counts[place] = used + 1

    def check(self, limit: Limit, address: str, at: datetime) -> None:
        """Count nothing. Raises :class:`TooMany` when the limit is reached already."""
        with self._lock:
            if self._counts.get(self._place(limit, address, at), 0) >= limit.times_max:
                raise TooMany(limit.sentence, retry_after=_seconds_left(limit, at))

    def forget(self) -> None:
        """Forget every count and the key."""
        with self._lock:
            self._day, self._key = None, b""
            self._counts.clear()

    def _place(self, limit: Limit, address: str, at: datetime) -> bytes:
        today = local(at).date()
        if today != self._day:
            self._day, self._key = today, secrets.token_bytes(32)
            self._counts.clear()
        window = int(at.timestamp() // limit.within.total_seconds())
        return hmac.digest(self._key, f"{limit.key}\0{window}\0{address}".encode(), hashlib.sha256)


_COUNTS: Final = Counts()


def spend(limit: Limit, meta: Mapping[str, str], at: datetime) -> None:
    """Count a request (its ``META``) against a limit. Raises :class:`TooMany`."""
    _COUNTS.spend(limit, address_of(meta), at)


def check(limit: Limit, meta: Mapping[str, str], at: datetime) -> None:
    """Refuse a request whose limit is reached, without counting it. Raises :class:`TooMany`."""
    _COUNTS.check(limit, address_of(meta), at)


def forget_counts() -> None:
    """Forget all counts of this process. For tests."""
    _COUNTS.forget()


def address_of(meta: Mapping[str, str]) -> str:
    """Return the address to count by: behind so many trusted proxies as the settings say, IPv6 by its network."""
    proxies = settings().proxies
    address = meta.get("REMOTE_ADDR", "")
    if proxies:
        # Each proxy adds whom it heard from on the right; what stands further left anybody can write.
        heard = [one.strip() for one in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
        address = heard[-proxies] if len(heard) >= proxies else address
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""  # a socket of the machine itself, or nonsense: they share one count
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
    return str(parsed)


def _seconds_left(limit: Limit, at: datetime) -> int:
    span = limit.within.total_seconds()
    return max(1, int(span - at.timestamp() % span))
