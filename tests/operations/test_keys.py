"""Keys are changed while the county works: nobody fails to read, a stopped rotation goes on, old keys can go."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import chain
from uuid import UUID

import pytest
from django.db import connection, connections

from minqing.accounts.tests.factories import SmallCounty, small_county
from minqing.config import console
from minqing.config.commands import keys
from minqing.config.failures import CannotRun
from minqing.journal.public import Entry
from minqing.kernel import resealing
from minqing.kernel.resealing import SealedTable, sealed_tables
from minqing.kernel.sealed import AES, SM4, Unreadable
from minqing.kernel.settings import settings
from minqing.registry.public import identities_under
from minqing.registry.tests.factories import make_enterprise, make_resident
from minqing.registry.vault import IdentityRow, put_identities

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60
Hold = Callable[..., None]


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """Return a function that sets which keys there are, and the algorithm."""

    def now(*numbers: int, cipher: str = "aes") -> None:
        # Number 1 is the key of the tests.
        held = {n: bytes(range(32)) if n == 1 else bytes([n]) * 32 for n in numbers}
        text = ",".join(f"{n}:{b64encode(key).decode()}" for n, key in held.items())
        monkeypatch.setenv("MINQING_KEYS", text)
        monkeypatch.setenv("MINQING_CIPHER", cipher)
        settings.cache_clear()

    yield now
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def county(hold: Hold) -> SmallCounty:
    hold(1)
    return small_county()


def people(county: SmallCounty) -> dict[str, str]:
    """Register people in both towns; return their phones by name."""
    made = {}
    for nth in range(PEOPLE):
        who = make_resident((county.grid, county.far_grid)[nth % 2], f"裘{nth}", phone=f"138{nth:08}")
        made[str(who.id)] = f"138{nth:08}"
    return made


def read(county: SmallCounty, known: dict[str, str]) -> dict[str, str]:
    found = identities_under(list(known), [county.county.path])  # type: ignore[arg-type]
    return {str(one): values.phone for one, values in found.items()}


def boxes() -> dict[str, dict[tuple[int, int], int]]:
    return {one.table.name: dict(one.boxes) for one in keys.held() if one.boxes}


def test_every_sealed_column_is_found() -> None:
    places = set(chain.from_iterable(table.places() for table in sealed_tables()))
    assert places >= {
        "resident_identity.id_number", "resident_identity.phone", "enterprise.phone", "case_contact.name",
        "case_contact.phone", "import_row.sealed",
    }  # fmt: skip
    assert next(one for one in sealed_tables() if one.name == "resident_identity").key == "resident_id"
    assert {table.name for table in sealed_tables()} <= set(keys._LABELS), "say in words what it holds"
    with connection.cursor() as cursor:
        for table in sealed_tables():
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table.name])
            assert cursor.fetchone() == (True,), f"{table.name} could not be sealed anew"


def test_large_boxes_make_small_batches(
    county: SmallCounty, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(county)
    hold(1, 2)
    monkeypatch.setattr(resealing, "BATCH_BYTES", 410)
    [table] = [one for one in sealed_tables() if one.name == "resident_identity"]
    with keys._whole_county(), connection.cursor() as cursor:
        assert resealing.survey(cursor, table) == (PEOPLE, 10)
    assert keys.rotate() == PEOPLE


def test_rotation_goes_on_beside_readers_and_writers(
    county: SmallCounty, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = people(county)
    firm = make_enterprise(county.grid, phone="85250000")
    monkeypatch.setattr(resealing, "BATCH", 7)
    hold(1, 2)
    over = threading.Event()
    failures: list[Exception] = []
    reads: list[bool] = []
    newcomer = make_resident(county.grid, "新来的")

    def beside(work: Callable[[], object]) -> None:
        try:
            while not over.is_set():
                work()
        except Exception as error:  # noqa: BLE001  whatever a page would have shown as an error
            failures.append(error)
        finally:
            connections.close_all()

    def reader() -> None:
        reads.append(read(county, known) == known)

    def writer() -> None:
        put_identities([IdentityRow(newcomer.id, county.grid.id, phone="13900000000")], [county.village.path])

    threads = [threading.Thread(target=beside, args=[work]) for work in (reader, reader, writer)]
    for thread in threads:
        thread.start()
    while len(reads) < 3:
        over.wait(0.01)
    try:
        assert keys.rotate() >= PEOPLE + 1
        while len(reads) < 9:
            over.wait(0.01)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert all(reads)
    assert {by for found in boxes().values() for by in found} == {(AES, 2)}
    hold(2)  # the old key is gone
    assert read(county, known) == known
    firm.refresh_from_db()
    assert firm.phone == "85250000"
    sentences = [entry.facts for entry in Entry.objects.filter(kind="registry.sealed_anew").order_by("at")]
    assert sorted(one["what"] for one in sentences) == ["企业的联系电话", "居民的证件号和电话"]
    assert sum(one["rows"] for one in sentences) >= PEOPLE + 1


def test_a_stopped_rotation_goes_on_where_it_stopped(
    county: SmallCounty, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = people(county)
    hold(1, 2, cipher="sm4")
    monkeypatch.setattr(resealing, "BATCH", 20)
    calls = []

    def killed(cursor: object, table: SealedTable, after: UUID, limit: int) -> object:
        calls.append(table)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return resealing.reseal_batch(cursor, table, after, limit=limit)

    monkeypatch.setattr("minqing.config.commands.keys.reseal_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate()
    assert boxes() == {"resident_identity": {(SM4, 2): 40, (AES, 1): 20}}
    assert read(county, known) == known, "both kinds are read side by side"
    assert Entry.objects.filter(kind="registry.sealed_anew", facts__rows=40).exists()
    assert keys.rotate() == 20
    assert boxes() == {"resident_identity": {(SM4, 2): 60}}
    assert keys.rotate() == 0
    hold(1, 2)
    assert keys.rotate() == 60
    assert boxes() == {"resident_identity": {(AES, 2): 60}}
    assert read(county, known) == known


def test_what_does_not_open_stops_the_rotation_and_is_not_lost(county: SmallCounty, hold: Hold) -> None:
    known = people(county)
    with connection.cursor() as cursor, keys._whole_county():
        cursor.execute(
            "UPDATE resident_identity SET phone = overlay(phone placing '\\x00'::bytea from 20) "
            "WHERE resident_id = %s RETURNING phone", [list(known)[3]]
        )  # fmt: skip
        damaged = cursor.fetchone()[0]
    hold(1, 2)
    with pytest.raises(CannotRun, match="打不开"):
        keys.rotate()
    with connection.cursor() as cursor, keys._whole_county():
        cursor.execute("SELECT phone FROM resident_identity WHERE resident_id = %s", [list(known)[3]])
        assert cursor.fetchone()[0] == damaged
    with pytest.raises(Unreadable):
        read(county, known)


def test_the_command_says_what_to_do(
    county: SmallCounty, hold: Hold, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr(keys, "database_at_hand", lambda *_, **__: nullcontext())
    make_resident(county.grid, phone="13800000001")

    def said(*words: str) -> str:
        console.main(["keys", *words])
        out = capsys.readouterr()
        return out.out + out.err

    assert "1 号密钥（AES-256-GCM） 1 个" in said("status")
    assert said("new").startswith("2:")
    hold(1, 2)
    assert "请运行 minqing keys rotate" in said("status")
    assert "重新加密了 1 行" in said("rotate")
    assert "1 号密钥已没有数据在用，可以从 MINQING_KEYS 里去掉" in said("status")
    assert "没有要重新加密的" in said("rotate")
    hold(1)
    assert "缺少 2 号密钥" in said("status")
