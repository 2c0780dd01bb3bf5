"""三道防线: which line settled what, and what climbed because nobody stirred. Every figure opens as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, Subquery, Value

from minqing.areas import public as areas
from minqing.cases.permissions import SEE_LINES
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

if TYPE_CHECKING:
    from minqing.cases.models import CaseQuerySet

KEY: Final = "three_lines"
FIRST, SECOND, THIRD, TOWN = "line_first", "line_second", "line_third", "line_town"
CLIMBED, WAITING = "line_climbed", "line_waiting"
# The set of each line, and the steps by which it settles.
SETTLED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    FIRST: ("settle_first",),
    SECOND: ("settle_second",),
    THIRD: ("settle_third",),
    TOWN: ("settle_town", "settle_repeated"),
}
IN_THE_VILLAGE: Final = (FIRST, SECOND, THIRD)
LINE_SETS: Final = {
    FIRST: "第一道办结的",
    SECOND: "第二道办结的",
    THIRD: "村书记办结的",
    TOWN: "镇街办结的",
    CLIMBED: "到时自动上升过的",
    WAITING: "正在办的（三道防线）",
}


def line_set(found: CaseQuerySet, name: str, ended: Callable[[str], Q]) -> CaseQuerySet:
    """Return the cases of one of ``LINE_SETS``; ``ended``: the condition of the period on a column of moments."""
    ours = found.filter(run__procedure=KEY)
    if name == WAITING:
        return ours.filter(closed_at=None)
    if name == CLIMBED:
        climbed = workflow.Leg.objects.filter(
            ended("left_at"), run=OuterRef("run_id"), step__startswith="climb_"
        )
        return ours.filter(Exists(climbed))
    return _with_line(ours.filter(ended("closed_at"), run__state="closed")).filter(
        Q(("line__in", SETTLED_BY[name]))
    )


def _with_line(found: CaseQuerySet) -> CaseQuerySet:
    """Annotate ``line``: the step by which a closed case was settled for good."""
    last = workflow.Leg.objects.filter(run=OuterRef("run_id"), step__startswith="settle_")
    return found.annotate(line=Subquery(last.order_by("-number").values("step")[:1]))


@dataclass(frozen=True, slots=True)
class LineShare:
    """What the lines of one place settled in a period, by set; and the share that never left the village."""

    area_id: str
    name: str
    counts: Mapping[str, int]

    @property
    def settled(self) -> int:
        return sum(self.counts.get(one, 0) for one in SETTLED_BY)

    @property
    def in_the_village(self) -> int:
        return sum(self.counts.get(one, 0) for one in IN_THE_VILLAGE)

    @property
    def share_words(self) -> str:
        """Say which share was settled in the village: ``83%``; nothing of nothing is no share."""
        return f"{round(100 * self.in_the_village / self.settled)}%" if self.settled else ""


def lines_share(
    actor: Actor, area: areas.Area, ended: Callable[[str], Q]
) -> tuple[list[LineShare], LineShare]:
    """Return a line for every area right below one, those with most matters first, and their sum. Four statements."""
    from minqing.cases.models import Case

    actor.require(SEE_LINES)
    seen = Case.objects.visible_to(actor).filter(area__path__under=area.path, is_excluded=False)
    depth = area.path.count(".") + 2
    key = Func(F("area__path"), Value(0), Value(depth), function="subpath", output_field=CharField())
    counts: dict[str, dict[str, int]] = {}
    closed = _with_line(seen.filter(ended("closed_at"), run__procedure=KEY, run__state="closed"))
    settled = {name: Count("id", filter=Q(("line__in", steps))) for name, steps in SETTLED_BY.items()}
    by_line: Iterable[Any] = closed.order_by().values(key=key).annotate(**settled)
    for row in by_line:
        counts.setdefault(row["key"], {}).update({name: row[name] for name in SETTLED_BY})
    for name in (CLIMBED, WAITING):
        for row in line_set(seen, name, ended).order_by().values(key=key).annotate(found=Count("id")):
            counts.setdefault(row["key"], {})[name] = row["found"]
    places = areas.Area.objects.filter(path__in=list(counts)).values_list("path", "id", "name")
    lines = [LineShare(str(id_), name, counts[path]) for path, id_, name in places]
    lines.sort(key=lambda one: (-one.settled - one.counts.get(WAITING, 0), one.name))
    total = {name: sum(one.counts.get(name, 0) for one in lines) for name in LINE_SETS}
    return lines, LineShare(str(area.id), area.name, total)
