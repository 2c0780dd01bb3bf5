"""New households are judged while the file is read and registered by columns: as if each had been looked at in full."""

from __future__ import annotations

from random import Random
from threading import Barrier, current_thread
from typing import Any

import pytest
from django.db import transaction

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import SmallCounty, small_county
from minqing.journal.public import Detail, Entry
from minqing.registry import public as registry
from minqing.registry.models import Household, HouseholdMember, ImportChunk, ImportRow, Resident
from minqing.registry.services import (
    import_chunks,
    import_fresh,
    import_glance,
    import_lanes,
    import_reading,
    imports,
)
from minqing.registry.tests.factories import make_resident
from minqing.registry.tests.test_import import LATER, counts, sentences
from minqing.registry.tests.test_import_glance import CHOICES
from minqing.registry.tests.test_import_large import GRID, Row, families, person, planned_rows, stage

KEYS = tuple(CHOICES)


def the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every row be looked at in full."""
    real: Any = import_reading._read
    monkeypatch.setattr(
        import_reading, "_read", lambda batch, today, avoid, *more: real(batch, today, None, *more)
    )


def doubtful(rng: Random) -> list[Row]:
    """Families in which every tenth has something to be judged."""
    rows: list[Any] = [list(row) for row in families(40)]
    for start in range(0, len(rows), 3):
        if rng.random() < 0.4:
            row = rng.choice(rows[start : start + 3])
            at, key = rng.choice(
                [(0, "grid"), (1, "household_code"), (2, "head_id"), (3, "relation"), (4, "name"), (6, "id_number"),
                 (7, "birth_date"), (8, "phone"), (9, "address"), (10, "tags")]
            )  # fmt: skip
            row[at] = rng.choice(CHOICES[key])
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_new_households_are_judged_as_the_long_way_judges_them(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    by = county.actor(VILLAGE_CLERK)
    make_resident(county.grid, "裘某", id_number=person(10))
    rows = doubtful(Random(seed))
    monkeypatch.setattr(import_fresh, "ROWS_MIN", 6)
    compared = planned_rows(monkeypatch)
    short = stage(by, rows)
    assert sum(compared) < len(rows)
    the_long_way(monkeypatch)
    long = stage(by, rows)
    assert counts(short) == counts(long)
    assert sentences(short, by) == sentences(long, by)
    outcomes = [
        set(ImportRow.objects.filter(batch=one).values_list("number", "outcome")) for one in (short, long)
    ]
    assert outcomes[0] == outcomes[1]


def written() -> list[Any]:
    """Everything an import leaves but ids, times and seals."""
    homes = {
        home.id: (home.address, home.code, home.area_id, home.version) for home in Household.everything.all()
    }
    people = {
        one.id: (one.name, one.name_initials, one.sex, one.birth_date, one.occupation, one.presence, one.away_at,
                 one.origin, bytes(one.id_index or b""), bytes(one.phone_index or b""), one.area_id, one.version,
                 one.changed_by_name)
        for one in Resident.everything.all()
    }  # fmt: skip
    members = [
        (homes[one.household_id], people[one.resident_id], one.relation, one.starts_on, one.ends_on)
        for one in HouseholdMember.objects.all()
    ]
    names = dict(Detail.objects.values_list("entry_id", "personal"))
    told = [
        (one.subject_kind, homes.get(one.subject_id) or people[one.subject_id], one.area_id, names[one.id]["name"])
        for one in Entry.objects.filter(kind="registry.added")
    ]  # fmt: skip
    return [sorted(map(repr, some)) for some in (homes.values(), people.values(), members, told)]


def test_new_households_are_registered_as_the_long_way_registers_them(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    rows = [(*row[:8], "13812345678" if n % 2 else "", *row[9:]) for n, row in enumerate(families(9))]

    def registered() -> list[Any]:
        with transaction.atomic():
            before = transaction.savepoint()
            done = registry.apply_import(batch_id=stage(by, rows).id, by=by, at=LATER)
            assert counts(done) == (27, 0, 0, 0)
            numbers = registry.identities(Resident.everything.values_list("id", flat=True), by)
            found = [*written(), sorted(map(repr, numbers.values()))]
            assert counts(stage(by, rows)) == (0, 0, 27, 0)
            transaction.savepoint_rollback(before)
        return found

    compared = planned_rows(monkeypatch)
    short = registered()
    assert not compared
    the_long_way(monkeypatch)
    assert registered() == short
    assert compared


def test_chunks_of_new_households_are_resumed_and_stand_alone(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    monkeypatch.setattr(import_fresh, "ROWS_MIN", 9)
    twice = (GRID, "F999", "", "户主", "裘甲", "", person(4), "", "", "某处", "")
    batch = stage(by, [*families(12), twice])
    assert counts(batch) == (36, 0, 0, 1)
    assert ImportChunk.objects.filter(batch=batch).count() == 5
    taken = make_resident(county.neighbour_grid, "王保密", id_number=person(20))
    compared = planned_rows(monkeypatch)
    real: Any = import_chunks.Judge.apply
    calls: list[int] = []

    def killed(self: Any, chunk: Any, *args: Any) -> None:
        calls.append(chunk.number)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(self, chunk, *args)

    monkeypatch.setattr(import_chunks.Judge, "apply", killed)
    with pytest.raises(KeyboardInterrupt):
        registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    applied = registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert counts(applied) == (35, 0, 0, 2)
    assert Resident.everything.exclude(id=taken.id).count() == 35
    assert sum(compared) < 36


@pytest.mark.django_db(transaction=True)
def test_two_threads_share_the_chunks_and_the_failure_of_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.load_tag_kinds()
    by = small_county().actor(VILLAGE_CLERK)
    for where, name, value in (
        (imports, "AT_ONCE_ROWS", 1),
        (imports, "AT_ONCE_BYTES", 1),
        (imports, "HELPED_BYTES_MIN", 1),
        (import_lanes, "HELPER_ROWS_MIN", 1),
        (import_fresh, "ROWS_MIN", 6),
        (import_glance, "RUNS", 5),
    ):
        monkeypatch.setattr(where, name, value)
    batch = stage(by, families(24))
    imports.check_import(batch.id, LATER)
    registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    real: Any = import_chunks.Judge.apply
    both = Barrier(2, timeout=30)
    workers: set[str] = set()

    def apply(self: Any, chunk: Any, *args: Any) -> None:
        mine = current_thread().name
        if mine not in workers:
            workers.add(mine)
            both.wait()
            if mine.startswith("import"):
                raise ZeroDivisionError
        real(self, chunk, *args)

    monkeypatch.setattr(import_chunks.Judge, "apply", apply)
    with pytest.raises(ZeroDivisionError):
        imports.carry_on_import(batch.id, LATER)
    assert len(workers) == 2
    monkeypatch.setattr(import_chunks.Judge, "apply", real)
    imports.carry_on_import(batch.id, LATER)
    batch.refresh_from_db()
    assert (batch.status, counts(batch)) == ("applied", (72, 0, 0, 0))
    assert Resident.everything.count() == 72
    assert Entry.objects.filter(kind="registry.added", subject_kind="resident").count() == 72
    again = stage(by, [*families(24), *families(25)[72:]])
    imports.check_import(again.id, LATER)
    again.refresh_from_db()
    assert counts(again) == (3, 0, 72, 0)
