"""`python -m bench pages`: the main pages over HTTP at a fixed arrival rate, beside the bare SQL of each.

A server as in production (granian, one process, four threads) answers people who come at a fixed rate, independently of
each other, whether or not the ones before them have been answered (see `load`); each page is opened by somebody
signed in whose daily page it is, over different cases, files and receipts. Between the rounds of load the SELECTs of
the same pages are replayed through psycopg on one connection.

Printed per page: p50, p95 and p99 in milliseconds from the moment a request was due; how many statements it takes
(session and user included, transaction control not) and the milliseconds they take; the bare SQL; how many times the
bare SQL the p95 is; and the CPU milliseconds of one opening in a process of its own, which do not depend on what else
the machine does. The last line: ``value`` is the slowest page's p95; ``ratio`` is the bare SQL of all pages together
divided by their p95s together, in the median round. 1.000 would mean that pages cost nothing but their SQL.

The floor judges the ratio, since milliseconds depend on the machine and on what else it does: see ``FLOOR``.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.county import seeded_county, web_server
from bench.load import Answered, Target, arrivals, send
from bench.outcome import Outcome, percentile
from minqing.config.failures import CannotRun
from minqing.config.screen import say, step

if TYPE_CHECKING:
    from bench.statements import Bare, Captured

# A quiet two-core machine at the small size measured 0.102 (worst p95 143 ms); half of that leaves some room.
# Crowding lowers the ratio: waiting in the queue counts for pages, and hardly for the replay.
FLOOR: Final = 0.05
RATE: Final = 6.0
ROUNDS: Final = 5
ROUND_SECONDS: Final = 15.0
QUIET_MAX: Final = 1.3
_WARM_UP_SECONDS: Final = 5.0
_MS: Final = 1000.0


@dataclass
class Measured:
    """What was seen of one page: every answer's seconds, and per round its p95 and its bare SQL."""

    seconds: list[float] = field(default_factory=list)
    p95s: list[float] = field(default_factory=list)
    bares: list[float] = field(default_factory=list)

    @property
    def times(self) -> float:
        """How many times the bare SQL the p95 is, in the median round."""
        return median(p95 / bare for p95, bare in zip(self.p95s, self.bares, strict=True))


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--size", choices=("small", "demo"), default="small", help="演示县的规模，默认 small")
    parser.add_argument("--rate", type=float, default=RATE, help=f"每秒到达的请求数，默认 {RATE:g}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"轮数，默认 {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_SECONDS, help="每轮的秒数")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with seeded_county(options.size):
        # Only now: they import models, and Django has just been set up.
        from bench import statements, visitors

        with web_server() as port, statements.bare() as bare:
            targets = visitors.targets(port)
            if empty := [page for page, found in targets.items() if not found]:
                raise CannotRun(f"演示县里没有可以打开的页面：{'、'.join(empty)}。请换一个规模再测。")
            captured = {page: [statements.capture(one) for one in found] for page, found in targets.items()}
            turns = visitors.in_turn(targets)
            measured, errors, crowding = _rounds(options, port, turns, captured, bare)
    _print(options, measured, captured, crowding)
    return _outcome(measured, errors)


def _rounds(
    options: argparse.Namespace,
    port: int,
    turns: list[Target],
    captured: Mapping[str, Sequence[Captured]],
    bare: Bare,
) -> tuple[dict[str, Measured], int, list[float]]:
    """Load and replay by turns; return what was measured, how many requests failed, and how crowded it was."""
    send(port, turns, list(arrivals(options.rate, _WARM_UP_SECONDS, seed=0)), lambda done, of: None)
    measured: dict[str, Measured] = defaultdict(Measured)
    failed: list[Answered] = []
    crowding: list[float] = []
    for number in range(1, options.rounds + 1):
        crowding.append(crowded())
        with step(
            f"第 {number}/{options.rounds} 轮，每秒 {options.rate:g} 个请求，{options.seconds:g} 秒"
        ) as progress:
            due = list(arrivals(options.rate, options.seconds, seed=number))
            answers = send(port, turns[number:] + turns[:number], due, progress)
        failed += [one for one in answers if one.status != 200]
        for page, openings in captured.items():
            seconds = [one.seconds for one in answers if one.page == page]
            if not seconds:
                raise CannotRun("每轮的请求太少，有的页面没有轮到，请加大 --seconds 或 --rate。")
            of = measured[page]
            of.seconds += seconds
            of.p95s.append(percentile(seconds, 0.95))
            of.bares.append(median(bare.seconds(one.reads) for one in openings))
    for one in failed[:5]:
        say(f"没有答好：{one.path} → {one.status}")
    return dict(measured), len(failed), crowding


def crowded(cpu_seconds: float = 0.05) -> float:
    """Return how many times its own CPU time a stretch of plain computing takes: 1.0 on a quiet machine."""
    wall, cpu = time.perf_counter(), time.thread_time()
    while time.thread_time() - cpu < cpu_seconds:
        sum(range(1000))
    return (time.perf_counter() - wall) / (time.thread_time() - cpu)


def _print(
    options: argparse.Namespace,
    measured: Mapping[str, Measured],
    captured: Mapping[str, Sequence[Captured]],
    crowding: Sequence[float],
) -> None:
    requests = sum(len(one.seconds) for one in measured.values())
    say(f"\n规模 {options.size}，{requests} 个请求，每秒 {options.rate:g} 个。")
    wait = median(crowding)
    if wait > QUIET_MAX:
        say(f"注意：本机不安静，一段计算要等 {wait:.1f} 倍的时间，下面的毫秒数偏大，只作参考。")
    say(f"{'p50':>8}{'p95':>8}{'p99':>8}{'sql':>5}{'db':>7}{'bare':>7}{'times':>7}{'cpu':>7}  page")
    for page, of in measured.items():
        p50, p95, p99 = (percentile(of.seconds, share) * _MS for share in (0.5, 0.95, 0.99))
        count = max(len(one.statements) for one in captured[page])
        database = median(one.seconds for one in captured[page]) * _MS
        bare = median(of.bares) * _MS
        cpu = median(one.cpu_seconds for one in captured[page]) * _MS
        say(
            f"{p50:8.1f}{p95:8.1f}{p99:8.1f}{count:5}{database:7.1f}{bare:7.1f}{of.times:7.1f}{cpu:7.1f}  {page}"
        )


def _outcome(measured: Mapping[str, Measured], errors: int) -> Outcome:
    rounds = zip(*([*zip(of.bares, of.p95s, strict=True)] for of in measured.values()), strict=True)
    ratio = median(sum(bare for bare, _ in one) / sum(p95 for _, p95 in one) for one in rounds)
    value = max(percentile(of.seconds, 0.95) for of in measured.values()) * _MS
    return Outcome(value=value, unit="ms", ratio=ratio, floor=FLOOR, errors=errors)
