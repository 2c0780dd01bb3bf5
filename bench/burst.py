"""`python -m bench burst`: ten times the county's evening peak for a minute, and what is left of it afterwards.

The peak is that of a county of a million cases in seven years: 391 a day, a fifth of them in one evening hour, each
followed by a dozen openings of its receipt, of queues and of case pages by those who work on it, and as
much again for diaries: two requests a second. A burst sends ten times that for a minute, one request in six a report
through the interface, open loop: nobody waits for anybody. Before and after it the peak itself is measured.

In a crowd the site turns some away at once (429, decision 0116). Whoever is turned away comes back when told, with the
cookie of that answer, until there is an answer.

An error is: any answer of 500 or above, or none at all; a 429 without Retry-After, or one at the peak itself; somebody
who never gets an answer; a report that was acknowledged (201) and is not in the database, or is there twice; a p95 of
the answers given (not of those that turn away) during the burst above three seconds. The last line: ``value`` is that
p95 in milliseconds; ``ratio`` is the p95 before divided by the p95 of the half minute that begins half a minute after
the burst, everybody's coming back included, and judged.
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
ACCEPTED_MS_MAX: Final = 3000.0
PEAK: Final = 2.0
TIMES: Final = 10.0
SECONDS: Final = 60.0
REPORTS_IN: Final = 6  # one request in so many is a report
_WARM_UP_SECONDS: Final = 5.0
_LOOK_EVERY_SECONDS: Final = 5
_MS: Final = 1000.0
_WORDS: Final = "门前的路灯坏了三天，晚上走路看不见，老人摔了一跤。傍晚第 {} 件。"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--size", choices=("small", "demo"), default="small", help="演示县的规模，默认 small")
    parser.add_argument("--peak", type=float, default=PEAK, help=f"平时高峰每秒的请求数，默认 {PEAK:g}")
    parser.add_argument("--times", type=float, default=TIMES, help=f"突发是平时高峰的几倍，默认 {TIMES:g}")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"每一段的秒数，默认 {SECONDS:g}")


def run(options: argparse.Namespace) -> Outcome:
    """Measure and print; the outcome goes into the last line."""
    with seeded_county(options.size), web_server(worker=True) as port:
        # Only now: they import models, and Django has just been set up.
        from bench import visitors

        pages = visitors.in_turn(visitors.targets(port))
        sent: dict[str, UUID] = {}

        def asked(name: str, due: list[float]) -> list[Answered]:
            targets = [
                _report(sent) if number % REPORTS_IN == 0 else pages[number % len(pages)]
                for number in range(len(due))
            ]
            with step(name) as progress:
                return send(port, targets, due, progress, come_back=True)

        peak, seconds = options.peak, options.seconds
        asked("正在热身", list(arrivals(peak, _WARM_UP_SECONDS, 1)))
        before = asked(f"平时的高峰：每秒 {peak:g} 次", list(arrivals(peak, seconds, 2)))
        first = list(arrivals(peak * options.times, seconds, 3))
        # The minute after begins when the burst ends, whoever is still to come back.
        then = [seconds + at for at in arrivals(peak, seconds, 4)]
        both = asked(f"突发：每秒 {peak * options.times:g} 次，然后回到平时", first + then)
        burst = [one for one in both if one.number < len(first)]
        after = [one for one in both if one.number >= len(first)]
        errors = _errors([*before, *both]) + _lost([*before, *both], sent)
    errors += sum(one.is_away for one in before)
    for name, answers in (("之前", before), ("突发", burst), ("之后", after)):
        _tell(name, answers)
    accepted = _at([one.seconds for one in burst if not one.is_away], 0.95)
    if accepted > ACCEPTED_MS_MAX:
        say(f"办了的请求 p95 {accepted:.0f} 毫秒，超过 {ACCEPTED_MS_MAX:.0f} 毫秒。")
        errors += 1
    usual = _at(_whole(before), 0.95)
    _tell_when_usual(after, [at - seconds for at in then], len(first), usual)
    late = [one for one in after if then[one.number - len(first)] >= seconds * 1.5]
    return Outcome(accepted, "ms", usual / _at(_whole(late), 0.95), FLOOR, errors)


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
    """Count answers that no burst excuses, and those who got none."""
    wrong = [one for one in answers if one.status >= 500 or one.status == 0]
    rude = [one for one in answers if one.is_away and not one.retry_after]
    for one in [*wrong, *rude][:5]:
        say(f"出错：{one.page} {one.status}")
    return len(wrong) + len(rude)


def _lost(answers: list[Answered], sent: dict[str, UUID]) -> int:
    """Count reports that were acknowledged and are not there, and those that never were acknowledged."""
    from minqing.cases.public import Case

    acknowledged = {sent[one.path] for one in answers if one.status == 201}
    made = {sent[one.path] for one in answers if one.path in sent}
    kept = set(Case.everything.filter(id__in=acknowledged).values_list("id", flat=True))
    say(f"\n交来的反映 {len(made)} 件，答应了的 {len(acknowledged)} 件，都在的 {len(kept)} 件。")
    return len(acknowledged - kept) + len(made - acknowledged)


def _tell(name: str, answers: list[Answered]) -> None:
    """Say who was let in, who was turned away, and how long both took."""
    accepted = [one.seconds for one in answers if not one.is_away]
    away = [one for one in answers if one.is_away]
    statuses = "，".join(f"{status} × {count}" for status, count in sorted(_statuses(answers).items()))
    say(
        f"{name}：来了 {len({one.number for one in answers})} 次，办了 {len(accepted)} 次，"
        f"p50 {_at(accepted, 0.5):.0f}，p95 {_at(accepted, 0.95):.0f} 毫秒；{statuses}"
    )
    if away:
        kinds = "，".join(
            f"{page} × {count}" for page, count in Counter(one.page for one in away).most_common()
        )
        say(
            f"  请他稍后再来 {len(away)} 次，p95 {_at([one.seconds for one in away], 0.95):.0f} 毫秒；{kinds}"
        )
        whole = _whole(answers)
        say(
            f"  连同再来：p50 {_at(whole, 0.5) / _MS:.1f}，p95 {_at(whole, 0.95) / _MS:.1f}，"
            f"最久 {max(whole):.1f} 秒；最多来了 {max(one.tries for one in answers)} 次"
        )


def _tell_when_usual(after: list[Answered], due: list[float], first: int, usual: float) -> None:
    """Say from which second after the burst on everybody's p95 is within twice what it was."""
    for second in range(0, int(max(due, default=0.0)), _LOOK_EVERY_SECONDS):
        rest = _whole([one for one in after if due[one.number - first] >= second])
        if rest and _at(rest, 0.95) * FLOOR <= usual:
            say(f"突发过后 {second} 秒恢复如常。")
            return
    say("突发过后没有恢复如常。")


def _statuses(answers: list[Answered]) -> Counter[int]:
    return Counter(one.status for one in answers)


def _whole(answers: list[Answered]) -> list[float]:
    """Return the seconds from when each came first until there was an answer."""
    return [one.whole for one in answers if not one.is_away]


def _at(seconds: list[float], share: float) -> float:
    return percentile(seconds, share) * _MS
