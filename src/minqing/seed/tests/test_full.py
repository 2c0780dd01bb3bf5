"""The full county at a tiny scale: every promise that it makes at full size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from minqing.journal.public import EVENTS, detail_hash
from minqing.kernel.errors import Refused
from minqing.kernel.sealed import unseal
from minqing.seed.public import FullyLoaded, load_full
from minqing.workflow.public import Measure, Within, current_calendar, due_at

SCALE = 0.0005
SEED = 7
SEALED = {
    "resident_identity": ("resident_id", ("id_number", "phone")),
    "enterprise": ("id", ("phone",)),
    "case_contact": ("id", ("name", "phone")),
}
MADE_ANEW = {("journal_entry", "xact"), ("person", "password")}
REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND c.conrelid::regclass::text = ANY(%s)
"""

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def _rows(query: str, *given: Any) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def _structure() -> list[tuple[Any, ...]]:
    """Every key, reference, check and index of the database."""
    constraints = _rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    )
    indexes = _rows("SELECT indexrelid::regclass::text, '', pg_get_indexdef(indexrelid) FROM pg_index")
    return sorted(
        one for one in constraints + indexes if not one[0].startswith(("pg_", "information_schema"))
    )


class _Loaded:
    def __init__(self, loaded: FullyLoaded, before: list[tuple[Any, ...]]) -> None:
        self.counts, self.before = loaded.rows, before


@pytest.fixture(scope="module")
def _once(django_db_setup: None, django_db_blocker: DjangoDbBlocker, now: datetime) -> Iterator[_Loaded]:
    """Load once for the module, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock():
        before = _structure()
        around = transaction.atomic(using="owner")
        around.__enter__()
        yield _Loaded(load_full(at=now, seed=SEED, scale=SCALE), before)
        transaction.set_rollback(True, using="owner")
        around.__exit__(None, None, None)


@pytest.fixture
def full(_once: _Loaded, db: None) -> _Loaded:
    """The full county is loaded."""
    return _once


def test_all_parts_are_there_and_the_tables_are_as_they_were(full: _Loaded) -> None:
    assert (
        full.counts["resident"] == full.counts["resident_identity"] == full.counts["household_member"] == 355
    )
    assert full.counts["household"] == 130
    assert full.counts["visit"] == 328
    assert full.counts["case_case"] == full.counts["workflow_run"] == 500
    assert _rows("SELECT count(*) FROM case_case WHERE source = 'visit' AND finding_id IS NOT NULL") == [
        (75,)
    ]
    for table, count in full.counts.items():
        assert _rows(f"SELECT count(*) FROM {table}") == [(count,)], table
    assert _structure() == full.before


def test_every_reference_finds_its_row(full: _Loaded) -> None:
    references = _rows(REFERENCES, list(full.counts))
    assert len(references) > 30
    for table, column, other, key in references:
        query = f"SELECT count(*) FROM {table} a LEFT JOIN {other} b ON a.{column} = b.{key} WHERE a.{column} IS NOT NULL AND b.{key} IS NULL"  # noqa: E501
        assert _rows(query) == [(0,)], (table, column)


def test_every_entry_verifies_and_can_be_read(full: _Loaded) -> None:
    kinds = set()
    for kind, subject_kind, subject, area, facts, digest, personal, salt in _rows(
        "SELECT e.kind, e.subject_kind, e.subject_id, e.area_id, e.facts, e.detail_hash, d.personal, d.salt"
        " FROM journal_entry e LEFT JOIN journal_detail d ON d.entry_id = e.id"
    ):
        stored, apart = _json(facts), _json(personal or "{}")
        assert bytes(digest) == detail_hash(stored, apart, bytes(salt or b""))
        event = EVENTS[kind].rebuilt(
            subject_kind=subject_kind, subject_id=subject, area_id=area, values={**stored, **apart}
        )
        assert set(event.parts()[0]) == set(stored), kind
        assert set(event.parts()[1]) == set(apart), kind
        assert event.sentence(), kind
        kinds.add(kind)
    assert kinds >= {
        "areas.opened", "accounts.appointed", "registry.added", "registry.tag_added", "diary.visit_recorded",
        "cases.opened", "cases.step_taken", "cases.reporter_answered", "cases.closed", "cases.urged",
        "cases.word_added", "cases.door_code_made", "workflow.run_overdue",
    }  # fmt: skip


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def test_every_clock_is_the_workflows(full: _Loaded, now: datetime) -> None:
    calendar = current_calendar()
    legs = _rows(
        "SELECT entered_at, within_amount, within_measure, due_at, yellow_at, provisional FROM workflow_leg"
        " WHERE within_amount IS NOT NULL"
    )
    assert len(legs) > 1_500
    for entered, amount, measure, due, yellow, provisional in legs:
        expected = due_at(entered, Within(amount, Measure(measure)), calendar)
        assert (due, yellow, provisional) == (expected.at, expected.yellow_at, expected.provisional)
    wrong = _rows(
        "SELECT count(*) FROM workflow_run r JOIN workflow_leg l ON l.run_id = r.id AND l.number = r.legs_count"
        " WHERE (r.next_due_at, r.yellow_at, r.state, r.entered_at, r.unit_id, r.provisional) IS DISTINCT FROM"
        " (l.due_at, l.yellow_at, l.state, l.entered_at, l.unit_id, l.provisional)"
        " OR (r.finished_at IS NULL) <> (l.left_at IS NULL)"
        " OR r.overdue_since IS DISTINCT FROM CASE WHEN l.due_at < %s AND l.left_at IS NULL THEN l.due_at END",
        now,
    )
    assert wrong == [(0,)]
    late = "l.due_at < coalesce(l.left_at, %s)"
    [[missed]] = _rows(f"SELECT count(*) FROM workflow_leg l WHERE {late}", now)
    assert _rows("SELECT count(*) FROM journal_entry WHERE kind = 'workflow.run_overdue'") == [(missed,)]
    assert missed > 50


def test_legs_follow_one_another_and_cases_agree_with_their_runs(full: _Loaded) -> None:
    gaps = _rows(
        "SELECT count(*) FROM (SELECT left_at, lead(entered_at) OVER w AS next, lead(number) OVER w - number AS step"
        " FROM workflow_leg WINDOW w AS (PARTITION BY run_id ORDER BY number)) l"
        " WHERE next IS NOT NULL AND (left_at <> next OR step <> 1)"
    )
    assert gaps == [(0,)]
    wrong = _rows(
        "SELECT count(*) FROM case_case c JOIN workflow_run r ON r.id = c.run_id WHERE c.closed_at IS DISTINCT FROM"
        " r.finished_at OR c.area_id <> r.area_id OR c.unit_id IS DISTINCT FROM r.unit_id"
        " OR c.opened_at <> r.started_at"
        " OR c.asked_by_id = c.handled_by_id"
        " OR c.times_sent_back <> (SELECT count(*) FROM case_answer a WHERE a.case_id = c.id AND NOT a.done)"
    )
    assert wrong == [(0,)]
    assert _rows("SELECT count(DISTINCT number), count(DISTINCT receipt_code) FROM case_case") == [(500, 500)]


def test_nothing_happens_before_its_file_its_office_or_its_seven_years(full: _Loaded, now: datetime) -> None:
    [[first, last]] = _rows("SELECT min(opened_at), max(opened_at) FROM case_case")
    assert 6.7 * 365 < (now - first).days <= 7 * 365 + 1
    assert (now - last).days < 30
    assert _rows("SELECT count(*) FROM journal_entry WHERE at > %s", now) == [(0,)]
    early = _rows(
        "SELECT count(*) FROM visit v JOIN household h ON h.id = v.subject_id WHERE v.visited_at < h.changed_at"
    )
    assert early == [(0,)]
    out_of_office = _rows(
        "SELECT count(*) FROM journal_entry e JOIN appointment a ON a.id = e.appointment_id WHERE"
        " e.kind NOT LIKE 'accounts.%%' AND NOT (e.at AT TIME ZONE 'Asia/Shanghai')::date"
        " BETWEEN a.starts_on AND coalesce(a.ends_on, 'infinity')"
    )
    assert out_of_office == [(0,)]


def test_an_anonymous_case_names_nobody_and_tells_no_minute(full: _Loaded) -> None:
    anonymous = _rows("SELECT id, opened_at FROM case_case WHERE is_anonymous")
    assert anonymous
    for key, at in anonymous:
        assert (key.version, at.minute, at.second) == (4, 0, 0)
        for entry, when in _rows(
            "SELECT id, at FROM journal_entry WHERE subject_id = %s AND person_name = '匿名反映人'", key
        ):
            assert (entry.version, when.minute) == (4, 0)
    assert _rows(
        "SELECT count(*) FROM case_contact WHERE case_id = ANY(%s)", [one for one, _ in anonymous]
    ) == [(0,)]


def test_sealed_values_open_for_their_row_only(full: _Loaded) -> None:
    for key, id_number, phone in _rows(
        "SELECT resident_id, id_number, phone FROM resident_identity LIMIT 20"
    ):
        assert len(unseal(bytes(id_number), place="resident_identity.id_number", row=key)) == 18
        assert phone is None or unseal(bytes(phone), place="resident_identity.phone", row=key).startswith(
            "154"
        )
    [[key, name]] = _rows("SELECT id, name FROM case_contact LIMIT 1")
    assert unseal(bytes(name), place="case_contact.name", row=key)


def _digest(counts: dict[str, int]) -> dict[str, str]:
    """A hash of every table that was filled; sealed values are opened, since they are sealed anew each time."""
    return {table: _table_digest(table) for table in counts}


def _table_digest(table: str) -> str:
    names = [name for (name,) in _rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY 1", table
    )]  # fmt: skip
    key, sealed = SEALED.get(table, ("id", ()))
    names = sorted({name for name in names if (table, name) not in MADE_ANEW})
    made = hashlib.sha256()
    for row in _rows(f"SELECT {', '.join(names)} FROM {table} ORDER BY {key}"):
        held = dict(zip(names, row, strict=True))
        for name in sealed:
            held[name] = held[name] and unseal(bytes(held[name]), place=f"{table}.{name}", row=held[key])
        made.update(repr({k: bytes(v) if isinstance(v, memoryview) else v for k, v in held.items()}).encode())
    return made.hexdigest()


def test_the_same_seed_and_moment_make_the_same_rows_and_another_seed_others(
    full: _Loaded, now: datetime
) -> None:
    digest = _digest(full.counts)
    assert len(digest) > 18
    for seed, processes in ((SEED, 2), (SEED + 1, 0)):
        with transaction.atomic(using="owner"):
            _empty(full.counts)
            again = _digest(load_full(at=now, seed=seed, scale=SCALE, processes=processes).rows)
            transaction.set_rollback(True, using="owner")
        if seed == SEED:
            assert again == digest
        else:
            assert not {table for table in digest if again[table] == digest[table]}


def _empty(counts: dict[str, int]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(counts)} CASCADE")


def test_a_second_time_is_refused_with_a_sentence(full: _Loaded, now: datetime) -> None:
    with pytest.raises(Refused, match="已经有一个县"):
        load_full(at=now, seed=SEED, scale=SCALE)


def test_parts_come_in_their_order(now: datetime) -> None:
    with pytest.raises(ValueError, match="first so many"):
        load_full(at=now, parts=("cases",))
