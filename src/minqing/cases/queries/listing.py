"""The list of cases for machines: page after page by a cursor, which stays right while cases come in."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q

from minqing.cases.models import Case
from minqing.cases.queries.filtering import QueueFilters, filtered
from minqing.cases.queries.queue import CaseRow, rows
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused

LISTED_MAX: Final = 100
CURSOR_MAX: Final = 200
_ORDER: Final[dict[str, list[Any]]] = {
    "due": [F("run__next_due_at").asc(nulls_last=True), "id"],
    "newest": ["-opened_at", "-id"],
    "urged": ["-urges", F("run__next_due_at").asc(nulls_last=True), "id"],
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Some rows, and the cursor of what follows; empty at the end."""

    rows: list[CaseRow]
    next: str


def listed(actor: Actor, filters: QueueFilters, *, at: datetime, cursor: str = "", limit: int = 25) -> Listed:
    """Return the cases after a cursor, at most ``limit``. Raises ``Refused`` for a cursor that is none of ours."""
    found = filtered(actor, filters, at).order_by(*_ORDER[filters.sort])
    if cursor:
        found = found.filter(_after(filters.sort, cursor))
    cases = list(found.select_related("run__holder", "unit", "topic")[: limit + 1])
    more = len(cases) > limit
    cases = cases[:limit]
    return Listed(rows(cases, at=at), _cursor(filters.sort, cases[-1]) if more else "")


def _cursor(sort: str, last: Case) -> str:
    due = last.run.next_due_at
    by_sort: dict[str, list[Any]] = {
        "due": [due and due.isoformat()],
        "newest": [last.opened_at.isoformat()],
        "urged": [last.urges, due and due.isoformat()],
    }
    said = [sort, *by_sort[sort], last.id.hex]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _after(sort: str, cursor: str) -> Q:
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        of, *values, last = said
        if of != sort:
            raise ValueError(of)
        return _beyond(sort, values, UUID(last))
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise Refused("游标不对：请原样使用上一页的 next，筛选和排序不要变。", field="cursor") from None


def _beyond(sort: str, values: list[Any], last: UUID) -> Q:
    if sort == "newest":
        (opened,) = values
        at = datetime.fromisoformat(opened)
        return Q(opened_at__lt=at) | Q(opened_at=at, id__lt=last)
    if sort == "urged":
        urges, due = values
        if type(urges) is not int or not 0 <= urges < 2**31:
            raise ValueError(urges)
        return Q(urges__lt=urges) | Q(urges=urges) & _beyond("due", [due], last)
    (due,) = values
    if due is None:
        return Q(run__next_due_at=None, id__gt=last)
    at = datetime.fromisoformat(due)
    return Q(run__next_due_at__gt=at) | Q(run__next_due_at=at, id__gt=last) | Q(run__next_due_at=None)
