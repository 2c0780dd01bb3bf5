"""`python -m bench search`: every way of searching the register, from a village, a town and the county.

Each question goes through the real query as a real official, and beside it the same as plain LIKE in one statement.
What it returns must be what LIKE returns: the first page, another one and how many there are; every difference is an
error. With ``--var`` an existing county is asked as it stands, as one made by ``MINQING_VAR=… minqing seed --size
full``; otherwise one is made and thrown away. Printed per sort of question: p50 and p95 in milliseconds, LIKE's, and
how many times quicker that is.

The last line: ``value`` is the p95 over all questions; ``ratio`` is LIKE's time for all of them divided by ours. On a
quiet machine a p95 above ``P95_MS_MAX`` is an error too; on a crowded one milliseconds say nothing, and only the
ratio counts.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

from bench.county import county_at
from bench.outcome import Outcome, percentile
from bench.pages import QUIET_MAX, crowded
from bench.register import RESIDENTS, Looking, full_register, lookers
from minqing.config.screen import say, step
from minqing.kernel import clock

P95_MS_MAX: Final = 80.0
FLOOR: Final = 2.0
EACH: Final = 4  # different questions of a sort, from each level
TAG: Final = "veteran"
_MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks: of which sort, of which kind of file."""

    sort: str
    by: Looking
    kind: str
    text: str
    tag: str = ""


@dataclass
class Measured:
    """The seconds of one sort of question: ours and LIKE's."""

    ours: list[float] = field(default_factory=list)
    like: list[float] = field(default_factory=list)


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--residents", type=int, default=RESIDENTS, help=f"居民数，默认 {RESIDENTS:,}")
    parser.add_argument("--var", type=Path, default=None, help="用这个文件夹里现成的县，不另造")
    parser.add_argument("--each", type=int, default=EACH, help=f"每种问法在每一级问几个，默认 {EACH}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with county_at(options.var) if options.var is not None else full_register(options.residents):
        return measure(options.each)


def measure(each: int) -> Outcome:
    """Ask everything on the county at hand."""
    asked = [one for by in lookers() for one in questions(by, each)]
    measured: dict[str, Measured] = defaultdict(Measured)
    wrong = 0
    crowding = [crowded()]
    with step(f"正在提 {len(asked)} 个问题，并与 LIKE 对照") as progress:
        for number, one in enumerate(asked, 1):
            ours, like, is_right = _ask(one)
            of = measured[f"{one.sort} · {one.by.level}"]
            of.ours.append(ours)
            of.like.append(like)
            if not is_right:
                wrong += 1
                say(f"与 LIKE 不一致：{one.sort}，{one.by.level}，{one.kind}，“{one.text}”")
            progress(number, len(asked))
    crowding.append(crowded())
    exact, misses = _exact(asked[0].by)
    measured["整个证件号或电话"].ours = exact
    return _outcome(measured, wrong + misses, median(crowding))


def questions(by: Looking, each: int) -> Iterator[Question]:
    """Yield the questions of one level, from what stands in the files there."""
    people = _sample("resident", "name, name_initials", by, each)
    homes = _sample("household", "address", by, each)
    firms = _sample("enterprise", "name, address", by, each)
    for name, initials in people:
        yield Question("整个姓名", by, "resident", name)
        yield Question("姓名中的两个字", by, "resident", name[-2:])
        yield Question("姓", by, "resident", name[0])
        yield Question("名中的一个字", by, "resident", name[-1])
        yield Question("拼音首字母", by, "resident", initials[:3])
        yield Question("拼音首字母两个", by, "resident", initials[:2])
        yield Question("户主姓名", by, "household", name)
        yield Question("姓和标签", by, "resident", name[0], TAG)
    for (address,) in homes:
        tail = address[-4:]
        yield Question("住址的一段", by, "resident", address[3:7])
        yield Question("整个住址", by, "resident", address)
        yield Question("门牌号", by, "resident", tail[-3:])
        yield Question("门牌号（户）", by, "household", tail[-3:])
        yield Question("住址的一段（户）", by, "household", address[3:8])
    for (name, _), (address,) in zip(people, homes, strict=False):
        yield Question("姓名和住址", by, "resident", f"{name[:2]} {address[3:7]}")
        yield Question("姓和门牌号", by, "resident", f"{name[0]} {address[-3:]}")
    for name, address in firms:
        yield Question("企业名称的一段", by, "enterprise", name[3:6])
        yield Question("企业地址的一段", by, "enterprise", address[3:7])
    yield Question("标签", by, "resident", "", TAG)
    yield Question("没有的", by, "resident", "龘靐")
    yield Question("带通配符", by, "resident", "100%_")


def _sample(table: str, columns: str, by: Looking, each: int) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} WHERE closed_on IS NULL "
            "AND area_id IN (SELECT id FROM area WHERE path <@ %s::ltree) ORDER BY md5(id::text) LIMIT %s",
            [by.area.path, each],
        )
        return list(cursor.fetchall())


def _ask(one: Question) -> tuple[float, float, bool]:
    """Ask once; return our seconds, LIKE's, and whether both say the same."""
    from minqing.registry import public as registry

    today = clock.today()
    given: dict[str, Any] = {"kind": one.kind, "tag": one.tag, "today": today}
    began = time.perf_counter()
    first = registry.search(one.by.actor, one.text, **given)
    ours = time.perf_counter() - began
    sql, params = _like(one, today)
    began = time.perf_counter()
    expected = _ids(f"{sql} LIMIT 30", params)
    like = time.perf_counter() - began
    everything = _ids(sql, params)
    shown = [row.view.id for row in first.rows]
    last = registry.search(one.by.actor, one.text, page=first.pages, **given)
    begin = (last.page - 1) * 30
    is_right = (
        shown == expected
        and (first.total <= len(everything) if first.more_than_counted else first.total == len(everything))
        and [row.view.id for row in last.rows] == everything[begin : begin + 30]
    )
    return ours, like, is_right


def _ids(sql: str, params: list[Any]) -> list[UUID]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


_NAMED: Final = "(r.name LIKE %s OR r.name_initials LIKE %s)"
_LIKE: Final = {
    "resident": (
        "r.name",
        f"({_NAMED} OR r.id IN (SELECT m.resident_id FROM household_member m JOIN household h ON h.id = m.household_id "
        "WHERE m.ends_on IS NULL AND h.address LIKE %s))",
    ),
    "household": (
        "r.address",
        "(r.id IN (SELECT m.household_id FROM household_member m JOIN resident p ON p.id = m.resident_id "
        "WHERE m.ends_on IS NULL AND m.relation = 'head' AND (p.name LIKE %s OR p.name_initials LIKE %s)) "
        "OR r.address LIKE %s)",
    ),
    "enterprise": ("r.name", f"({_NAMED} OR r.address LIKE %s)"),
}


def _like(one: Question, today: date) -> tuple[str, list[Any]]:
    """Return the question as one plain statement; one character says who, not where."""
    sorted_by, test = _LIKE[one.kind]
    tests = ["r.closed_on IS NULL", "r.area_id IN (SELECT id FROM area WHERE path <@ %s::ltree)"]
    params: list[Any] = [one.by.area.path]
    says_who = one.kind == "resident"
    for word in one.text.split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        initials = f"{word.lower()}%" if word.isascii() and word.isalnum() else None
        tests.append(test)
        params += [f"%{escaped}%", initials, None if says_who and len(word) == 1 else f"%{escaped}%"]
    if one.tag:
        tests.append(
            "r.id IN (SELECT t.subject_id FROM tag t JOIN tag_kind k ON k.id = t.kind_id WHERE k.key = %s "
            "AND t.ended_at IS NULL AND t.starts_on <= %s AND (t.ends_on IS NULL OR t.ends_on >= %s))"
        )
        params += [one.tag, today, today]
    where = " AND ".join(tests)
    return f'SELECT r.id FROM {one.kind} r WHERE {where} ORDER BY {sorted_by} COLLATE "C", r.id', params


def _exact(by: Looking) -> tuple[list[float], int]:
    """Ask for whole numbers; return the seconds, and how many were not found."""
    from minqing.registry import public as registry

    ids = [row[0] for row in _sample("resident", "id", by, 40)]
    seconds, misses = [], 0
    for resident_id, numbers in registry.identities(ids, by.actor).items():
        for value in filter(None, (numbers.id_number, numbers.phone)):
            began = time.perf_counter()
            rows = registry.find_exact(by.actor, value, today=clock.today())
            seconds.append(time.perf_counter() - began)
            misses += resident_id not in {row.view.id for row in rows}
    return seconds, misses


def _outcome(measured: dict[str, Measured], wrong: int, crowding: float) -> Outcome:
    say(f"{'p50':>8}{'p95':>8}{'LIKE':>9}{'times':>8}  sort")
    for sort, of in measured.items():
        p50, p95 = (percentile(of.ours, share) * _MS for share in (0.5, 0.95))
        like = median(of.like) * _MS if of.like else 0.0
        say(f"{p50:8.1f}{p95:8.1f}{like:9.1f}{like / p50:8.1f}  {sort}")
    ours = [one for of in measured.values() for one in of.ours]
    value = percentile(ours, 0.95) * _MS
    both = [of for of in measured.values() if of.like]
    ratio = sum(sum(of.like) for of in both) / sum(sum(of.ours) for of in both)
    is_slow = value > P95_MS_MAX
    say(
        f"\n共 {len(ours)} 个问题：p50 {percentile(ours, 0.5) * _MS:.1f} 毫秒，p95 {value:.1f} 毫秒，"
        f"与 LIKE 不一致 {wrong} 个。"
    )
    if crowding > QUIET_MAX:
        say(f"注意：本机不安静，一段计算要等 {crowding:.1f} 倍的时间，毫秒数偏大，不作判断。")
        is_slow = False
    return Outcome(value=value, unit="ms", ratio=ratio, floor=FLOOR, errors=wrong + is_slow)
