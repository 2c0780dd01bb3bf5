"""`python -m bench lists`: the lists of the registry in a county of N residents, and in one of a tenth of that.

First pages, filtered ones and the last page one can turn to, of residents, households, enterprises and a tag, from a
village, a town and the county; and a dossier. The tree of areas is the same in both counties: every village has ten
times the people.

Printed per list: the median milliseconds in both counties and how many times slower the larger one is. The last line:
``value`` is the slowest list's median in the larger county; ``ratio`` is 1 divided by the growth of the level (village,
town, county) that grows most, all its lists together. The floor allows a growth of 1.5.
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

READY: Final = "ready"
ROUND: Final = "round"
STOP: Final = "stop"

Lists = dict[tuple[str, str], Callable[[], Any]]
Seconds = dict[tuple[str, str], list[float]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--residents", type=int, default=RESIDENTS, help=f"居民数，默认 {RESIDENTS:,}")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"每个名单打开几次，默认 {REPEATS}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with a_county(options.residents // SMALLER) as smaller, a_county(options.residents) as larger:
        counties = (smaller, larger)
        seconds: tuple[Seconds, Seconds] = (defaultdict(list), defaultdict(list))
        # In turns, list after list: whatever else the machine does falls on both alike.
        with step(f"正在轮流打开两个县的名单，每个 {options.repeats} 次") as progress:
            for number in range(options.repeats + 1):  # the first fills caches
                for county, kept in zip(counties, seconds, strict=True):
                    county.send(ROUND)
                    for key, one in county.recv().items():
                        if number:
                            kept[key].append(one)
                progress(number, options.repeats)
        for county in counties:
            county.send(STOP)
    return outcome(*({key: median(one) for key, one in kept.items()} for kept in seconds))


@contextmanager
def a_county(residents: int) -> Iterator[Connection]:
    """Have a county in a process of its own: Django is set up for one database. It opens its lists when told to."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, residents))
    process.start()
    theirs.close()
    try:
        ours.recv()  # it stands ready
        yield ours
    except EOFError:
        raise CannotRun("一个县没有准备好，原因见上面的输出，处理后请重试。") from None
    finally:
        ours.close()
        process.join()


def _serve(orders: Connection, residents: int) -> None:
    """Open all lists of a county at every ``ROUND``, and send the seconds by (level, list)."""
    with full_register(residents), suppress(EOFError):
        lists = {key: ask for by in lookers() for key, ask in lists_of(by).items()}
        orders.send(READY)
        while orders.recv() == ROUND:
            orders.send({key: _seconds(ask) for key, ask in lists.items()})


def _seconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def lists_of(by: Looking) -> Lists:
    """Return the lists that somebody opens, by (level, name)."""
    from minqing.registry import public as registry

    actor, today = by.actor, clock.today()

    def listed(**given: Any) -> Callable[[], registry.SearchPage]:
        return lambda: registry.search(actor, today=today, **given)

    first = listed(kind="resident")().rows[0]
    name = first.view.name
    return {
        (by.level, "居民，第一页"): listed(kind="resident"),
        (by.level, "居民，最后一页"): listed(kind="resident", page=DEEP),
        (by.level, "居民，按姓名筛选"): listed(kind="resident", text=name[:2]),
        (by.level, "居民，按姓筛选，最后一页"): listed(kind="resident", text=name[0], page=DEEP),
        (by.level, "居民，按标签筛选"): listed(kind="resident", tag="veteran"),
        (by.level, "居民，按标签筛选，最后一页"): listed(kind="resident", tag="veteran", page=DEEP),
        (by.level, "居民，包括已注销的"): listed(kind="resident", closed=True),
        (by.level, "户，第一页"): listed(kind="household"),
        (by.level, "户，最后一页"): listed(kind="household", page=DEEP),
        (by.level, "户，按住址筛选"): listed(kind="household", text=first.view.address[3:7] or "村"),
        (by.level, "企业，第一页"): listed(kind="enterprise"),
        (by.level, "企业，最后一页"): listed(kind="enterprise", page=DEEP),
        (by.level, "场所，第一页"): listed(kind="place"),
        (by.level, "居民档案"): lambda: registry.dossier(first.view.ref, actor, clock.now()),
    }


def outcome(smaller: dict[tuple[str, str], float], larger: dict[tuple[str, str], float]) -> Outcome:
    """Print both counties side by side and judge the growth."""
    say(f"{'N/10':>8}{'N':>8}{'growth':>8}  list")
    for key in larger:
        growth = larger[key] / smaller[key]
        say(f"{smaller[key] * _MS:8.1f}{larger[key] * _MS:8.1f}{growth:8.2f}  {key[0]} · {key[1]}")
    levels = {level for level, _ in larger}
    grown = {
        level: sum(larger[key] for key in larger if key[0] == level)
        / sum(smaller[key] for key in larger if key[0] == level)
        for level in sorted(levels)
    }
    say("\n各级名单合计的增长：" + "，".join(f"{level} {one:.2f} 倍" for level, one in grown.items()) + "。")
    return Outcome(value=max(larger.values()) * _MS, unit="ms", ratio=1 / max(grown.values()), floor=FLOOR)
