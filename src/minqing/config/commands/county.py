"""``minqing county``: set up a real county in an empty database, with its security administrator.

That one account is the only one there is; the other two administrators are appointed by it (GB/T 22239-2019, 8.1.5).
"""

from __future__ import annotations

import argparse
import csv
import getpass
import json
import os
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from minqing.config.commands.migrate import migrate
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import say
from minqing.kernel import clock
from minqing.kernel.errors import Refused

if TYPE_CHECKING:
    from minqing.areas.public import Planned

PASSWORD_VARIABLE: Final = "MINQING_ADMINISTRATOR_PASSWORD"  # noqa: S105 - the variable's name
_SHIPPED_CODE: Final = "330683"
_SHIPPED_NAME: Final = "嵊州市"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--username", required=True, help="安全管理员的用户名")
    parser.add_argument("--person", required=True, help="安全管理员的姓名")
    parser.add_argument("--code", default=_SHIPPED_CODE, help="县（市）行政区划代码，默认 330683")
    parser.add_argument("--name", default=_SHIPPED_NAME, help="县（市）名称，默认嵊州市")
    parser.add_argument("--towns", type=Path, help="镇街 CSV：code,name[,lon,lat]；默认用自带的嵊州数据")
    parser.add_argument(
        "--villages", type=Path, help="村（社区）CSV：code,town_code,name；默认用自带的嵊州数据"
    )


def run(options: argparse.Namespace) -> int:
    """Migrate, found the county, add the administrator; all or nothing."""
    if (options.towns is None) != (options.villages is None):
        raise CannotRun("--towns 和 --villages 要一起给，请补上另一个。")
    if options.code != _SHIPPED_CODE and options.towns is None:
        raise CannotRun(
            "自带的数据只有嵊州市（330683），其他县（市）请用 --towns 和 --villages 给出镇街和村。"
        )
    password = asked_password()
    with database_at_hand(say):
        migrate()
        from django.db import transaction

        from minqing.accounts.public import add_first_administrator
        from minqing.areas.public import found_county

        at = clock.now()
        below = list(_planned(options))
        try:
            with transaction.atomic():
                found_county(
                    code=options.code, name=options.name, below=below, outline=_outline(options), at=at
                )
                add_first_administrator(
                    username=options.username, name=options.person, password=password, at=at
                )
        except Refused as refused:
            raise CannotRun(refused.message) from refused
        say(
            f"{options.name}已建好，共 {len(below)} 个镇街和村（社区）。现在只有“{options.username}”一个账号，"
            "请用它登录，另请两个人，任命为系统管理员和审计管理员。"
        )
    return 0


def asked_password() -> str:
    """Return the security administrator's password, from the environment or typed."""
    if said := os.environ.get(PASSWORD_VARIABLE):
        return said
    if not sys.stdin.isatty():
        raise CannotRun(
            f"请在终端里运行，或用环境变量 {PASSWORD_VARIABLE} 给出安全管理员的密码（至少 12 位）。"
        )
    return getpass.getpass("安全管理员的密码（至少 12 位）：")


def _planned(options: argparse.Namespace) -> Iterable[Planned]:
    from minqing.areas.public import TOWN, VILLAGE, Planned, Point

    for row in _rows(options.towns, "towns.csv", ("code", "name")):
        lon, lat = row.get("lon"), row.get("lat")
        try:
            point = Point(float(lon), float(lat)) if lon and lat else None
        except ValueError as error:
            raise CannotRun(f"镇街“{row['name']}”的经纬度不是数字，请核对。") from error
        yield Planned(row["code"], options.code, row["name"], TOWN, point)
    for row in _rows(options.villages, "villages.csv", ("code", "town_code", "name")):
        yield Planned(row["code"], row["town_code"], row["name"], VILLAGE)


def _rows(given: Path | None, shipped: str, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        source = given or files("minqing.areas").joinpath("data", shipped)
        rows = list(csv.DictReader(source.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"读不出 {given}，请检查路径，并把文件存为 UTF-8 编码的 CSV。") from error
    if not rows or any(not row.get(name) for row in rows for name in wanted):
        raise CannotRun(f"{given or shipped} 的每一行都要有 {'、'.join(wanted)} 这几列，请核对表头和空格子。")
    return rows


def _outline(options: argparse.Namespace) -> dict[str, Any] | None:
    if options.code != _SHIPPED_CODE:
        return None
    text = files("minqing.areas").joinpath("data", "shengzhou_outline.geojson").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    outline: dict[str, Any] = found["geometry"]
    return outline
