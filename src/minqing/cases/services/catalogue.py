"""Keep the dispatch catalogue: a line begins, a line ends; nothing of it is ever written over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.events_handover import CatalogueChanged
from minqing.cases.models import Case, Topic
from minqing.cases.models_handover import CatalogueEntry, UnitChoice
from minqing.cases.permissions_handover import EDIT_CATALOGUE
from minqing.cases.queries.catalogue import procedure_title, procedures_to_choose, suggestion
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import random_id, uuid7

if TYPE_CHECKING:
    from minqing.workflow.public import Run


@dataclass(frozen=True, slots=True)
class CatalogueInput:
    """A line of the catalogue as somebody writes it."""

    topic_key: str
    area_id: UUID
    from_on: date
    source: str = ""
    unit_id: UUID | None = None
    procedure: str = ""


@transaction.atomic
def add_to_catalogue(given: CatalogueInput, *, by: Actor, at: datetime) -> CatalogueEntry:
    """Begin a line; one that holds for the same subject, area and source ends the day before. The same twice is one."""
    area = areas.area(given.area_id)
    by.require(EDIT_CATALOGUE, area.path)
    areas.require_open(area)
    topic = Topic.objects.filter(key=given.topic_key, closed_at=None).first()
    if topic is None:
        raise Refused("没有这个事项类别，请重新选择。", field="topic")
    if given.source and (given.source not in rules.SOURCE_LABELS or given.source in rules.SEALED):
        raise Refused("没有这个来源，请重新选择。", field="source")
    if given.procedure and given.procedure not in dict(procedures_to_choose()):
        raise Refused("没有这个规程，请重新选择。", field="procedure")
    if given.unit_id is None and not given.procedure:
        raise Refused("请选择承办单位，或者选择办理规程。", field="unit")
    unit = _unit(given.unit_id, area) if given.unit_id else None
    before = _open_line(topic, area, given.source)
    if before is not None:
        if (before.unit_id, before.procedure) == (given.unit_id, given.procedure):
            return before
        if given.from_on <= before.from_on:
            raise Refused(
                f"现在这一条从 {before.from_on:%Y-%m-%d} 起，新的一条要从那以后的日子起。", field="from_on"
            )
        end_line(before, given.from_on - timedelta(days=1), by, at)
    line = CatalogueEntry.objects.create(
        topic=topic, area=area, source=given.source, unit=unit, procedure=given.procedure, from_on=given.from_on,
        made_at=at, made_by_id=by.person_id, made_by_label=by.hand.appointment_label,
    )  # fmt: skip
    _say(line, by, at, on=given.from_on)
    return line


@transaction.atomic
def end_catalogue_line(*, entry_id: UUID, by: Actor, at: datetime) -> CatalogueEntry:
    """End a line today; one that has not begun never does. Ending it twice is ending it once."""
    line = (
        CatalogueEntry.objects.select_for_update(of=("self",))
        .select_related("topic", "area", "unit")
        .filter(id=entry_id)
        .first()
    )
    if line is None:
        raise NotThere("派单目录里没有这一条，可能已经有人改过。请刷新页面查看。")
    by.require(EDIT_CATALOGUE, line.area.path)
    if line.until_on is None:
        end_line(line, max(clock.local(at).date(), line.from_on), by, at)
    return line


def _open_line(topic: Topic, area: areas.Area, source: str) -> CatalogueEntry | None:
    return (
        CatalogueEntry.objects.select_for_update(of=("self",))
        .select_related("topic", "area", "unit")
        .filter(topic=topic, area=area, source=source, until_on=None)
        .first()
    )


def _unit(unit_id: UUID, area: areas.Area) -> accounts.Unit:
    try:
        unit = accounts.unit(unit_id)
    except NotThere:
        raise Refused("没有这个单位，请重新选择。", field="unit") from None
    if unit.closed_at is not None:
        raise Refused(f"“{unit.name}”已撤销，请另选单位。", field="unit")
    if not areas.is_under(area.path, unit.area.path):
        raise Refused(f"“{unit.name}”管不到{area.name}，请另选单位。", field="unit")
    return unit


def end_line(line: CatalogueEntry, day: date, by: Actor, at: datetime) -> None:
    """Let a locked line hold up to and including a day."""
    line.until_on = day
    line.save(update_fields=["until_on"])
    _say(line, by, at, on=day, ends=True)


def _say(line: CatalogueEntry, by: Actor, at: datetime, *, on: date, ends: bool = False) -> None:
    changed = CatalogueChanged(
        subject_kind="catalogue", subject_id=line.id, area_id=line.area_id, topic_label=line.topic.label,
        area_name=line.area.name, source_label=rules.SOURCE_LABELS.get(line.source, ""),
        unit_name=line.unit.name if line.unit else "", procedure_title=procedure_title(line.procedure),
        from_day=on.isoformat(), ends=ends,
    )  # fmt: skip
    record(changed, by=by.hand, at=at)


def keep_choice(case: Case, run: Run, unit: accounts.Unit, *, at: datetime) -> None:
    """Keep what the catalogue suggested for a case and what was chosen, where it suggested anything."""
    suggested = suggestion(case.topic, run.area, case.source, on=clock.local(at).date())
    if suggested is None or suggested.unit is None:
        return
    UnitChoice.objects.create(
        id=random_id() if case.is_anonymous else uuid7(),
        case=case, entry_id=suggested.entry_id, suggested=suggested.unit, chosen=unit, chosen_at=at,
    )  # fmt: skip
