"""The line in front of a web process: who works, who waits, who is told to come back."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from minqing.config.line import AGAIN_MAX, AGAIN_MIN, SHORT, Crowded, Line, Rank


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def filled(places: int = 1, waiting_max: int = 20, patience: float = 100.0) -> tuple[Line[str], list[str]]:
    line = Line([f"place {n}" for n in range(places)], waiting_max=waiting_max, patience=patience)
    return line, [line.enter(Rank.READ) for _ in range(places)]


class Crowd:
    """People who wait in threads of their own, and in which order they came in."""

    def __init__(self, line: Line[str]) -> None:
        self.line = line
        self.order: list[str] = []
        self.away: list[str] = []
        self._threads: list[threading.Thread] = []

    def comes(self, name: str, rank: Rank) -> None:
        def stand() -> None:
            try:
                place = self.line.enter(rank)
            except Crowded:
                self.away.append(name)
                return
            self.order.append(name)
            self.line.leave(place)

        before = self.length()
        thread = threading.Thread(target=stand)
        self._threads.append(thread)
        thread.start()
        until = time.monotonic() + 5
        while self.length() == before and name not in self.away and time.monotonic() < until:
            time.sleep(0.001)

    def length(self) -> int:
        return self.line._length()

    def ends(self) -> None:
        for thread in self._threads:
            thread.join(10)


def test_what_is_written_goes_before_pages_and_who_was_turned_away_before_who_is_new() -> None:
    line, (place,) = filled()
    crowd = Crowd(line)
    for name, rank in (
        ("page", Rank.READ),
        ("by itself", Rank.ITSELF),
        ("back", Rank.BACK),
        ("report", Rank.WRITE),
    ):
        crowd.comes(name, rank)
    crowd.comes("health", Rank.HEALTH)
    line.leave(place)
    crowd.ends()
    assert crowd.order == ["health", "report", "back", "page", "by itself"]


def test_a_page_comes_in_now_and_then_while_only_reports_wait() -> None:
    line, (place,) = filled()
    crowd = Crowd(line)
    crowd.comes("page", Rank.READ)
    for number in range(6):
        crowd.comes(f"report {number}", Rank.WRITE)
    line.leave(place)
    crowd.ends()
    assert crowd.order.index("page") == 3


def test_whoever_would_wait_too_long_is_told_at_once() -> None:
    line, (place,) = filled(patience=0.001)
    crowd = Crowd(line)
    for number in range(SHORT):
        crowd.comes(f"report {number}", Rank.WRITE)
    began = time.monotonic()
    with pytest.raises(Crowded) as told:
        line.enter(Rank.READ)
    assert time.monotonic() - began < 0.5
    assert AGAIN_MIN <= told.value.again <= AGAIN_MAX
    line.leave(place)
    crowd.ends()


def test_in_a_full_line_the_last_page_makes_room_for_what_is_written() -> None:
    line, (place,) = filled(waiting_max=3)
    crowd = Crowd(line)
    for name in ("first page", "second page", "third page"):
        crowd.comes(name, Rank.READ)
    thread = threading.Thread(target=crowd.comes, args=("report", Rank.WRITE))
    thread.start()
    thread.join(10)
    assert crowd.away == ["third page"]
    with pytest.raises(Crowded):
        line.enter(Rank.READ)
    line.leave(place)
    crowd.ends()
    assert crowd.order == ["report", "first page", "second page"]


def test_a_short_line_is_none_however_slow_the_machine() -> None:
    now = Clock()
    line = Line(["place"], waiting_max=20, patience=0.5, now=now)
    line._gap = 3.0
    place = line.enter(Rank.READ)
    crowd = Crowd(line)
    for number in range(SHORT):
        crowd.comes(f"page {number}", Rank.READ)
    assert crowd.length() == SHORT
    assert crowd.away == []
    line.leave(place)
    crowd.ends()
    assert len(crowd.order) == SHORT


def test_nobody_stands_there_for_ever() -> None:
    line, _ = filled(patience=0.01)  # nobody ever leaves
    with pytest.raises(Crowded):
        line.enter(Rank.READ)
    assert line._length() == 0


def test_where_somebody_waited_in_vain_nobody_more_does() -> None:
    line, _ = filled(patience=0.01)  # nobody ever leaves
    with pytest.raises(Crowded):
        line.enter(Rank.READ)
    assert line._in_vain_until[Rank.READ] > time.monotonic() - 5
    assert line._in_vain_until[Rank.BACK] == 0.0
    line, (place,) = filled()  # patient, and it looks quick
    crowd = Crowd(line)
    for number in range(SHORT):
        crowd.comes(f"report {number}", Rank.WRITE)
    line._in_vain_until[Rank.READ] = time.monotonic() + 600
    with pytest.raises(Crowded):
        line.enter(Rank.READ)
    line.leave(place)
    crowd.ends()


def test_how_quickly_people_come_in_is_seen() -> None:
    now = Clock()
    line = Line(["place"], waiting_max=60, patience=100, now=now)
    place = line.enter(Rank.READ)
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(line.enter, Rank.READ) for _ in range(50)]
        while line._length() < 50:
            time.sleep(0.001)
        for _ in waiting:
            now.at += 0.4
            line.leave(place)
        [one.result(10) for one in waiting]
    assert line._gap == pytest.approx(0.4, rel=0.05)


def test_who_is_turned_away_is_given_a_time_after_the_one_before() -> None:
    now = Clock()
    line: Line[str] = Line([], waiting_max=0, patience=1, chance=lambda: 0.5, now=now)
    line._gap = 0.4
    told = []
    for _ in range(300):
        with pytest.raises(Crowded) as crowded:
            line.enter(Rank.READ)
        told.append(crowded.value.again)
    assert told[:4] == [3, 4, 4, 5]
    assert told[100] == AGAIN_MIN + 50  # as many as can be served until then, and some room for new ones
    assert max(told) == AGAIN_MAX
    assert told[-1] == AGAIN_MAX * 3 // 4  # later is left to chance
    now.at += 1000
    with pytest.raises(Crowded) as crowded:
        line.enter(Rank.READ)
    assert crowded.value.again == AGAIN_MIN


def test_who_comes_too_early_keeps_the_time_that_was_given() -> None:
    line: Line[str] = Line([], waiting_max=0, patience=1, now=Clock())
    line._gap = 3.0
    for _ in range(5):
        with pytest.raises(Crowded) as crowded:
            line.enter(Rank.READ, has_time=True)
        assert crowded.value.again == 0
    with pytest.raises(Crowded) as crowded:
        line.enter(Rank.READ)
    assert crowded.value.again == AGAIN_MIN  # nobody's time was moved by whoever reloads


def test_what_went_by_is_counted() -> None:
    line: Line[str] = Line(["place"], waiting_max=0, patience=1, now=Clock())
    place = line.enter(Rank.READ)
    for rank in (Rank.READ, Rank.WRITE):
        with pytest.raises(Crowded):
            line.enter(rank)
    line.leave(place)
    seen = line.seen()
    assert (seen.let_in, seen.away, seen.away_writes) == (1, 2, 1)
    assert line.seen().away == 0
