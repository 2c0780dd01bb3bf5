"""The two roles of one database: the application reads and writes rows, the owner migrates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from minqing.kernel.settings import MissingSetting, Settings

# What every connection needs; the rest of an address (sslmode and the like) is passed on as it stands.
_PLACES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
APPLICATION_ROLE = "county_app"
OWNER_ROLE = "county_owner"
TEMPLATE = "minqing_template"
PREPARED_AFTER = 1
# A new connection costs a login, and every plan made anew.
CONNECTION_SECONDS = 600


def county_first(settings: Settings) -> str:
    """The search path of everything: the county's schema, then the job queue's, then the extensions'."""
    return f"county_{settings.county},county_{settings.county}_jobs,public"


def jobs_first(settings: Settings) -> str:
    """The search path under which the job queue is migrated."""
    return f"county_{settings.county}_jobs,county_{settings.county},public"


def databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES``: ``default`` as the application, ``owner`` for migrations."""
    found = {"default": _database(settings, "MINQING_DATABASE_URL", settings.database_url, APPLICATION_ROLE)}
    found["default"] |= {
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "TEST": _test(settings, MIRROR="owner"),
    }
    found["owner"] = _database(settings, "MINQING_OWNER_URL", settings.owner_url, OWNER_ROLE)
    found["owner"]["TEST"] = _test(settings, TEMPLATE=TEMPLATE)
    return found


def _test(settings: Settings, **extra: str) -> dict[str, str]:
    return {"NAME": "_".join(filter(None, ("test_minqing", settings.test_name))), **extra}


def _database(settings: Settings, name: str, address: str | None, role: str) -> dict[str, Any]:
    # How often a kept statement is asked on a connection before it is prepared there, with one plan (decision 0113).
    options: dict[str, Any] = {
        "options": f"-c search_path={county_first(settings)}",
        "prepare_threshold": PREPARED_AFTER if settings.database_prepare else None,
    }
    if settings.database_prepare:
        options["options"] += " -c plan_cache_mode=force_generic_plan"
    database: dict[str, Any] = {
        "ENGINE": "minqing.kernel.postgres",
        "NAME": "minqing",
        "USER": role,
        "OPTIONS": options,
    }
    if address:
        for key, value in parts(name, address).items():
            if key in _PLACES:
                database[_PLACES[key]] = value
            elif key == "options":
                options["options"] += f" {value}"
            else:
                options[key] = value
    return database


def parts(name: str, address: str) -> dict[str, str]:
    """Take an address apart; ``name`` is the variable that the sentence names when it cannot be read."""
    try:
        return {key: str(value) for key, value in conninfo_to_dict(address).items() if value is not None}
    except ProgrammingError as error:
        raise MissingSetting(
            f"{name} 写得不对，应为 postgresql://用户:密码@主机:端口/数据库名 的形式，请改正后重试。"
        ) from error


def address(*, user: str, password: str, host: str, dbname: str, port: int = 5432) -> str:
    """Write the address of a server reached through the socket in folder ``host``."""
    return f"postgresql://{user}:{password}@/{dbname}?{urlencode({'host': host, 'port': port})}"
