"""Lists of cases: to do, and everything one may see, with filters that live in the address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from minqing.areas import public as areas
from minqing.cases.models import Case, CaseQuerySet, Topic
from minqing.cases.queries.counting import COUNT_MAX, PAGE_ROWS, Counted, count_and_read
from minqing.cases.queries.filtering import QueueFilters, filtered, in_order, mixes
from minqing.kernel.access import Actor
from minqing.kernel.statements import statement
from minqing.workflow import public as workflow

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
    counted: Counted | None = None,
) -> QueuePage:
    """Return one page of the cases the actor may see, or of those waiting for the actor.

    ``counted``: what :func:`count_and_read` found out about this page, where the caller counted others beside.
    """
    if counted is None:
        _, counted, _ = count_and_read(actor, [], {}, at=at, shown=(filters, page))
    total = counted.total
    pages = max(1, -(-min(total, COUNT_MAX) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_ROWS
    if not total:
        return QueuePage([], 0, 1, 1)
    if counted.ids:
        cases: Iterable[Case] = _these(ids=",".join(counted.ids))
    elif mixes(filters):
        found = filtered(actor, filters, at)
        cases = _open_before_closed(found, first, counted.still_open)
    elif filters.set or filters.colour or filters.text:
        cases = _page(filtered(actor, filters, at), filters, first)
    else:
        cases = _listed(actor, filters, first)
    return QueuePage(rows(cases, at=at), total, page, pages)


@statement
def _listed(actor: Actor, filters: QueueFilters, first: int) -> QuerySet[Case]:
    """The same for whoever asks again: what depends on the hour, or was typed, is not listed through this."""
    return _page(filtered(actor, filters, _NO_HOUR), filters, first)


_BESIDE: Final = ("run__holder", "unit", "topic")
# What a row is made of, and nothing of what people wrote: of a case with its run sixty columns stand beside it.
_SHOWN: Final = (
    "number", "title", "area_id", "source", "is_anonymous", "opened_at", "closed_at", "urges", "times_sent_back",
    "done", "content", "reports", "run__procedure", "run__state", "run__next_due_at", "run__yellow_at",
    "run__provisional", "run__measure", "run__paused_until", "run__by_overall", "run__legs_count", "run__follows_id",
    "run__holder__name", "unit__name", "topic__label",
)  # fmt: skip


def _page(found: CaseQuerySet, filters: QueueFilters, first: int) -> CaseQuerySet:
    """Choose the rows of a page, then read those: what a row says beside is not joined to all of them."""
    chosen = in_order(found, filters.sort).values("id")[first : first + PAGE_ROWS]
    return in_order(_as_rows(chosen), filters.sort)


def _as_rows(chosen: Any) -> CaseQuerySet:
    on_page = Case.objects.unscoped("what was chosen is scoped").filter(id__in=chosen)
    return on_page.select_related(*_BESIDE).only(*_SHOWN)


@statement
def _these(ids: str) -> QuerySet[Case]:
    """The rows of a page that :func:`count_and_read` chose."""
    chosen = RawSQL("SELECT unnest(string_to_array(%s, ',')::uuid[])", (ids,))
    return in_order(_as_rows(chosen), "due")


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


_NO_HOUR: Final = datetime.max.replace(tzinfo=UTC)  # for filters that ask for none


def rows(cases: Iterable[Case], *, at: datetime) -> list[CaseRow]:
    """Return list rows of cases in a constant number of statements."""
    cases = list(cases.select_related(*_BESIDE) if isinstance(cases, CaseQuerySet) else cases)
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


def topic_keys(groups: list[tuple[str, list[tuple[str, str]]]]) -> frozenset[str]:
    """Return the keys of a scheme as :func:`topics` gives it."""
    return frozenset(key for _, group in groups for key, _ in group)


@statement
def _open_topics() -> QuerySet[Topic]:
    return Topic.objects.filter(closed_at=None).only("key", "label", "parent")


def _scheme() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the groups of the subject scheme: key, label, and what stands in it (key, label)."""
    groups: dict[UUID, tuple[str, str, list[tuple[str, str]]]] = {}
    found = _open_topics.rows()
    for topic_id, key, parent_id, label in found:
        if parent_id is None:
            groups[topic_id] = (key, label, [])
    for _, key, parent_id, label in found:
        if parent_id in groups:
            groups[parent_id][2].append((key, label))
    return list(groups.values())


def topics() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the subject scheme for a select: groups with their (key, label)."""
    return [(label, within or [(key, label)]) for key, label, within in _scheme()]


def topics_and_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the subject scheme for a select in which a whole group may be chosen too."""
    return [(label, [(key, f"{label}（整类）"), *within]) for key, label, within in _scheme()]
