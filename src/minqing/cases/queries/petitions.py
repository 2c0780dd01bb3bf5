"""信访台账: petitions that are open, how old, who answers for each; and those that were cleared, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.timezone import get_current_timezone

from minqing.accounts import public as accounts
from minqing.cases import rules
from minqing.cases.models import Case, CaseQuerySet
from minqing.cases.permissions import OPEN_PETITIONS
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel import clock
from minqing.kernel.access import Actor

PAGE: Final = 25
# Older than the handling term with its extension (《信访工作条例》第三十四条): 60 and 30 days.
BACKLOG_DAYS: Final = 90
MONTHS_SHOWN: Final = 12
OPEN, BACKLOG, ALONE, CLEARED = "open", "backlog", "alone", "cleared"
STANDS: Final = {OPEN: "正在办", BACKLOG: "积案", ALONE: "没有包案领导", CLEARED: "已了结"}


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """A petition as the board shows it."""

    row: CaseRow
    sponsor_name: str
    days: int
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many petitions were cleared in a month."""

    month: date
    count: int


@dataclass(frozen=True, slots=True)
class PetitionBoard:
    """One page of the board, the size of every list, and what was cleared in the last months."""

    rows: list[PetitionRow]
    total: int
    page: int
    counts: dict[str, int]
    cleared: list[Cleared]


def petition_board(
    actor: Actor, *, stands: str, month: date | None = None, at: datetime, page: int = 1
) -> PetitionBoard:
    """Return petitions that the actor may see: open, of long standing, without a sponsor, or cleared (in a month)."""
    actor.require(OPEN_PETITIONS)
    mine = Case.objects.visible_to(actor).filter(source=rules.PETITION)
    lists = {one: _list(mine, one, at) for one in STANDS}
    counts = {one: found.count() for one, found in lists.items()}
    found = lists[stands]
    if stands == CLEARED and month is not None:
        first = datetime(month.year, month.month, 1, tzinfo=get_current_timezone())
        after = datetime(
            month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=get_current_timezone()
        )
        found = found.filter(closed_at__gte=first, closed_at__lt=after)
    total = found.count()
    page = max(1, min(page, -(-total // PAGE)))
    order = ("-closed_at", "-id") if stands == CLEARED else ("opened_at", "id")
    chosen = list(
        found.select_related("run", "unit", "topic").order_by(*order)[(page - 1) * PAGE : page * PAGE]
    )
    return PetitionBoard(_rows(chosen, at), total, page, counts, _cleared(mine, at))


def _list(mine: CaseQuerySet, stands: str, at: datetime) -> CaseQuerySet:
    if stands == CLEARED:
        return mine.exclude(closed_at=None)
    running = mine.filter(closed_at=None)
    if stands == BACKLOG:
        return running.filter(opened_at__lt=at - timedelta(days=BACKLOG_DAYS))
    if stands == ALONE:
        return running.filter(run__sponsor=None, opened_at__lt=at - timedelta(days=BACKLOG_DAYS))
    return running


def _rows(chosen: list[Case], at: datetime) -> list[PetitionRow]:
    names = accounts.person_names(one.run.sponsor_id for one in chosen if one.run.sponsor_id)
    return [
        PetitionRow(
            row,
            names.get(one.run.sponsor_id, "") if one.run.sponsor_id else "",
            (clock.local(one.closed_at or at).date() - clock.local(one.opened_at).date()).days,
            clock.local(one.closed_at).date() if one.closed_at else None,
        )
        for one, row in zip(chosen, rows(chosen, at=at), strict=True)
    ]


def _cleared(mine: CaseQuerySet, at: datetime) -> list[Cleared]:
    month = TruncMonth("closed_at", tzinfo=get_current_timezone())
    since = at - timedelta(days=31 * MONTHS_SHOWN)
    found = mine.filter(closed_at__gte=since).order_by().values(month=month).annotate(found=Count("id"))
    return [
        Cleared(clock.local(row["month"]).date(), row["found"])
        for row in sorted(found, key=lambda row: row["month"], reverse=True)
    ][:MONTHS_SHOWN]
