"""Many rows of everything in one grid, written set-based: what a list page must not care about."""

from __future__ import annotations

from datetime import date, timedelta

from minqing.accounts.actor import AppointedActor
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Answer, Case, DoorCode
from minqing.cases.rules import DOOR_CODE_LENGTH, RECEIPT_LENGTH
from minqing.diary.models import Finding, Visit
from minqing.journal.public import Event, record_many
from minqing.kernel.access import Hand
from minqing.kernel.ids import short_code, uuid7
from minqing.notices.models import Notice
from minqing.registry import public as registry
from minqing.registry.events import SubjectAdded
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident, Tag
from minqing.workflow import public as workflow


class Rows:
    """A county's rows of every kind, all in one grid and most about one household; ``grow`` adds more."""

    def __init__(self, here: SmallCounty, worker: AppointedActor) -> None:
        self.here, self.worker = here, worker
        self.household = Household(area=here.grid, address="岭脚 0 号", changed_at=AT, changed_by_name="测试")
        self.household.save(force_insert=True)
        self.count = 0

    def grow(self, to: int) -> None:
        """Have so many rows of every kind."""
        numbers = range(self.count, to)
        self._register(numbers)
        visits = self._visit(numbers)
        self._open(numbers, visits)
        hand = self.worker.hand
        read: list[tuple[Event, Hand, object]] = []
        for _ in numbers:
            event = SubjectAdded(
                subject_kind="household", subject_id=self.household.id, area_id=self.here.grid.id, name="某某"
            )
            read.append((event, hand, AT))
        record_many(read)  # type: ignore[arg-type]
        self.count = to

    def _register(self, numbers: range) -> None:
        area, by = self.here.grid, "测试"
        homes, people, firms, places = [], [], [], []
        for number in numbers:
            homes.append(
                Household(area=area, address=f"岭脚 {number + 1} 号", changed_at=AT, changed_by_name=by)
            )
            values = registry.ResidentInput(name="裘阿婆", phone="13800000000")
            people.append(registry.resident_row(area_id=area.id, values=values, by_name=by, at=AT))
            firm = registry.EnterpriseInput(name=f"香榧加工厂 {number}")
            firms.append(registry.enterprise_row(area_id=area.id, values=firm, by_name=by, at=AT))
            place = Place(area=area, name=f"礼堂 {number}", kind="hall", changed_at=AT, changed_by_name=by)
            places.append(place)
        Household.everything.bulk_create(homes)
        Resident.everything.bulk_create(people)
        Enterprise.everything.bulk_create(firms)
        Place.everything.bulk_create(places)
        since = date(2026, 1, 1)
        HouseholdMember.objects.bulk_create(
            HouseholdMember(household=home, resident=one, relation="head", starts_on=since)
            for home, one in zip(homes, people, strict=True)
        )
        kind = registry.TagKind.objects.filter(for_kinds__contains=["household"], is_sensitive=False)[0]
        Tag.everything.bulk_create(
            Tag(
                subject_kind="household", subject_id=home.id, area=area, kind=kind, owner_id=self.worker.person_id,
                reason="测试", starts_on=since,
            )
            for home in homes
        )  # fmt: skip
        DoorCode.everything.bulk_create(
            DoorCode(
                code=short_code(DOOR_CODE_LENGTH),
                area=area,
                subject_kind="household",
                subject_id=home.id,
                made_at=AT,
            )
            for home in homes
        )

    def _visit(self, numbers: range) -> list[Finding]:
        acting = self.worker.acting
        assert acting is not None
        visits = [
            Visit(
                area=self.here.grid, officer_id=self.worker.person_id, appointment_id=acting.id,
                subject_kind="household", subject_id=self.household.id, visited_at=AT - timedelta(minutes=number),
                recorded_at=AT, heard="路灯不亮。", content_hash=b"0" * 32,
            )
            for number in numbers
        ]  # fmt: skip
        Visit.everything.bulk_create(visits)
        findings = [Finding(visit=one, number=1, text="路灯不亮", added_at=AT) for one in visits]
        return Finding.objects.bulk_create(findings)

    def _open(self, numbers: range, findings: list[Finding]) -> None:
        prompt = workflow.procedure("prompt")
        area = self.here.grid
        ids = [uuid7() for _ in numbers]
        runs = workflow.write_histories(
            workflow.History(prompt, "case", one, area.id, AT - timedelta(minutes=number))
            for number, one in zip(numbers, ids, strict=True)
        )
        cases = [
            Case(
                id=one, number=f"261120-{number:06}", area=area, run=run, source="visit",
                title="路灯不亮",
                words="路灯不亮",
                subject_kind="household", subject_id=self.household.id, finding=finding,
                receipt_code=short_code(RECEIPT_LENGTH),
                opened_by_id=self.worker.person_id, opened_at=AT - timedelta(minutes=number), content_hash=b"0" * 32,
            )
            for number, one, run, finding in zip(numbers, ids, runs, findings, strict=True)
        ]  # fmt: skip
        Case.everything.bulk_create(cases)
        Answer.objects.bulk_create(
            Answer(case=one, number=1, done=True, content="content", answered_at=AT) for one in cases
        )
        Notice.objects.bulk_create(
            Notice(
                person_id=self.worker.person_id,
                kind="cases.closed",
                subject_kind="case",
                subject_id=one.id,
                sentence="已办结",
                key=str(one.id),
                made_at=AT,
            )
            for one in cases
        )
