"""`python -m bench lists`: the lists of the registry in a county of N residents, and in one of a tenth of that.

First pages, filtered ones and the last page one can turn to, of residents, households, enterprises and a tag, from a
village, a town and the county; and a dossier. The tree of areas is the same in both counties: every village has ten
times the people. Filters ask for the same words in both: of the commonest parts of names and addresses in the smaller
county, those whose pages show as many rows in the larger one, or nearly.

Each list is opened in both counties one after the other, and its growth is the median of what the larger one took
divided by what the smaller one took: whatever else the machine does in that moment falls on both.

Printed per list: the median milliseconds, the growth, and how many rows both pages show. The last line: ``value`` is
the slowest list's median in the larger county; ``ratio`` is 1 divided by the growth of the single list that grows most.
The floor allows a growth of 1.5.

Pages are made alike because thirty rows cost more to read and to write than six, in a county of any size, and that says
nothing of lists. Likewise the last page is the last full one. Where the smaller county has not enough for a page (a
village's firms, its veterans), the larger one's additional rows count as growth. Where a list is counted no further
than it can be leafed through ("1,000 条以上"), its last page is as far as that.

Not among them: the middle of a list by tag of a town, whose carriers are looked up and sorted, each of them.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, Final

from bench.outcome import Outcome
from bench.register import RESIDENTS, Looking, full_register, lookers
from minqing.config.failures import CannotRun
from minqing.config.screen import say, step
from minqing.kernel import clock

GROWTH_MAX: Final = 1.5
FLOOR: Final = 1 / GROWTH_MAX
SMALLER: Final = 10
REPEATS: Final = 25
DEEP: Final = 10_000  # turned back to the last page there is
_MS: Final = 1000.0

STOP: Final = ""
NAME, SURNAME, ADDRESS = "name", "surname", "address"
PARTS: Final = {NAME: "left(name, 2)", SURNAME: "left(name, 1)", ADDRESS: "substr(address, 4, 4)"}
KNOWN: Final = 12  # words that are tried
PAGE_ROWS: Final = 30

Key = tuple[str, str]  # level, list
Filter = tuple[str, str]  # level, what is filtered by
Words = dict[Filter, list[str]]  # what filters might ask for
Shown = dict[Filter, dict[str, int]]  # how many rows the first page shows for each word
Opened = tuple[float, int]  # seconds, rows shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--residents", type=int, default=RESIDENTS, help=f"居民数，默认 {RESIDENTS:,}")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"每个名单打开几次，默认 {REPEATS}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with a_county(options.residents // SMALLER) as smaller, a_county(options.residents) as larger:
        counties = (smaller, larger)
        known, _ = [county.recv() for county in counties]
        for county in counties:
            county.send(known)
        words = alike(*(county.recv() for county in counties))
        for county in counties:
            county.send(words)
        keys, _ = [county.recv() for county in counties]
        opened: dict[Key, list[tuple[Opened, Opened]]] = defaultdict(list)
        with step(f"正在轮流打开两个县的名单，每个 {options.repeats} 次") as progress:
            for number in range(options.repeats + 1):  # the first fills caches
                for key in keys:
                    pair = _in_turns(key, counties if number % 2 else counties[::-1])
                    if number:
                        opened[key].append(pair if number % 2 else pair[::-1])
                progress(number, options.repeats)
        for county in counties:
            county.send(STOP)
    return outcome(opened)


def _in_turns(key: Key, counties: tuple[Connection, Connection]) -> tuple[Opened, Opened]:
    first, second = counties
    first.send(key)
    began: Opened = first.recv()
    second.send(key)
    return began, second.recv()


@contextmanager
def a_county(residents: int) -> Iterator[Connection]:
    """Have a county in a process of its own: Django is set up for one database. It opens its lists when told to.

    It first sends the words that filters might ask for; then gets such words and sends how many rows they show; then
    gets the words they do ask for and sends the keys of its lists. After that it opens the list of every key it gets,
    and sends what that took.
    """
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, residents))
    process.start()
    theirs.close()
    try:
        yield ours
    except EOFError:
        raise CannotRun("一个县没有准备好，原因见上面的输出，处理后请重试。") from None
    finally:
        ours.close()
        process.join()


def _serve(orders: Connection, residents: int) -> None:
    with full_register(residents), suppress(EOFError):
        looking = lookers()
        orders.send({(by.level, name): known for by in looking for name, known in words_of(by).items()})
        known: Words = orders.recv()
        by_level = {by.level: by for by in looking}
        orders.send({one: shown_for(by_level[one[0]], one[1], known[one]) for one in known})
        words: dict[Filter, str] = orders.recv()
        lists = {key: ask for by in looking for key, ask in lists_of(by, words).items()}
        orders.send(list(lists))
        while key := orders.recv():
            began = time.perf_counter()
            page = lists[key]()
            orders.send((time.perf_counter() - began, len(getattr(page, "rows", ()))))


def words_of(by: Looking) -> dict[str, list[str]]:
    """Return what filters might ask for: the parts of names and addresses that most have there."""
    return {name: _commonest(by, part) for name, part in PARTS.items()}


def _commonest(by: Looking, part: str) -> list[str]:
    from django.db import connection

    table = "household" if "address" in part else "resident"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {part} FROM {table} WHERE closed_on IS NULL "
            "AND area_id IN (SELECT id FROM area WHERE path <@ %s::ltree) "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s",
            [by.area.path, KNOWN],
        )
        return [word for (word,) in cursor.fetchall()]


def shown_for(by: Looking, name: str, words: list[str]) -> dict[str, int]:
    """Return how many rows the first page of a filter shows for each of some words."""
    from minqing.registry import public as registry

    kind = registry.HOUSEHOLD if name == ADDRESS else registry.RESIDENT
    today = clock.today()
    return {word: len(registry.search(by.actor, word, kind=kind, today=today).rows) for word in words}


def alike(smaller: Shown, larger: Shown) -> dict[Filter, str]:
    """Return the word for each filter whose pages in both counties differ least in rows; of such, the fullest page."""

    def choose(one: Filter) -> str:
        rows = {word: (shown, larger[one][word]) for word, shown in smaller[one].items()}
        return min(rows, key=lambda word: (abs(rows[word][0] - rows[word][1]), -rows[word][0]))

    return {one: choose(one) for one in smaller}


def lists_of(by: Looking, words: dict[Filter, str]) -> dict[Key, Callable[[], Any]]:
    """Return the lists that somebody opens, by (level, name)."""
    from minqing.registry import public as registry

    actor, today = by.actor, clock.today()

    def listed(**given: Any) -> Callable[[], registry.SearchPage]:
        return lambda: registry.search(actor, today=today, **given)

    def last(**given: Any) -> Callable[[], registry.SearchPage]:
        end = registry.search(actor, today=today, page=DEEP, **given)
        is_full = len(end.rows) == PAGE_ROWS or end.page == 1
        return listed(page=end.page if is_full else end.page - 1, **given)

    first = listed(kind="resident")().rows[0]
    return {
        (by.level, "居民，第一页"): listed(kind="resident"),
        (by.level, "居民，最后一页"): last(kind="resident"),
        (by.level, "居民，按姓名筛选"): listed(kind="resident", text=words[by.level, NAME]),
        (by.level, "居民，按姓筛选，最后一页"): last(kind="resident", text=words[by.level, SURNAME]),
        (by.level, "居民，按标签筛选"): listed(kind="resident", tag="veteran"),
        (by.level, "居民，按标签筛选，最后一页"): last(kind="resident", tag="veteran"),
        (by.level, "居民，包括已注销的"): listed(kind="resident", closed=True),
        (by.level, "户，第一页"): listed(kind="household"),
        (by.level, "户，最后一页"): last(kind="household"),
        (by.level, "户，按住址筛选"): listed(kind="household", text=words[by.level, ADDRESS]),
        (by.level, "企业，第一页"): listed(kind="enterprise"),
        (by.level, "企业，最后一页"): last(kind="enterprise"),
        (by.level, "场所，第一页"): listed(kind="place"),
        (by.level, "居民档案"): lambda: registry.dossier(first.view.ref, actor, clock.now()),
    }


def outcome(opened: dict[Key, list[tuple[Opened, Opened]]]) -> Outcome:
    """Print both counties side by side and judge the growth."""
    say(f"{'N/10':>8}{'N':>8}{'growth':>8}{'rows':>9}  list")
    growth: dict[Key, float] = {}
    slowest = 0.0
    for key, pairs in opened.items():
        smaller, larger = (median(pair[side][0] for pair in pairs) * _MS for side in (0, 1))
        growth[key] = median(large / small for (small, _), (large, _) in pairs)
        slowest = max(slowest, larger)
        rows = "/".join(str(shown) for _, shown in pairs[0])
        say(f"{smaller:8.1f}{larger:8.1f}{growth[key]:8.2f}{rows:>9}  {key[0]} · {key[1]}")
    most = max(growth, key=lambda key: growth[key])
    say(f"\n增长最多的名单：{most[0]} · {most[1]}，{growth[most]:.2f} 倍。")
    return Outcome(value=slowest, unit="ms", ratio=1 / growth[most], floor=FLOOR)
