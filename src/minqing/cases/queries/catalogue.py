"""派单目录: which unit (and which procedure) the catalogue names for a matter, and what people chose instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Case, Topic
from minqing.cases.models_handover import CatalogueEntry, UnitChoice
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

ENTRIES_MAX: Final = 500  # lines shown of one area; beyond that the page says so
INSTEAD_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the catalogue says of a matter: a unit that can be given it, or why there is none to suggest."""

    entry_id: UUID
    unit: accounts.Unit | None
    words: str


def suggestion(topic: Topic | None, area: areas.Area, source: str, *, on: date) -> Suggestion | None:
    """Return what the catalogue suggests for a subject at a place, or None where no line fits. Two statements.

    The subject itself counts before its parent, the nearest area before those above it, a line for this source
    before one for all. A dissolved unit is named as such and not suggested.
    """
    found = _nearest(topic, area, source, on, Q(unit__isnull=False))
    if found is None or found.unit is None:
        return None
    line = f"派单目录：{found.topic.label} → {found.unit.name}"
    if found.unit.closed_at is not None:
        return Suggestion(found.id, None, f"{line}。这个单位已撤销，请另选单位，并在派单目录里改过来。")
    if not areas.is_under(area.path, found.unit.area.path):
        return Suggestion(found.id, None, f"{line}。这个单位现在管不到这里，请另选单位。")
    where = "" if found.area_id == area.id else f"（按{found.area.name}的目录）"
    return Suggestion(found.id, found.unit, line + where)


def suggestion_for(case: Case, *, at: datetime) -> Suggestion | None:
    """Return what the catalogue suggests for a case as it stands; not the unit that has just returned it."""
    found = suggestion(case.topic, case.area, case.source, on=clock.local(at).date())
    if found is not None and found.unit is not None and case.times_returned and found.unit.id == case.unit_id:
        return Suggestion(found.entry_id, None, f"{found.words}。这个单位退过单，请看退单的理由再选。")
    return found


def procedure_for(topic: Topic | None, area: areas.Area, source: str, *, on: date) -> str | None:
    """Return the procedure that the catalogue names for a subject, a place and a source, or None."""
    found = _nearest(topic, area, source, on, ~Q(procedure=""))
    return found.procedure if found else None


def _nearest(
    topic: Topic | None, area: areas.Area, source: str, on: date, having: Q
) -> CatalogueEntry | None:
    if topic is None:
        return None
    wanted = [topic.id, topic.parent_id] if topic.parent_id else [topic.id]
    rows = (
        _in_force(on)
        .filter(having, Q(source="") | Q(source=source), topic__in=wanted, area__path__above=area.path)
        .select_related("topic", "area", "unit", "unit__area")
        .defer("area__outline", "unit__area__outline")
        .order_by()
    )
    best = sorted(
        rows, key=lambda one: (one.topic_id == topic.id, one.area.path.count("."), one.source == source)
    )
    return best[-1] if best else None


def _in_force(on: date) -> QuerySet[CatalogueEntry]:
    return CatalogueEntry.objects.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)


@dataclass(frozen=True, slots=True)
class Followed:
    """How often a line was suggested and followed, and what was chosen instead."""

    suggested: int = 0
    followed: int = 0
    instead: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One line of the catalogue as the page shows it."""

    id: UUID
    topic_key: str
    topic_label: str
    area_id: UUID
    area_name: str
    area_path: str
    source: str
    source_label: str
    unit_id: UUID | None
    unit_name: str
    unit_is_closed: bool
    procedure: str
    procedure_title: str
    from_on: date
    until_on: date | None
    made_by_label: str
    in_force: bool
    followed: Followed


def catalogue(actor: Actor, area: areas.Area, *, on: date, ended: bool = False) -> list[CatalogueLine]:
    """Return the lines for an area, for what lies below it and what holds for it from above. Two statements.

    ``ended``: those that hold no more, the latest first.
    """
    found = CatalogueEntry.objects.filter(Q(area__path__under=area.path) | Q(area__path__above=area.path))
    over = Q(until_on__lt=on)
    found = found.filter(over).order_by("-until_on", "-id") if ended else found.exclude(over)
    rows = list(found.select_related("topic", "area", "unit").defer("area__outline")[:ENTRIES_MAX])
    counts = _followed(one.id for one in rows)
    return [_line(one, counts.get(one.id, Followed()), on) for one in rows]


def catalogue_entry(entry_id: UUID) -> CatalogueEntry | None:
    """Return one line, with its names."""
    return (
        CatalogueEntry.objects.filter(id=entry_id)
        .select_related("topic", "area", "unit")
        .defer("area__outline")
        .first()
    )


def _line(one: CatalogueEntry, followed: Followed, on: date) -> CatalogueLine:
    return CatalogueLine(
        id=one.id,
        topic_key=one.topic.key,
        topic_label=one.topic.label,
        area_id=one.area_id,
        area_name=one.area.name,
        area_path=one.area.path,
        source=one.source,
        source_label=rules.SOURCE_LABELS.get(one.source, ""),
        unit_id=one.unit_id,
        unit_name=one.unit.name if one.unit else "",
        unit_is_closed=bool(one.unit and one.unit.closed_at),
        procedure=one.procedure,
        procedure_title=procedure_title(one.procedure),
        from_on=one.from_on,
        until_on=one.until_on,
        made_by_label=one.made_by_label,
        in_force=one.from_on <= on and (one.until_on is None or one.until_on >= on),
        followed=followed,
    )


def procedure_title(key: str) -> str:
    """Return a procedure's title, empty for none and for one whose file is gone."""
    if not key:
        return ""
    try:
        return workflow.procedure(key).title
    except workflow.UnknownProcedure:
        return ""


def procedures_to_choose() -> list[tuple[str, str]]:
    """Return the procedures that a line may name: those that a report can begin with."""
    chosen_otherwise = {rules.PROCEDURE_BY_SOURCE[one] for one in rules.SEALED}
    return [
        (one.key, one.title)
        for one in workflow.procedures()
        if one.key not in chosen_otherwise and not one.unit_from_start
    ]


def _followed(ids: Iterable[UUID]) -> dict[UUID, Followed]:
    """Count what was suggested, followed and chosen instead; one statement."""
    counts: dict[UUID, list[tuple[bool, str, int]]] = defaultdict(list)
    found = (
        UnitChoice.objects.filter(entry__in=list(ids))
        .order_by()
        .values("entry", "suggested", "chosen", name=F("chosen__name"))
        .annotate(times=Count("id"))
    )
    for row in found:
        counts[row["entry"]].append((row["suggested"] == row["chosen"], row["name"], row["times"]))
    return {entry: _count(rows) for entry, rows in counts.items()}


def _count(rows: list[tuple[bool, str, int]]) -> Followed:
    instead: dict[str, int] = defaultdict(int)
    for same, name, times in rows:
        if not same:
            instead[name] += times
    most = sorted(instead.items(), key=lambda one: (-one[1], one[0]))[:INSTEAD_MAX]
    return Followed(
        suggested=sum(times for _, _, times in rows),
        followed=sum(times for same, _, times in rows if same),
        instead=tuple(most),
    )
