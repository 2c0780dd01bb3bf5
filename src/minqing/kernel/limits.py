"""Limits by address, held by all processes together: a count per hash, whose salt is thrown away every night.

For pages that anybody may open without an account. What is counted is an HMAC of the address, under the key of the
blind indexes (never in the database) and a random salt of the day. Counts and salt stand in UNLOGGED tables, which are
in no write-ahead log, no replica and no backup that is made from one, and both are deleted with the first request of
the next day: neither today's database alone, nor both tomorrow, can tell who reported.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from uuid import UUID

from django.db import connection

from minqing.kernel.clock import local
from minqing.kernel.errors import TooMany
from minqing.kernel.models import AddressCount, AddressSalt
from minqing.kernel.settings import settings

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
    """The counts of an address, under a salt that lasts a day."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._salt = b""

    def spend(self, limit: Limit, address: str, at: datetime, *, unless: Limit | None = None) -> None:
        """Count once more, for all processes, unless another limit is reached already.

        Raises :class:`TooMany` when either is.
        """
        place, other = self._place(limit, address, at), unless or limit
        with connection.cursor() as cursor:
            # One statement: of twenty at once, each is counted, and none beyond the limit is let through.
            cursor.execute(
                "WITH reached AS (SELECT FROM address_count WHERE id = %s AND used >= %s), spent AS ("
                "INSERT INTO address_count AS counted (id, day, used) SELECT %s, %s, 1"
                " WHERE NOT EXISTS (SELECT FROM reached)"
                " ON CONFLICT (id) DO UPDATE SET used = counted.used + 1 WHERE counted.used < %s RETURNING used"
                ") SELECT EXISTS (SELECT FROM reached), EXISTS (SELECT FROM spent)",
                [self._place(other, address, at), other.times_max, place, self._day, limit.times_max],
            )
            reached, spent = cursor.fetchone()
        if reached or not spent or limit.times_max < 1:
            full = other if reached else limit
            raise TooMany(full.sentence, retry_after=_seconds_left(full, at))

    def check(self, limit: Limit, address: str, at: datetime) -> None:
        """Count nothing. Raises :class:`TooMany` when the limit is reached already."""
        place = self._place(limit, address, at)
        if AddressCount.objects.filter(id=place, used__gte=limit.times_max).exists():
            raise TooMany(limit.sentence, retry_after=_seconds_left(limit, at))

    def forget(self) -> None:
        """Count under a salt of this process alone from now on: nothing counted before is found again. For tests."""
        self._day, self._salt = None, secrets.token_bytes(32)

    def _place(self, limit: Limit, address: str, at: datetime) -> UUID:
        today = local(at).date()
        if today != self._day:
            own = self._salt if self._day is None else b""
            self._day, self._salt = today, own or _salt_of(today)
        window = int(at.timestamp() // limit.within.total_seconds())
        key = hmac.digest(settings().index_key(), b"address count" + self._salt, hashlib.sha256)
        place = hmac.digest(key, f"{limit.key}\0{window}\0{address}".encode(), hashlib.sha256)
        return UUID(bytes=place[:16])


def _salt_of(today: date) -> bytes:
    """Return the day's salt, the same for every process; what is of another day goes."""
    AddressCount.objects.exclude(day=today).delete()
    AddressSalt.objects.exclude(day=today).delete()
    AddressSalt.objects.bulk_create(
        [AddressSalt(day=today, salt=secrets.token_bytes(32))], ignore_conflicts=True
    )
    return bytes(AddressSalt.objects.get(day=today).salt)


_COUNTS: Final = Counts()


def spend(limit: Limit, meta: Mapping[str, str], at: datetime, *, unless: Limit | None = None) -> None:
    """Count a request (its ``META``) against a limit, unless another is reached. Raises :class:`TooMany`."""
    _COUNTS.spend(limit, address_of(meta), at, unless=unless)


def spend_for(limit: Limit, whom: str, at: datetime) -> None:
    """Count a call by somebody who is known by another name than an address, as a token is. Raises :class:`TooMany`."""
    _COUNTS.spend(limit, whom, at)


def check(limit: Limit, meta: Mapping[str, str], at: datetime) -> None:
    """Refuse a request whose limit is reached, without counting it. Raises :class:`TooMany`."""
    _COUNTS.check(limit, address_of(meta), at)


def forget_counts() -> None:
    """Forget all counts of this process. For tests."""
    _COUNTS.forget()


def forget_past_days(at: datetime) -> None:
    """Delete counts and salts of past days; the first request of a day does so too."""
    today = local(at).date()
    AddressCount.objects.filter(day__lt=today).delete()
    AddressSalt.objects.filter(day__lt=today).delete()


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
