"""The database of a test run: cloned from one in which all migrations were run already.

Running ninety migrations takes six seconds, cloning a database a fifth of one. The migrated one stays in the server for
tests under a name that changes with every migration and every vocabulary, so that a stale one is never taken.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections
from django.test.utils import setup_databases

from minqing.kernel.settings import settings as environment

_BEGINS: Final = "test_migrated_"
_KEPT_MAX: Final = 3  # of other branches and of yesterday
# Written by migrating: never by a test, or (vocabularies) seldom.
_KEPT: Final = ("django_migrations", "django_content_type", "auth_permission")
_VOCABULARIES: Final = ("case_topic", "tag_kind")
_vocabularies: dict[str, bytes] = {}
_migrated: list[str] = []  # the one that this run was cloned from: sources may change while it runs
_WRITTEN: Final = """
SELECT c.oid::regclass::text FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND starts_with(n.nspname, 'county_')  -- the county's own, and the job queue's beside it
AND pg_relation_size(c.oid) > 0 AND NOT c.relname = ANY(%s)
"""
_DECIDE: Final = ("apps", "fields", "models", "rules")
_PACKAGES: Final = ("django", "procrastinate", "django-allauth")


def make_database(*, anew: bool = False) -> str:
    """Give both roles a fresh migrated database, and return its name; ``anew``: run the migrations in any case."""
    name = str(connections["owner"].settings_dict["TEST"]["NAME"])
    migrated = _BEGINS + _digest()
    _migrated[:] = [migrated]
    with _alone(), _outside() as cursor:
        held = _held(cursor)
        _drop(cursor, name)
        if anew or migrated not in held:
            setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
            connections.close_all()
            for old in held[:-_KEPT_MAX]:
                with suppress(DatabaseError):  # somebody else clones it just now
                    _drop(cursor, old)
            _drop(cursor, migrated)
            cursor.execute(f'CREATE DATABASE "{migrated}" TEMPLATE "{name}"')
        else:
            connections.close_all()
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated}"')
            _look_at(name)
    with connections["owner"].cursor() as cursor:
        for table in _VOCABULARIES:
            _vocabularies[table] = _copied(cursor, table)
    return name


def make_beside(what: str) -> str:
    """Make one more migrated database beside the test run's own, and return its name."""
    name = f"{connections['owner'].settings_dict['NAME']}_{what}"
    with _alone(), _outside() as cursor:
        _drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_migrated[0]}"')
    return name


@contextmanager
def looking_at(name: str) -> Iterator[None]:
    """Within this, both roles look at another database; no transaction may be open at either end."""
    own = str(connections["owner"].settings_dict["NAME"])
    connections.close_all()
    _look_at(name)
    try:
        yield
    finally:
        connections.close_all()
        _look_at(own)


def take_back() -> None:
    """Empty every table that was written to; vocabularies are again as migrations left them.

    Django's own way (flush) empties all tables and lets every app fill its own again: three times as long.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(_WRITTEN, [list(_KEPT + _VOCABULARIES)])
        if tables := ", ".join(name for (name,) in cursor.fetchall()):
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        for table, rows in _vocabularies.items():
            if _copied(cursor, table) != rows:
                cursor.execute(f"DELETE FROM {table}")
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)


def _copied(cursor: Any, table: str) -> bytes:
    with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT") as copy:
        return b"".join(copy)


def drop_database(name: str) -> None:
    """Drop a test run's database."""
    connections.close_all()
    with _outside() as cursor:
        _drop(cursor, name)


def _outside() -> Any:
    """Return a cursor of the owner outside the test run's own database (Django's, not in its stubs)."""
    return connections["owner"]._nodb_cursor()


def _look_at(name: str) -> None:
    for connection in connections.all():
        settings.DATABASES[connection.alias]["NAME"] = name
        connection.settings_dict["NAME"] = name


def _held(cursor: Any) -> list[str]:
    """Return the migrated databases that there are, oldest first."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [_BEGINS])
    return [name for (name,) in cursor.fetchall()]


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _digest() -> str:
    """Return a hash of everything that decides what a migrated database holds."""
    made = hashlib.sha256("\n".join(f"{name} {version(name)}" for name in _PACKAGES).encode())
    for one in sorted(_sources()):
        made.update(one.name.encode() + one.read_bytes())
    return made.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    """Yield migrations and what they are written with, models, vocabularies, and what makes schemas and roles."""
    for app in apps.get_app_configs():
        if app.name.startswith("minqing."):
            place = Path(app.path)
            yield from place.glob("migrations/*.py")
            yield from (one for one in place.glob("data/*") if one.is_file())
            yield from (one for one in place.glob("*.py") if one.name.startswith(_DECIDE))
    source = environment().home / "src" / "minqing"
    yield from (source / "kernel").glob("*.py")
    yield from (source / "kernel" / "postgres").glob("*.py")
    yield source / "config" / "prepare.py"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time make or clone it: a database that somebody is connected to cannot be cloned."""
    place = environment().home / "var"
    place.mkdir(exist_ok=True)
    with (place / "migrated.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
