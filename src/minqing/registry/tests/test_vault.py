"""The vault: the database itself hands out a village's numbers to that village alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from minqing.accounts.public import GRID_WORKER, SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, DAY, SmallCounty
from minqing.areas.public import move_area
from minqing.kernel.sealed import Unreadable, unseal_unbound
from minqing.registry import public as registry
from minqing.registry import vault
from minqing.registry.migrations import __name__ as migrations
from minqing.registry.models import Identity, Resident
from minqing.registry.tests.factories import id_number, make_home, make_resident, numbers_of
from minqing.registry.vault import IdentityRow, IdentityValues

HERE, NEXT_DOOR, FAR = (id_number(date(1950, 1, day)) for day in (1, 2, 3))


def raw(sql: str = "SELECT resident_id FROM resident_identity", *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()] if cursor.description else [cursor.rowcount]


@pytest.fixture
def three(county: SmallCounty) -> dict[str, Resident]:
    """Residents of one village, of the next, and of another town."""
    return {
        "here": make_resident(county.grid, "裘阿婆", id_number=HERE, phone="13800000001"),
        "next door": make_resident(county.neighbour_grid, "邢阿婆", id_number=NEXT_DOOR, phone="13800000002"),
        "far": make_resident(county.far_grid, "丁阿婆", id_number=FAR, phone="13800000003"),
    }


def test_raw_statements_see_nothing_without_a_context_and_a_village_with_its_own(
    county: SmallCounty, three: dict[str, Resident]
) -> None:
    assert raw() == []
    assert raw("SELECT count(*) FROM resident_identity") == [0]
    for path, seen in (
        (county.village.path, ["here"]),
        (county.grid.path, ["here"]),
        (county.neighbour.path, ["next door"]),
        (county.town.path, ["here", "next door"]),
        (county.county.path, ["here", "next door", "far"]),
        ("", []),
    ):
        with vault.scope([path] if path else []):
            assert set(raw()) == {three[one].id for one in seen}, path
        assert raw() == []
    with vault.scope([county.grid.path, county.other_town.path]):
        assert set(raw()) == {three["here"].id, three["far"].id}
        with vault.scope([county.neighbour.path]):
            assert raw() == [three["next door"].id]
        assert set(raw()) == {three["here"].id, three["far"].id}


def test_with_the_filters_of_the_code_gone_the_database_still_hands_out_nothing(
    county: SmallCounty, three: dict[str, Resident]
) -> None:
    """Whoever forgets ``visible_to`` gets every id; the vault gives the numbers of one's own village."""
    clerk = county.actor(VILLAGE_CLERK)
    every_id = [one.id for one in three.values()]
    assert registry.identities(every_id, clerk) == {three["here"].id: IdentityValues(HERE, "13800000001")}
    with vault.scope(vault.reach(clerk)):
        assert [one.resident_id for one in Identity.everything.all()] == [three["here"].id]
        assert list(Identity.objects.unscoped("as if nobody had thought of it")) == [
            Identity.everything.get(resident=three["here"])
        ]
        assert raw("UPDATE resident_identity SET phone = NULL") == [1]
    dispatcher = county.actor(TOWN_DISPATCHER)
    assert set(registry.identities(every_id, dispatcher)) == {three["here"].id, three["next door"].id}
    assert registry.identities([], clerk) == {}
    assert registry.identities_under(every_id, []) == {}


def test_nothing_is_written_outside_one_s_own(county: SmallCounty, three: dict[str, Resident]) -> None:
    mine, other = [county.village.path], three["next door"]
    someone = Resident.everything.create(
        area=county.neighbour_grid, name="新人", changed_at=AT, changed_by_name="测试"
    )
    refused: list[Callable[[], object]] = [
        lambda: vault.put_identity(IdentityRow(someone.id, someone.area_id, phone="13800000009"), mine),
        # over a row of next door, as if it were here
        lambda: vault.put_identity(IdentityRow(other.id, county.grid.id, phone="13800000009"), mine),
        # out of the village
        lambda: vault.move_identities([three["here"].id], county.neighbour_grid.id, mine),
        # next door's, which is not seen
        lambda: vault.move_identities([other.id], county.grid.id, mine),
    ]
    for write in refused:
        with pytest.raises((DatabaseError, vault.OutOfReach)), transaction.atomic():
            write()
    assert vault.erase_identities([other.id], ["phone"], mine) == 0
    assert numbers_of(other) == (NEXT_DOOR, "13800000002")
    with pytest.raises(ValueError, match="no such numbers"):
        vault.erase_identities([other.id], ["name"], mine)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw("ALTER TABLE resident_identity DISABLE ROW LEVEL SECURITY")


def test_ciphertexts_swapped_between_two_rows_do_not_decrypt(
    county: SmallCounty, three: dict[str, Resident]
) -> None:
    a, b = three["here"].id, three["next door"].id
    with vault.scope([county.county.path]):
        raw(
            "UPDATE resident_identity t SET phone = o.phone FROM resident_identity o "
            "WHERE t.resident_id IN (%s, %s) AND o.resident_id IN (%s, %s) AND t.resident_id <> o.resident_id",
            a, b, a, b,
        )  # fmt: skip
    for one in (a, b):
        with pytest.raises(Unreadable):
            registry.identities_under([one], [county.county.path])


def test_a_resident_s_row_goes_where_they_go(county: SmallCounty) -> None:
    def sits(person: Resident) -> UUID:
        with vault.scope([county.county.path]):
            return UUID(
                str(raw("SELECT area_id FROM resident_identity WHERE resident_id = %s", person.id)[0])
            )

    by = county.actor(VILLAGE_CLERK)
    home, [head, wife] = make_home(county.grid, "裘阿公", "裘阿婆")
    lone = make_resident(county.grid, "裘小妹", phone="13800000001")
    for person in (head, wife):
        row = IdentityRow(person.id, person.area_id, phone="13800000002")
        vault.put_identity(row, [county.village.path])
    said = registry.HouseholdInput(address=home.address)
    registry.edit_household(
        household_id=home.id, version=1, values=said, area_id=county.second_grid.id, by=by, at=AT
    )
    assert sits(head) == sits(wife) == county.second_grid.id
    registry.move_in(resident_id=lone.id, household_id=home.id, relation="daughter", by=by, at=AT)
    assert sits(lone) == county.second_grid.id
    registry.move_out(resident_id=lone.id, by=by, at=AT, on=DAY)
    lone.refresh_from_db()
    values = registry.ResidentInput(name=lone.name)
    registry.edit_resident(
        resident_id=lone.id, version=lone.version, values=values, area_id=county.grid.id, by=by, at=AT
    )
    assert sits(lone) == county.grid.id
    assert numbers_of(Resident.everything.get(id=lone.id)) == ("", "13800000001")


def test_an_area_that_moves_takes_its_numbers_along(county: SmallCounty, three: dict[str, Resident]) -> None:
    """Paths change, ids do not: the old town no longer sees them, the new one does, and nothing is rewritten."""
    before, town = county.village.path, county.actor(TOWN_DISPATCHER)
    by = county.actor(SYSTEM_ADMINISTRATOR)
    move_area(area_id=county.village.id, to_id=county.other_town.id, reason="并镇", by=by, at=AT)
    county.village.refresh_from_db()
    assert county.village.path != before
    assert registry.identities_under([three["here"].id], [before]) == {}
    assert three["here"].id in registry.identities_under([three["here"].id], [county.village.path])
    assert registry.identities([three["here"].id], town) == {}


def test_numbers_are_changed_kept_and_forgotten_one_by_one(county: SmallCounty) -> None:
    who = make_resident(county.grid, id_number=HERE, phone="13800000001")
    paths = [county.village.path]
    vault.put_identity(IdentityRow(who.id, who.area_id, phone="13800000002"), paths)
    assert numbers_of(who) == (HERE, "13800000002")
    vault.put_identity(IdentityRow(who.id, who.area_id), paths)
    assert numbers_of(who) == (HERE, "13800000002")
    assert vault.erase_identities([who.id], ["id_number"], paths) == 1
    assert numbers_of(who) == ("", "13800000002")


def test_reading_is_one_statement_and_reads_the_areas_once(
    county: SmallCounty, three: dict[str, Resident]
) -> None:
    worker = county.actor(GRID_WORKER)
    with CaptureQueriesContext(connection) as queries:
        registry.identities([one.id for one in three.values()], worker)
    assert len(queries) == 1
    with vault.scope([county.county.path]):
        plan = "\n".join(raw("EXPLAIN SELECT * FROM resident_identity"))
    assert "hashed SubPlan" in plan, plan


@pytest.mark.django_db(transaction=True)
def test_the_context_does_not_outlive_its_statement(county: SmallCounty, three: dict[str, Resident]) -> None:
    """A connection is used again by the next request: nothing of the last one's reach stays on it."""
    assert registry.identities([three["here"].id], county.actor(VILLAGE_CLERK))
    assert raw() == []
    assert raw("SELECT coalesce(current_setting('minqing.scopes', true), '')") == [""]
    with vault.scope([county.county.path]):
        assert len(raw()) == 3
    assert raw() == []
    with pytest.raises(DatabaseError):
        vault.put_identity(IdentityRow(three["far"].id, county.far_grid.id, phone="1"), [county.village.path])
    assert raw() == []


def test_rows_of_the_last_release_come_into_the_vault(county: SmallCounty) -> None:
    """The migration's own function, over tables as they were, which stand in front of today's."""
    from importlib import import_module
    from types import SimpleNamespace

    moving: Any = import_module(f"{migrations}.0003_vault")
    with connection.cursor() as cursor:
        for table, columns in (
            ("resident", "id uuid, area_id uuid, id_number bytea, phone bytea"),
            ("resident_identity", "resident_id uuid, area_id uuid, id_number bytea, phone bytea"),
            ("enterprise", "id uuid, phone bytea"),
            ("import_row", "id uuid, sealed bytea"),
        ):
            cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        people = [UUID(int=number) for number in range(1, 8)]
        for nth, one in enumerate(people):
            cursor.execute(
                "INSERT INTO pg_temp.resident VALUES (%s, %s, %s, %s)",
                [one, county.grid.id, old(HERE, "resident.id_number") if nth else None,
                 old(f"1380000000{nth}", "resident.phone") if nth != 1 else None],
            )  # fmt: skip
        cursor.execute("INSERT INTO pg_temp.resident VALUES (%s, %s)", [UUID(int=99), county.grid.id])
        cursor.execute(
            "INSERT INTO pg_temp.enterprise VALUES (%s, %s)", [people[0], old("85250000", "enterprise.phone")]
        )
        cursor.execute(
            "INSERT INTO pg_temp.import_row VALUES (%s, %s)", [people[0], old("{}", "import_row.sealed")]
        )
    moving.BATCH = 3
    moving.into_the_vault(None, SimpleNamespace(connection=connection))
    found = registry.identities_under([*people, UUID(int=99)], [county.county.path])
    assert found[people[0]] == IdentityValues("", "13800000000")
    assert found[people[1]] == IdentityValues(HERE, "")
    assert found[people[6]] == IdentityValues(HERE, "13800000006")
    assert len(found) == len(people)
    firm = registry.Enterprise.everything.only("id", "phone").get()
    assert firm.phone == "85250000"
    assert raw("SELECT get_byte(sealed, 0) FROM import_row") == [2]


def old(value: str, place: str) -> bytes:
    """Seal as the last release did: bound to the column only."""
    import os

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from minqing.kernel.settings import settings

    number, key = settings().sealing_key()
    nonce = os.urandom(12)
    box = bytes((1, number)) + nonce + AESGCM(key).encrypt(nonce, value.encode(), place.encode())
    assert unseal_unbound(box, place=place) == value
    return box
