"""Streams without a database: limits, slow links, who is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from minqing.kernel.access import Hand
from minqing.live import crowd
from minqing.live.app import is_own
from minqing.live.crowd import Crowd, Full, Stream
from minqing.live.tests.listening import apart


@dataclass
class Somebody:
    name: str
    person_id: UUID = field(default_factory=uuid4)

    @property
    def hand(self) -> Hand:
        return Hand(self.person_id, self.name, None, "谷来镇调度员")


def stream(who: Any, case: UUID | None = None, *, doing: bool = False) -> Stream:
    return Stream("key", who, case, is_doing=doing)


def taken(one: Stream) -> list[tuple[str, dict[str, Any]]]:
    return [(message.event, message.data) for message in apart(lambda: one.messages(beat=0.01))]


def test_somebody_with_too_many_windows_keeps_the_latest() -> None:
    here, who, other = Crowd(), Somebody("裘立夏"), stream(Somebody("张三"))
    here.join(other)
    streams = [stream(who) for _ in range(crowd.STREAMS_OF_ONE_MAX + 1)]
    for one in streams:
        here.join(one)
    assert taken(streams[0]) == [("end", {"why": "elsewhere"})]
    assert taken(streams[1]) == []
    assert taken(other) == []


def test_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "STREAMS_MAX", 2)
    here = Crowd()
    first = stream(Somebody("裘立夏"))
    here.join(first)
    here.join(stream(Somebody("张三")))
    with pytest.raises(Full):
        here.join(stream(Somebody("李四")))
    here.leave(first)
    here.join(stream(Somebody("李四")))
    assert len(here) == 2


def test_what_a_slow_link_was_not_told_yet_is_told_together_and_does_not_grow() -> None:
    one, ids = stream(Somebody("裘立夏")), [uuid4() for _ in range(3)]
    for case in ids:
        one.tell({case})
    one.tell({ids[0]})
    assert taken(one) == [("cases", {"ids": sorted(str(case) for case in ids)})]
    assert taken(one) == []
    one.tell({uuid4() for _ in range(crowd.UNTOLD_MAX + 1)})
    assert taken(one) == [("missed", {})]
    one.tell_missed()
    one.end("over")
    assert taken(one) == [("end", {"why": "over"})]


def test_who_has_it_in_hand_is_told_to_others_once_and_goes_with_the_last_window() -> None:
    here, case, who, watcher = Crowd(), uuid4(), Somebody("张三"), stream(Somebody("李四"))
    watcher.case_id = case
    here.join(watcher)
    assert taken(watcher) == [("present", {"people": []})]
    windows = [stream(who, case, doing=True) for _ in range(2)]
    for one in windows:
        here.join(one)
    assert taken(watcher) == [("present", {"people": ["张三（谷来镇调度员）"]})]
    assert taken(windows[0]) == [("present", {"people": []})]
    here.leave(windows[0])
    assert taken(watcher) == [("present", {"people": ["张三（谷来镇调度员）"]})]
    here.leave(windows[1])
    here.leave(windows[1])
    assert taken(watcher) == [("present", {"people": []})]


def test_a_page_about_one_case_wants_no_other() -> None:
    case, other = uuid4(), uuid4()
    assert stream(Somebody("张三"), case).wants({case, other}) == {case}
    assert stream(Somebody("张三"), case).wants({other}) == frozenset()
    assert stream(Somebody("张三")).wants({other}) == {other}


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://testserver", "testserver", True),
        ("http://testserver:8000", "testserver:8001", True),
        ("http://testserver:8001", "testserver:8001", True),
        ("http://testserver:9000", "testserver:8001", False),
        ("https://testserver:8000", "testserver:8001", False),
        ("http://elsewhere.example:8000", "elsewhere.example:8001", False),
        ("http://testserver.elsewhere.example", "testserver", False),
        ("null", "testserver", False),
        ("http://[::1]:8000", "[::1]:8001", True),
    ],
)
def test_only_our_own_pages_may_listen(origin: str, host: str, own: bool) -> None:
    assert is_own(origin, host) is own
