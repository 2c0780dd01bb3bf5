"""Entries made inside the database are the same rows as those written one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection, transaction

from minqing.journal.events import EVENTS, Event, detail_hash
from minqing.journal.models import Entry
from minqing.journal.public import record, record_rows
from minqing.kernel.access import ANONYMOUS, SYSTEM, Hand
from minqing.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
AT = datetime(
    2026, 11, 20, 2, 0, 0, 120_001, tzinfo=UTC
)  # the database leaves trailing zeros of a fraction out
HAND = Hand(uuid7(), "裘小满", uuid7(), "谷来镇镇街调度员")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """A test's event, with a field of every sort."""

    kind: ClassVar[str] = "tests.moved_in_bulk"
    who: UUID
    label: str
    when: datetime | None
    count: int
    sure: bool
    clock: dict[str, Any] | None = None

    def sentence(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal(Event):
    """A test's event that names somebody."""

    kind: ClassVar[str] = "tests.personal_in_bulk"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str

    def sentence(self) -> str:
        return self.name


EVENTS.pop(Moved.kind), EVENTS.pop(Personal.kind)  # seen by nobody else
KINDS = {"who": "uuid", "label": "text", "when": "moment", "count": "plain", "sure": "plain", "clock": "json"}
COLUMNS = ("kind", "at", "subject_kind", "subject_id", "area_id", "person_id", "person_name", "appointment_id",
           "appointment_label", "facts", "is_read")  # fmt: skip


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setitem(EVENTS, Moved.kind, Moved)


@pytest.mark.parametrize("hand", [SYSTEM, HAND])
@pytest.mark.parametrize(
    ("label", "when"),
    [("待派单", AT), ('“引号”"\\/\n\t', AT.replace(microsecond=0)), ("", None)],
)
def test_a_row_becomes_the_entry_that_record_would_write(hand, label, when):
    one = Moved(
        subject_kind="case", subject_id=uuid7(), area_id=uuid7(), who=uuid7(), label=label, when=when, count=7,
        sure=True, clock={"due_at": None, "n": 1},
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE moving ON COMMIT DROP AS SELECT 'case' AS subject_kind, %s::uuid AS subject_id,"
            " %s::uuid AS area_id, %s::uuid AS who, %s AS label, %s::timestamptz AS when, 7 AS count, true AS sure,"
            " %s AS clock".replace("AS when", 'AS "when"'),
            [one.subject_id, one.area_id, one.who, label, when, '{"due_at":null,"n":1}'],
        )
        assert record_rows(Moved, "moving", KINDS, by=hand, at=AT) == 1
        record(one, by=hand, at=AT)
    bulk, single = Entry.objects.filter(subject_id=one.subject_id).order_by("xact", "id")
    for name in COLUMNS:
        assert getattr(bulk, name) == getattr(single, name), name
    assert bulk.id.version == 7
    assert abs(bulk.id.int - single.id.int) >> 80 < 5000, "made in the same seconds"
    for entry in (bulk, single):
        assert bytes(entry.detail_hash) == detail_hash(entry.facts, {}, b"")


def test_what_cannot_be_written_from_a_table_is_refused():
    with pytest.raises(TypeError):
        record_rows(Personal, "moving", {"name": "text"}, by=SYSTEM, at=AT)
    with pytest.raises(TypeError):
        record_rows(Moved, "moving", KINDS, by=ANONYMOUS, at=AT)
    with pytest.raises(TypeError):
        record_rows(Moved, "moving", {"who": "uuid"}, by=SYSTEM, at=AT)


@pytest.mark.django_db(transaction=True)
def test_entries_belong_inside_the_transaction_of_the_change():
    with pytest.raises(RuntimeError):
        record_rows(Moved, "moving", KINDS, by=SYSTEM, at=AT)
