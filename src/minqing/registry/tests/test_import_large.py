"""Large spreadsheets: sealed pieces, chunks that change nothing about the result, jobs, rows known by their hash."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from minqing.accounts.models import Appointment
from minqing.accounts.public import GRID_WORKER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.journal.public import Entry
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.registry import public as registry
from minqing.registry.models import (
    Household,
    HouseholdMember,
    ImportBatch,
    ImportChunk,
    ImportRow,
    Resident,
    Tag,
)
from minqing.registry.services import import_chunks, import_reading, imports
from minqing.registry.tests.factories import id_number, make_resident
from minqing.registry.tests.test_import import GOOD, HE, HEADER, LATER, counts, sentences

GRID = "举坑村第一网格"
Row = Sequence[str]


def person(n: int) -> str:
    return id_number(date(1930, 1, 1) + timedelta(days=n))


def families(count: int) -> list[Row]:
    """So many households of three: by code, by head's number, and mixed, so that only the whole file tells."""
    rows: list[Row] = []
    for n in range(count):
        head, code, door = person(3 * n), f"F{n}", f"香榧路 {n} 号"
        codes = ((code, code, code), ("", "", ""), (code, "", code))[n % 3]
        heads = ((head, "", ""), (head, head, head), (head, head, ""))[n % 3]
        for place, (relation, name) in enumerate((("户主", "裘甲"), ("配偶", "钱乙"), ("子", "裘丙"))):
            rows.append(
                (
                    GRID,
                    codes[place],
                    heads[place],
                    relation,
                    name,
                    "",
                    person(3 * n + place),
                    "",
                    "",
                    door,
                    "",
                )
            )
    return rows


def shuffled(rows: list[Row]) -> list[Row]:
    """Neighbours in a household stand far from each other."""
    return [row for start in range(7) for row in rows[start::7]]


def csv_file(rows: Sequence[Row]) -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return SimpleUploadedFile("名册.csv", out.getvalue().encode())


def stage(by: Actor, rows: Sequence[Row]) -> ImportBatch:
    return registry.stage_import(upload=csv_file(rows), kind="residents", by=by, at=AT)


@pytest.fixture
def many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk for every few households."""
    monkeypatch.setattr(import_reading, "CHUNK_BYTES", 700)


@pytest.fixture
def by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small enough to be done at once."""
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(imports, "AT_ONCE_ROWS", 1)


def test_the_result_does_not_depend_on_where_chunks_end(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = county.actor(VILLAGE_CLERK)
    twice = (GRID, "F999", "", "户主", "裘甲", "", person(4), "", "", "某处", "")
    rows = shuffled([*families(20), twice, (GRID, "F0", "", "邻居", "王二", "", "", "", "", "", "")])
    whole = stage(by, rows)
    assert counts(whole) == (60, 0, 0, 2)
    monkeypatch.setattr(import_reading, "CHUNK_BYTES", 700)
    parted = stage(by, rows)
    assert ImportChunk.objects.filter(batch=parted).count() > 5
    assert counts(parted) == counts(whole)
    assert sentences(parted, by) == sentences(whole, by)
    applied = registry.apply_import(batch_id=parted.id, by=by, at=LATER)
    assert counts(applied) == (60, 0, 0, 2)
    assert Household.everything.count() == 20
    homes = HouseholdMember.objects.filter(ends_on=None).values_list("household_id", flat=True)
    assert len(homes) == 60
    assert {list(homes).count(one) for one in set(homes)} == {3}
    assert counts(stage(by, rows)) == (0, 0, 60, 2)
    assert not ImportRow.objects.filter(batch=parted).exclude(outcome="bad").exists()


def planned_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Watch how many rows are compared in full, call by call."""
    real: Any = vars(import_chunks)["plan_residents"]
    seen: list[int] = []

    def plan(checked: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(len(checked))
        return real(checked, *args, **kwargs)

    monkeypatch.setattr(import_chunks, "plan_residents", plan)
    return seen


def test_rows_known_by_their_hash_are_not_compared_again_until_somebody_touches_them(
    county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, clerk = county.actor(VILLAGE_CLERK), county.actor(GRID_WORKER)
    rows = families(4)
    rows[0] = (*rows[0][:-1], "党员")
    registry.apply_import(batch_id=stage(by, rows).id, by=by, at=LATER)
    seen = planned_rows(monkeypatch)

    def compared() -> int:
        seen.clear()
        assert sum(counts(stage(by, rows))) == 12
        return sum(seen)

    assert compared() == 0
    touched = Resident.everything.get(id_index=registry.id_index(person(0)))
    registry.edit_resident(
        resident_id=touched.id, version=1, by=clerk, at=LATER,
        values=registry.ResidentInput(
            name=touched.name, sex=touched.sex, birth_date=touched.birth_date, occupation="务农"
        ),
    )  # fmt: skip
    assert compared() == 3
    registry.apply_import(
        batch_id=stage(by, rows).id, by=by, at=LATER
    )  # nothing to write, so nothing to remember
    registry.end_tag(tag_id=Tag.everything.get().id, reason="转出", by=clerk, at=LATER)
    assert compared() == 3
    other = Resident.everything.get(id_index=registry.id_index(person(11)))
    registry.move_out(resident_id=other.id, on=LATER.date(), by=clerk, at=LATER)
    assert compared() == 6
    town = county.actor(TOWN_DISPATCHER)
    seen.clear()
    rows[3:6] = [("护国岭村第一网格", *row[1:]) for row in rows[3:6]]
    assert counts(stage(town, rows))[1] >= 3
    assert sum(seen) == 9


def test_a_household_of_another_village_is_not_passed_over(county: SmallCounty) -> None:
    town = county.actor(TOWN_DISPATCHER)
    rows = [("护国岭村第一网格", *row[1:]) for row in families(1)]
    registry.apply_import(batch_id=stage(town, rows).id, by=town, at=LATER)
    assert counts(stage(town, rows)) == (0, 0, 3, 0)
    assert counts(stage(county.actor(VILLAGE_CLERK), rows)) == (0, 0, 0, 3)


def plain_in(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return str(cursor.fetchall())


def test_uploaded_files_lie_sealed_and_go_after_a_week(county: SmallCounty, by_the_worker: None) -> None:
    by = county.actor(VILLAGE_CLERK)
    batch = stage(by, [[str(cell) for cell in row] for row in GOOD])
    assert batch.status == "checking"
    waiting = plain_in("import_piece")
    imports.check_import(batch.id, AT)
    checked = plain_in("import_piece") + plain_in("import_row")
    for secret in (HE, "裘阿公", "13812345678"):
        for held in (waiting, checked):
            assert secret not in held
            assert secret.encode().hex() not in held
    assert waiting.count("file") == 1
    assert "file" not in checked, "a file that has been read is not kept"
    assert registry.expire_imports(AT + timedelta(days=6)) == 0
    assert registry.expire_imports(AT + timedelta(days=7)) == 3
    assert plain_in("import_piece") == plain_in("import_row") == "[]"
    batch.refresh_from_db()
    assert (batch.status, batch.new) == ("expired", 3)


@pytest.mark.django_db(transaction=True)
def test_a_large_spreadsheet_is_checked_and_registered_by_jobs(
    by_the_worker: None, many_chunks: None
) -> None:
    from minqing.accounts.tests.factories import small_county

    registry.load_tag_kinds()
    by = small_county().actor(VILLAGE_CLERK)
    rows = families(12)
    batch = stage(by, rows)
    assert batch.status == "checking"
    with pytest.raises(Refused, match="还没有检查好"):
        registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert registry.import_progress(batch, AT).what == "正在读取"
    imports.check_import(batch.id, LATER)
    batch.refresh_from_db()
    assert (batch.status, counts(batch)) == ("staged", (36, 0, 0, 0))
    assert registry.apply_import(batch_id=batch.id, by=by, at=LATER).status == "applying"
    assert registry.apply_import(batch_id=batch.id, by=by, at=LATER).status == "applying"
    jobs = list(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))
    assert jobs == [imports.CHECK_JOB, imports.APPLY_JOB]
    imports.carry_on_import(batch.id, LATER)
    imports.carry_on_import(batch.id, LATER)
    batch.refresh_from_db()
    assert (batch.status, counts(batch)) == ("applied", (36, 0, 0, 0))
    assert Resident.everything.count() == 36
    assert Entry.objects.filter(kind="registry.spreadsheet_applied").count() == 1
    assert Entry.objects.filter(kind="registry.added", subject_kind="resident").count() == 36


def test_what_the_worker_may_not_do_is_said_in_words(county: SmallCounty, by_the_worker: None) -> None:
    by = county.actor(VILLAGE_CLERK)
    first, second = stage(by, families(2)), stage(by, families(3))
    imports.check_import(first.id, AT)
    registry.apply_import(batch_id=first.id, by=by, at=LATER)
    assert by.acting is not None
    Appointment.objects.filter(id=by.acting.id).update(ends_on=AT.date() - timedelta(days=1))
    imports.carry_on_import(first.id, LATER)
    imports.check_import(second.id, AT)
    for batch, status in ((first, "stopped"), (second, "refused")):
        batch.refresh_from_db()
        assert batch.status == status
        assert "任职已经结束" in batch.refusal
    assert not Resident.everything.exists()


def test_what_shows_at_the_beginning_of_a_large_file_is_refused_at_once(
    county: SmallCounty, by_the_worker: None
) -> None:
    by = county.actor(VILLAGE_CLERK)
    upload = SimpleUploadedFile("名册.csv", "姓名,性别\n裘阿公,男\n".encode())
    with pytest.raises(Refused, match="表头里没有"):
        registry.stage_import(upload=upload, kind="residents", by=by, at=AT)
    assert not ImportBatch.everything.exists()
    late = csv_file([*families(1), ["x", '"' + "长" * 200_000]])
    batch = registry.stage_import(upload=late, kind="residents", by=by, at=AT)
    imports.check_import(batch.id, AT)
    batch.refresh_from_db()
    assert (batch.status, "读不下去" in batch.refusal) == ("refused", True)
    assert plain_in("import_piece") == "[]"


def test_somebody_registered_after_the_check_is_refused_in_their_chunk_alone(
    county: SmallCounty, many_chunks: None
) -> None:
    by = county.actor(VILLAGE_CLERK)
    batch = stage(by, families(8))
    taken = make_resident(county.neighbour_grid, "王保密", id_number=person(4))
    applied = registry.apply_import(batch_id=batch.id, by=by, at=LATER)
    assert counts(applied) == (23, 0, 0, 1)
    assert [line[1] for line in sentences(applied, by)] == ["证件号"]
    assert Resident.everything.exclude(id=UUID(str(taken.id))).count() == 23
