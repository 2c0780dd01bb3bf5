"""Where numbers could lie in clear once they are written: files of the database, its log, dumps, caches, uploads."""

from __future__ import annotations

import base64
import io
import json
import mmap
import os
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from django.core.cache import caches
from django.db import connections

from minqing.config.embedded import POSTGRES_BIN_PATH
from minqing.kernel.settings import settings

FULL_WIDTH: Final = {ord("0") + n: ord("０") + n for n in range(10)}


def traces(number: str) -> list[bytes]:
    """Return what a number, or the beginning of many, looks like wherever text may have been put, and how encoded."""
    raw = number.encode()
    found = [
        raw,
        number.encode("utf-16-le"),
        number.encode("utf-16-be"),
        number.translate(FULL_WIDTH).encode(),
    ]
    found += [raw.hex().encode(), raw.hex().upper().encode()]
    for before in range(3):  # inside a longer text that was put into Base64, at each of the three places
        coded = base64.b64encode(b"\0" * before + raw)
        found.append(coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    return found


class Search:
    """Looks for numbers in bytes; ``found`` says which, and where."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._wanted = [(number, trace) for number in numbers for trace in traces(number)]
        self.found: dict[str, set[str]] = {}

    def look(self, where: str, content: bytes | mmap.mmap) -> None:
        """Note the numbers in some content; what is packed is unpacked first."""
        for number, trace in self._wanted:
            if content.find(trace) >= 0:
                self.found.setdefault(where, set()).add(number)
        if content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(bytes(content))):
            with zipfile.ZipFile(io.BytesIO(bytes(content))) as packed:
                for name in packed.namelist():
                    self.look(where, packed.read(name))

    def look_at_file(self, where: str, path: Path, *, start: int = 0) -> None:
        """Note the numbers in a file, from a place on."""
        try:
            with path.open("rb") as file:
                if path.stat().st_size > start:
                    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                        self.look(where, content if not start else content[start:])
        except FileNotFoundError:
            return  # a temporary file of the server that has just gone

    def look_into(self, where: str, folder: Path) -> None:
        """Note the numbers in every file below a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.look_at_file(where, path)


class ServerFiles:
    """The embedded server of the tests, seen from outside: its files, its log, as its superuser."""

    def __init__(self) -> None:
        self.folder = settings().home / "var" / "postgres-test"
        self.log = self.folder / "server.log"
        self._at = dict(connections["owner"].settings_dict)
        if not str(self._at["HOST"]).startswith("/") or not (self.folder / "passwords.json").exists():
            pytest.skip("数据库不是随附的测试服务器，看不到它的文件")

    @contextmanager
    def superuser(self) -> Iterator[Any]:
        """Be the superuser of the server, who may ask for a checkpoint and for file names."""
        password = json.loads((self.folder / "passwords.json").read_text("utf-8"))["postgres"]
        with psycopg.connect(
            user="postgres", password=password, host=self._at["HOST"], port=self._at["PORT"] or 5432,
            dbname=self._at["NAME"], autocommit=True,
        ) as connection:  # fmt: skip
            yield connection

    def place(self) -> str:
        """Return where the write-ahead log has come to."""
        with self.superuser() as connection:
            return str(connection.execute("SELECT pg_current_wal_lsn()").fetchone()[0])

    def look_at_log_ahead(self, search: Search, since: str) -> None:
        """Look at the write-ahead log written since a place."""
        with self.superuser() as connection:
            first, last = connection.execute(
                "SELECT pg_walfile_name(%s::pg_lsn), pg_walfile_name(pg_current_wal_insert_lsn())", [since]
            ).fetchone()
            connection.execute("SELECT pg_switch_wal()")
        looked = 0
        for path in sorted((self.folder / "data" / "pg_wal").iterdir()):
            if first <= path.name <= last and len(path.name) == len(first):
                search.look_at_file("write-ahead log", path)
                looked += 1
        assert looked, "no segment was left to look at"

    def look_at_files(self, search: Search) -> None:
        """Look at every file of the tests' database after a checkpoint, and at the server's temporary ones."""
        with self.superuser() as connection:
            connection.execute("CHECKPOINT")
            [number] = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        data = self.folder / "data"
        search.look_into("database files", data / "base" / str(number))
        for name in ("pgsql_tmp", "pg_stat", "pg_stat_tmp", "pg_replslot", "pg_logical"):
            for folder in (data / name, data / "base" / name):
                if folder.exists():
                    search.look_into("database files", folder)

    def look_at_dump(self, search: Search) -> None:
        """Look at what pg_dump writes, as the owner who makes the backups."""
        done = subprocess.run(
            [
                POSTGRES_BIN_PATH / "pg_dump", "--format=plain", f"--username={self._at['USER']}",
                f"--host={self._at['HOST']}", f"--port={self._at['PORT'] or 5432}", self._at["NAME"],
            ],
            env={**os.environ, "PGPASSWORD": self._at["PASSWORD"]}, capture_output=True, check=True,
        )  # fmt: skip
        assert b"resident_identity" in done.stdout
        search.look("dump", done.stdout)


def look_at_caches(search: Search) -> None:
    """Look at everything that Django's caches of this process hold."""
    for cache in caches.all():
        for value in dict(getattr(cache, "_cache", {})).values():
            search.look("caches", value if isinstance(value, bytes) else repr(value).encode())
