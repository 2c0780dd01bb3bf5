"""What a database needs before its first migration: extensions, two schemas and the application's privileges.

Run as the owner of the database (the three extensions are trusted ones); every statement may be run again.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from minqing.config.databases import parts
from minqing.config.failures import CannotRun

POSTGRES_MIN = 170000
_EXTENSIONS = ("ltree", "pg_trgm", "btree_gist")
# Rows are the application's to change, tables are not its to make or empty; append-only tables revoke more.
_PRIVILEGES = (
    "GRANT USAGE ON SCHEMA {schema} TO {application}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {application}",
)


def connect(name: str, address: str) -> psycopg.Connection:
    """Connect to the address held by the variable ``name``, or say why not."""
    where = parts(name, address)
    try:
        return psycopg.connect(address, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        place = f"{where.get('host', 'localhost')}:{where.get('port', '5432')}"
        raise CannotRun(
            f"连不上数据库（{place} 上的 {where.get('dbname', '')}），请检查 {name} 的地址、密码和网络。"
        ) from error


def prepare(connection: psycopg.Connection, *, owner: str, application: str, county: str) -> None:
    """Make what is missing in the connected database."""
    for extension in _EXTENSIONS:
        connection.execute(
            sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension))
        )
    for schema in (f"county_{county}", f"county_{county}_jobs"):
        names = {
            "schema": sql.Identifier(schema),
            "owner": sql.Identifier(owner),
            "application": sql.Identifier(application),
        }
        connection.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}").format(**names)
        )
        for statement in _PRIVILEGES:
            connection.execute(sql.SQL(statement).format(**names))


def prepare_outside(*, database_url: str, owner_url: str, county: str) -> None:
    """Check an external server and make what is missing in it, as its owner."""
    owner = parts("MINQING_OWNER_URL", owner_url).get("user", "")
    application = parts("MINQING_DATABASE_URL", database_url).get("user", "")
    if owner == application:
        raise CannotRun(
            "MINQING_DATABASE_URL 和 MINQING_OWNER_URL 用了同一个数据库账号，"
            "请为应用另建一个没有建表权限的账号，流水的不可更改要靠它。"
        )
    with connect("MINQING_DATABASE_URL", database_url), connect("MINQING_OWNER_URL", owner_url) as connection:
        if connection.info.server_version < POSTGRES_MIN:
            found = connection.info.server_version // 10000
            raise CannotRun(f"数据库是 PostgreSQL {found}，需要 17 或更高版本，请升级后重试。")
        prepare(connection, owner=owner, application=application, county=county)
        letters = connection.execute("SELECT cardinality(public.show_trgm('独居老人'))").fetchone()
        if not letters or not letters[0]:
            raise CannotRun(
                "这个数据库的 LC_CTYPE 不认识汉字，中文查找用不了，请用 LC_CTYPE 'C.UTF-8' 重新建库。"
            )
