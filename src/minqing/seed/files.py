"""Turn courses of cases into rows: cases, contacts, answers, words added, notices, runs; and their timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from minqing.cases.events import CaseClosed, CaseOpened, ReporterAnswered, StepTaken, Urged, WordAdded
from minqing.cases.public import CONTENT_LABELS, SOURCE_LABELS, Addition, Answer, Case, Topic
from minqing.kernel.access import ANONYMOUS, REPORTER, SYSTEM, Hand
from minqing.kernel.sealed import blind_index
from minqing.notices.public import Notice
from minqing.seed.chronicle import Chronicle
from minqing.seed.copying import Ids
from minqing.seed.courses import StepSeed
from minqing.seed.matters import CaseSeed
from minqing.seed.records import Codes, Records
from minqing.seed.register import Register
from minqing.seed.world import LOCAL, World
from minqing.workflow.events import RunOverdue
from minqing.workflow.public import (
    CLOCK,
    Calendar,
    History,
    Run,
    State,
    Taken,
    due_at,
    in_words,
    procedure,
    working_time_between,
)

NUMBER_TAIL, RECEIPT_LENGTH = 5, 10
TITLE_LENGTH = 30
NOTICE_UNREAD_DAYS = 6
SWEPT_AFTER = timedelta(seconds=40)
# The needs whose words a step says aloud, in the order in which a form asks for them.
SPOKEN = (
    "reason", "decision", "advice", "result", "opinion", "written_opinion", "review_opinion", "remark",
)  # fmt: skip


class Files:
    """Rows of everything about cases."""

    def __init__(
        self, world: World, register: Register, records: Records, chronicle: Chronicle, calendar: Calendar
    ) -> None:
        self.world, self.register, self.records = world, register, records
        self.chronicle, self.calendar = chronicle, calendar
        self.rng = Random(f"{world.seed}:files")  # noqa: S311  a believable county, not a secret
        self.ids, self.codes = Ids(self.rng), Codes(self.rng)
        self.unit_names = {unit.key: unit.name for unit in world.staff.units}
        self.topics = {topic.key: topic.id for topic in Topic.objects.all()}
        self.cases: list[Case] = []
        self.beside: list[Model] = []
        self._return: Any = None  # the return that waits for its ruling
        self._missed: list[tuple[int, datetime, dict[str, Any]]] = []

    def histories(self, seeds: Sequence[CaseSeed]) -> list[History]:
        """Write every case down; return the ways of their runs, in the same order."""
        return [self._file(seed) for seed in seeds]

    def _file(self, seed: CaseSeed) -> History:
        case = self._case(seed)
        hand = self._opening_hand(seed)
        of = procedure(seed.procedure)
        opened = CaseOpened(
            subject_kind="case", subject_id=case.id, area_id=case.area_id, number=case.number, source=case.source,
            source_label=SOURCE_LABELS[case.source], procedure=of.key, procedure_title=of.title,
            finding_id=case.finding_id, clock=self._clock(of.start, seed.opened_at),
        )  # fmt: skip
        self.chronicle.note(opened, by=hand, at=seed.opened_at)
        self._contact(seed, case)
        taken = tuple(self._steps(seed, case))
        self._urges_and_words(seed, case)
        self.cases.append(case)
        return History(
            procedure=of,
            subject_kind="case",
            subject_id=case.id,
            area_id=case.area_id,
            started_at=seed.opened_at,
            taken=taken,
            nameless=seed.is_anonymous,
        )

    def _id(self, seed: CaseSeed, at: datetime) -> UUID:
        return self.ids.timeless() if seed.is_anonymous else self.ids.at(at)

    def _case(self, seed: CaseSeed) -> Case:
        subject_id = None
        if seed.subject is not None:
            subject_id = self.register.subject_ids[seed.subject_kind][seed.subject]
        opened_by = self.register.person_ids[seed.opened_by.person] if seed.opened_by else None
        return Case(
            id=self._id(seed, seed.opened_at),
            number=f"{seed.opened_at.astimezone(LOCAL):%y%m%d}-{self.codes.draw(NUMBER_TAIL)}",
            area_id=self.register.area_ids[seed.area_code],
            source=seed.source,
            title=seed.title[:TITLE_LENGTH],
            words=seed.words,
            subject_kind=seed.subject_kind,
            subject_id=subject_id,
            finding_id=self.records.finding_ids[seed.finding] if seed.finding else None,
            opened_by_id=opened_by,
            opened_at=seed.opened_at,
            closed_at=seed.course.closed_at,
            is_anonymous=seed.is_anonymous,
            receipt_code=self.codes.draw(RECEIPT_LENGTH),
            # Of nothing that anybody will send again: a resent report is known by its id, and these were never sent.
            content_hash=hashlib.sha256(f"{self.world.seed}:{seed.number}:{seed.words}".encode()).digest(),
        )

    def _opening_hand(self, seed: CaseSeed) -> Hand:
        if seed.is_anonymous:
            return ANONYMOUS
        return self.register.hand(seed.opened_by) if seed.opened_by else REPORTER

    def _contact(self, seed: CaseSeed, case: Case) -> None:
        if seed.contact and not seed.is_anonymous:
            name, phone = seed.contact
            contact = apps.get_model("cases", "Contact")  # not shown at the front door: only cases open it
            index = blind_index(phone, "phone") if phone else None
            self.beside.append(
                contact(
                    id=self.ids.at(seed.opened_at),
                    case=case,
                    name=name,
                    phone=phone or None,
                    phone_index=index,
                )
            )

    def _steps(self, seed: CaseSeed, case: Case) -> Iterator[Taken]:
        of = procedure(seed.procedure)
        state, entered_at, unit, leg = of.start, seed.opened_at, "", 1
        answers = 0
        for step in seed.course.steps:
            self._overdue(case, of.key, state, entered_at, step.at, unit, leg)
            chosen = of.step(step.step)
            hand = self._hand(seed, step)
            had, unit = unit, step.unit or unit
            self._apply(case, step)
            due = due_at(step.at, chosen.to.within, self.calendar).at if chosen.to.within else None
            said = "；".join(step.values[key] for key in SPOKEN if step.values.get(key))
            event = StepTaken(
                subject_kind="case", subject_id=case.id, area_id=case.area_id, step=chosen.key,
                step_label=chosen.label, from_state=state.key, to_state=chosen.to.key, to_label=chosen.to.label,
                unit_name=self.unit_names.get(step.unit, ""), due_words=in_words(due) if due else "", words=said,
                clock=self._clock(chosen.to, step.at),
            )  # fmt: skip
            self.chronicle.note(event, by=hand, at=step.at)
            effects = {effect.key for effect in chosen.then}
            if "returned" in effects:
                self._returned(case, step, had, entered_at, leg)
            if "ruled" in effects:
                self._ruled(case, step, hand)
            if effects & {"done", "not_done"}:
                answers += 1
                self._answer(seed, case, step, answers, hand, done="done" in effects)
            yield Taken(step.step, step.at, hand, self.register.unit_ids[step.unit] if step.unit else None)
            state, entered_at, leg = chosen.to, step.at, leg + 1
            if state.final:
                self._closed(case, state, hand, step.at)
        if not state.final:
            self._overdue(case, of.key, state, entered_at, self.world.now, unit, leg)

    def _returned(self, case: Case, step: StepSeed, unit: str, assigned_at: datetime, leg: int) -> None:
        """Keep that a unit said “not ours”."""
        case.times_returned += 1
        self._return = apps.get_model("cases", "Return")(
            id=self.ids.timeless() if case.is_anonymous else self.ids.at(step.at),
            case=case,
            number=case.times_returned,
            leg=leg,
            unit_id=self.register.unit_ids[unit],
            reason=step.values.get("reason", ""),
            assigned_at=assigned_at,
            returned_at=step.at,
        )
        self.beside.append(self._return)

    def _ruled(self, case: Case, step: StepSeed, hand: Hand) -> None:
        """Keep what was ruled on it, and the working time it had cost by then."""
        lost = working_time_between(self._return.assigned_at, step.at, self.calendar)
        self._return.ruling = "upheld" if step.unit else "overruled"
        self._return.ruling_reason = step.values.get("reason", "")
        self._return.ruled_at, self._return.ruled_by_id = step.at, hand.person_id
        self._return.ruled_by_label = hand.appointment_label
        self._return.to_unit_id = self.register.unit_ids[step.unit] if step.unit else None
        self._return.minutes_lost = int(lost.total_seconds()) // 60

    def _clock(self, state: State, at: datetime) -> dict[str, datetime | None]:
        """What lists show of the clock of a state entered at a moment (`workflow.clock_facts`)."""
        due = due_at(at, state.within, self.calendar) if state.within else None
        return {
            "due_at": due.at if due else None,
            "paused_until": None,
            "yellow_at": due.yellow_at if due else None,
        }

    def _hand(self, seed: CaseSeed, step: StepSeed) -> Hand:
        if step.by is not None:
            return self.register.hand(step.by)
        if procedure(seed.procedure).step(step.step).roles == (CLOCK,):
            return SYSTEM
        return ANONYMOUS if seed.is_anonymous else REPORTER

    def _apply(self, case: Case, step: StepSeed) -> None:
        if step.unit:
            case.unit_id = self.register.unit_ids[step.unit]
        if "topic" in step.values:
            case.topic_id = self.topics[step.values["topic"]]
        case.result = step.values.get("result", case.result)

    def _answer(
        self, seed: CaseSeed, case: Case, step: StepSeed, number: int, hand: Hand, *, done: bool
    ) -> None:
        content = step.values.get("content", "") if done else ""
        words = step.values.get("remark" if done else "reason", "")
        case.done, case.content = done, content
        case.times_sent_back += not done
        self.beside.append(
            Answer(
                id=self.ids.timeless() if hand.nameless else self.ids.at(step.at),
                case=case,
                number=number,
                done=done,
                content=content,
                words=words,
                answered_at=step.at,
                asked_by_id=self.register.person_ids[step.by.person] if step.by else None,
            )
        )
        event = ReporterAnswered(
            subject_kind="case", subject_id=case.id, area_id=case.area_id, done=done,
            content_label=CONTENT_LABELS.get(content, ""), words=words,
        )  # fmt: skip
        self.chronicle.note(event, by=hand, at=step.at)

    def _closed(self, case: Case, state: State, hand: Hand, at: datetime) -> None:
        event = CaseClosed(
            subject_kind="case", subject_id=case.id, area_id=case.area_id, number=case.number,
            state_label=state.label, title=case.title, opened_by=case.opened_by_id, source=case.source,
        )  # fmt: skip
        self.chronicle.note(event, by=hand, at=at)
        if case.opened_by_id and case.opened_by_id != hand.person_id:
            read = self.world.now - at > timedelta(days=NOTICE_UNREAD_DAYS)
            self.beside.append(
                Notice(  # what the telling of the closing leaves
                    id=self.ids.at(at),
                    person_id=case.opened_by_id,
                    kind="cases.closed",
                    subject_kind="case",
                    subject_id=case.id,
                    sentence=f"您登记的事项 {case.number}：{state.label}",
                    key=f"seeded {case.id}",
                    made_at=at,
                    read_at=at + timedelta(hours=self.rng.randint(1, 40)) if read else None,
                )
            )

    def _overdue(
        self, case: Case, of: str, state: State, entered_at: datetime, until: datetime, unit: str, leg: int
    ) -> None:
        """Remember a deadline that was missed."""
        if state.within is None:
            return
        due = due_at(entered_at, state.within, self.calendar).at
        if due < until:
            values = {
                "subject_kind": "case", "subject_id": case.id, "area_id": case.area_id, "procedure": of,
                "state": state.key, "state_label": state.label, "unit_id": self.register.unit_ids.get(unit),
                "leg": leg, "due_at": due,
            }  # fmt: skip
            self._missed.append((len(self.cases), due, values))

    def tie(self, runs: Sequence[Run]) -> None:
        """Tie cases to their runs, and say what was overdue when, so that the sweep does not say it once more."""
        for index, due, values in self._missed:
            event = RunOverdue(run_id=runs[index].id, **values)
            self.chronicle.note(event, by=SYSTEM, at=due + SWEPT_AFTER)
        for run, case in zip(runs, self.cases, strict=True):
            case.run = run
            if run.next_due_at and run.next_due_at < self.world.now:
                run.overdue_since = run.next_due_at
        Run.everything.bulk_update(
            [run for run in runs if run.overdue_since], ["overdue_since"], batch_size=500
        )

    def _urges_and_words(self, seed: CaseSeed, case: Case) -> None:
        hand = ANONYMOUS if seed.is_anonymous else REPORTER
        for times, at in enumerate(seed.urged_at, 1):
            case.urges, case.urged_at = times, at
            event = Urged(subject_kind="case", subject_id=case.id, area_id=case.area_id, times=times)
            self.chronicle.note(event, by=hand, at=at)
        for at, words in seed.additions:
            self.beside.append(Addition(id=self._id(seed, at), case=case, words=words, added_at=at))
            added = WordAdded(subject_kind="case", subject_id=case.id, area_id=case.area_id, words=words)
            self.chronicle.note(added, by=hand, at=at)
