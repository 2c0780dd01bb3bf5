"""Lives in two counties by turns: what it costs that there are a hundred times as many cases.

Both counties stand ready, each in a process of its own (Django is set up for one database) with its own server, worker
and eight clients signed in. A round in one is followed by a round in the other, and who begins changes: whatever else
the machine does falls on both. Printed: what each call took in both, and life cycles a second. The last line: ``value``
is life cycles a second in the larger county, ``ratio`` that divided by those in the smaller one, of the median pair.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import lifecycle
from bench.county import web_server
from bench.outcome import Outcome, percentile
from minqing.config.failures import CannotRun
from minqing.config.screen import say, step

FLOOR: Final = 0.9
_QUIET_SECONDS: Final = 3.0  # for what a county's worker has left to do when a round is over
_STOP: Final = 0.0
_MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one round: how many lives, in how long, what each call took, answers that were none."""

    lives: int
    seconds: float
    calls: dict[str, list[float]]
    wrong: list[str]

    @property
    def rate(self) -> float:
        return self.lives / self.seconds


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    rounds, seconds = options.rounds or lifecycle.TURNS, options.seconds or lifecycle.TURN_SECONDS
    with a_county(options.var, options.cases) as few, a_county(options.against, 0) as many:
        sizes = [_told(one) for one in (few, many)]
        say(f"\n两个县分别有 {sizes[0]:,} 和 {sizes[1]:,} 件事项。")
        say(f"{lifecycle.CLIENTS} 个客户端，每轮 {seconds:g} 秒。")
        pairs: list[tuple[Round, Round]] = []
        with step(f"正在两个县里轮流跑事项，{rounds} 轮") as progress:
            for number in range(rounds):
                order = (few, many) if number % 2 == 0 else (many, few)
                begun = [_a_round(one, seconds) for one in order]
                pairs.append((begun[0], begun[1]) if number % 2 == 0 else (begun[1], begun[0]))
                progress(number + 1, rounds)
        for one in (few, many):
            one.send(_STOP)
    return outcome(pairs)


def outcome(pairs: list[tuple[Round, Round]]) -> Outcome:
    """Print what was found, and judge it."""
    calls: tuple[dict[str, list[float]], ...] = (defaultdict(list), defaultdict(list))
    for pair in pairs:
        for found, one in zip(calls, pair, strict=True):
            for name, seconds in one.calls.items():
                found[name] += seconds
    say(f"\n{'少':>7}{'多':>7}  p50 毫秒，每一次请求")
    for name in calls[0]:
        shown = [percentile(one[name], 0.5) * _MS if one[name] else 0.0 for one in calls]
        say("".join(f"{one:8.1f}" for one in shown) + f"  {name}")
    for few, many in pairs:
        say(f"每秒办完 {few.rate:.2f} 和 {many.rate:.2f} 件，比值 {many.rate / few.rate:.3f}")
    wrong = [said for pair in pairs for one in pair for said in one.wrong]
    for said in wrong[:5]:
        say(f"出错：{said}")
    rates = [many.rate for _, many in pairs]
    ratio = median(many.rate / few.rate for few, many in pairs)
    return Outcome(median(rates), "lives/s", ratio, FLOOR, errors=len(wrong))


def _a_round(county: Connection, seconds: float) -> Round:
    county.send(seconds)
    found: Round = _told(county)
    time.sleep(_QUIET_SECONDS)
    return found


def _told(county: Connection) -> Any:
    try:
        return county.recv()
    except EOFError:
        raise CannotRun("一个县没有准备好，原因见上面的输出，处理后请重试。") from None


@contextmanager
def a_county(var: Path | None, cases: int) -> Iterator[Connection]:
    """Have a county in a process of its own: it sends how many cases it has, then runs a round when told how long."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, var, cases))
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _serve(orders: Connection, var: Path | None, cases: int) -> None:
    with lifecycle.county(var, cases) as size, web_server(worker=True) as port, suppress(EOFError):
        clients = lifecycle.clients_at(port)
        orders.send(size)
        while seconds := orders.recv():
            tally, taken = lifecycle.a_round(clients, seconds)
            orders.send(Round(tally.lives, taken, dict(tally.seconds), tally.wrong))
