"""The parts of the full county by themselves: texts, working time, days, numbers, processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from minqing.config.commands import seed as command
from minqing.config.failures import CannotRun
from minqing.seed.full.case_shapes import code
from minqing.seed.full.crew import ProducerFailed, produce
from minqing.seed.full.moments import EPOCH, WorkingTime, seconds_of
from minqing.seed.full.phrases import Text
from minqing.seed.full.population import REGIONS_OF_NOBODY, CountyIdentities
from minqing.seed.full.rhythm import Rhythm
from minqing.seed.full.sizes import Sizes
from minqing.seed.stories import MATTER_FILES
from minqing.seed.words import CHOICE, fill, table
from minqing.workflow.official import official_calendar
from minqing.workflow.public import due_at, working_days, working_hours

SLOTS = {"place": "里弄", "village": "马村", "town": "谷来镇", "firm": "本公司", "unit": "水利局", "other": "产权单位",
         "head": "王伯", "kin": ""}  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _pattern(written: str) -> str:
    """What a text may become, as a regular expression, innermost choices first as `fill` resolves them."""
    kept: list[str] = []

    def keep(pattern: str) -> str:
        kept.append(pattern)
        return f"\0{len(kept) - 1}\1"

    while CHOICE.search(written):
        written = CHOICE.sub(
            lambda m: keep("(?:" + "|".join(_plain(one) for one in m[1].split("|")) + ")"), written
        )
    written = _plain(written)
    while "\0" in written:
        written = re.sub("\0(\\d+)\1", lambda m: kept[int(m[1])], written)
    return written


def _plain(text: str) -> str:
    text = re.sub(r"\{\d+-\d+\}", "\2", text)
    for name, value in SLOTS.items():
        text = text.replace(f"{{{name}}}", value)
    return (
        re.escape(text)
        .replace("\\\2", "\2")
        .replace("\2", r"\d+")
        .replace("\\\0", "\0")
        .replace("\\\1", "\1")
    )


def test_every_text_is_one_that_the_demonstration_could_say() -> None:
    texts = {
        one for file in (*MATTER_FILES, "phrases") for one in _texts(table(file)) if "{" in one or "[" in one
    }
    assert len(texts) > 400
    rng = Random(3)
    for written in texts:
        pattern = re.compile(_pattern(written))
        said = {Text(written).say(rng, SLOTS) for _ in range(8)}
        assert all(pattern.fullmatch(one) for one in said), written
        assert pattern.fullmatch(fill(written, rng, SLOTS)), written


def test_deadlines_are_those_of_the_workflow_at_any_moment() -> None:
    calendar = official_calendar()
    working = WorkingTime(calendar, date(2019, 6, 1), date(2027, 6, 1))
    rng = Random(5)
    first = datetime(2019, 11, 1, tzinfo=UTC)
    moments = [first + timedelta(seconds=rng.randrange(2_600 * 86_400)) for _ in range(1_500)]
    # The edges: opening, noon, the afternoon, closing, midnight (UTC+8), and the end of the published years.
    edges = [
        datetime(2026, 12, 30, hour, minute, tzinfo=UTC)
        for hour, minute in ((0, 30), (4, 0), (6, 0), (9, 30), (16, 0))
    ]
    for at in moments + edges:
        for within in (working_hours(2), working_hours(4), working_days(1), working_days(5)):
            assert working.as_due(seconds_of(at), within) == due_at(at, within, calendar), (at, within)
    assert seconds_of(EPOCH) == 0


def test_happenings_are_spread_exactly_and_end_before_now() -> None:
    now = seconds_of(datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    rhythm = Rhythm(5_000, 9_700, now, lambda day: 1.0 + day % 7)
    days = [rhythm.day_of(number) for number in range(5_000)]
    assert days == sorted(days)
    assert days[0] == 9_700
    rng = Random(1)
    assert all(rhythm.moment(rng, n, ((420, 1290, 100),), 1_200) <= now - 1_200 for n in range(0, 5_000, 7))


def test_codes_and_numbers_never_come_twice() -> None:
    assert len({code(n * 7_368_787 % 29**5, 5) for n in range(50_000)}) == 50_000
    identities = CountyIdentities(Random(2))
    born = date(1990, 5, 4)
    numbers = [identities.id_number(born, sex)[0] for sex in ("male", "female") for _ in range(60)]
    assert len(set(numbers)) == 120
    assert all(one[14:16] == "99" or one.startswith(REGIONS_OF_NOBODY) for one in numbers)
    assert len({identities.phone() for _ in range(50_000)}) == 50_000


def test_a_process_that_fails_says_why_and_nothing_goes_on() -> None:
    def fine() -> list[tuple[str, int, bytes]]:
        return [("a", 1, b"row")]

    def broken() -> list[tuple[str, int, bytes]]:
        raise ArithmeticError("no such number")

    assert list(produce([fine] * 5, processes=2)) == [[("a", 1, b"row")]] * 5
    with pytest.raises(ProducerFailed, match="no such number"):
        list(produce([fine, broken, fine], processes=2))


def test_a_scale_leaves_enough_of_everything() -> None:
    assert Sizes.at(1.0).cases == 1_000_000
    assert Sizes.at(0.0001).households >= 75
    with pytest.raises(ValueError, match="scale"):
        Sizes.at(1.5)


def test_a_disk_too_small_is_said_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Usage(NamedTuple):
        total: int = 0
        used: int = 0
        free: int = 10**9

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage())
    with pytest.raises(CannotRun, match="磁盘只剩 1 GB"):
        command._full(1, embedded=True)
    assert "分钟" in capsys.readouterr().out
