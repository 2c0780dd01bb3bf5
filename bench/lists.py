"""`python -m bench lists`: the lists of the registry in a county of N residents, and in one of a tenth of that.

First pages, filtered ones and the last page one can turn to, of residents, households, enterprises and a tag, from a
village, a town and the county; and a dossier. The tree of areas is the same in both counties: every village has ten
times the people. Filters ask for the same words in both: parts of names and addresses that both have.

Each list is opened in both counties one after the other, and its growth is the median of what the larger one took
divided by what the smaller one took: whatever else the machine does in that moment falls on both.

Printed per list: the median milliseconds, the growth, and how many rows both pages show. The last line: ``value`` is
the slowest list's median in the larger county; ``ratio`` is 1 divided by the growth of the single list that grows most.
The floor allows a growth of 1.5.

What is not the same work in both: a filter that meets six people in the smaller county and seventy in the larger one
fills a page only there. Rows on a page are paid for in the growth as it is judged. Only the last page is made alike: it
is the last full one, because three rows against thirty would say nothing of how far back they lie. Where a list is
counted no further than it can be leafed through ("1,000 条以上"), its last page lies as deep as that in both.

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
REPEATS: Final = 15
DEEP: Final = 10_000  # turned back to the last page there is
_MS: Final = 1000.0

STOP: Final = ""
PAGE_ROWS: Final = 30

Key = tuple[str, str]  # level, list
Words = dict[str, dict[str, list[str]]]  # by level: what filters might ask for
Opened = tuple[float, int]  # seconds, rows shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--residents", type=int, default=RESIDENTS, help=f"居民数，默认 {RESIDENTS:,}")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"每个名单打开几次，默认 {REPEATS}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with a_county(options.residents // SMALLER) as smaller, a_county(options.residents) as larger:
        counties = (smaller, larger)
        words, _ = [county.recv() for county in counties]
        larger.send(words)
        words = larger.recv()
        smaller.send(words)
        smaller.recv()
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

    It first sends the words that filters might ask for, then gets such words and sends those of them that it finds,
    one for each filter, then the keys of its lists; after that it opens the list of every key it gets, and sends what
    that took.
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
        orders.send({by.level: words_of(by) for by in looking})
        given: Words = orders.recv()
        words = {by.level: found_of(by, given[by.level]) for by in looking}
        orders.send(words)
        lists = {key: ask for by in looking for key, ask in lists_of(by, words[by.level]).items()}
        orders.send(list(lists))
        while key := orders.recv():
            began = time.perf_counter()
            page = lists[key]()
            orders.send((time.perf_counter() - began, len(getattr(page, "rows", ()))))


def words_of(by: Looking) -> dict[str, list[str]]:
    """Return what filters might ask for: parts of the names and addresses of the first residents there are."""
    from minqing.registry import public as registry

    first = [row.view for row in registry.search(by.actor, today=clock.today()).rows]
    return {
        "name": [one.name[:2] for one in first],
        "surname": [one.name[0] for one in first],
        "address": [one.address[3:7] or "村" for one in first],
    }


def found_of(by: Looking, words: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the first word of each filter that finds somebody here."""
    from minqing.registry import public as registry

    def is_found(word: str) -> bool:
        return bool(registry.search(by.actor, word, today=clock.today()).rows)

    return {name: [next((one for one in known if is_found(one)), known[0])] for name, known in words.items()}


def lists_of(by: Looking, words: dict[str, list[str]]) -> dict[Key, Callable[[], Any]]:
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
        (by.level, "居民，按姓名筛选"): listed(kind="resident", text=words["name"][0]),
        (by.level, "居民，按姓筛选，最后一页"): last(kind="resident", text=words["surname"][0]),
        (by.level, "居民，按标签筛选"): listed(kind="resident", tag="veteran"),
        (by.level, "居民，按标签筛选，最后一页"): last(kind="resident", tag="veteran"),
        (by.level, "居民，包括已注销的"): listed(kind="resident", closed=True),
        (by.level, "户，第一页"): listed(kind="household"),
        (by.level, "户，最后一页"): last(kind="household"),
        (by.level, "户，按住址筛选"): listed(kind="household", text=words["address"][0]),
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
