"""The streams that are open, what each has still to be told, and who has which case in hand. Plain Python."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from minqing.kernel.access import Actor

# Every open page of a county's officials at once; each costs some tens of kilobytes.
STREAMS_MAX: Final = 1_000
# Windows that somebody may have open at a time; the oldest is told to wait.
STREAMS_OF_ONE_MAX: Final = 8
# Of a page that has not been told of so many cases yet, the next message says: look anew.
UNTOLD_MAX: Final = 200
NAMED_MAX: Final = 5

# Why a stream ends: the page asks again at once, when it is looked at again, or no more.
CHANGED, ELSEWHERE, OVER = "changed", "elsewhere", "over"


class Full(Exception):
    """There are as many streams as this process carries."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its kind and what it says."""

    event: str
    data: dict[str, Any]


@dataclass(eq=False)
class Stream:
    """One open page: whose it is, what it shows, and what it has still to be told.

    Whatever comes while a slow link is still busy with the last message is told together: what waits does not grow.
    """

    session_key: str = field(repr=False)
    actor: Actor = field(repr=False)
    case_id: UUID | None = None
    is_doing: bool = False
    _untold: set[UUID] = field(default_factory=set, repr=False)
    _missed: bool = field(default=False, repr=False)
    _present: list[str] | None = field(default=None, repr=False)
    _end: str = field(default="", repr=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def label(self) -> str:
        """Who it is, for colleagues: name and appointment."""
        hand = self.actor.hand
        return f"{hand.person_name}（{hand.appointment_label}）"

    def wants(self, ids: Collection[UUID]) -> frozenset[UUID]:
        """Return those of some cases that the page is about: a list is about all."""
        return frozenset(ids if self.case_id is None else {self.case_id}.intersection(ids))

    def tell(self, ids: Collection[UUID]) -> None:
        """Say that cases changed."""
        if ids:
            self._untold.update(ids)
            self._missed = self._missed or len(self._untold) > UNTOLD_MAX
            self._wake.set()

    def tell_missed(self) -> None:
        """Say that something was missed, and nobody knows what."""
        self._missed = True
        self._wake.set()

    def tell_present(self, people: list[str]) -> None:
        """Say who else has the case in hand."""
        self._present = people
        self._wake.set()

    def end(self, why: str) -> None:
        """Say why it ends; it ends after that."""
        self._end = self._end or why
        self._wake.set()

    async def messages(self, *, beat: float) -> list[Message]:
        """Wait for something to say, at most ``beat`` seconds, and take all of it; empty: still there."""
        try:
            await asyncio.wait_for(self._wake.wait(), beat)
        except TimeoutError:
            return []
        self._wake.clear()
        return list(self._taken())

    def _taken(self) -> Iterator[Message]:
        if self._end:
            yield Message("end", {"why": self._end})
            return
        if self._missed:
            yield Message("missed", {})
        elif self._untold:
            yield Message("cases", {"ids": sorted(str(one) for one in self._untold)})
        self._missed = False
        self._untold.clear()
        if self._present is not None:
            yield Message("present", {"people": self._present})
            self._present = None


class Crowd:
    """All open streams."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []  # oldest first
        self._at_case: dict[UUID, set[Stream]] = defaultdict(set)

    def __iter__(self) -> Iterator[Stream]:
        return iter(tuple(self._streams))

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def is_full(self) -> bool:
        return len(self._streams) >= STREAMS_MAX

    def join(self, stream: Stream) -> None:
        """Take a stream in; the oldest of somebody who has too many ends. Raises :class:`Full`."""
        if self.is_full:
            raise Full
        own = [one for one in self._streams if one.actor.person_id == stream.actor.person_id]
        for one in own[: max(0, len(own) + 1 - STREAMS_OF_ONE_MAX)]:
            one.end(ELSEWHERE)
        self._streams.append(stream)
        if stream.case_id is not None:
            self._at_case[stream.case_id].add(stream)
            self._say_who_is_here(stream.case_id)

    def leave(self, stream: Stream) -> None:
        """Let a stream go, and what its person had in hand."""
        if stream not in self._streams:
            return
        self._streams.remove(stream)
        if stream.case_id is not None:
            self._at_case[stream.case_id].discard(stream)
            self._say_who_is_here(stream.case_id)
            if not self._at_case[stream.case_id]:
                del self._at_case[stream.case_id]

    def _say_who_is_here(self, case_id: UUID) -> None:
        """Tell everybody at a case who else has it in hand; nobody hears of themselves."""
        here = self._at_case[case_id]
        doing = {one.actor.person_id: one.label for one in here if one.is_doing}
        for stream in here:
            others = sorted(label for person, label in doing.items() if person != stream.actor.person_id)
            stream.tell_present(others[:NAMED_MAX])

    def sessions(self) -> Counter[str]:
        """Return how many streams each session has."""
        return Counter(one.session_key for one in self._streams)
