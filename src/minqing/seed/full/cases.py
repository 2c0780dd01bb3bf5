"""Rows of cases and of everything beside them: runs, legs, contacts, answers, words added, notices, entries."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Final
from uuid import UUID

from django.apps import apps

from minqing.cases.public import Addition, Answer, Case
from minqing.kernel.access import ANONYMOUS, REPORTER, SYSTEM
from minqing.kernel.sealed import blind_index, seal
from minqing.notices.public import Notice
from minqing.seed.full.case_columns import CASE_COLUMNS, LEG_COLUMNS, RUN_COLUMNS
from minqing.seed.full.case_shapes import (
    WORD_SHAPE,
    answer_shape,
    closed_shape,
    code,
    opened_shape,
    overdue_shape,
    state_columns,
    step_shape,
    urged_shape,
)
from minqing.seed.full.chunk import Chunk
from minqing.seed.full.county import County
from minqing.seed.full.courses import Guide, Stay, Way, spoken
from minqing.seed.full.entries import Shape, hand_columns, quote
from minqing.seed.full.moments import (
    DAY,
    EAST_OF_UTC,
    HOUR,
    WorkingTime,
    date_of,
    day_of,
    in_iso,
    in_words,
    start_of,
)
from minqing.seed.full.sheets import NULL, blob, flag, moment, precise, small, text, uid, uid_or_null, whole
from minqing.seed.full.staff import Holder
from minqing.seed.full.teller import Teller
from minqing.seed.matters import ADDED_SHARE, PROCEDURES, URGED_SHARE
from minqing.seed.stories import Told
from minqing.workflow.public import Leg, Run, State

NUMBER_TAIL, RECEIPT_LENGTH, TITLE_LENGTH = 5, 10, 30
# Coprime to 29: walks through all tails and all receipts before one comes again.
TAIL_STEP, RECEIPT_STEP = 7_368_787, 259_997_330_417_171
NOTICE_UNREAD_DAYS = 6
SWEPT_AFTER: Final = 40
URGES: Final = (1, 1, 1, 2, 3)
REPORTER_HAND, ANONYMOUS_HAND, SYSTEM_HAND = (hand_columns(one) for one in (REPORTER, ANONYMOUS, SYSTEM))
REPORTER_NAMES, ANONYMOUS_NAMES = (
    text(one.person_name) + text(one.appointment_label) for one in (REPORTER, ANONYMOUS)
)
NO_STEP: Final = text("") * 3
_LEG: Final = struct.Struct(">i16si16siii16s").pack
CONTACT: Final = apps.get_model("cases", "Contact")  # not shown at the front door: only cases open it
CONTACT_PLACES: Final = ("case_contact.name", "case_contact.phone")


@dataclass(slots=True)
class Report:
    """A matter as it came in. `number`: its place among all cases of the county."""

    number: int
    source: str
    area_code: str
    told: Told
    words: str
    opened_at: int
    subject_kind: str = ""
    subject: bytes | None = None
    finding: bytes | None = None
    opened_by: Holder | None = None
    is_anonymous: bool = False
    contact: tuple[str, str] | None = None


@dataclass
class _Told:
    """What has become of a case so far, column by column."""

    unit: str = ""
    topic: bytes | None = None
    result: str = ""
    done: bool | None = None
    content: str = ""
    answers: int = 0
    sent_back: int = 0
    handled_by: bytes | None = None
    asked_by: bytes | None = None
    urged: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Matters:
    """What all chunks of cases share."""

    county: County
    working: WorkingTime
    topics: dict[str, bytes]  # their ids by key

    @cached_property
    def ways(self) -> dict[str, Way]:
        return {key: Way.along(key) for key in set(PROCEDURES.values())}

    @cached_property
    def unit_ids(self) -> dict[str, bytes]:
        return {key: one.bytes for key, one in self.county.register.unit_ids.items()}

    @cached_property
    def unit_names(self) -> dict[str, str]:
        return {unit.key: unit.name for unit in self.county.staff.units}

    @cached_property
    def first_codes(self) -> tuple[int, int]:
        rng = self.county.rng("codes")
        return rng.randrange(29**NUMBER_TAIL), rng.randrange(29**RECEIPT_LENGTH)


class Cases(Chunk):
    """Writes cases down with all their rows."""

    def __init__(self, matters: Matters, name: str) -> None:
        super().__init__(matters.county, f"cases:{name}")
        self.matters = matters
        self.teller = Teller(self.county.tree, self.rng, self.county.seed)
        self.guide = Guide(self.county, matters.working, self.teller, self.rng)
        self.cases = self.sheet(Case, CASE_COLUMNS)
        version = matters.working.calendar.version
        self.runs = self.sheet(Run, RUN_COLUMNS, subject_kind="case", calendar_version=version)
        self.legs = self.sheet(Leg, LEG_COLUMNS, calendar_version=version)
        self.contacts = self.sheet(CONTACT, ("id", "case_id", "name", "phone", "phone_index"))
        self.answers = self.sheet(
            Answer, ("id", "case_id", "number", "done", "content", "words", "answered_at", "asked_by_id")
        )
        self.additions = self.sheet(Addition, ("id", "case_id", "words", "added_at"))
        self.notices = self.sheet(
            Notice, ("id", "person_id", "subject_id", "sentence", "key", "made_at", "read_at"),
            kind="cases.closed", subject_kind="case",
        )  # fmt: skip

    def open(self, report: Report) -> None:
        """Write one matter down, as far as it came."""
        self.teller.month = date_of(day_of(report.opened_at)).month
        _Case(self, report).write()

    def key(self, at: int, *, nameless: bool) -> bytes:
        """Make an id; one that tells no time for what is nameless."""
        return self.ids.timeless() if nameless else self.ids.at(at)


class _Case:
    """One case on its way into the sheets."""

    def __init__(self, into: Cases, report: Report) -> None:
        self.into, self.report, self.told = into, report, _Told()
        self.matters, self.county = into.matters, into.county
        self.way = self.matters.ways[PROCEDURES[report.source]]
        self.key = into.key(report.opened_at, nameless=report.is_anonymous)
        self.run = into.key(report.opened_at, nameless=report.is_anonymous)
        self.area = self.county.area_ids[report.area_code]
        self.title = into.teller.title(report.told)[:TITLE_LENGTH]
        first_tail, first_receipt = self.matters.first_codes
        day = date_of(day_of(report.opened_at))
        tail = code((first_tail + report.number * TAIL_STEP) % 29**NUMBER_TAIL, NUMBER_TAIL)
        self.number = f"{day:%y%m%d}-{tail}"
        self.receipt = code(
            (first_receipt + report.number * RECEIPT_STEP) % 29**RECEIPT_LENGTH, RECEIPT_LENGTH
        )

    def note(
        self, shape: Shape, values: Mapping[str, str], hand: bytes, at: int, *, nameless: bool = False
    ) -> None:
        """Note an entry about this case."""
        self.into.journal.note(
            shape, values, subject=self.key, area=self.area, hand=hand, at=at, nameless=nameless
        )

    def reporter(self) -> tuple[bytes, bool]:
        """Return the hand of the reporter, and whether it is nameless."""
        return (ANONYMOUS_HAND, True) if self.report.is_anonymous else (REPORTER_HAND, False)

    def write(self) -> None:
        """Write the case, its run, and what was said and done."""
        report, into = self.report, self.into
        stays = into.guide.walk(
            self.way,
            report.told,
            area_code=report.area_code,
            opened_at=report.opened_at,
            nameless=report.is_anonymous,
        )
        hand, nameless = self.reporter()
        if report.opened_by is not None:
            hand = report.opened_by.hand
        values = {
            "number": f'"{self.number}"',
            "finding_id": f'"{UUID(bytes=report.finding)}"' if report.finding else "null",
            "clock": _clock(stays[0]),
        }
        self.note(opened_shape(report.source), values, hand, report.opened_at, nameless=nameless)
        self._contact()
        for number, stay in enumerate(stays, 1):
            self._leg(number, stay)
            if stay.step is not None:
                self._step(stay, stays[number])
        last = stays[-1]
        closed_at = last.entered_at if last.state.final else None
        if closed_at is not None:
            self._closed(last.state, stays[-2].by, closed_at)
        self._urges_and_words(closed_at or self.county.at)
        self._run(stays)
        self._case(closed_at)

    def _case(self, closed_at: int | None) -> None:
        report, told = self.report, self.told
        digest = hashlib.sha256(f"{self.county.seed}:{report.number}:{report.words}".encode()).digest()
        self.into.cases.add(
            uid(self.key), text(self.number), uid(self.area), uid(self.run),
            uid_or_null(self.matters.unit_ids[told.unit] if told.unit else None), uid_or_null(told.topic),
            text(report.source), text(self.title), text(report.words), text(told.result), text(report.subject_kind),
            uid_or_null(report.subject), uid_or_null(report.finding),
            uid_or_null(report.opened_by.person if report.opened_by else None), moment(report.opened_at),
            moment(closed_at), flag(report.is_anonymous), text(self.receipt), blob(digest), whole(len(told.urged)),
            moment(told.urged[-1] if told.urged else None), uid_or_null(told.handled_by), uid_or_null(told.asked_by),
            flag(told.done), text(told.content), whole(told.sent_back),
        )  # fmt: skip

    def _run(self, stays: list[Stay]) -> None:
        last, now = stays[-1], self.county.at
        is_over = last.state.final
        late = not is_over and last.due_at is not None and last.due_at + SWEPT_AFTER <= now
        self.into.runs.add(
            uid(self.run), text(self.way.of.key), text(self.way.of.version), uid(self.key), uid(self.area),
            text(last.state.key), self._unit(last.unit), moment(last.entered_at), moment(last.due_at),
            precise(last.yellow_us), text(last.state.within.measure.value if last.state.within else ""),
            flag(last.provisional), moment(self.report.opened_at), moment(last.entered_at if is_over else None),
            moment(last.due_at if late else None), whole(len(stays)),
        )  # fmt: skip

    def _unit(self, key: str) -> bytes:
        return uid(self.matters.unit_ids[key]) if key else NULL

    def _leg(self, number: int, stay: Stay) -> None:
        key = self.into.key(stay.entered_at, nameless=self.report.is_anonymous)
        ended = NO_STEP
        if stay.step is not None:
            ended = text(stay.step.key) + (stay.by.names if stay.by else self._reporter_names())
        self.into.legs.add(
            _LEG(16, key, 16, self.run, 4, number, 16, self.area),
            state_columns(self.way.of.key, stay.state.key),
            self._unit(stay.unit),
            moment(stay.entered_at),
            moment(stay.due_at),
            precise(stay.yellow_us),
            flag(stay.provisional),
            moment(stay.left_at),
            ended,
        )
        until = self.county.at if stay.left_at is None else stay.left_at
        if stay.due_at is not None and stay.due_at < until and stay.due_at + SWEPT_AFTER <= self.county.at:
            unit = f'"{UUID(bytes=self.matters.unit_ids[stay.unit])}"' if stay.unit else "null"
            values = {
                "run_id": f'"{UUID(bytes=self.run)}"',
                "unit_id": unit,
                "leg": str(number),
                "due_at": f'"{in_iso(stay.due_at)}"',
            }
            shape = overdue_shape(self.way.of.key, stay.state.key)
            self.note(shape, values, SYSTEM_HAND, stay.due_at + SWEPT_AFTER)

    def _reporter_names(self) -> bytes:
        return ANONYMOUS_NAMES if self.report.is_anonymous else REPORTER_NAMES

    def _step(self, stay: Stay, entered: Stay) -> None:
        """Say what a step said, and keep what it changed."""
        step, given, told = stay.step, stay.given or {}, self.told
        assert step is not None  # the caller looked
        assert stay.left_at is not None
        hand, nameless = (stay.by.hand, False) if stay.by else self.reporter()
        unit = given.get("unit", "")
        values = {
            "unit_name": quote(self.matters.unit_names.get(unit, "")),
            "due_words": quote(in_words(entered.due_at) if entered.due_at is not None else ""),
            "words": quote(spoken(given)),
            "clock": _clock(entered),
        }
        shape = step_shape(self.way.of.key, step.key, stay.state.key)
        self.note(shape, values, hand, stay.left_at, nameless=nameless)
        told.unit = unit or told.unit
        if "topic" in given:
            told.topic = self.matters.topics[given["topic"]]
        if "result" in given:
            told.result = given["result"]
            told.handled_by = stay.by.person if stay.by else None
        effects = {effect.key for effect in step.then}
        if effects & {"done", "not_done"}:
            self._answer(stay, given, hand, nameless=nameless, done="done" in effects)

    def _answer(
        self, stay: Stay, given: Mapping[str, str], hand: bytes, *, nameless: bool, done: bool
    ) -> None:
        told, at = self.told, stay.left_at or 0
        content = given.get("content", "") if done else ""
        words = given.get("remark" if done else "reason", "")
        told.answers += 1
        told.done, told.content = done, content
        told.sent_back += not done
        told.asked_by = stay.by.person if stay.by else None
        self.into.answers.add(
            uid(self.into.key(at, nameless=nameless)), uid(self.key), small(told.answers), flag(done), text(content),
            text(words), moment(at), uid_or_null(told.asked_by),
        )  # fmt: skip
        self.note(answer_shape(done, content), {"words": quote(words)}, hand, at, nameless=nameless)

    def _closed(self, state: State, by: Holder | None, at: int) -> None:
        report, into = self.report, self.into
        hand, nameless = (by.hand, False) if by else self.reporter()
        opener = report.opened_by
        values = {
            "number": f'"{self.number}"',
            "title": quote(self.title),
            "opened_by": f'"{UUID(bytes=opener.person)}"' if opener else "null",
        }
        self.note(closed_shape(state.label, report.source), values, hand, at, nameless=nameless)
        if opener and (by is None or opener.person != by.person):
            read = self.county.at - at > NOTICE_UNREAD_DAYS * DAY
            sentence = f"您登记的事项 {self.number}：{state.label}"
            into.notices.add(
                uid(into.ids.at(at)), uid(opener.person), uid(self.key), text(sentence),
                text(f"seeded {UUID(bytes=self.key)}"), moment(at),
                moment(at + into.rng.randint(1, 40) * HOUR if read else None),
            )  # fmt: skip

    def _contact(self) -> None:
        report, into = self.report, self.into
        if report.contact is None or report.is_anonymous:
            return
        key = into.ids.at(report.opened_at)
        row, (name, phone) = UUID(bytes=key), report.contact
        into.contacts.add(
            uid(key),
            uid(self.key),
            blob(seal(name, place=CONTACT_PLACES[0], row=row)),
            blob(seal(phone, place=CONTACT_PLACES[1], row=row) if phone else None),
            blob(blind_index(phone, "phone") if phone else None),
        )

    def _urges_and_words(self, until: int) -> None:
        """Urge, or add a word, while it is open."""
        rng, report = self.into.rng, self.report
        hand, nameless = self.reporter()
        if rng.random() < URGED_SHARE:
            at = report.opened_at + int(rng.uniform(26, 90) * HOUR)
            for times in range(1, 1 + URGES[int(rng.random() * len(URGES))]):
                at = self._by_day(at, rng)
                if at >= until:
                    break
                self.told.urged.append(at)
                self.note(urged_shape(times), {}, hand, at, nameless=nameless)
                at += int(rng.uniform(25, 60) * HOUR)
        if rng.random() < ADDED_SHARE:
            at = self._by_day(report.opened_at + int(rng.uniform(3, 70) * HOUR), rng)
            if at < until:
                words = self.into.teller.addition(report.told.slots)
                self.into.additions.add(
                    uid(self.into.key(at, nameless=nameless)), uid(self.key), text(words), moment(at)
                )
                self.note(WORD_SHAPE, {"words": quote(words)}, hand, at, nameless=nameless)

    def _by_day(self, at: int, rng: Random) -> int:
        """Move a moment of the reporter out of the night; on the hour where nothing finer may be kept."""
        second = (at + EAST_OF_UTC) % DAY
        if not 7 * HOUR <= second < 22 * HOUR:
            at = start_of(day_of(at) + (second >= 22 * HOUR)) + rng.randint(8, 20) * HOUR + second % HOUR
        return at - at % HOUR if self.report.is_anonymous else at


def _clock(stay: Stay) -> str:
    """Write what a list shows of a stay's clock (`workflow.clock_facts`), as canonical JSON."""
    if stay.due_at is None or stay.yellow_us is None:
        return '{"due_at":null,"paused_until":null,"yellow_at":null}'
    seconds, fraction = divmod(stay.yellow_us, 1_000_000)
    yellow = in_iso(seconds)
    if fraction:
        yellow = f"{yellow[:-6]}.{fraction:06}{yellow[-6:]}"
    return f'{{"due_at":"{in_iso(stay.due_at)}","paused_until":null,"yellow_at":"{yellow}"}}'
