"""Every entry is read once, in order; a bad one stops nobody; nothing tells a nameless minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.journal.public import Entry, record
from minqing.kernel import clock
from minqing.kernel.access import ANONYMOUS, SYSTEM
from minqing.notices import public as notices
from minqing.notices.events import QuietHoursSet
from minqing.notices.queries import feed
from minqing.notices.services import following

KINDS = frozenset({QuietHoursSet.kind})


@pytest.fixture
def county(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    # Tests of others run on the same server: their open transactions would hold every reader back.
    monkeypatch.setattr(following, "horizon", next_transaction)
    return small_county()


def next_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def test_a_reader_waits_for_whoever_still_writes(transactional_db: None) -> None:
    assert 0 < feed.horizon() <= next_transaction()


def written(county: SmallCounty, hours: str, *, by=SYSTEM, at=AT) -> None:
    said = QuietHoursSet(
        subject_kind="area", subject_id=county.county.id, area_id=county.county.id, hours=hours
    )
    with transaction.atomic():
        record(said, by=by, at=at)


def followed(read, *, name="test", at=AT, nameless=False, failed=lambda entry: None) -> int:
    return notices.follow(name, kinds=KINDS, read=read, failed=failed, at=at, nameless=nameless)


def test_each_entry_is_read_once_and_what_was_before_is_no_news(county: SmallCounty, monkeypatch) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    monkeypatch.setattr("minqing.notices.queries.feed.BATCH", 2)
    heard: list[str] = []

    def read(entries) -> None:
        heard.extend(one.facts["hours"] for one in entries)

    written(county, "before")
    followed(read)
    assert heard == []
    for number in range(5):
        written(county, str(number))
    written(county, "nameless", by=ANONYMOUS)
    written(county, "long ago", at=AT - timedelta(days=9))
    assert followed(read) == 5
    assert heard == ["0", "1", "2", "3", "4"]
    followed(read)
    assert len(heard) == 5
    written(county, "after")
    followed(read)
    assert heard[-1] == "after"


def test_an_entry_that_fails_is_set_apart_and_the_others_are_told(county: SmallCounty) -> None:
    heard: list[str] = []
    apart: list[Entry] = []

    def read(entries) -> None:
        for one in entries:
            if one.facts["hours"] == "bad":
                raise ValueError("bad")
            heard.append(one.facts["hours"])

    followed(read)
    for word in ("good", "bad", "better"):
        written(county, word)
    heard.clear()
    followed(read, failed=apart.append)
    assert heard[-2:] == ["good", "better"]
    assert [one.facts["hours"] for one in apart] == ["bad"]
    followed(read, failed=apart.append)
    assert len(apart) == 1


def test_what_a_nameless_hand_wrote_waits_until_its_hour_is_over(county: SmallCounty) -> None:
    heard: list[str] = []

    def read(entries) -> None:
        heard.extend(one.facts["hours"] for one in entries)

    followed(read, nameless=True, at=AT)
    written(county, "this hour", by=ANONYMOUS, at=AT + timedelta(minutes=7))
    followed(read, nameless=True, at=AT + timedelta(minutes=40))
    assert heard == []
    followed(read, nameless=True, at=AT + timedelta(hours=1))
    assert heard == ["this hour"]
    followed(read, nameless=True, at=AT + timedelta(hours=2))
    assert heard == ["this hour"]


def test_a_sweep_goes_on_from_where_it_was(county: SmallCounty) -> None:
    with notices.sweep("hourly", at=AT) as (since, until):
        assert (since, until) == (AT, AT)
    with notices.sweep("hourly", at=AT + timedelta(minutes=5)) as (since, until):
        assert (since, until) == (AT, AT + timedelta(minutes=5))
    with pytest.raises(ValueError, match="stop"), notices.sweep("hourly", at=AT + timedelta(minutes=9)):
        raise ValueError("stop")
    with notices.sweep("hourly", at=AT + timedelta(days=30)) as (since, _):
        assert since == AT + timedelta(days=27), "a long stop tells no old news"
    assert clock.local(AT).hour == 10
