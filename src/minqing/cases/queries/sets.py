"""The sets of cases that figures count: each figure of the standings is the size of one, and opens it as a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import get_current_timezone

from minqing.cases import rules
from minqing.cases.models import Answer
from minqing.cases.models_handover import Return
from minqing.cases.procedures.vocabulary import CONTENT, HALF_CONTENT
from minqing.cases.queries.lines import LINE_SETS, line_set
from minqing.workflow import public as workflow

if TYPE_CHECKING:
    from minqing.cases.models import CaseQuerySet

RECEIVED, CONCLUDED, ON_TIME, LATE = "received", "concluded", "on_time", "late"
RED, URGED, ANSWERED, PLEASED = "red", "urged", "answered", "pleased"
NOT_DONE, RETURNED, EXCLUDED = "not_done", "returned", "excluded"
SETS: Final = {
    RECEIVED: "期内收到",
    CONCLUDED: "期内办结",
    ON_TIME: "按时办结",
    LATE: "超时办结",
    RED: "现在超时的",
    URGED: "被催办的",
    ANSWERED: "办结且有评价的",
    PLEASED: "满意或基本满意的",
    NOT_DONE: "反映人说没有办好的",
    RETURNED: "退过单的",
    EXCLUDED: "不计入考核的",
    **LINE_SETS,
}
# Whose figure it is stands in the set: who returned a case does not have it any more.
OF_THE_UNIT_ITSELF: Final = frozenset({RETURNED})
PLEASED_WITH: Final = (CONTENT, HALF_CONTENT)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from one to another, both included, in the county's time; without an end where there is none."""

    since: date | None = None
    until: date | None = None

    def holds(self, column: str) -> Q:
        """A condition on a moment."""
        found = Q()
        if self.since:
            found &= Q(**{f"{column}__gte": _midnight(self.since)})
        if self.until and self.until < date.max:
            found &= Q(**{f"{column}__lt": _midnight(self.until + timedelta(days=1))})
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), get_current_timezone())


def is_late() -> Q:
    """Whether a case missed a deadline: of any stay on its way, or of the whole way."""
    stays = workflow.Leg.objects.filter(
        run__subject_kind="case", run__subject_id=OuterRef("id"), left_at__gt=F("due_at")
    )
    return Q(Exists(stays)) | Q(run__finished_at__gt=F("run__overall_due_at"))


def in_set(
    found: CaseQuerySet, name: str, period: Period, *, at: datetime, unit_id: UUID | None = None
) -> CaseQuerySet:
    """Return the cases of a set; ``unit_id``: whose figure it is, where that is not simply whose case it is now."""
    found = found.exclude(source__in=rules.SEALED)
    if name == EXCLUDED:
        return found.filter(period.holds("opened_at"), is_excluded=True)
    found = found.filter(is_excluded=False)
    if name == RETURNED:
        back = Return.objects.filter(period.holds("returned_at"), case=OuterRef("id"))
        return found.filter(Exists(back.filter(unit=unit_id) if unit_id else back))
    if name in LINE_SETS:
        return line_set(found, name, period.holds)
    if name == NOT_DONE:
        said = Answer.objects.filter(period.holds("answered_at"), case=OuterRef("id"), done=False)
        return found.filter(Exists(said))
    return found.filter(_PLAIN[name](period, at))


_PLAIN: Final[dict[str, Callable[[Period, datetime], Q]]] = {
    RECEIVED: lambda period, at: period.holds("opened_at"),
    URGED: lambda period, at: period.holds("opened_at") & Q(urges__gt=0),
    CONCLUDED: lambda period, at: Q(closed_at__isnull=False) & period.holds("closed_at"),
    ON_TIME: lambda period, at: Q(closed_at__isnull=False) & period.holds("closed_at") & ~is_late(),
    LATE: lambda period, at: Q(closed_at__isnull=False) & period.holds("closed_at") & is_late(),
    ANSWERED: lambda period, at: (
        Q(closed_at__isnull=False, done=True) & period.holds("closed_at") & ~Q(content="")
    ),
    PLEASED: lambda period, at: (
        Q(closed_at__isnull=False, content__in=PLEASED_WITH) & period.holds("closed_at")
    ),
    RED: lambda period, at: Q(closed_at=None, run__next_due_at__lte=at),
}
