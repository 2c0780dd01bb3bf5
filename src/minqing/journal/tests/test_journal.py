"""Promises of the journal: with the change or not at all, never rewritten, erasable, heard at least once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from minqing.accounts.tests.factories import AT
from minqing.journal.events import EVENTS, Event, detail_hash
from minqing.journal.jobs import sweep_awaiting
from minqing.journal.models import Awaiting, Detail, Entry
from minqing.journal.public import (
    Recorded,
    committed_since,
    deliver,
    erase_personal,
    reactions_to,
    reacts_to,
    record,
    record_read,
    timeline,
)
from minqing.kernel.access import ANONYMOUS, REPORTER, SYSTEM, Hand

AREA = UUID("00000000-0000-7000-8000-000000000001")
HAND = Hand(uuid4(), "裘小满", uuid4(), "举坑村第一网格网格员")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaPoured(Event):
    """For these tests."""

    kind: ClassVar[str] = "test.tea_poured"
    personal: ClassVar[frozenset[str]] = frozenset({"guest"})
    cups: int
    guest: str

    def sentence(self) -> str:
        return f"给{self.guest or '（已删除）'}倒了 {self.cups} 杯茶"


HEARD: list[tuple[str, UUID]] = []


@reacts_to(TeaPoured)
def wash_the_cups(event: TeaPoured, entry: Recorded) -> None:
    HEARD.append((event.guest, entry.id))


@reacts_to(TeaPoured)
def count_the_leaves(event: TeaPoured, entry: Recorded) -> None:
    if event.cups == 13:
        raise ValueError("no leaves left")


def pour(subject: UUID, *, cups: int = 2, by: Hand = HAND, guest: str = "张阿婆") -> UUID:
    with transaction.atomic():
        event = TeaPoured(subject_kind="household", subject_id=subject, area_id=AREA, cups=cups, guest=guest)
        return record(event, by=by, at=AT + timedelta(minutes=7))


@pytest.fixture(autouse=True)
def _nothing_heard():
    HEARD.clear()


@pytest.mark.django_db(transaction=True)
def test_an_entry_belongs_inside_a_transaction():
    event = TeaPoured(subject_kind="household", subject_id=uuid4(), area_id=AREA, cups=1, guest="")
    with pytest.raises(RuntimeError, match="inside the transaction"):
        record(event, by=HAND, at=AT)


@pytest.mark.django_db(transaction=True)
def test_that_a_file_was_opened_is_one_statement_and_the_same_entry_as_in_a_transaction():
    def read() -> Entry:
        record_read(
            subject_kind="case", subject_id=uuid4(), area_id=AREA, by=HAND, at=AT, purpose="看", because="轮到本人",
            link_kind="case", link_id=AREA,
        )  # fmt: skip
        return Entry.objects.latest("id")

    with CaptureQueriesContext(connection) as asked:
        alone = read()
    assert [one["sql"].split()[0] for one in asked] == ["INSERT", "SELECT"]
    with transaction.atomic():
        together = read()
    assert alone.id != together.id
    told = ("at", "kind", "area_id", "person_id", "person_name", "facts", "detail_hash", "is_read")
    assert [getattr(alone, one) for one in told] == [getattr(together, one) for one in told]
    assert alone.is_read
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_entry_and_job_are_gone_when_the_change_is():
    with transaction.atomic():
        pour(uuid4())
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_job_per_entry_however_many_listen():
    pour(uuid4())
    assert len(reactions_to("test.tea_poured")) == 2
    assert ProcrastinateJob.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_entry SET person_name = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "DELETE FROM journal_detail",
        "UPDATE journal_reaction_done SET reaction = 'x'",
        "SET ROLE county_owner",
    ],
)
def test_the_application_cannot_rewrite_the_journal(sql):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.django_db
def test_a_timeline_says_who_did_what_and_reads_are_kept_apart():
    subject = uuid4()
    pour(subject)
    record_read(
        subject_kind="household", subject_id=subject, area_id=AREA, by=HAND, at=AT, purpose="走访前查看"
    )
    [line] = timeline("household", subject)
    assert (line.who, line.role_label, line.sentence) == (
        "裘小满",
        "举坑村第一网格网格员",
        "给张阿婆倒了 2 杯茶",
    )
    assert [one.kind for one in timeline("household", subject, reads=True)] == [
        "journal.file_opened",
        "test.tea_poured",
    ]


@pytest.mark.django_db
def test_what_is_personal_is_stored_apart_hashed_and_erased():
    subject = uuid4()
    entry = Entry.objects.get(id=pour(subject))
    assert "张阿婆" not in str(entry.facts)
    detail = Detail.objects.get(entry=entry)
    assert bytes(entry.detail_hash) == detail_hash(entry.facts, detail.personal, bytes(detail.salt))
    assert erase_personal(subject_kind="household", subject_id=subject) == 1
    assert timeline("household", subject)[0].sentence == "给（已删除）倒了 2 杯茶"
    assert Entry.objects.filter(id=entry.id).exists()


@pytest.mark.django_db
def test_a_reaction_has_its_effect_once_though_delivered_twice():
    entry_id = pour(uuid4())
    assert deliver(entry_id) == 2
    assert deliver(entry_id) == 0
    assert [("张阿婆", entry_id)] == HEARD


@pytest.mark.django_db
def test_a_failing_reaction_does_not_keep_the_others_from_their_turn():
    entry_id = pour(uuid4(), cups=13)
    with pytest.raises(ExceptionGroup):
        deliver(entry_id)
    with pytest.raises(ExceptionGroup):
        deliver(entry_id)
    assert len(HEARD) == 1


@pytest.mark.django_db(transaction=True)
def test_a_nameless_entry_tells_no_minute_and_waits_for_the_hour():
    entry = Entry.objects.get(id=pour(uuid4(), by=ANONYMOUS))
    assert entry.at == AT
    assert entry.id.version == 4
    assert not ProcrastinateJob.objects.exists()
    assert Awaiting.objects.count() == 1
    sweep_awaiting(timestamp=0)
    assert len(HEARD) == 1
    assert not Awaiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_feed_waits_for_a_transaction_that_began_before():
    """Two writers: the later one commits first, and the feed keeps it back until the earlier one is through.

    Another database's transactions hold the feed back as well, so what is asserted is the boundary itself.
    """
    began, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            pour(uuid4(), guest="慢的人")
            began.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert began.wait(10)
    quick = Entry.objects.get(id=pour(uuid4(), guest="快的人"))
    assert quick.id not in {one.id for one in committed_since(0)}
    may_commit.set()
    writer.join()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        row = cursor.fetchone()
        assert row is not None
        everything = sorted(Entry.objects.all(), key=lambda one: (int(one.xact), one.id))
        assert len(everything) == 2
        assert committed_since(0) == [one for one in everything if int(one.xact) < row[0]]
        assert committed_since(int(quick.xact)) == []


def test_every_event_has_its_sentence_and_survives_erasure():
    """Build each event with nothing in its personal fields, as after erasure, and let it speak."""
    for kind, event in EVENTS.items():
        assert event.kind == kind
        values = {name: 1 for name in event.__dataclass_fields__ if name not in event.personal}
        rebuilt = event.rebuilt(subject_kind="case", subject_id=uuid4(), area_id=AREA, values=values)
        assert rebuilt.subject_kind == "case"
        assert event.sentence is not Event.sentence, kind


def test_hands_have_words():
    assert [one.person_name for one in (SYSTEM, REPORTER, ANONYMOUS)] == ["系统", "反映人", "匿名反映人"]
