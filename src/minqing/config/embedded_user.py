"""As whom the embedded PostgreSQL runs: ourselves, or a system user of its own when we are root."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from minqing.config.failures import CannotRun

_NAME: Final = "minqing"
_FALL_BACK: Final = "nobody"
_READ: Final = stat.S_IRGRP | stat.S_IROTH
_ENTER: Final = stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class Account:
    """A system user other than our own."""

    uid: int
    gid: int


class RunAs(TypedDict, total=False):
    """The arguments of ``subprocess`` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


def account(say: Callable[[str], None]) -> Account | None:
    """Return the user for the server, made if need be; None: as we are."""
    if os.geteuid() != 0:
        return None
    for name in (_NAME, _FALL_BACK):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            if name != _NAME or not _make(name):
                continue
            say(f"已新建系统用户 {name}，专供随附的数据库使用。")
            found = pwd.getpwnam(name)
        return Account(found.pw_uid, found.pw_gid)
    raise CannotRun("PostgreSQL 不能以 root 运行，请改用普通用户运行，或先新建一个名为 minqing 的系统用户。")


def _make(name: str) -> bool:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        return False
    arguments = [
        program,
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        name,
    ]
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0  # noqa: S603  (fixed words)


def run_as(user: Account | None) -> RunAs:
    """Return what ``subprocess`` needs to run something as that user."""
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


def give(user: Account | None, *places: Path) -> None:
    """Make the user the owner of these places."""
    if user is not None:
        for place in places:
            os.chown(place, user.uid, user.gid)


def let_in(user: Account | None, folder: Path, binaries: Path, say: Callable[[str], None]) -> None:
    """Let the user through to its folder and binaries: folders above may be entered, never listed."""
    if user is None:
        return
    for place in (folder, binaries, *folder.parents, *binaries.parents):
        mode = stat.S_IMODE(place.stat().st_mode)
        if not mode & _ENTER:
            say(f"数据库以另一个系统用户运行，已允许其他用户穿过目录 {place}（仍不能列出其中的文件）。")
            place.chmod(mode | _ENTER)
    server = binaries / "bin" / "postgres"
    if server.stat().st_mode & stat.S_IXOTH:
        return
    for place in binaries.rglob("*"):
        mode = stat.S_IMODE(place.stat().st_mode) | _READ
        place.chmod(mode | (stat.S_IXGRP | stat.S_IXOTH) if place.is_dir() or mode & stat.S_IXUSR else mode)


def short_folder(folder: Path) -> Path:
    """Return a short path for sockets, bound to ``folder`` and to us; refuse one that somebody else made."""
    name = hashlib.sha256(f"{os.geteuid()}:{folder}".encode()).hexdigest()[:12]
    above = Path(tempfile.gettempdir()) / f"minqing-{name}"
    above.mkdir(mode=0o755, exist_ok=True)
    if above.is_symlink() or above.stat().st_uid != os.geteuid():
        raise CannotRun(f"目录 {above} 属于别人，请删除它，或把程序放到路径更短的目录下运行。")
    return above / "s"
