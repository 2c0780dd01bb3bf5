"""What an operator can mend is one Chinese sentence and exit code 1, never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from minqing.config import prepare
from minqing.config.commands.migrate import steps_waiting
from minqing.config.console import COMMANDS, main
from minqing.config.failures import CannotRun, sentences
from minqing.kernel.settings import settings
from tools import bootstrap

APPLICATION, OWNER = "MINQING_DATABASE_URL", "MINQING_OWNER_URL"


def _run(tmp_path: Path, *words: str, **changes: str) -> str:
    """Run the console command without addresses, and return the one line of its complaint."""
    environment = {key: value for key, value in os.environ.items() if key not in (APPLICATION, OWNER)}
    environment |= {"MINQING_VAR": str(tmp_path), **changes}
    done = subprocess.run(
        [sys.executable, "-m", "minqing.config.console", *words],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(("。", "run"))
    return lines[0]


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"端口 {port} 已被别的程序占用" in _run(tmp_path, "run", MINQING_PORT=str(port))
    assert not list(tmp_path.iterdir()), "nothing was made before the port was looked at"


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    assert "没有地址 192.0.2.1" in _run(tmp_path, "run", MINQING_HOST="192.0.2.1")


@pytest.mark.parametrize(
    ("given", "missing"), [(APPLICATION, f"还要设置 {OWNER}"), (OWNER, f"还要设置 {APPLICATION}")]
)
def test_only_one_of_the_two_addresses(tmp_path: Path, given: str, missing: str) -> None:
    assert missing in _run(tmp_path, "migrate", **{given: "postgresql://county_app@127.0.0.1:1/minqing"})


def test_a_database_out_of_reach(tmp_path: Path) -> None:
    addresses = {
        APPLICATION: "postgresql://county_app@127.0.0.1:1/minqing",
        OWNER: "postgresql://county_owner@127.0.0.1:1/minqing",
    }
    assert "连不上数据库（127.0.0.1:1 上的 minqing）" in _run(tmp_path, "migrate", **addresses)


def test_an_address_that_cannot_be_read(tmp_path: Path) -> None:
    addresses = {APPLICATION: "http://x", OWNER: "postgresql://county_owner@127.0.0.1:1/minqing"}
    assert f"{APPLICATION} 写得不对" in _run(tmp_path, "migrate", **addresses)


def test_both_addresses_with_one_role(tmp_path: Path) -> None:
    same = os.environ[OWNER]
    assert "同一个数据库账号" in _run(tmp_path, "migrate", **{APPLICATION: same, OWNER: same})


def test_an_old_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "POSTGRES_MIN", 990000)
    with pytest.raises(CannotRun, match="需要 17 或更高版本"):
        prepare.prepare_outside(
            database_url=os.environ[APPLICATION], owner_url=os.environ[OWNER], county=settings().county
        )


def test_a_variable_with_an_impossible_value(tmp_path: Path) -> None:
    assert "MINQING_PORT（监听端口）的值“99999”不能用" in _run(tmp_path, "run", MINQING_PORT="99999")


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    assert "MINQING_KEYS" in _run(tmp_path, "run", MINQING_KEYS="1:short")


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_database_of_a_newer_version() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('journal', '9999_of_tomorrow', now())"
        )
    with pytest.raises(CannotRun, match=r"更新的版本升级过（本程序不认识 journal\.9999_of_tomorrow）"):
        steps_waiting()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘空间不够"),
        (psycopg.errors.DiskFull(), "磁盘空间不够"),
        (psycopg.errors.InsufficientPrivilege(), "权限不够"),
        (PermissionError(errno.EACCES, "denied", "/somewhere"), "没有权限读写 /somewhere"),
    ],
)
def test_failures_of_outside_things(failure: Exception, words: str) -> None:
    with pytest.raises(CannotRun, match=words), sentences():
        raise RuntimeError from failure


def test_a_failure_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), sentences():
        _ = 1 / 0


def test_the_bootstrap_names_a_missing_venv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "HOME", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(bootstrap.CannotPrepare, match="apt install python3-venv"):
        bootstrap._uv()


def test_the_bootstrap_names_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.CannotPrepare, match=r"需要 Python 3\.11"):
        bootstrap._newer_python()


def test_the_bootstrap_names_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "FREE_BYTES_MIN", 1 << 60)
    with pytest.raises(bootstrap.CannotPrepare, match="请腾出空间后重试"):
        bootstrap._needs_space()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_subcommand_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[name][0] in capsys.readouterr().out.replace("\n", "")
