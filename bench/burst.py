"""`python -m bench burst`: ten times the county's evening peak for a minute, and what is left of it afterwards.

The peak is that of a county of a million cases in seven years: 391 a day, a fifth of them in one evening hour, each
followed by a dozen openings of its receipt, of queues and of case pages by those who work on it, and as
much again for diaries: two requests a second. A burst sends ten times that for a minute, one request in six a report
through the interface, open loop: nobody waits for anybody. Before and after it the peak itself is measured.

An error is: any answer of 500 or above, or none at all; a 429 without Retry-After; a report that was acknowledged (201)
and is not in the database, or is there twice; a p95 that a minute after the burst is not back within twice what it was
before. The last line: ``value`` is the p95 in milliseconds during the burst; ``ratio`` is the p95 before divided by the
p95 in the minute after it, and judged.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Final
from uuid import UUID, uuid4

from bench.county import seeded_county, web_server
from bench.load import Answered, Target, arrivals, send
from bench.outcome import Outcome, percentile
from minqing.config.screen import say, step

FLOOR: Final = 0.5  # back within twice what it was
PEAK: Final = 2.0
TIMES: Final = 10.0
SECONDS: Final = 60.0
REPORTS_IN: Final = 6  # one request in so many is a report
_WARM_UP_SECONDS: Final = 5.0
_MS: Final = 1000.0
_WORDS: Final = "门前的路灯坏了三天，晚上走路看不见，老人摔了一跤。傍晚第 {} 件。"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--size", choices=("small", "demo"), default="small", help="演示县的规模，默认 small")
    parser.add_argument("--peak", type=float, default=PEAK, help=f"平时高峰每秒的请求数，默认 {PEAK:g}")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"每一段的秒数，默认 {SECONDS:g}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with seeded_county(options.size), web_server(worker=True) as port:
        # Only now: they import models, and Django has just been set up.
        from bench import visitors

        pages = visitors.in_turn(visitors.targets(port))
        sent: dict[str, UUID] = {}

        def period(name: str, rate: float, seconds: float, seed: int) -> list[Answered]:
            due = list(arrivals(rate, seconds, seed))
            targets = [
                _report(sent) if number % REPORTS_IN == 0 else pages[number % len(pages)]
                for number in range(len(due))
            ]
            with step(name) as progress:
                return send(port, targets, due, progress)

        period("正在热身", options.peak, _WARM_UP_SECONDS, 1)
        before = period(f"平时的高峰：每秒 {options.peak:g} 次", options.peak, options.seconds, 2)
        burst = period(f"突发：每秒 {options.peak * TIMES:g} 次", options.peak * TIMES, options.seconds, 3)
        after = period("突发之后的一分钟", options.peak, options.seconds, 4)
        errors = _errors([*before, *burst, *after]) + _lost([*before, *burst, *after], sent)
    for name, answers in (("之前", before), ("突发", burst), ("之后", after)):
        statuses = "，".join(f"{status} × {count}" for status, count in sorted(_statuses(answers).items()))
        say(
            f"{name}：{len(answers)} 次，p50 {_at(answers, 0.5):.0f}，p95 {_at(answers, 0.95):.0f} 毫秒；{statuses}"
        )
    return Outcome(_at(burst, 0.95), "ms", _at(before, 0.95) / _at(_last_half(after), 0.95), FLOOR, errors)


def _report(sent: dict[str, UUID]) -> Target:
    """Make a report that nobody made before, and remember its id by its path's fragment."""
    from minqing.cases.public import DoorCode

    code = DoorCode.objects.unscoped("a benchmark reports anywhere").filter(closed_at=None).first()
    assert code is not None
    own = uuid4()
    body = {"id": str(own), "door_code": code.code, "words": _WORDS.format(len(sent)), "anonymous": False}
    path = f"/api/v1/reports?burst={own}"
    sent[path] = own
    return Target("report", path, body=json.dumps(body, ensure_ascii=False))


def _errors(answers: list[Answered]) -> int:
    """Count answers that no burst excuses."""
    wrong = [one for one in answers if one.status >= 500 or one.status == 0]
    rude = [one for one in answers if one.status == 429 and not one.retry_after]
    for one in [*wrong, *rude][:5]:
        say(f"出错：{one.page} {one.status}")
    return len(wrong) + len(rude)


def _lost(answers: list[Answered], sent: dict[str, UUID]) -> int:
    """Count reports that were acknowledged and are not there."""
    from minqing.cases.public import Case

    acknowledged = {sent[one.path] for one in answers if one.status == 201}
    kept = set(Case.everything.filter(id__in=acknowledged).values_list("id", flat=True))
    say(f"\n答应了的反映 {len(acknowledged)} 件，都在的 {len(kept)} 件。")
    return len(acknowledged - kept)


def _statuses(answers: list[Answered]) -> Counter[int]:
    return Counter(one.status for one in answers)


def _last_half(answers: list[Answered]) -> list[Answered]:
    return answers[len(answers) // 2 :]


def _at(answers: list[Answered], share: float) -> float:
    return percentile([one.seconds for one in answers], share) * _MS
