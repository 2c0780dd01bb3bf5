"""Kept statements are prepared on their connection; a setting turns it off; a changed schema does not stop them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
from django.db import DataError, NotSupportedError, OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import get_adapters_template
from django.db.models import F, Value
from django.db.models.functions import Lower
from django.db.models.sql import UpdateQuery
from django.test.utils import CaptureQueriesContext
from psycopg import Binary, pq
from psycopg.postgres import types

from minqing.areas.models import Area
from minqing.areas.queries import area_names
from minqing.cases.models import Case
from minqing.config.databases import databases
from minqing.kernel.ids import uuid7
from minqing.kernel.postgres.base import DatabaseWrapper
from minqing.kernel.postgres.cursor import Kept
from minqing.kernel.settings import settings

pytestmark = pytest.mark.django_db
ASKED = Kept("SELECT name, level FROM area WHERE code = %s AND lon IS NOT DISTINCT FROM %s")


@pytest.fixture
def apart() -> Iterator[DatabaseWrapper]:
    """A connection of its own to the same database, outside of the test's transaction."""
    made: Any = connection.copy()
    made.inc_thread_sharing()
    yield made
    made.close()


def _prepared(on: Any) -> list[str]:
    with on.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE NOT from_sql")
        return [row[0] for row in cursor.fetchall()]


def _ask(on: Any, sql: str, *values: Any) -> list[Any]:
    with on.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found


def test_a_kept_statement_is_prepared_the_second_time_it_is_asked(apart: DatabaseWrapper) -> None:
    for number in range(4):
        assert _ask(apart, ASKED, f"none {number}", None) == []
        assert len(_prepared(apart)) == (1 if number else 0)
    assert "code = $1" in _prepared(apart)[0]


def test_what_is_not_kept_is_not_prepared(apart: DatabaseWrapper) -> None:
    for _ in range(4):
        _ask(apart, str(ASKED), "none", None)
    assert _prepared(apart) == []


def test_a_prepared_statement_is_counted_and_shown_as_any_other() -> None:
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            _ask(connection, ASKED, "330683", None)
        assert [one["sql"] for one in asked] == [
            "SELECT name, level FROM area WHERE code = '330683' AND lon IS NOT DISTINCT FROM NULL"
        ]


def test_values_stay_values(apart: DatabaseWrapper) -> None:
    echo = Kept("SELECT %s::text, %s::bytea, %s::uuid[], %s::jsonb")
    one = uuid7()
    for text in ("a", "';--", "%s 100%", "“引号”"):
        found = _ask(apart, echo, text, Binary(b"\0'"), [one], '{"a": 1}')
        assert [text, b"\0'", [one], '{"a": 1}'] == [*found[0][:1], bytes(found[0][1]), *found[0][2:]]


def test_hot_statements_are_kept() -> None:
    """What every page asks, and a row that is written, go the prepared way."""
    above = Area.objects.create(level="county", code="1", name="甲县", path="1")
    for number in range(3):
        town = Area.objects.create(
            level="town", code=f"1{number}", name=f"乙镇{number}", path=f"1.{number}", parent=above
        )
        assert area_names([town.id]) == {town.id: f"乙镇{number}"}
    found = " ".join(_prepared(connection))
    assert 'INSERT INTO "area"' in found
    assert "string_agg(" in found


KEY, OTHER = uuid7(), uuid7()


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        (Area.objects.filter(id=KEY), True),
        (Area.objects.filter(id__in=[KEY, OTHER], level="town").select_for_update(), True),
        (Area.objects.filter(parent_id=KEY, closed_at=None).order_by("name")[:3], True),
        (Area.objects.filter(level="town"), False),  # no key: how many there are depends on the value
        (Area.objects.filter(id__in=[uuid7() for _ in range(5)]), False),  # another length each time
        (Area.objects.filter(id=KEY, lon__gt=1), False),
        (Area.objects.filter(id=KEY, name__contains="a%b"), False),
        (Area.objects.filter(id=KEY, path__under="1"), False),
        (Area.objects.filter(id=KEY, parent__in=Area.objects.filter(level="town")), False),
        (Area.objects.filter(id=KEY).annotate(one=Value("x")), False),  # of no type
        (Area.objects.filter(id=KEY).annotate(one=Lower("name")), False),
    ],
)
def test_rows_asked_for_by_a_key_are_kept(rows: Any, kept: bool) -> None:
    sql, _ = rows.query.get_compiler("default").as_sql()
    assert (type(sql) is Kept) is kept
    list(rows)


def test_what_is_changed_by_a_key_is_kept() -> None:
    def is_kept(by: Any, **given: Any) -> bool:
        query = by.query.chain(UpdateQuery)
        query.add_update_values(given)
        by.update(**given)
        return type(query.get_compiler("default").as_sql()[0]) is Kept

    one = Case.everything.filter(id=KEY)
    assert is_kept(one, title="b", unit_id=None, sent=["a"], urges=F("urges") + 1)
    assert not is_kept(one, title=Lower("title"))
    assert not is_kept(Case.everything.filter(source="hotline"), title="b")


def test_the_setting_turns_it_off(apart: DatabaseWrapper) -> None:
    off = databases(settings().model_copy(update={"database_prepare": False}))
    assert off["default"]["OPTIONS"]["prepare_threshold"] is None
    assert databases(settings())["default"]["OPTIONS"]["prepare_threshold"] is not None
    apart.settings_dict["OPTIONS"]["prepare_threshold"] = None
    for _ in range(4):
        assert _ask(apart, ASKED, "none", None) == []
    assert _prepared(apart) == []


def test_a_changed_schema_costs_a_plan_and_no_answer(apart: DatabaseWrapper) -> None:
    asked = Kept("SELECT two FROM changing WHERE one = %s")
    with apart.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing (one int, two int)")
        cursor.execute("INSERT INTO changing VALUES (1, 2)")
    for _ in range(3):
        assert _ask(apart, asked, 1) == [(2,)]
    with apart.cursor() as cursor:
        cursor.execute("ALTER TABLE changing ALTER two TYPE text")
        cursor.execute("SELECT 1")  # psycopg heard of that one: make it forget
    for _ in range(3):
        assert _ask(apart, asked, 1) == [("2",)]
    _change_behind_its_back(apart, "ALTER TABLE changing ALTER two TYPE int USING two::int")
    assert _ask(apart, asked, 1) == [(2,)]
    _ask_to_prepare(apart, asked)
    _change_behind_its_back(apart, "DEALLOCATE ALL")
    assert _ask(apart, asked, 1) == [(2,)]
    for _ in range(3):
        _ask_to_prepare(apart, asked)
        with apart.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert _ask(apart, asked, 1) == [(2,)]


def test_in_a_transaction_the_next_one_goes_well(apart: DatabaseWrapper) -> None:
    asked = Kept("SELECT two FROM changing WHERE one = %s")
    with apart.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing (one int, two int)")
    _ask_to_prepare(apart, asked)
    _change_behind_its_back(apart, "ALTER TABLE changing ALTER two TYPE text")
    apart.set_autocommit(False)
    with pytest.raises(NotSupportedError):
        _ask(apart, asked, 1)
    apart.rollback()
    apart.set_autocommit(True)
    assert _ask(apart, asked, 1) == []


def _ask_to_prepare(on: Any, asked: Kept) -> None:
    for _ in range(3):
        _ask(on, asked, 1)
    assert asked.replace("%s", "$1") in _prepared(on)


def _change_behind_its_back(on: Any, statement: str) -> None:
    """As another connection would: without psycopg hearing of it."""
    on.connection.pgconn.exec_(statement.encode())


def test_what_is_prepared_is_asked_in_one_call(
    apart: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Kept("SELECT 60 / %s::int, now()")
    for number in range(1, 4):
        _ask(apart, asked, number)
    waits, wait = [], apart.connection.wait

    def waited(*args: Any, **given: Any) -> Any:
        waits.append(args)
        return wait(*args, **given)

    monkeypatch.setattr(apart.connection, "wait", waited)
    assert (_ask(apart, asked, 4)[0][0], apart.rows(asked, [5])[0][0], waits) == (15, 12, [])
    with pytest.raises(DataError, match="division by zero"):
        apart.rows(asked, [0])
    assert (apart.rows(asked, [6])[0][0], waits) == (10, [])
    apart.set_autocommit(False)
    waits.clear()
    first = apart.rows(asked, [1])  # psycopg begins the transaction
    assert (apart.rows(asked, [1]), len(waits)) == (first, 1)


def test_a_connection_that_is_cut_while_it_asks_says_so(apart: DatabaseWrapper) -> None:
    asked = Kept("SELECT pg_backend_pid() + %s::int")
    pid, *_ = [_ask(apart, asked, 0)[0][0] for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(OperationalError):
        apart.rows(asked, [0])
    apart.close_if_unusable_or_obsolete()
    assert apart.rows(asked, [0])[0][0] != pid


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-02 03:04:05.678901+00",
        "2026-01-02 03:04:05.6+00",
        "2026-01-02 03:04:05+00",
        "0001-01-01 00:00+00",
    ],
)
def test_times_are_read_as_django_reads_them(at: str) -> None:
    djangos: Any = get_adapters_template(True, UTC).get_loader(types["timestamptz"].oid, pq.Format.TEXT)
    written = _ask(connection, "SELECT %s::timestamptz, %s::timestamptz::text", at, at)[0]
    read = djangos(0, connection.connection).load(written[1].encode())
    assert (written[0], written[0].tzinfo) == (read, read.tzinfo)


def test_a_time_that_is_none_is_an_error() -> None:
    with pytest.raises(DataError), transaction.atomic():
        _ask(connection, "SELECT 'infinity'::timestamptz")


def test_a_connection_that_was_cut_is_noticed_without_asking(apart: DatabaseWrapper) -> None:
    apart.health_check_enabled = True
    _ask(apart, "SELECT 1")
    apart.close_if_unusable_or_obsolete()  # as between two requests
    with CaptureQueriesContext(apart) as asked:
        _ask(apart, "SELECT 2")
    assert [one["sql"] for one in asked] == ["SELECT 2"]
    pid = _ask(apart, "SELECT pg_backend_pid()")[0][0]
    apart.close_if_unusable_or_obsolete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    until = time.monotonic() + 5
    while apart._is_quiet() and time.monotonic() < until:
        time.sleep(0.01)
    assert _ask(apart, "SELECT 3") == [(3,)]
    assert _ask(apart, "SELECT pg_backend_pid()")[0][0] != pid
