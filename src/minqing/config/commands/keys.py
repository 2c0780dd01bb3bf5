"""``minqing keys``: which keys hold what, a new key, and everything sealed anew with the newest while reads go on.

Every sealed column of every table is found by looking at the models: a new one is rotated without anybody thinking of
it. A batch is a transaction; stopped or killed, the next run goes on where boxes of older keys are left.
"""

from __future__ import annotations

import argparse
import base64
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg import sql

from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import complain, say, step
from minqing.kernel import clock
from minqing.kernel.resealing import FIRST, SealedTable, reseal_batch, sealed_tables, survey
from minqing.kernel.sealed import ALGORITHM_LABELS, Unreadable, newest
from minqing.kernel.settings import KEY_BYTES, settings

KEYS_MAX: Final = 255
_LABELS: Final = {
    "notice_address": "本人在告知渠道上的地址",
    "notice_channel": "告知渠道的地址",
    "notice_subscription": "推送订阅的密钥",
    "resident_identity": "居民的证件号和电话",
    "enterprise": "企业的联系电话",
    "case_contact": "反映人的联系方式",
    "import_row": "导入的表格",
    "import_piece": "导入的表格",
    "resident_merge": "合并前的档案",
    "personal_code": "个人码的领取人",
    "data_request": "本人请求的内容",
    "sign_in_secret": "验证器和备用码",
}


@dataclass(frozen=True, slots=True)
class Held:
    """How many boxes of one table were made how: by (algorithm, key id)."""

    table: SealedTable
    boxes: Counter[tuple[int, int]] = field(default_factory=Counter)


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="动作", title="动作")
    what.add_parser("status", help="哪些数据由哪个密钥加密，哪个密钥可以去掉")
    what.add_parser("rotate", help="把全部个人信息改用现用的密钥和算法加密，不用停机，中断后可以接着做")
    what.add_parser("new", help="生成一个新密钥，写进 MINQING_KEYS 用")


def run(options: argparse.Namespace) -> int:
    """Do the one thing asked for."""
    actions: Final[dict[str, Callable[[], int]]] = {"status": _status, "rotate": _rotate, "new": _new}
    return actions[options.what]()


def _new() -> int:
    number = max(settings().key_numbers(), default=0) + 1
    if number > KEYS_MAX:
        raise CannotRun(
            f"密钥编号最大是 {KEYS_MAX}，已经用完，请先去掉不用的旧密钥，再自己选一个空着的编号。"
        )
    say(f"{number}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}")
    return 0


def _status() -> int:
    with database_at_hand(complain, owner=False):
        found = list(held())
        for one in found:
            says = [f"{_made(*by)} {count:,} 个" for by, count in sorted(one.boxes.items())]
            say(f"{label(one.table)}：{'，'.join(says) or '没有'}")
        in_use = {key for one in found for _, key in one.boxes}
        configured = settings().key_numbers()
        if missing := in_use - set(configured):
            complain(
                f"MINQING_KEYS 里缺少 {_list(missing)} 号密钥，有数据是用它加密的，读不出来。请从备份里找回。"
            )
            return 1
        algorithm, key = newest()
        old = sum(n for one in found for by, n in one.boxes.items() if by != (algorithm, key))
        if old:
            say(f"现用的是{_made(algorithm, key)}，还有 {old:,} 个不是。请运行 minqing keys rotate。")
        elif idle := set(configured) - in_use - {key}:
            say(f"{_list(idle)} 号密钥已没有数据在用，可以从 MINQING_KEYS 里去掉（备份里的数据仍要用它）。")
    return 0


def _rotate() -> int:
    with database_at_hand(say, owner=False):
        rows = rotate()
        left = sum(n for one in held() for by, n in one.boxes.items() if by != tuple(newest()))
        if left:
            complain(
                f"重新加密了 {rows:,} 行，但又出现了 {left:,} 个旧密钥的值：还有程序在用旧的 MINQING_KEYS。"
                "请让所有 serve 和 work 都用上新密钥，再运行一次。"
            )
            return 1
        say(f"全部已是{_made(*newest())}，这次重新加密了 {rows:,} 行。" if rows else "没有要重新加密的。")
    return 0


def rotate(tables: list[SealedTable] | None = None) -> int:
    """Seal everything (or some tables) anew with the newest key and the algorithm set; return how many rows."""
    return sum(_one_table(table) for table in tables or sealed_tables())


def _one_table(table: SealedTable) -> int:
    """Seal one table anew. What was done is journalled also when it is stopped in the middle."""
    from django.db import connection

    with _whole_county(), connection.cursor() as cursor:
        waiting, limit = survey(cursor, table)
    if not waiting:
        return 0
    done, after = 0, FIRST
    try:
        with step(f"正在重新加密：{label(table)}（{waiting:,} 行）") as progress:
            while True:
                with _whole_county(), connection.cursor() as cursor:
                    batch = reseal_batch(cursor, table, after, limit=limit)
                if batch is None:
                    break
                done, after = done + batch.rows, batch.last
                progress(done, waiting)
    except Unreadable as error:
        raise CannotRun(
            f"{label(table)}里有一个值打不开（密钥不对，或数据被改动过），已停下，之前的 {done:,} 行已经换好。"
            "请先运行 minqing keys status，补齐密钥后再试。"
        ) from error
    finally:
        if done:
            _journal(table, done)
    return done


def _journal(table: SealedTable, rows: int) -> None:
    from django.db import transaction

    from minqing.areas.public import county
    from minqing.journal.public import record
    from minqing.kernel.access import SYSTEM
    from minqing.registry.events import SealedAnew

    where = county().id
    event = SealedAnew(
        subject_kind="area", subject_id=where, area_id=where, what=label(table), rows=rows, key=newest()[1]
    )
    with transaction.atomic():
        record(event, by=SYSTEM, at=clock.now())


def held() -> Iterator[Held]:
    """Count the boxes of every table by algorithm and key."""
    from django.db import connection

    for table in sealed_tables():
        found = Held(table)
        with _whole_county(), connection.cursor() as cursor:
            for column in table.columns:
                cursor.execute(
                    sql.SQL(
                        "SELECT substr({column}, 1, 2), count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
                    ).format(column=sql.Identifier(column), table=sql.Identifier(table.name))
                )
                for front, count in cursor.fetchall():
                    found.boxes[front[0], front[1]] += count
        yield found


def _whole_county() -> Any:
    """A transaction that reaches the whole vault."""
    from minqing.areas.public import county
    from minqing.registry.public import scope

    return scope([county().path])


def label(table: SealedTable) -> str:
    """Return what a table holds, in words."""
    return _LABELS.get(table.name, f"其他加密内容（{table.name}）")


def _made(algorithm: int, key: int) -> str:
    return f"{key} 号密钥（{ALGORITHM_LABELS.get(algorithm, '不认识的算法')}）"


def _list(numbers: set[int]) -> str:
    return "、".join(str(number) for number in sorted(numbers))
