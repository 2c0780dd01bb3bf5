"""Write the plan of a spreadsheet of residents: set-based, in the transaction of its caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from minqing.journal.public import Event, record_many
from minqing.kernel.access import Actor
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import SubjectAdded, SubjectEdited, TagAdded
from minqing.registry.models import Household, HouseholdMember, Resident, Tag, name_initials
from minqing.registry.models.imports import BAD, NEW
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import IMPORT_REGISTRY
from minqing.registry.services.changes import FIELD_LABELS
from minqing.registry.services.inputs import ResidentInput
from minqing.registry.services.planned import PlannedHousehold, PlannedResident, ResidentPlan, chunks
from minqing.registry.services.residents import resident_row

WRITE: Final = 1_000  # rows in one statement
TAG_REASON: Final = "批量导入"
_SAID: Final = ["name", "name_initials", "sex", "birth_date", "occupation", "presence", "away_at", "origin"]
_TOUCHED: Final = ["version", "changed_at", "changed_by_name"]


class ResidentWriter:
    """Writes one plan; every statement is over many rows."""

    def __init__(self, plan: ResidentPlan, batch_id: UUID, *, by: Actor, at: datetime, today: date) -> None:
        self.plan, self.batch_id, self.by, self.at, self.today = plan, batch_id, by, at, today
        self.paths = vault.reach(by, IMPORT_REGISTRY)
        self.events: list[Event] = []
        self.home_of: dict[int, Household] = {}  # by row number

    def write(self) -> None:
        """Write everything that is good and not as it already was, and the entries that say so."""
        # Fixed before anything is written: a row's outcome reads what writing changes.
        self.new = [one for one in self.plan.rows if one.outcome == NEW]
        self.known = [one for one in self.plan.rows if one.outcome != BAD and one.person]
        self._households()
        self._new_people()
        self._changed_people()
        self._memberships()
        self._tags()
        record_many((event, self.by.hand, self.at) for event in self.events)

    def _households(self) -> None:
        fresh: list[Household] = []
        changed: list[Household] = []
        moved: dict[UUID, list[UUID]] = defaultdict(list)
        for home in self.plan.households:
            if not home.good:
                continue
            row = home.row
            if row is None:
                row = home.row = self._fresh(home)
                fresh.append(row)
            elif home.new_values:
                self._change(home, row, moved)
                changed.append(row)
            for one in home.good:
                self.home_of[one.row.number] = row
        Household.everything.bulk_create(fresh, batch_size=WRITE)
        Household.everything.bulk_update(changed, ["area", "address", "code", *_TOUCHED], batch_size=WRITE)
        for area_id, homes in moved.items():
            living = HouseholdMember.objects.filter(household__in=homes, ends_on=None)
            ids = list(living.values_list("resident_id", flat=True))
            Resident.everything.filter(id__in=ids).update(area_id=area_id)
            Tag.everything.filter(subject_id__in=[*homes, *ids]).update(area_id=area_id)
            vault.move_identities(ids, area_id, self.paths)

    def _fresh(self, home: PlannedHousehold) -> Household:
        row = Household(
            id=uuid7(self.at), area_id=home.new_values["area_id"], address=home.new_values["address"],
            code=home.new_values.get("code", ""), changed_at=self.at, changed_by_name=self.by.person_name[:60],
        )  # fmt: skip
        self.events.append(
            SubjectAdded(
                subject_kind=rules.HOUSEHOLD, subject_id=row.id, area_id=row.area_id, name=row.address,
                batch_id=self.batch_id,
            )
        )  # fmt: skip
        return row

    def _change(self, home: PlannedHousehold, row: Household, moved: dict[UUID, list[UUID]]) -> None:
        for name, value in home.new_values.items():
            setattr(row, name, value)
        if "area_id" in home.new_values:
            moved[row.area_id].append(row.id)
        row.touch(self.by.person_name, self.at)
        told = [change for one in home.good for change in one.home_changes]
        self.events.append(
            SubjectEdited(
                subject_kind=rules.HOUSEHOLD, subject_id=row.id, area_id=row.area_id,
                labels=[FIELD_LABELS[name] for name in home.new_values],
                changes=[[one.label, one.before, one.after] for one in told], batch_id=self.batch_id,
            )
        )  # fmt: skip

    def _new_people(self) -> None:
        rows: list[Resident] = []
        for one in self.new:
            said = one.values
            values = ResidentInput(
                name=said["name"], sex=said["sex"], id_number=said["id_number"], phone=said["phone"],
                birth_date=date.fromisoformat(said["birth_date"]) if said["birth_date"] else None,
                occupation=said["occupation"], presence=said["presence"] or rules.HERE, away_at=said["away_at"],
                origin=said["origin"],
            )  # fmt: skip
            home = self.home_of[one.row.number]
            one.person = resident_row(
                area_id=home.area_id, values=values, by_name=self.by.person_name, at=self.at
            )
            rows.append(one.person)
            self.events.append(
                SubjectAdded(
                    subject_kind=rules.RESIDENT, subject_id=one.person.id, area_id=home.area_id,
                    name=one.person.name, batch_id=self.batch_id,
                )
            )  # fmt: skip
        Resident.everything.bulk_create(rows, batch_size=WRITE)
        vault.put_identities((_numbers(one, one.values) for one in self.new), self.paths)

    def _changed_people(self) -> None:
        changed = [one for one in self.known if one.changes]
        for one in changed:
            self._set(one)
        people = [one.person for one in changed if one.person]
        Resident.everything.bulk_update(people, [*_SAID, "area", *_TOUCHED], batch_size=WRITE)
        for number, index in (("id_number", "id_index"), ("phone", "phone_index")):
            some = [one.person for one in changed if one.person and number in one.fields]
            Resident.everything.bulk_update(some, [index], batch_size=WRITE)
        moved: dict[UUID, list[UUID]] = defaultdict(list)
        for one in changed:
            if one.moves and one.person:
                moved[one.person.area_id].append(one.person.id)
        for area_id, ids in moved.items():
            Tag.everything.filter(subject_id__in=ids).exclude(area_id=area_id).update(area_id=area_id)
            vault.move_identities(ids, area_id, self.paths)
        numbered = [one for one in changed if not one.fields.keys().isdisjoint(vault.NUMBERS)]
        vault.put_identities((_numbers(one, one.fields) for one in numbered), self.paths)

    def _set(self, one: PlannedResident) -> None:
        person = one.person
        assert person is not None
        for name, value in one.fields.items():
            if name == "id_number":
                person.id_index = id_index(value)
            elif name == "phone":
                person.phone_index = phone_index(value)
            else:
                setattr(person, name, value)
        person.name_initials = name_initials(person.name)
        person.area_id = self.home_of[one.row.number].area_id
        person.touch(self.by.person_name, self.at)
        self.events.append(
            SubjectEdited(
                subject_kind=rules.RESIDENT, subject_id=person.id, area_id=person.area_id,
                labels=[change.label for change in one.changes],
                changes=[[change.label, change.before, change.after] for change in one.changes],
                batch_id=self.batch_id,
            )
        )  # fmt: skip

    def _memberships(self) -> None:
        moving = [one for one in (*self.new, *self.known) if one.moves and one.person]
        # All are ended before any begins: a new head never meets the old one.
        ended = [one.member.id for one in moving if one.member]
        for ids in chunks(ended):
            HouseholdMember.objects.filter(id__in=ids).update(ends_on=self.today)
        HouseholdMember.objects.bulk_create(
            [
                HouseholdMember(
                    household=self.home_of[one.row.number], resident=one.person, relation=one.relation,
                    starts_on=self.today,
                )
                for one in moving
            ],
            batch_size=WRITE,
        )  # fmt: skip

    def _tags(self) -> None:
        Tag.everything.bulk_create(self._new_tags(), batch_size=WRITE)

    def _new_tags(self) -> Iterator[Tag]:
        for one in (*self.new, *self.known):
            for kind in one.new_tags:
                assert one.person is not None
                area_id = self.home_of[one.row.number].area_id
                yield Tag(
                    subject_kind=rules.RESIDENT, subject_id=one.person.id, area_id=area_id, kind=kind,
                    owner_id=self.by.person_id, reason=TAG_REASON, starts_on=self.today,
                )  # fmt: skip
                self.events.append(
                    TagAdded(
                        subject_kind=rules.RESIDENT, subject_id=one.person.id, area_id=area_id,
                        label=kind.label, reason=TAG_REASON, ends_on=None,
                    )
                )  # fmt: skip


def _numbers(one: PlannedResident, said: Mapping[str, Any]) -> vault.IdentityRow:
    """What goes into the vault of one row; a number not said leaves what is there."""
    assert one.person is not None
    return vault.IdentityRow(
        one.person.id, one.person.area_id, said.get("id_number", ""), said.get("phone", "")
    )
