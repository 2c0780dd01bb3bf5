"""A small sealed journal for tests, and a superuser who can do anything to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import psycopg
from django.db import connection, connections, transaction

from minqing.config.databases import county_first
from minqing.journal import sealing
from minqing.journal.events import Event
from minqing.journal.models import Seal
from minqing.journal.public import record
from minqing.kernel.access import ANONYMOUS, Hand
from minqing.kernel.settings import settings

AREA = UUID("00000000-0000-7000-8000-000000000001")
HAND = Hand(uuid4(), "裘小满", uuid4(), "举坑村第一网格网格员")


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRung(Event):
    """For these tests: nobody listens."""

    kind: ClassVar[str] = "test.bell_rung"
    personal: ClassVar[frozenset[str]] = frozenset({"who"})
    times: int
    who: str

    def sentence(self) -> str:
        return f"为{self.who or '（已删除）'}敲了 {self.times} 下钟"


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Event):
    """For these tests: nothing personal in it."""

    kind: ClassVar[str] = "test.lamp_lit"
    watts: int

    def sentence(self) -> str:
        return f"点了一盏 {self.watts} 瓦的灯"


def ring(at: datetime, *, times: int = 1, by: Hand = HAND) -> UUID:
    """Write one entry with a personal detail, in a transaction of its own."""
    with transaction.atomic():
        event = BellRung(
            subject_kind="household", subject_id=uuid4(), area_id=AREA, times=times, who="张阿婆"
        )
        return record(event, by=by, at=at)


def light(at: datetime, *, watts: int = 40, by: Hand = HAND) -> UUID:
    """Write one entry without a detail."""
    with transaction.atomic():
        event = LampLit(subject_kind="household", subject_id=uuid4(), area_id=AREA, watts=watts)
        return record(event, by=by, at=at)


def seal_all(at: datetime) -> Seal | None:
    """Seal whatever is there, also of the test's own transaction: nobody else writes to this database."""
    return sealing.seal(at=at, horizon=next_xact() + 1)


def next_xact() -> int:
    """Return the id of a transaction that no committed one comes after."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def small_journal(at: datetime, *, seals: int = 8, each: int = 5) -> datetime:
    """Write and seal some entries a minute, every third without a detail, anonymous ones among them."""
    for minute in range(seals):
        now = at + timedelta(minutes=minute * 15)
        for number in range(each):
            by = ANONYMOUS if number == 2 else HAND
            (light if number % 3 == 0 else ring)(now, by=by)
        seal_all(now + timedelta(seconds=30))
    return now


# Foreign keys hold nobody back who may drop them.
_NO_KEYS: Final = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
             WHERE contype = 'f' AND confrelid = 'journal_entry'::regclass LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname);
  END LOOP;
END $$
"""


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """Connect to the test's database as somebody whom nothing holds back; what is done is undone at the end."""
    owner = connections["owner"].settings_dict
    passwords = settings().home / "var" / "postgres-test" / "passwords.json"
    # On a server of somebody else's the owner of the tables, who may do to them all that is done here.
    user, password = owner["USER"], owner["PASSWORD"]
    if passwords.exists() and Path(owner["HOST"]).is_absolute():
        user, password = "postgres", json.loads(passwords.read_text("utf-8"))["postgres"]
    with psycopg.connect(
        dbname=owner["NAME"], host=owner["HOST"], port=owner["PORT"] or None, user=user, password=password,
        options=f"-c search_path={county_first(settings())}",
    ) as raw:  # fmt: skip
        raw.execute(_NO_KEYS)
        yield raw
        raw.rollback()
