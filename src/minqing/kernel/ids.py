"""Ids made by whoever makes the record, never by the database."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

import uuid_utils
from uuid_utils import compat

# No 0/O, 1/I/L, U/V: a code is read aloud over the telephone and copied from paper by old eyes.
LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """Make a time-ordered id (RFC 9562, version 7), of now or of ``at``."""
    if at is None:
        return compat.uuid7()
    return compat.uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1000)


def uuid7_text() -> str:
    """Make a time-ordered id of now as text: for rows by the hundred thousand that nothing but the database reads."""
    return str(uuid_utils.uuid7())


def uuid7_bytes() -> bytes:
    """Make a time-ordered id of now as its sixteen bytes, for the same."""
    return uuid_utils.uuid7().bytes


def random_id() -> uuid.UUID:
    """Make an id that tells no time (version 4): for what an anonymous reporter leaves."""
    return uuid.uuid4()


def short_code(length: int) -> str:
    """Make an unguessable code of ``length`` letters and digits (4.8 bits each)."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))
