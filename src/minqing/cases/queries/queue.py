"""Lists of cases: to do, and everything one may see, with filters that live in the address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Subquery

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models import Case, CaseQuerySet, Topic
from minqing.cases.queries import sets
from minqing.kernel.access import Actor
from minqing.kernel.postgres.cursor import Kept
from minqing.kernel.statements import Selects, statement
from minqing.workflow import public as workflow

PAGE_ROWS: Final = 25
# Beyond this many the page says “10000+”: counting a million rows to show a number nobody reads costs seconds.
COUNT_MAX: Final = 10_000
# Two letters stand in too many numbers; of what is shorter only the beginning is compared.
NUMBER_PART_MIN: Final = 3
_NUMBER_PART: Final = re.compile(r"[0-9A-Za-z]+")
_DASHES_AND_SPACES: Final = str.maketrans(dict.fromkeys("-‐‑–—－", ""))
SORTS: Final = {
    "due": "按时限",
    "newest": "最新登记",
    "urged": "催办最多",
}
# What a row may show besides its title and its clock.
COLUMNS: Final = {
    "number": "编号", "source": "来源", "state": "环节", "unit": "承办单位", "holder": "经办人", "topic": "类别",
    "procedure": "规程", "opened": "登记时间", "place": "地点",
}  # fmt: skip
USUAL_COLUMNS: Final = ("number", "source", "state", "unit", "place")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the filter bar says; empty means all."""

    todo: bool = False
    open_only: bool = True
    text: str = ""
    procedure: str = ""
    state: str = ""
    colour: str = ""
    source: str = ""
    topic: str = ""
    unit_id: UUID | None = None
    no_unit: bool = False
    area_id: UUID | None = None
    area_path: str = ""  # instead of the id, where the caller knows it
    here_only: bool = False  # at that area itself, not below it
    mine: bool = False  # handed to the actor by name
    # One of the sets that figures count (``queries.sets``), in a period of days, both included.
    set: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it: what, where, how long left."""

    id: UUID
    number: str
    title: str
    place: str
    procedure_title: str
    state: str
    state_label: str
    is_open: bool
    clock: workflow.ClockFace
    source_label: str
    topic_label: str
    unit_name: str
    opened_at: datetime
    urges: int
    times_sent_back: int
    is_anonymous: bool
    done: bool | None
    content_label: str
    leg: int = 0
    holder_name: str = ""
    reports: int = 1  # how many reported it: those merged into it count
    goes_along: bool = False  # handled as a part of another


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a list; ``total`` counts up to ``COUNT_MAX``."""

    rows: list[CaseRow]
    total: int
    page: int
    pages: int

    @property
    def total_words(self) -> str:
        return f"{COUNT_MAX}+" if self.total > COUNT_MAX else str(self.total)


def queue(
    actor: Actor,
    filters: QueueFilters,
    *,
    at: datetime,
    page: int = 1,
    counts: Sequence[int] | None = None,
) -> QueuePage:
    """Return one page of the cases the actor may see, or of those waiting for the actor.

    ``counts``: those of :func:`counts_for`, where the caller counted already.
    """
    if counts is None:
        counts = count_many(actor, counts_for(filters), at=at)
    total, *still_open = counts
    pages = max(1, -(-min(total, COUNT_MAX) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_ROWS
    if _mixes(filters):
        found = filtered(actor, filters, at)
        cases: Iterable[Case] = _open_before_closed(found, first, still_open[0])
    elif filters.set or filters.colour or filters.text:
        cases = _page(filtered(actor, filters, at), filters, first)
    else:
        cases = _listed(actor, filters, first)
    return QueuePage(rows(cases, at=at), total, page, pages)


@statement
def _listed(actor: Actor, filters: QueueFilters, first: int) -> QuerySet[Case]:
    """The same for whoever asks again: what depends on the hour, or was typed, is not listed through this."""
    return _page(filtered(actor, filters, _NO_HOUR), filters, first)


def _page(found: CaseQuerySet, filters: QueueFilters, first: int) -> CaseQuerySet:
    """Choose the rows of a page, then read those: what a row says beside is not joined to all of them."""
    chosen = in_order(found, filters.sort).values("id")[first : first + PAGE_ROWS]
    on_page = Case.objects.unscoped("what was chosen is scoped").filter(id__in=chosen)
    return in_order(on_page.select_related("run__holder", "unit", "topic"), filters.sort)


def counts_for(filters: QueueFilters) -> list[tuple[QueueFilters, int]]:
    """Return what :func:`queue` wants counted: the list, and of one that mixes open and closed ones the open ones."""
    if not _mixes(filters):
        return [(filters, COUNT_MAX)]
    return [(filters, COUNT_MAX), (replace(filters, open_only=True), COUNT_MAX)]


def _mixes(filters: QueueFilters) -> bool:
    return filters.sort == "due" and not (filters.open_only or filters.todo or filters.set)


def _open_before_closed(found: CaseQuerySet, first: int, still_open: int) -> CaseQuerySet:
    """Return a page by deadline of open and closed ones: what is closed has no deadline and comes after, by age.

    Each is asked for what it has on the page: a million closed ones are not sorted for the few open ones.
    """
    last = first + PAGE_ROWS
    opened = in_order(found.filter(closed_at=None), "due")[first:last]
    if still_open >= last:
        return opened
    closed = found.filter(closed_at__isnull=False).order_by("id")
    closed = closed[max(0, first - still_open) : last - still_open]
    if still_open <= first:
        return closed
    both = opened.values("id").union(closed.values("id"), all=True)
    on_page = Case.objects.unscoped("both halves are scoped").filter(id__in=both)
    is_closed = ExpressionWrapper(Q(closed_at__isnull=False), BooleanField())
    return on_page.order_by(is_closed.asc(), F("run__next_due_at").asc(nulls_last=True), "id")


def count_many(actor: Actor, asked: Sequence[tuple[QueueFilters, int]], *, at: datetime) -> list[int]:
    """Count many lists in one statement, each up to its cap and one more; the order of the lists does not matter."""
    counts, _ = count_and_read(actor, asked, {}, at=at)
    return counts


_selects: Final = Selects()
_NO_HOUR: Final = datetime.max.replace(tzinfo=UTC)  # for filters that ask for none


def count_and_read(
    actor: Actor,
    asked: Sequence[tuple[QueueFilters, int]],
    also: Mapping[str, Callable[[Actor], QuerySet[Any, Any]]],
    *,
    at: datetime,
) -> tuple[list[int], list[list[dict[str, Any]]]]:
    """Count many lists and read the rows of some short ones, all of it in one statement; rows come as JSON has them.

    ``also``: what makes a short list out of the actor, by a name of its own.
    """
    parts: list[str] = []
    values: list[Any] = []
    caps: dict[QueueFilters, int] = {}  # a list asked for twice (a tab that is open) is counted once
    for filters, cap in ((replace(one, sort="due"), cap) for one, cap in asked):
        caps[filters] = max(cap, caps.get(filters, 0))
    for filters, cap in caps.items():
        try:
            sql, given = _counting(actor, filters, cap, at)
        except EmptyResultSet:  # nothing can fit: no appointment, no turn
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS listed)")  # noqa: S608  a compiled queryset
        values.extend(given)
    for name, listed in also.items():
        try:
            sql, given = _selects.select((name, actor), partial(listed, actor))
        except EmptyResultSet:
            parts.append("'[]'::json")
            continue
        parts.append(f"(SELECT coalesce(json_agg(read), '[]') FROM ({sql}) AS read)")  # noqa: S608  the same
        values.extend(given)
    if not parts:
        return [], []
    with connection.cursor() as cursor:
        cursor.execute(Kept(f"SELECT {', '.join(parts)}"), values)
        found = list(cursor.fetchone())
    counts = dict(zip(caps, found, strict=False))
    return [min(counts[replace(one, sort="due")], cap + 1) for one, cap in asked], found[len(caps) :]


def _counting(actor: Actor, filters: QueueFilters, cap: int, at: datetime) -> tuple[str, Sequence[Any]]:
    def ids(at: datetime) -> QuerySet[Any, Any]:
        return filtered(actor, filters, at).order_by().values("id")[: cap + 1]

    if filters.text:  # what is typed is not kept in memory
        asked: tuple[str, Sequence[Any]] = ids(at).query.sql_with_params()
        return asked
    return _selects.select((actor, filters, cap), ids, at=at)


def rows(cases: Iterable[Case], *, at: datetime) -> list[CaseRow]:
    """Return list rows of cases in a constant number of statements."""
    related = ("run__holder", "unit", "topic")
    cases = list(cases.select_related(*related) if isinstance(cases, CaseQuerySet) else cases)
    places = areas.area_names(case.area_id for case in cases)
    faces = workflow.faces([case.run for case in cases], at=at)
    return [_row(case, places.get(case.area_id, ""), faces[case.run_id]) for case in cases]


def _row(case: Case, place: str, clock: workflow.ClockFace) -> CaseRow:
    of = workflow.procedure(case.run.procedure)
    return CaseRow(
        id=case.id,
        number=case.number,
        title=case.title,
        place=place,
        procedure_title=of.title,
        state=case.run.state,
        state_label=of.state(case.run.state).label,
        is_open=case.closed_at is None,
        clock=clock,
        source_label=case.source_label,
        topic_label=case.topic.label if case.topic else "",
        unit_name=case.unit.name if case.unit else "",
        opened_at=case.opened_at,
        urges=case.urges,
        times_sent_back=case.times_sent_back,
        is_anonymous=case.is_anonymous,
        done=case.done,
        content_label=case.content_label,
        leg=case.run.legs_count,
        holder_name=case.run.holder.name if case.run.holder else "",
        reports=case.reports,
        goes_along=case.run.follows_id is not None,
    )


def filtered(actor: Actor, filters: QueueFilters, at: datetime) -> CaseQuerySet:
    """Return the cases that the actor may see and the filters let through, in no order."""
    found = Case.objects.visible_to(actor)
    # What residents ask about their own files is worked on in a page of its own (rights).
    found = found.exclude(source=rules.RIGHTS)
    if filters.todo:
        # Of the case's own run, which the order of the list asks for too: it is read once.
        found = found.filter(workflow.runs_seen(actor, "run__"), workflow.its_turn(actor, "run__"))
    elif filters.open_only:
        found = found.filter(closed_at=None)
    if filters.text:
        found = found.filter(
            _number_has(filters.text) | Q(title__icontains=filters.text) | Q(words__icontains=filters.text)
        )
    if filters.procedure:
        found = found.filter(run__procedure__in=_names_of_procedure(filters.procedure))
    if filters.state:
        found = found.filter(run__state__in=_names_of_state(filters.procedure, filters.state))
    if filters.source:
        found = found.filter(source=filters.source)
    if filters.topic:
        found = found.filter(Q(topic__key=filters.topic) | Q(topic__parent__key=filters.topic))
    if filters.set:
        period = sets.Period(filters.since, filters.until)
        found = sets.in_set(found, filters.set, period, at=at, unit_id=filters.unit_id)
    if filters.unit_id and filters.set not in sets.OF_THE_UNIT_ITSELF:
        found = found.filter(unit_id=filters.unit_id)
    elif filters.no_unit:
        found = found.filter(unit=None)
    if filters.mine:
        found = found.filter(run__holder_id=actor.person_id)
    found = _in_area(found, filters)
    if filters.colour:
        runs = workflow.Run.objects.unscoped("the cases around it are scoped")
        coloured = runs.in_colour(workflow.Colour(filters.colour), at).order_by().values("id")
        found = found.filter(run_id__in=coloured)
    return found


def _in_area(found: CaseQuerySet, filters: QueueFilters) -> CaseQuerySet:
    if filters.area_path:
        wanted = "area__path" if filters.here_only else "area__path__under"
        return found.filter(**{wanted: filters.area_path})
    if not filters.area_id:
        return found
    if filters.here_only:
        return found.filter(area_id=filters.area_id)
    top = areas.Area.objects.filter(id=filters.area_id).order_by().values("path")
    below = areas.Area.objects.filter(path__under=Subquery(top))
    return found.filter(area_id__in=below.order_by().values("id"))


def _names_of_procedure(key: str) -> list[str]:
    """Return a procedure's key and its older ones: a case keeps the name under which it was last moved."""
    try:
        return [key, *workflow.procedure(key).renamed_from]
    except workflow.UnknownProcedure:
        return [key]


def _names_of_state(procedure: str, state: str) -> list[str]:
    try:
        return [state, *workflow.procedure(procedure).state(state).renamed_from]
    except workflow.UnknownProcedure:
        return [state]


def _number_has(text: str) -> Q:
    """Match a part of a number as people read it aloud: in any case, with the dash, without it or with a space."""
    read = "".join(text.translate(_DASHES_AND_SPACES).split())
    if len(read) < NUMBER_PART_MIN or not _NUMBER_PART.fullmatch(read):
        return Q(number__istartswith=text)
    return Q(number__iregex="-?".join(read))


def in_order(found: CaseQuerySet, sort: str) -> CaseQuerySet:
    if sort == "newest":
        return found.order_by("-opened_at", "-id")
    if sort == "urged":
        return found.order_by("-urges", F("run__next_due_at").asc(nulls_last=True), "id")
    return found.order_by(F("run__next_due_at").asc(nulls_last=True), "id")


def topic_keys(groups: list[tuple[str, list[tuple[str, str]]]]) -> frozenset[str]:
    """Return the keys of a scheme as :func:`topics` gives it."""
    return frozenset(key for _, group in groups for key, _ in group)


@statement
def _open_topics() -> QuerySet[Topic]:
    return Topic.objects.filter(closed_at=None).only("key", "label", "parent")


def _scheme() -> list[tuple[Topic, list[tuple[str, str]]]]:
    """Return the groups of the subject scheme, each with what stands in it (key, label)."""
    groups: dict[UUID, tuple[Topic, list[tuple[str, str]]]] = {}
    found = _open_topics()
    for one in found:
        if one.parent_id is None:
            groups[one.id] = (one, [])
    for one in found:
        if one.parent_id in groups:
            groups[one.parent_id][1].append((one.key, one.label))
    return list(groups.values())


def topics() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the subject scheme for a select: groups with their (key, label)."""
    return [(top.label, within or [(top.key, top.label)]) for top, within in _scheme()]


def topics_and_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the subject scheme for a select in which a whole group may be chosen too."""
    return [(top.label, [(top.key, f"{top.label}（整类）"), *within]) for top, within in _scheme()]
