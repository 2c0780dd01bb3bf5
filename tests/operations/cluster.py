"""Clusters that a test makes, breaks and throws away, beside the server of the other tests."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from minqing.config import embedded_user
from minqing.config.embedded import POSTGRES_BIN_PATH, Addresses, Server

COUNTY: Final = "330683"
HOME: Final = Path(__file__).resolve().parents[2]
DEPLOY: Final = HOME / "deploy" / "backup"
RELEASE: Final = Path(__file__).parent / "fixtures" / "release-0.1.sql.gz"


def _quiet(sentence: str) -> None:
    """Nobody listens."""


class Cluster:
    """One server in a folder, its addresses, and what an operator would do to it."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.server = Server(folder, county=COUNTY, durable=durable)
        self._addresses: Addresses | None = None

    def start(self) -> Addresses:
        self._addresses = self.server.start(_quiet)
        return self._addresses

    def stop(self) -> None:
        self.server.stop()

    def start_bare(self) -> Addresses:
        """Start a restored server as an operator does: nothing is made in it, it may still be recovering."""
        self.server._launch(embedded_user.account(_quiet), _quiet)
        passwords = json.loads((self.folder / "passwords.json").read_text("utf-8"))
        self._addresses = Addresses(
            database_url=self.server._address("county_app", passwords),
            owner_url=self.server._address("county_owner", passwords),
        )
        return self._addresses

    def stop_bare(self) -> None:
        self.server._shut_down()

    @property
    def addresses(self) -> Addresses:
        assert self._addresses is not None, "start it first"
        return self._addresses

    def superuser(self, dbname: str = "minqing") -> str:
        """Return the superuser's address."""
        password = json.loads((self.folder / "passwords.json").read_text("utf-8"))["postgres"]
        query = urlsplit(self.addresses.owner_url).query
        return f"postgresql://postgres:{password}@/{dbname}?{query}"

    def configure(self, **settings: str) -> None:
        """Write settings into the cluster's file; they hold from its next start."""
        with (self.folder / "data" / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def load_release(self) -> None:
        """Restore the dump of the last release into an empty database, as docs/operations/backup.md says."""
        with psycopg.connect(self.superuser("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE minqing")
            connection.execute(
                "CREATE DATABASE minqing OWNER county_owner TEMPLATE template0 LC_CTYPE 'C.UTF-8'"
            )
        subprocess.run(
            [POSTGRES_BIN_PATH / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", self.addresses.owner_url],
            input=gzip.decompress(RELEASE.read_bytes()), stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def minqing(self, *words: str, var: Path) -> subprocess.CompletedProcess[str]:
        """Run the console command against this cluster, as an operator would."""
        return self.python("-m", "minqing.config.console", *words, var=var)

    def python(self, *words: str, var: Path) -> subprocess.CompletedProcess[str]:
        """Run something of ours in a process of its own that knows no other database than this one."""
        named = {
            "MINQING_DATABASE_URL": self.addresses.database_url,
            "MINQING_OWNER_URL": self.addresses.owner_url,
            "MINQING_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "minqing.config.settings",
        }
        return subprocess.run(
            [sys.executable, *words], env={**os.environ, **named}, cwd=HOME, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip


@contextmanager
def cluster(folder: Path, *, durable: bool = False) -> Iterator[Cluster]:
    """Have a running cluster; nothing of it stays."""
    made = Cluster(folder, durable=durable)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(script: str, *words: str | Path, **environment: str) -> None:
    """Run one of the scripts that the guide documents."""
    done = subprocess.run(
        [DEPLOY / script, *map(str, words)],
        env={**os.environ, "PGBIN": str(POSTGRES_BIN_PATH), **environment},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def give_to_server(*places: Path) -> None:
    """Let the system user that runs the server own these places, with everything in them."""
    account = embedded_user.account(_quiet)
    for place in places:
        for one in (place, *place.rglob("*")):
            embedded_user.give(account, one)


def rows(address: str, sql: str, *params: Any) -> list[Any]:
    """Ask one question in a connection of its own."""
    with psycopg.connect(
        address, autocommit=True, options="-c search_path=county_330683,public"
    ) as connection:
        asked = connection.execute(sql, params)
        return asked.fetchall() if asked.description else []
