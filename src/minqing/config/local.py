"""The database at hand: the one that the environment names, or the embedded one for as long as it is needed."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from minqing.config.embedded import Addresses, Say, Server, write_private
from minqing.config.failures import CannotRun
from minqing.config.prepare import connect, prepare_outside
from minqing.kernel.settings import KEY_BYTES, LOCAL_FILE, settings


@contextmanager
def database_at_hand(say: Say, *, owner: bool = True) -> Iterator[bool]:
    """Have a database and Django set up; yields whether it is the embedded one.

    ``owner``: the owner's address is needed too (to migrate, to seed). Without addresses the embedded
    server is started, and stopped at the end unless somebody else uses it.
    """
    named = {name for name in ("MINQING_DATABASE_URL", "MINQING_OWNER_URL") if os.environ.get(name)}
    if named:
        _use_outside(named, owner=owner)
        _keep_local(None)
        _set_up()
        yield False
        return
    server = Server(settings().data / "postgres", county=settings().county)
    try:
        _keep_local(server.start(say))
        _set_up()
        yield True
    finally:
        _close_connections()
        server.stop()


def _set_up() -> None:
    settings.cache_clear()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minqing.config.settings")
    django.setup()


def _close_connections() -> None:
    from django.conf import settings as django_settings
    from django.db import connections

    if django_settings.configured:
        connections.close_all()


def _use_outside(named: set[str], *, owner: bool) -> None:
    database_url, owner_url = os.environ.get("MINQING_DATABASE_URL"), os.environ.get("MINQING_OWNER_URL")
    if database_url is None:
        raise CannotRun("设置了 MINQING_OWNER_URL，还要设置 MINQING_DATABASE_URL（应用账号的数据库地址）。")
    if not owner:
        connect("MINQING_DATABASE_URL", database_url).close()
        return
    if owner_url is None:
        raise CannotRun("设置了 MINQING_DATABASE_URL，还要设置 MINQING_OWNER_URL（迁移账号的数据库地址）。")
    prepare_outside(database_url=database_url, owner_url=owner_url, county=settings().county)


def _keep_local(addresses: Addresses | None) -> None:
    """Write this machine's file: secrets made once and kept, addresses as they are now."""
    file = settings().data / LOCAL_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    held: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    wanted = {**_fresh_secrets(), **held}
    if addresses is not None:
        wanted |= {"database_url": addresses.database_url, "owner_url": addresses.owner_url}
    if wanted != held:
        write_private(Path(file), json.dumps(wanted, indent=1))


def _fresh_secrets() -> dict[str, str]:
    return {
        "secret_key": secrets.token_urlsafe(48),
        "keys": f"1:{b64encode(secrets.token_bytes(KEY_BYTES)).decode()}",
        "blind_key": b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "seal_key": f"1:{b64encode(secrets.token_bytes(KEY_BYTES)).decode()}",
    }
