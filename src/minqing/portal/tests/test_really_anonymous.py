"""The promise “really anonymous”: after each thing an anonymous reporter does, everything that is kept is searched."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client

from minqing.accounts.models import Person
from minqing.cases.models import Case
from minqing.journal import services as journal_services
from minqing.journal.jobs import sweep_awaiting
from minqing.journal.models import Awaiting
from minqing.kernel import clock, limits
from minqing.kernel.errors import TooMany
from minqing.kernel.logs import WithoutCodes
from minqing.kernel.models import AddressCount, AddressSalt
from minqing.kernel.roles import GRID_WORKER
from minqing.kernel.settings import settings
from minqing.portal.tests.conftest import GPS_MARK, NOW, photo, report, said, walk_to_the_follow_up

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "203.0.113.77"
AGENT = "PlantedAgent/7.7"
PHOTO_NAME = "IMG_20261120_103712"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:(\d\d):(\d\d(?:\.\d+)?)")
# Deadlines: reckoned from the rounded hour along office hours, so that they may fall on a half hour.
DEADLINES = {"due_at", "next_due_at", "yellow_at"}
CLOCK = re.compile(r'"clock": \{[^}]*\}')  # the same deadlines, as an entry of the journal carries them
# The two tables behind `kernel.limits`, and all of their columns.
COUNTS = {"address_count": ("id", "day", "used"), "address_salt": ("id", "day", "salt")}
Rows = dict[tuple[str, str], dict[str, str]]


def everything_kept() -> Rows:
    """Every row of every table of every schema, by table and key, each column as text (bytes as hexadecimal)."""
    kept: Rows = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT * FROM {table}")
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                values = {name: _text(value) for name, value in zip(names, row, strict=True)}
                kept[table, values.get("id") or values.get("session_key") or repr(values)] = values
    return kept


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)


def left_behind(before: Rows, after: Rows) -> list[tuple[str, str, str]]:
    """What is new: every column of new rows, the changed columns of old ones, as (table, column, text)."""
    return [
        (table, name, text)
        for (table, key), values in after.items()
        for name, text in values.items()
        if before.get((table, key), {}).get(name) != text
    ]


@contextmanager
def nothing_left(secrets: set[str]) -> Iterator[None]:
    """Whatever happens inside leaves no secret, no time finer than the hour and no id that tells a time."""
    before = everything_kept()
    known = {one for values in before.values() for text in values.values() for one in ID.findall(text)}
    files_before = {path: path.stat().st_mtime for path in files()}
    yield
    after = everything_kept()
    rests = left_behind(before, after)
    assert rests, "nothing was written: this would prove nothing"
    for table, column, text in rests:
        where = f"{table}.{column} = {text!r}"
        assert not [one for one in secrets if one in text], where
        assert ADDRESS not in text, where
        for one in ID.findall(text):
            assert one in known or UUID(one).version != 7, f"an id that tells a time: {where}"
        if column not in DEADLINES:
            for minutes, seconds in TIME.findall(CLOCK.sub("", text)):
                assert (minutes, float(seconds)) == ("00", 0.0), f"finer than the hour: {where}"
    everywhere = "\n".join(text for values in after.values() for text in values.values())
    for planted in (ADDRESS, AGENT, GPS_MARK, PHOTO_NAME, "PlantedPhoneMaker"):
        assert planted not in everywhere
    for path in files():
        if files_before.get(path) != path.stat().st_mtime:
            assert path.stat().st_mtime % 3600 == 0, path
            if path.is_file():
                assert GPS_MARK.encode() not in path.read_bytes()
                assert b"Exif" not in path.read_bytes()
                assert not [one for one in secrets if one in path.name]


def files() -> list[Path]:
    """Every file and folder that uploads or their making could leave."""
    places = [Path(django_settings.MEDIA_ROOT), Path(django_settings.FILE_UPLOAD_TEMP_DIR or "/nowhere")]
    return [
        path
        for place in places
        for path in place.rglob("*")
        if path.is_file() or path.parent != Path(django_settings.MEDIA_ROOT)
    ]


@pytest.fixture
def resident(here, settings, tmp_path) -> Client:
    """A signed-in official who reports at a door as a resident: their account must not show either."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    client = Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT, HTTP_REFERER="http://testserver/planted")
    here.actor(GRID_WORKER)
    client.force_login(here.people["grid_worker"])
    return client


@pytest.fixture
def secrets(here, home, door, resident) -> set[str]:
    person: Person = here.people["grid_worker"]
    return {
        str(home.id),
        home.id.hex,
        str(person.id),
        person.id.hex,
        person.username,
        resident.session.session_key or "none",
        door.code,
        str(door.id),
    }


def test_an_anonymous_report_leaves_the_grid_a_random_id_and_the_hour(here, resident, door, secrets):
    given_id = str(said()["id"])
    with nothing_left(secrets | {given_id, str(here.micro_grid.id)}):
        code = report(resident, door, id=given_id, name="裘秘密", phone="13812345678", photos=[photo()])
    case = Case.everything.get(receipt_code=code)
    assert case.area_id == here.grid.id
    assert case.opened_at == clock.to_the_hour(NOW)
    assert "裘秘密" not in str(everything_kept())
    assert "13812345678" not in str(everything_kept())


def test_a_big_photo_never_touches_the_disk_as_it_came(resident, door, secrets, tmp_path, monkeypatch):
    opened: list[str] = []
    real = os.open

    def seen(path, *args, **kwargs):
        opened.append(str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", seen)
    big = SimpleUploadedFile("big.jpg", photo().read() + b"\0" * 3_000_000, "image/jpeg")
    report(resident, door, photos=[big])
    assert not [path for path in opened if path.startswith(str(tmp_path))]


def test_every_later_word_of_an_anonymous_reporter_leaves_no_more(here, resident, door, secrets):
    code = report(resident, door)
    with clock.fixed(NOW + timedelta(hours=1)), nothing_left(secrets):
        resident.post(f"/r/{code}/words/", {"words": "今天更暗了，请早点来", "photos": [photo()]})
    with clock.fixed(NOW + timedelta(hours=1)), nothing_left(secrets):
        resident.post(f"/r/{code}/urge/")
    with clock.fixed(NOW + timedelta(hours=1)):
        walk_to_the_follow_up(here, code)
    with clock.fixed(NOW + timedelta(hours=4, minutes=3)), nothing_left(secrets):
        resident.post(f"/r/{code}/answer/", {"done": "no", "words": "还是不亮"})
    with clock.fixed(NOW + timedelta(hours=5)):
        walk_to_the_follow_up(here, code, again=True)
    with clock.fixed(NOW + timedelta(hours=28, minutes=3)), nothing_left(secrets):
        resident.post(f"/r/{code}/answer/", {"done": "yes", "content": "content", "words": "谢谢"})
    assert Case.everything.get(receipt_code=code).done is True


def test_what_reacts_to_it_waits_for_the_hour(here, resident, door, secrets, monkeypatch):
    monkeypatch.setitem(
        journal_services._REACTIONS, "cases.closed", {"a reaction": lambda event, entry: None}
    )
    code = report(resident, door)
    with clock.fixed(NOW + timedelta(hours=1)):
        walk_to_the_follow_up(here, code)
    with clock.fixed(NOW + timedelta(hours=4)):
        resident.post(f"/r/{code}/answer/", {"done": "yes", "content": "content"})
    assert Awaiting.objects.count() > 0
    jobs = [values for (table, _), values in everything_kept().items() if "procrastinate_jobs" in table]
    assert not [job for job in jobs if str(Awaiting.objects.get().entry_id) in str(job)]
    sweep_awaiting(0)
    assert Awaiting.objects.count() == 0


def test_the_minute_changes_nothing_that_is_kept(here, resident, door):
    times = []
    for minute in (1, 58):
        before = everything_kept()
        with clock.fixed(NOW.replace(minute=minute, second=minute)):
            report(resident, door, photos=[photo()])
        rests = left_behind(before, everything_kept())
        times.append(
            # Of an entry's facts only the clock tells times; beside it stands a number drawn by lot.
            sorted(
                (table, name, "".join(CLOCK.findall(text)) if name == "facts" else text)
                for table, name, text in rests
                if TIME.search(text)
            )
        )
    assert times[0] == times[1]
    assert times[0]


def test_following_and_failing_leave_nothing_but_a_count(resident, door, here, secrets):
    code = report(resident, door)
    before = everything_kept()
    resident.get("/")
    resident.get(f"/d/{door.code}/")
    resident.get(f"/r/{code}/")
    resident.get("/r/ABCDEFGHJK/")
    resident.post(f"/d/{door.code}/", said(words=""))
    kept = left_behind(before, everything_kept())
    # What limits machines has to be counted somewhere. These two tables may change, in these columns, and what stands
    # in them is a hash under the salt of the day (the tests below): no address, no code, no time finer than the day.
    counts = [one for one in kept if one[0].rpartition(".")[2] in COUNTS]
    assert [one for one in kept if one not in counts] == []
    assert {(table.rpartition(".")[2], column) for table, column, _ in counts} <= {
        (table, column) for table, columns in COUNTS.items() for column in columns
    }
    for table, column, text in counts:
        where = f"{table}.{column} = {text!r}"
        assert not [one for one in {*secrets, code, ADDRESS, AGENT} if one in text], where
        assert not TIME.search(text), where


def test_the_log_names_neither_address_nor_door_nor_receipt(resident, door, caplog):
    (configured,) = [
        one for one in django_settings.LOGGING["handlers"].values() if "without_codes" in one["filters"]
    ]
    assert configured
    caplog.handler.addFilter(WithoutCodes())
    caplog.set_level(logging.WARNING)
    code = report(resident, door)
    resident.post(f"/d/{door.code}/", said(words=""))
    resident.get("/r/ABCDEFGHJK/")
    resident.post(f"/r/{code}/urge/")
    resident.post(f"/r/{code}/urge/")
    Client(enforce_csrf_checks=True).post(f"/d/{door.code}/", said(), REMOTE_ADDR=ADDRESS)
    assert len(caplog.records) >= 4
    for secret in (door.code, code, "ABCDEFGHJK", ADDRESS, AGENT):
        assert secret not in caplog.text


def test_addresses_are_counted_for_all_processes_under_a_salt_of_the_day_that_is_forgotten():
    here, there = limits.Counts(), limits.Counts()  # two processes
    limit = limits.Limit("one", 2, timedelta(hours=1), "等一等")
    here.spend(limit, ADDRESS, NOW)
    there.spend(limit, ADDRESS, NOW)
    for counts in (here, there):
        with pytest.raises(TooMany):
            counts.spend(limit, ADDRESS, NOW)
        with pytest.raises(TooMany):
            counts.check(limit, ADDRESS, NOW)
        counts.check(limit, "203.0.113.1", NOW)
    salt = bytes(AddressSalt.objects.get().salt)
    assert AddressCount.objects.get().used == 2
    here.spend(limit, ADDRESS, NOW + timedelta(days=1))
    assert bytes(AddressSalt.objects.get().salt) != salt
    assert AddressCount.objects.get().used == 1


def test_the_counts_are_in_no_log_of_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence FROM pg_class WHERE relname IN ('address_count', 'address_salt')"
        )
        assert cursor.fetchall() == [("u",), ("u",)]


def test_the_address_is_the_one_the_trusted_proxy_heard(monkeypatch):
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 203.0.113.77"}
    assert limits.address_of(meta) == "10.0.0.1"
    monkeypatch.setattr(settings(), "proxies", 1)
    assert limits.address_of(meta) == "203.0.113.77"
    assert limits.address_of({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}) == "2001:db8:1:2::/64"
    assert limits.address_of({"REMOTE_ADDR": "::ffff:203.0.113.77"}) == "203.0.113.77"
    assert limits.address_of({}) == ""
