"""What a spreadsheet of enterprises would do, and the doing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from minqing.journal.public import Event, record_many
from minqing.kernel.access import Actor
from minqing.registry import rules
from minqing.registry.events import SubjectAdded, SubjectEdited
from minqing.registry.models import Enterprise, Tag, name_initials
from minqing.registry.models.imports import BAD, CHANGED, NEW, UNCHANGED
from minqing.registry.models.subjects import phone_index
from minqing.registry.services.changes import SITE_LABELS, Change, shown
from minqing.registry.services.import_rows import LABELS, CheckedRow
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.inputs import EnterpriseInput
from minqing.registry.services.planned import chunks
from minqing.registry.services.sites import enterprise_row

WRITE: Final = 1_000
LABEL: Final = LABELS["enterprises"]
_PLAIN: Final = ("name", "uscc", "industry", "employees", "contact_name", "address")
_WRITTEN: Final = [*_PLAIN, "name_initials", "area", "version", "changed_at", "changed_by_name"]


@dataclass(slots=True)
class PlannedEnterprise:
    """A row with what it would do."""

    row: CheckedRow
    area_id: UUID | None = None
    known: Enterprise | None = None
    changes: list[Change] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        if self.row.is_bad:
            return BAD
        if self.known is None:
            return NEW
        return CHANGED if self.changes else UNCHANGED


def plan_enterprises(checked: Sequence[CheckedRow], scope: Scope, *, lock: bool) -> list[PlannedEnterprise]:
    """Match every row by its credit code, else by its name in its grid, and compare."""
    rows = [PlannedEnterprise(row) for row in checked]
    scope.look_outside({one.row.values.get("grid", "") for one in rows})
    for one in rows:
        if text := one.row.values.get("grid"):
            one.area_id, refusal = scope.resolve(text)
            if refusal:
                one.row.refuse(LABEL["grid"], refusal)
    _refuse_repeated(rows)
    _know(rows, scope, lock)
    for one in rows:
        if one.known is not None and not one.row.is_bad:
            _compare(one, scope)
    return rows


def _refuse_repeated(rows: list[PlannedEnterprise]) -> None:
    first: dict[tuple[str, str], int] = {}
    for one in rows:
        said = one.row.values
        key = (said["uscc"], "") if said.get("uscc") else (said.get("name", ""), str(one.area_id))
        if not key[0]:
            continue
        if key in first:
            one.row.refuse(LABEL["uscc"], f"与第 {first[key]} 行是同一家企业，只能填一行。")
        else:
            first[key] = one.row.number


def _know(rows: list[PlannedEnterprise], scope: Scope, lock: bool) -> None:
    by_code: dict[str, Enterprise] = {}
    for codes in chunks(sorted({code for one in rows if (code := one.row.values.get("uscc"))})):
        found: QuerySet[Enterprise] = Enterprise.everything.filter(uscc__in=codes).order_by("id")
        by_code |= {row.uscc: row for row in _maybe_locked(found, lock)}
    by_name: dict[tuple[UUID, str], Enterprise] = {}
    for names in chunks(sorted({name for one in rows if (name := one.row.values.get("name"))})):
        here = Enterprise.everything.filter(name__in=names, area_id__in=scope.ids, closed_on=None).order_by(
            "id"
        )
        by_name |= {(row.area_id, row.name): row for row in _maybe_locked(here, lock)}
    for one in rows:
        code, name = one.row.values.get("uscc"), one.row.values.get("name", "")
        known = by_code.get(code) if code else None
        if known is None and one.area_id is not None:
            same_name = by_name.get((one.area_id, name))
            # A namesake with another code is another firm.
            known = same_name if same_name and not (code and same_name.uscc) else None
        if known is None:
            continue
        if known.area_id not in scope.ids:
            one.row.refuse(
                LABEL["uscc"], "这个信用代码不能在这里登记，可能已在别处登记。请联系档案管理员核实。"
            )
        elif known.closed_on is not None:
            one.row.refuse(LABEL["uscc"], "这家企业的档案已注销，请核对。")
        else:
            one.known = known


def _maybe_locked(rows: QuerySet[Any], lock: bool) -> QuerySet[Any]:
    return (rows.select_for_update() if lock else rows).defer("phone")


def _compare(one: PlannedEnterprise, scope: Scope) -> None:
    known = one.known
    assert known is not None
    for name in _PLAIN:
        said, before = one.row.values.get(name), getattr(known, name)
        if said and said != before:
            one.fields[name] = said
            one.changes.append(Change(SITE_LABELS[name], shown(name, before), shown(name, said)))
    phone, index = one.row.values.get("phone"), known.phone_index
    if phone and phone_index(phone) != (bytes(index) if index else None):
        one.fields["phone"] = phone
        one.changes.append(Change(SITE_LABELS["phone"], "（原来的）" if index else "", shown("phone", phone)))
    if one.area_id is not None and one.area_id != known.area_id:
        one.fields["area_id"] = one.area_id
        one.changes.append(
            Change(SITE_LABELS["area_id"], scope.names[known.area_id], scope.names[one.area_id])
        )


def write_enterprises(rows: list[PlannedEnterprise], batch_id: UUID, *, by: Actor, at: datetime) -> None:
    """Write the plan set-based, in the caller's transaction."""
    events: list[Event] = []
    fresh: list[Enterprise] = []
    changed = [one for one in rows if one.outcome == CHANGED]
    for one in rows:
        if one.outcome != NEW or one.area_id is None:
            continue
        said = one.row.values
        values = EnterpriseInput(phone=said["phone"], **{name: said[name] for name in _PLAIN})
        row = enterprise_row(area_id=one.area_id, values=values, by_name=by.person_name, at=at)
        fresh.append(row)
        events.append(
            SubjectAdded(
                subject_kind=rules.ENTERPRISE, subject_id=row.id, area_id=row.area_id, name=row.name,
                batch_id=batch_id,
            )
        )  # fmt: skip
    Enterprise.everything.bulk_create(fresh, batch_size=WRITE)
    known = [one.known for one in changed if one.known]
    for one, row in zip(changed, known, strict=True):
        for name, value in one.fields.items():
            setattr(row, name, value)
        row.name_initials = name_initials(row.name)
        if "phone" in one.fields:
            row.phone_index = phone_index(row.phone)
        if "area_id" in one.fields:
            Tag.everything.filter(subject_id=row.id).update(area_id=row.area_id)
        row.touch(by.person_name, at)
        events.append(
            SubjectEdited(
                subject_kind=rules.ENTERPRISE, subject_id=row.id, area_id=row.area_id, batch_id=batch_id,
                labels=[change.label for change in one.changes],
                changes=[[change.label, change.before, change.after] for change in one.changes],
            )
        )  # fmt: skip
    Enterprise.everything.bulk_update(known, _WRITTEN, batch_size=WRITE)
    for one, row in zip(changed, known, strict=True):
        if "phone" in one.fields:  # few; a sealed value is written row by row, because it is bound to its row
            row.save(update_fields=["phone", "phone_index"])
    record_many((event, by.hand, at) for event in events)
