"""Write the plan of a spreadsheet of residents: every statement over many rows, in the transaction of its caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from minqing.journal.public import Event, record_many
from minqing.kernel.access import Actor
from minqing.kernel.copying import Shape, merge_rows
from minqing.kernel.ids import uuid7
from minqing.registry import rules, vault
from minqing.registry.events import SubjectEdited, TagAdded
from minqing.registry.models import Household, HouseholdMember, Resident, Tag, name_initials
from minqing.registry.models.imports import BAD, NEW
from minqing.registry.models.subjects import id_index, phone_index
from minqing.registry.permissions import IMPORT_REGISTRY
from minqing.registry.services.changes import FIELD_LABELS
from minqing.registry.services.new_files import TEXTS, NewFiles
from minqing.registry.services.planned import PlannedHousehold, PlannedResident, ResidentPlan

TAG_REASON: Final = "批量导入"
_TOUCHED: Final = ("version", "changed_at", "changed_by_name")
_HOME_COLUMNS: Final = ("id", "area_id", "address", "code", *_TOUCHED)
_PERSON_COLUMNS: Final = (
    "id", "area_id", "name", "name_initials", "sex", "birth_date", "occupation", "presence", "away_at", "origin",
    "id_index", "phone_index", *_TOUCHED,
)  # fmt: skip


_SAID: Final = ("name", "birth_date", "presence", "id_number", "phone", *TEXTS)


class ResidentWriter:
    """Writes one plan."""

    def __init__(self, plan: ResidentPlan, batch_id: UUID, *, by: Actor, at: datetime, today: date) -> None:
        self.plan, self.batch_id, self.by, self.at, self.today = plan, batch_id, by, at, today
        self.files = NewFiles(batch_id, by, at, today)
        self.paths = vault.reach(by, IMPORT_REGISTRY)
        self.events: list[Event] = []
        # By row number, ids as bytes: the household and its area, and the person.
        self.home_of: dict[int, tuple[bytes, bytes]] = {}
        self.person_of: dict[int, bytes] = {}
        # What a mark digests of each new person (see import_marks), and the membership.
        self.told_of: dict[int, tuple[str, bytes, bytes, bytes | None, bytes | None]] = {}
        self.member_of: dict[int, bytes] = {}

    def write(self) -> None:
        """Write everything that is good and not as it already was, and the entries that say so."""
        # Fixed before anything is written: a row's outcome reads what writing changes.
        self.new = [one for one in self.plan.rows if one.outcome == NEW]
        self.known = [one for one in self.plan.rows if one.outcome != BAD and one.person]
        self.person_of = {one.row.number: one.person.id.bytes for one in self.known if one.person}
        self._households()
        self._new_people()
        self._changed_people()
        self._memberships()
        self._tags()
        hand = self.by.hand
        record_many((event, hand, self.at) for event in self.events)

    def _households(self) -> None:
        fresh: list[PlannedHousehold] = []
        changed: list[Household] = []
        moved: dict[UUID, list[UUID]] = defaultdict(list)
        for home in self.plan.households:
            if not (good := home.good):
                continue
            row = home.row
            if row is None:
                fresh.append(home)
                continue
            if home.new_values:
                self._change(home, row, moved)
                changed.append(row)
            for one in good:
                self.home_of[one.row.number] = (row.id.bytes, row.area_id.bytes)
        self._fresh(fresh)
        if changed:
            merge_rows(
                Household._meta.db_table,
                _HOME_COLUMNS,
                ([getattr(row, name) for name in _HOME_COLUMNS] for row in changed),
            )
        for area_id, homes in moved.items():
            living = HouseholdMember.objects.filter(household__in=homes, ends_on=None)
            ids = list(living.values_list("resident_id", flat=True))
            Resident.everything.filter(id__in=ids).update(area_id=area_id)
            Tag.everything.filter(subject_id__in=[*homes, *ids]).update(area_id=area_id)
            vault.move_identities(ids, area_id, self.paths)

    def _fresh(self, homes: list[PlannedHousehold]) -> None:
        said = [home.new_values for home in homes]
        ids = self.files.add_homes(
            [one["area_id"].bytes for one in said],
            [one["address"] for one in said],
            [one.get("code", "") for one in said],
        )
        for home, home_id, one in zip(homes, ids, said, strict=True):
            home.new_id = home_id
            for row in home.good:
                self.home_of[row.row.number] = (home_id, one["area_id"].bytes)

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
        new = self.new
        areas = [self.home_of[one.row.number][1] for one in new]
        said = {name: [one.values[name] for one in new] for name in _SAID}
        ids, phones = self.files.add_people(areas, [one.index for one in new], said)
        for one, key, area_id, phone in zip(new, ids, areas, phones, strict=True):
            number = one.row.number
            self.person_of[number] = key
            self.told_of[number] = (one.values["relation"], key, area_id, one.index, phone)

    def _changed_people(self) -> None:
        changed = [one for one in self.known if one.changes]
        if not changed:
            return
        for one in changed:
            self._set(one)
        people = [one.person for one in changed if one.person]
        merge_rows(
            Resident._meta.db_table, _PERSON_COLUMNS,
            ([getattr(person, name) for name in _PERSON_COLUMNS] for person in people),
        )  # fmt: skip
        moved: dict[UUID, list[UUID]] = defaultdict(list)
        for one in changed:
            if one.moves and one.person:
                moved[one.person.area_id].append(one.person.id)
        for area_id, ids in moved.items():
            Tag.everything.filter(subject_id__in=ids).exclude(area_id=area_id).update(area_id=area_id)
            vault.move_identities(ids, area_id, self.paths)
        vault.put_identities(
            (
                vault.IdentityRow(
                    one.person.id,
                    one.person.area_id,
                    one.fields.get("id_number", ""),
                    one.fields.get("phone", ""),
                )
                for one in changed
                if one.person and not one.fields.keys().isdisjoint(vault.NUMBERS)
            ),
            self.paths,
        )

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
        person.area_id = UUID(bytes=self.home_of[one.row.number][1])
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
        moving = [one for one in (*self.new, *self.known) if one.moves]
        # All are ended before any begins: a new head never meets the old one.
        if ended := [one.member.id for one in moving if one.member]:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE household_member SET ends_on = %s WHERE id = ANY(%s::uuid[])", [self.today, ended]
                )
        numbers = [one.row.number for one in moving]
        ids = self.files.add_members(
            [self.home_of[number][0] for number in numbers],
            [self.person_of[number] for number in numbers],
            [one.values["relation"] for one in moving],
        )
        self.member_of = dict(zip(numbers, ids, strict=True))

    def _tags(self) -> None:
        shape = Shape(Tag)
        shape.copy(self._new_tags(shape))

    def _new_tags(self, shape: Shape) -> Iterator[list[Any]]:
        for one in (*self.new, *self.known):
            for kind in one.new_tags:
                person_id = UUID(bytes=self.person_of[one.row.number])
                area_id = UUID(bytes=self.home_of[one.row.number][1])
                self.events.append(
                    TagAdded(
                        subject_kind=rules.RESIDENT, subject_id=person_id, area_id=area_id,
                        label=kind.label, reason=TAG_REASON, ends_on=None,
                    )
                )  # fmt: skip
                yield shape.row(
                    id=uuid7(), subject_kind=rules.RESIDENT, subject_id=person_id, area_id=area_id,
                    kind_id=kind.id, owner_id=self.by.person_id, reason=TAG_REASON, starts_on=self.today,
                )  # fmt: skip
